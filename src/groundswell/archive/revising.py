"""Taking words and numbers out of what was told already; nothing here begins or ends a transaction.

A revision is about the slices that the memory of recent posts can still judge. What stands in older
rows was said by a crowd at the time, and nobody can say any more who was of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import apsw
import msgspec

from groundswell.archive.rows import Row, moment_rows, state_row, story_of, text
from groundswell.archive.writing import HOUR_US
from groundswell.model import Moment, Story
from groundswell.revision import Cut, Keys, Revision, quoted, revised, struck

_Doubted = tuple[str, float, str]
"""A doubt as a row has it: flag, share, reason."""


def revise(db: apsw.Connection, found: Revision, keys: Keys) -> int:
    """Follows a revision in all rows of its board; returns how many rows changed or went."""
    board = db.execute("SELECT id FROM board WHERE name = ?", (found.board,)).get
    if board is None or not found.struck:
        return 0
    before = db.total_changes()
    if found.struck.terms:
        _terms(db, board, found, keys)
    for story in sorted(_stories(db, board, found, keys)):
        _story(db, story, found, keys)
    if found.struck.terms:
        _events(db, board, found, keys)
    revise_alerts(db, found, keys)
    return db.total_changes() - before


def rewind(db: apsw.Connection, at: int) -> None:
    """Drops all that was told after slice end `at`: the stream stands where its snapshot does."""
    for table in ("moment", "state", "slice", "event", "series"):
        db.execute(f"DELETE FROM {table} WHERE at > ?", (at,))  # noqa: S608 -- our own names
    db.execute("DELETE FROM hours WHERE at > ?", (at - HOUR_US,))
    db.execute("DELETE FROM alert WHERE at > ?", (at,))
    db.execute("DELETE FROM crossing WHERE begun > ?", (at,))
    db.execute(
        "UPDATE crossing SET told = iif(told > ?1, NULL, told), "
        "ended = iif(ended > ?1, NULL, ended) WHERE told > ?1 OR ended > ?1",
        (at,),
    )
    db.execute("DELETE FROM story WHERE id NOT IN (SELECT story FROM state) AND last > ?", (at,))
    db.execute(
        "UPDATE story SET (title, terms, last, posts, authors) = "
        "(SELECT title, terms, at, posts, authors FROM state WHERE story = story.id "
        "ORDER BY at DESC LIMIT 1), ended = iif(ended > ?1, NULL, ended) "
        "WHERE last > ?1",
        (at,),
    )
    db.execute(
        "DELETE FROM term WHERE id NOT IN (SELECT term FROM series) "
        "AND id NOT IN (SELECT term FROM hours)"
    )
    db.execute(
        "UPDATE stream SET committed = min(committed, ?), "
        "cursors = coalesce((SELECT cursors FROM snapshot), '{}')",
        (at,),
    )


def _terms(db: apsw.Connection, board: int, found: Revision, keys: Keys) -> None:
    """Series of words that are struck."""
    for table, since in (("series", found.since), ("hours", found.since - HOUR_US)):
        labels: list[tuple[Any, ...]] = db.execute(
            f"SELECT id, label FROM term WHERE id IN "  # noqa: S608 -- our own names
            f"(SELECT term FROM {table} WHERE at > ? AND board = ?) ORDER BY id",
            (since, board),
        ).fetchall()
        gone = [number for number, label in labels if struck(label, found.struck, keys)]
        for term in gone:
            db.execute(
                f"DELETE FROM {table} WHERE at > ? AND board = ? AND term = ?",  # noqa: S608
                (since, board, term),
            )
            db.execute(
                "DELETE FROM term WHERE id = ?1 "
                "AND NOT EXISTS (SELECT 1 FROM series WHERE term = ?1) "
                "AND NOT EXISTS (SELECT 1 FROM hours WHERE term = ?1)",
                (term,),
            )


def _stories(db: apsw.Connection, board: int, found: Revision, keys: Keys) -> set[int]:
    """Stories of the board in which something falls."""
    own = dict(
        db.execute("SELECT id, name FROM story WHERE board = ? AND last > ?", (board, found.since))
    )
    hit = {number for number, name in own.items() if name in found.struck.totals}
    if found.struck.terms:
        for query in (
            "SELECT story, title, terms, why, doubts FROM state WHERE at > ?",
            "SELECT story, title, terms, '[]', '[]' FROM moment WHERE at > ?",
            "SELECT id, title, terms, '[]', '[]' FROM story WHERE last > ?",
        ):
            rows = db.execute(query, (found.since,))
            hit |= {
                number
                for number, title, terms, why, doubts in rows
                if number in own and number not in hit
                and _says(title, terms, why, doubts, found.struck, keys)
            }  # fmt: skip
    return hit


def _says(title: str, terms: str, why: str, doubts: str, cut: Cut, keys: Keys) -> bool:
    """Whether a row says what is struck: in its labels, or in the lines that quote them."""
    labels = [title, *msgspec.json.decode(terms, type=list[str])]
    if any(struck(label, cut, keys) for label in labels):
        return True
    lines = msgspec.json.decode(why, type=list[str])
    lines += [reason for _, _, reason in msgspec.json.decode(doubts, type=list[_Doubted])]
    return any(struck(label, cut, keys) for line in lines for label in quoted(line))


def _story(db: apsw.Connection, number: int, found: Revision, keys: Keys) -> None:
    """All rows of one story; the story's own is that of the newest slice that is left."""
    name = db.execute("SELECT name FROM story WHERE id = ?", (number,)).get
    query = "SELECT * FROM state WHERE story = ? AND at > ? ORDER BY at"
    rows: list[Row] = db.execute(query, (number, found.since)).fetchall()
    for row in rows:
        at, moments = int(row[0]), "SELECT * FROM moment WHERE at = ? AND story = ? ORDER BY number"
        told = story_of(name, row, db.execute(moments, (at, number)).fetchall())
        left = revised(told, found.struck, keys)
        if left is told:
            continue
        db.execute("DELETE FROM moment WHERE at = ? AND story = ?", (at, number))
        db.execute("DELETE FROM state WHERE at = ? AND story = ?", (at, number))
        if left is not None:
            marks = ", ".join("?" * 20)
            db.execute(f"INSERT INTO state VALUES ({marks})", state_row(number, at, left))  # noqa: S608
            db.executemany(
                "INSERT INTO moment VALUES (?, ?, ?, ?, ?, ?, ?, ?)", moment_rows(number, at, left)
            )
    newest = db.execute(
        "SELECT title, terms FROM state WHERE story = ? ORDER BY at DESC LIMIT 1", (number,)
    ).fetchone()
    if newest is None:
        db.execute("DELETE FROM story WHERE id = ?", (number,))
        return
    db.execute("UPDATE story SET title = ?, terms = ? WHERE id = ?", (*newest, number))
    if name in found.struck.totals:
        db.execute(
            "UPDATE story SET posts = ?, authors = ? WHERE id = ?",
            (*found.struck.totals[name], number),
        )


