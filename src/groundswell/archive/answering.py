"""What the API asks of an archive, all of it bounded by the asker's limits.

A story's curve, the boards that a reader missed, and the stories that hashtags carried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import msgspec

from groundswell.archive.reading import Reader, Span
from groundswell.archive.rows import happened
from groundswell.model import Board, Story, iso
from groundswell.scopes import Place, place

_POINTS: Final = (
    "SELECT state.at, rank, status, state.posts, state.authors, expected, excess, z, spark "
    "FROM state JOIN story ON story.id = state.story "
    "WHERE story.name = ? AND state.at >= ? AND state.at < ? ORDER BY state.at LIMIT ?"
)
_STORIES: Final = (
    "SELECT title, terms, posts, authors, last FROM story JOIN board ON board.id = story.board "
    "WHERE board.name = ? AND last > ? AND last < ? AND confirmed AND flags = '[]' "
    "AND (terms LIKE '%#%' OR title LIKE '#%') ORDER BY last DESC, story.id DESC LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Point:
    """A story at the close of one slice: its `people` in it, `posts` and `authors` since onset."""

    at: int
    rank: int
    status: str
    posts: int
    authors: int
    people: int
    expected: float
    excess: float
    z: float

    @classmethod
    def of(cls, at: int, story: Story) -> Point:
        """From a story as a board told it."""
        people = story.spark[-1] if story.spark else 0
        return cls(
            at, story.rank, story.status, story.posts, story.authors, people,
            story.expected, story.excess, story.z,
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """As in a story's series."""
        return {
            "at": iso(self.at),
            "rank": self.rank,
            "status": self.status,
            "posts": self.posts,
            "authors": self.authors,
            "people": self.people,
            "expected": round(self.expected, 2),
            "excess": round(self.excess, 2),
            "z": round(self.z, 2),
        }


@dataclass(frozen=True, slots=True)
class Published:
    """A board as it was published, and what happened to its stories then, as JSON has it."""

    board: Board
    events: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """A story that a hashtag may have carried, as it stood when it was last listed."""

    labels: tuple[str, ...]
    posts: int
    authors: int
    last: int


def points(reader: Reader, story: str, span: Span, limit: int) -> list[Point]:
    """A story's first `limit` slices of a span, oldest first."""
    rows = reader.rows(_POINTS, (story, span.since, span.until, limit))
    return [
        Point(people=(msgspec.json.decode(row.pop("spark"), type=list[int]) or [0])[-1], **row)
        for row in rows
    ]


def after(
    reader: Reader, than: Place, name: str, wanted: Callable[[Board], bool], limit: int
) -> list[Published]:
    """The first `limit` boards that were published after `than`, of one name or of all (``""``).

    `wanted` says which of them are not known already; in the order in which they were published.
    """
    found = reader.boards(Span(name, than[0]))
    boards = list(islice((b for b in found if place(b.at, b.board) > than and wanted(b)), limit))
    if not boards:
        return []
    events: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for row in reader.rows(
        "SELECT board.name AS board, type, at, body "
        "FROM event JOIN board ON board.id = event.board WHERE at >= ? AND at <= ? "
        "ORDER BY at, event.board, number",
        (boards[0].at, boards[-1].at),
    ):
        told = happened(row["board"], row["at"], row["type"], row["body"])
        events.setdefault((row["board"], row["at"]), []).append(told)
    return [Published(board, tuple(events.get((board.board, board.at), ()))) for board in boards]


def carried(reader: Reader, board: str, since: int, until: int, limit: int) -> list[Carried]:
    """Undoubted stories with a hashtag that a board last listed between, µs; the newest `limit`."""
    return [
        Carried(
            (row["title"], *msgspec.json.decode(row["terms"], type=list[str])),
            row["posts"], row["authors"], row["last"],
        )
        for row in reader.rows(_STORIES, (board, since, until, limit))
    ]  # fmt: skip
