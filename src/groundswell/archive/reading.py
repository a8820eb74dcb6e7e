"""The reader's side of a data folder: it may be read while a desk writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import apsw

from groundswell.archive.database import FILE, connect, told
from groundswell.archive.rows import Row, board_of, story_of
from groundswell.archive.snapshots import Snapshots
from groundswell.archive.store import SNAPSHOTS
from groundswell.errors import ArchiveError, NothingToReadError
from groundswell.model import Board, Story

_BOARDS: Final = """
SELECT board.name, slice.* FROM main.slice AS slice JOIN main.board AS board
ON board.id = slice.board
WHERE slice.at >= ? AND slice.at < ? AND ? IN ('', board.name)
ORDER BY slice.at, board.name != 'all', board.name
"""
"""Boards of a slice come together: `all` first, then by name."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which rows: of one board or all, from a time on and before another, µs."""

    board: str = ""
    since: int = 0
    until: int = 1 << 62


ALWAYS: Final = Span()


class Reader:
    """Reads an archive; use it as a context manager.

    Raises:
        NothingToReadError: there is no archive in the folder.
        ArchiveError: it is damaged, or of a later version.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._folder = folder
        if not self._path.is_file():
            raise NothingToReadError(
                f"expected an archive in {folder}, found none",
                hint="keep one: groundswell replay FILE --keep, or groundswell live",
            )
        self._db = connect(self._path, write=False)

    @classmethod
    def over(cls, connection: apsw.Connection, folder: Path) -> Reader:
        """A reader of a connection that somebody else opened and closes; not to be entered."""
        reader = cls.__new__(cls)
        reader._path, reader._folder, reader._db = folder / FILE, folder, connection
        return reader

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def boards(self, span: Span = ALWAYS) -> Iterator[Board]:
        """Boards as they were told, in the order of their slices; events stand apart."""
        with told(self._path):
            rows = self._db.execute(_BOARDS, (span.since, span.until, span.board))
            for name, *row in rows:
                yield board_of(name, tuple(row), self._stories(row[0], row[1]))

    def newest_boards(self, slices: int) -> list[Board]:
        """The boards of the newest slices of everything, oldest first."""
        with told(self._path):
            since = self._db.execute(
                "SELECT min(at) FROM (SELECT DISTINCT at FROM slice ORDER BY at DESC LIMIT ?)",
                (slices,),
            ).get
        return [] if since is None else list(self.boards(Span(since=int(since))))

    def rows(self, query: str, values: tuple[Any, ...] = ()) -> Iterator[dict[str, Any]]:
        """Rows of a query, as mappings by column."""
        with told(self._path):
            found = self._db.execute(query, values)
            names: list[str] | None = None
            for row in found:
                names = names or [column[0] for column in found.get_description()]
                yield dict(zip(names, row, strict=True))

    def problems(self) -> list[str]:
        """What is wrong with the archive and its snapshot; empty when all is well."""
        with told(self._path):
            said = [str(row[0]) for row in self._db.execute("PRAGMA integrity_check")]
            snapshot = self._db.execute("SELECT file FROM snapshot").get
        found = [] if said == ["ok"] else said
        if snapshot:
            try:
                Snapshots(self._folder / SNAPSHOTS).check(str(snapshot))
            except ArchiveError as error:
                found.append(error.problem)
        return found

    def _stories(self, at: int, board: int) -> tuple[Story, ...]:
        rows = self._db.execute(
            "SELECT story.name, state.* FROM main.state AS state "
            "JOIN main.story AS story ON story.id = state.story "
            "WHERE state.at = ? AND story.board = ? ORDER BY state.rank",
            (at, board),
        )
        return tuple(story_of(name, tuple(row), self._moments(at, row[1])) for name, *row in rows)

    def _moments(self, at: int, story: int) -> list[Row]:
        rows = self._db.execute(
            "SELECT * FROM main.moment WHERE at = ? AND story = ? ORDER BY number", (at, story)
        )
        return [tuple(row) for row in rows]