def _events(db: apsw.Connection, board: int, found: Revision, keys: Keys) -> None:
    """What was told when stories began, split, merged and ended."""
    query = "SELECT at, number, body FROM event WHERE at > ? AND board = ?"
    rows: list[Row] = db.execute(query, (found.since, board)).fetchall()
    for at, number, raw in rows:
        body: dict[str, Any] = msgspec.json.decode(raw)
        told = _told(body)
        left = revised(told, found.struck, keys)
        place = (at, board, number)
        if left is None:
            db.execute("DELETE FROM event WHERE at = ? AND board = ? AND number = ?", place)
        elif left is not told:
            db.execute(
                "UPDATE event SET body = ? WHERE at = ? AND board = ? AND number = ?",
                (text(body | _changed(body, left)), *place),
            )


def revise_alerts(db: apsw.Connection, found: Revision, keys: Keys) -> None:
    """Alerts that were told; one of a story of which nothing is left is sent to nobody any more."""
    query = "SELECT id, body FROM alert WHERE at > ? AND board = ?"
    rows: list[Row] = db.execute(query, (found.since, found.board)).fetchall()
    for number, raw in rows:
        body: dict[str, Any] = msgspec.json.decode(raw)
        told = _told(body)
        left = revised(told, found.struck, keys)
        if left is None:
            db.execute("DELETE FROM alert WHERE id = ?", (number,))
        elif left is not told:
            new = text(body | _changed(body, left))
            db.execute("UPDATE alert SET body = ? WHERE id = ?", (new, number))


def _told(body: dict[str, Any]) -> Story:
    """An event's story, as far as words and sums go; its moments are known by their places."""
    moments = tuple(
        Moment(one["title"], tuple(one["terms"]), place, 0, one["authors"])
        for place, one in enumerate(body["moments"])
    )
    nothing = Story(body["id"], 0, "", (), 0, "steady", 0, 0, 0.0, 0.0, 0.0, 0.0, 0)
    return replace(
        nothing, title=body["title"], terms=tuple(body["terms"]), posts=body["posts"],
        authors=body["authors"], why=tuple(body["why"]), moments=moments,
    )  # fmt: skip


def _changed(body: dict[str, Any], left: Story) -> dict[str, Any]:
    return {
        "title": left.title, "terms": list(left.terms), "posts": left.posts,
        "authors": left.authors, "why": list(left.why),
        "moments": [
            body["moments"][one.started_at] | {"title": one.title, "terms": list(one.terms)}
            for one in left.moments
        ],
    }  # fmt: skip
