"""What has been, as pages ask for it: one story's life, one day, a word in all stories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from groundswell.archive.reading import Reader, Span
from groundswell.archive.rows import story_of
from groundswell.model import Board, EventKind, Story
from groundswell.times import DAY_US

STATES: Final = 2_880
"""Slices of a story that are read, the newest: two days of minutes."""

LEADING: Final = 4

STORY: Final = (
    "SELECT story.name AS id, story.title, terms, started, first, last, ended, confirmed, posts, "
    "authors, peak_rank, peak_excess, peak_at, flags, board.name AS board "
    "FROM story JOIN board ON board.id = story.board "
)
"""Rows for `brief_of`."""


@dataclass(frozen=True, slots=True)
class Told:
    """A story as it stood when a slice closed at `at`, µs."""

    at: int
    story: Story


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a story."""

    at: int
    type: EventKind
    story: str
    """The id of the story that it happened to."""
    other: str = ""
    """The id of the one that it split off, or joined; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class Brief:
    """A story's own row: what is kept of it longest."""

    id: str
    title: str
    terms: tuple[str, ...]
    started: int
    first: int
    last: int
    ended: int | None
    confirmed: bool
    posts: int
    authors: int
    peak_rank: int
    peak_excess: float
    """People above usual at its largest."""
    peak_at: int
    flags: tuple[str, ...]
    board: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a term of a story was said in the slices in which a board told it."""

    term: str
    posts: int
    most: int
    """People in the slice in which most said it."""
    most_at: int


@dataclass(frozen=True, slots=True)
class Large:
    """A stretch of time: how many stories had their largest slice in it, and the largest."""

    begin: int
    stories: int
    leading: tuple[Brief, ...]
    """The largest, at most LEADING of them."""


def brief(reader: Reader, story: str) -> Brief | None:
    """The row of a story, by its permanent id."""
    found = reader.rows(STORY + "WHERE story.name = ?", (story,))
    return next((brief_of(row) for row in found), None)


def states(reader: Reader, story: str, *, before: int = 1 << 62, most: int = STATES) -> list[Told]:
    """A story at the last `most` closes before `before` (µs), oldest first."""
    query = (
        "SELECT state.* FROM state JOIN story ON story.id = state.story "
        "WHERE story.name = ? AND state.at < ? ORDER BY state.at DESC LIMIT ?"
    )
    rows = list(reader.rows(query, (story, before, most)))
    if not rows:
        return []
    moments: dict[int, list[tuple[Any, ...]]] = {}
    for row in reader.rows(
        "SELECT moment.* FROM moment JOIN story ON story.id = moment.story "
        "WHERE story.name = ? AND moment.at BETWEEN ? AND ? ORDER BY moment.at, number",
        (story, rows[-1]["at"], rows[0]["at"]),
    ):
        moments.setdefault(row["at"], []).append(tuple(row.values()))
    told = [
        Told(row["at"], story_of(story, tuple(row.values()), moments.get(row["at"], [])))
        for row in rows
    ]
    return told[::-1]


def happenings(reader: Reader, story: Brief) -> list[Happened]:
    """What happened to a story, and to others that split off it or joined it, oldest first."""
    rows = reader.rows(
        "SELECT at, type, story, coalesce(body ->> 'other', '') AS other FROM event "
        "WHERE at >= ?2 AND at <= ?3 AND ?1 IN (story, other) ORDER BY at, board, number",
        (story.id, story.started, (story.ended or story.last) + DAY_US),
    )
    return [Happened(**row) for row in rows]


def members(reader: Reader, terms: Iterable[str], span: Span) -> list[Said]:
    """A story's terms by how much was said of each within a span, the most first.

    Series hold the slices in which a board told a term, so this is what was told, not all that was
    ever said.
    """
    said = []
    for term in dict.fromkeys(terms):
        rows = reader.rows(
            "SELECT sum(posts) AS posts, max(authors) AS most, at FROM series "
            "WHERE term = (SELECT id FROM term WHERE label = ?) "
            "AND board = (SELECT id FROM board WHERE name = ?) AND at >= ? AND at < ?",
            (term, span.board, span.since, span.until),
        )
        for row in rows:
            if row["posts"]:
                said.append(Said(term, row["posts"], row["most"], row["at"]))
    return sorted(said, key=lambda one: (-one.posts, one.term))


def board_at(reader: Reader, name: str, at: int) -> Board | None:
    """The board of a name that stood at a time (µs): the last that closed by then."""
    rows = reader.rows(
        "SELECT max(at) AS at FROM slice WHERE at <= ? "
        "AND board = (SELECT id FROM board WHERE name = ?)",
        (at, name),
    )
    closed = next((row["at"] for row in rows), None)
    if closed is None:
        return None
    return next(reader.boards(Span(name, closed, closed + 1)), None)


def extent(reader: Reader) -> tuple[int, int] | None:
    """The first and the last slice end (µs) of which a board is kept."""
    row = next(reader.rows("SELECT min(at) AS first, max(at) AS last FROM slice"), None)
    return (row["first"], row["last"]) if row and row["first"] is not None else None


def names(reader: Reader) -> list[str]:
    """Boards that the archive knows, `all` first."""
    rows = reader.rows("SELECT name FROM board ORDER BY name != 'all', name")
    return [row["name"] for row in rows]


def large(reader: Reader, name: str, step: int, span: Span) -> list[Large]:
    """By days or hours (`step`, µs) of a span: stories by their largest slice, the oldest first.

    The leading are those with most people above usual, before any that was doubted.
    """
    columns = ", ".join(f"largest.{part}" for part in Brief.__slots__)
    rows = reader.rows(
        f"SELECT begin, n, {columns} FROM (SELECT *, "  # noqa: S608 -- our own names
        "(peak_at - 1) / ?1 * ?1 AS begin, "
        "count(*) OVER (PARTITION BY (peak_at - 1) / ?1) AS n, row_number() OVER ("
        "PARTITION BY (peak_at - 1) / ?1 ORDER BY flags != '[]', peak_excess DESC, id) AS place "
        f"FROM ({STORY} WHERE board.name = ?2 AND confirmed AND peak_at > ?3 AND peak_at <= ?4)"
        f") AS largest WHERE place <= {LEADING} ORDER BY begin, place",
        (step, name, span.since, span.until),
    )
    found: dict[tuple[int, int], list[Brief]] = {}
    for row in rows:
        found.setdefault((row.pop("begin"), row.pop("n")), []).append(brief_of(row))
    return [Large(begin, n, tuple(leading)) for (begin, n), leading in found.items()]


def largest(reader: Reader, name: str, span: Span, limit: int) -> list[Brief]:
    """Stories whose largest slice ended within a span, the largest first, undoubted before."""
    rows = reader.rows(
        STORY + "WHERE board.name = ? AND confirmed AND peak_at > ? AND peak_at <= ? "
        "ORDER BY flags != '[]', peak_excess DESC, story.id LIMIT ?",
        (name, span.since, span.until, limit),
    )
    return [brief_of(row) for row in rows]


def search(reader: Reader, wanted: str, limit: int) -> Iterator[Brief]:
    """Stories whose title or a term has the words, the newest first, without regard to case."""
    folded, found = wanted.casefold(), 0
    for row in reader.rows(STORY + "ORDER BY last DESC, story.id"):
        one = brief_of(row)
        if any(folded in label.casefold() for label in (one.title, *one.terms)):
            yield one
            found += 1
            if found == limit:
                return


def brief_of(row: dict[str, Any]) -> Brief:
    """A story's row, as a query with all its columns gives it."""
    lists = {
        name: tuple(msgspec.json.decode(row[name], type=list[str])) for name in ("terms", "flags")
    }
    return Brief(**row | lists | {"confirmed": bool(row["confirmed"])})
