"""Rows of the table `decision`: what editors decided. They are added and read, never changed.

The one exception is `since`: the engine that takes a block up says from which event time on it
counts by it. Any process may add some while a desk runs; SQLite lets one write at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from groundswell.archive.database import FILE, connect, told, transaction
from groundswell.archive.schema import REVIEWED, version
from groundswell.errors import NothingToReadError

COLUMNS: Final = ("id", "at", "who", "verb", "kind", "story", "value", "reason", "undoes", "since")
Row = tuple[Any, ...]
_INSERT: Final = (
    "INSERT INTO decision (at, who, verb, kind, story, value, reason, undoes, since) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)


def add(folder: Path, rows: Sequence[Row]) -> list[int]:
    """Adds rows without their ids, all or none; returns these.

    Raises:
        NothingToReadError: there is no archive in the folder.
        ArchiveError: it cannot be written.
    """
    path = folder / FILE
    if not path.is_file():
        raise NothingToReadError(
            f"expected an archive in {folder}, found none",
            hint="decisions stand in it: start `live`, or a kept replay",
        )
    connection = connect(path, write=True)
    try:
        with told(path), transaction(connection):
            return [int(connection.execute(_INSERT, row).get) for row in rows]
    finally:
        connection.close()


def take(folder: Path, since: int, ids: Sequence[int]) -> None:
    """Says that an engine counts by these from an event time (µs) on.

    Raises:
        ArchiveError: the archive cannot be written.
    """
    path = folder / FILE
    connection = connect(path, write=True)
    try:
        with told(path), transaction(connection):
            connection.executemany(
                "UPDATE decision SET since = ? WHERE id = ? AND since = 0",
                [(since, one) for one in ids],
            )
    finally:
        connection.close()


def newest(folder: Path) -> int:
    """The id of the last one; 0 where there is none, or no archive.

    Raises:
        ArchiveError: it cannot be read.
    """
    found = _rows(folder, "SELECT coalesce(max(id), 0) FROM decision")
    return int(found[0][0]) if found else 0


def rows(folder: Path) -> list[Row]:
    """All of them with their columns as `COLUMNS`, in order; none where there is no archive.

    Raises:
        ArchiveError: it cannot be read.
    """
    return _rows(folder, f"SELECT {', '.join(COLUMNS)} FROM decision ORDER BY id")  # noqa: S608 -- our own names


def last_slice(folder: Path) -> int:
    """The end of the newest slice whose board is kept, µs; 0 where there is none.

    Raises:
        ArchiveError: it cannot be read.
    """
    found = _rows(folder, "SELECT coalesce(max(at), 0) FROM slice")
    return int(found[0][0]) if found else 0


def _rows(folder: Path, query: str) -> list[Row]:
    path = folder / FILE
    if not path.is_file():
        return []
    connection = connect(path, write=False)
    try:
        with told(path):
            # an archive of before has no decision
            return list(connection.execute(query)) if version(connection) >= REVIEWED else []
    finally:
        connection.close()
