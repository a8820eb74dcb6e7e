"""Writing the rows of slices; nothing here begins or ends a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import apsw
import msgspec

from groundswell.archive.rows import event_rows, moment_rows, mood_text, slice_row, state_row, text
from groundswell.model import Board, Counted, Story, TermCount
from groundswell.times import HOUR_US

OVER: Final = frozenset({"story.ended", "story.merged"})

_STORY = """
INSERT INTO story (name, board, title, terms, started, first, last, confirmed, posts, authors,
                   peak_rank, peak_excess, peak_at, flags, mood)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET
  title = excluded.title, terms = excluded.terms, started = excluded.started,
  last = excluded.last, confirmed = max(confirmed, excluded.confirmed),
  posts = excluded.posts, authors = excluded.authors,
  mood = iif(excluded.mood != 'null' AND (excluded.peak_excess > peak_excess OR mood = 'null'),
             excluded.mood, mood),
  peak_rank = min(peak_rank, excluded.peak_rank),
  peak_at = iif(excluded.peak_excess > peak_excess, excluded.peak_at, peak_at),
  peak_excess = max(peak_excess, excluded.peak_excess),
  flags = excluded.flags
"""
_HOURS = """
INSERT INTO hours (at, board, term, posts, authors, slices) VALUES (?, ?, ?, ?, ?, 1)
ON CONFLICT (at, board, term) DO UPDATE SET
  posts = posts + excluded.posts, authors = authors + excluded.authors, slices = slices + 1
"""


def write_board(db: apsw.Connection, found: Board) -> None:
    """A board of a slice: its row, its stories' states and moments, and what happened to them.

    Raises:
        apsw.ConstraintError: the archive has this slice already.
    """
    board = id_of(db, "board", found.board)
    db.execute(_insert("slice", 10), slice_row(board, found))
    for story in found.stories:
        number = _story(db, board, found.at, story)
        db.execute(_insert("state", 20), state_row(number, found.at, story))
        db.executemany(_insert("moment", 8), moment_rows(number, found.at, story))
    db.executemany(_insert("event", 6), event_rows(board, found))
    over = [(event.at, event.story.id) for event in found.events if event.type in OVER]
    db.executemany("UPDATE story SET ended = ? WHERE name = ?", over)


def write_counted(db: apsw.Connection, found: Counted) -> None:
    """A slice's point of every series."""
    board = id_of(db, "board", found.board)
    db.executemany(
        _insert("series", 5),
        [(found.at, board, *_point(db, one)) for one in found.told],
    )
    hour = (found.at - 1) // HOUR_US * HOUR_US
    db.executemany(_HOURS, [(hour, board, *_point(db, one)) for one in found.common])


def write_gaps(db: apsw.Connection, source: str, gaps: Iterable[tuple[int, int, str]]) -> None:
    """Times between which a source may have missed posts; those known already are passed over."""
    number = id_of(db, "source", source)
    db.executemany(
        "INSERT OR IGNORE INTO gap VALUES (?, ?, ?, ?)", [(number, *gap) for gap in gaps]
    )


def id_of(db: apsw.Connection, table: str, name: str) -> int:
    """The number of a name, given at its first use: in order, so equal runs give equal ones."""
    column = "label" if table == "term" else "name"
    found = db.execute(f"SELECT id FROM {table} WHERE {column} = ?", (name,)).get  # noqa: S608
    if found is None:
        db.execute(f"INSERT INTO {table} ({column}) VALUES (?)", (name,))  # noqa: S608
        found = db.last_insert_rowid()
    return int(found)


def _point(db: apsw.Connection, one: TermCount) -> tuple[int, int, int]:
    return id_of(db, "term", one.label), one.posts, one.authors


def _story(db: apsw.Connection, board: int, at: int, story: Story) -> int:
    """The number of a story, whose row stands as it is now."""
    before = db.execute("SELECT flags FROM story WHERE name = ?", (story.id,)).get
    flags = msgspec.json.decode(before, type=list[str]) if before else []
    flags += [flag for flag in story.flags if flag not in flags]
    db.execute(
        _STORY,
        (story.id, board, story.title, text(story.terms), int(story.started_at), at, at,
         int(story.confirmed), int(story.posts), int(story.authors), story.rank,
         float(story.excess), at, text(flags), mood_text(story)),
    )  # fmt: skip
    return int(db.execute("SELECT id FROM story WHERE name = ?", (story.id,)).get)


def _insert(table: str, columns: int) -> str:
    return f"INSERT INTO {table} VALUES ({', '.join('?' * columns)})"  # noqa: S608 -- our own names
