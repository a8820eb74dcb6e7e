"""The archive of one stream: what a run commits, and where the next one goes on.

A data folder holds one stream: a recording that is being replayed, or live sources. Whoever writes
holds the folder's lock, which the system lets go of when the process ends, however it ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import apsw
import msgspec

from groundswell.archive.aside import Aside, Written
from groundswell.archive.codec import Resolve
from groundswell.archive.database import (
    FILE,
    PATIENCE_MS,
    Hook,
    connect,
    nothing,
    told,
    transaction,
)
from groundswell.archive.journal import Journal
from groundswell.archive.lock import locked
from groundswell.archive.retention import Retention, prune
from groundswell.archive.revising import revise, rewind
from groundswell.archive.rows import text
from groundswell.archive.snapshots import Snapshots
from groundswell.archive.writing import write_board, write_counted, write_gaps
from groundswell.errors import ArchiveError
from groundswell.model import Board, Counted
from groundswell.revision import Keys, Revision

__all__ = ["Archive", "Position", "Retention", "Stream"]

SNAPSHOTS: Final = "snapshots"
JOURNAL: Final = "journal"

Kind = Literal["replay", "live"]
AfterSlice = Callable[[apsw.Connection, int, Sequence[Board]], None]
"""Called after the rows of a slice, in their transaction: connection, its end, its boards."""
Gap = tuple[int, int, str]


def nobody(_: str) -> frozenset[int]:
    """The terms of a label where nothing is ever taken back."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Stream:
    """What an archive holds."""

    kind: Kind
    identity: Mapping[str, Any]
    """What is read and by which rules, as JSON."""
    committed: int = 0
    """End of the last slice whose rows are there, µs; 0 before the first."""
    cursors: Mapping[str, str] = field(default_factory=dict)
    """By source, where it stood at the last commit."""
    done: bool = False
    """Whether a recording was read to its end."""


@dataclass(frozen=True, slots=True)
class Position:
    """A snapshot, and where to read on from it."""

    file: str
    bytes: int
    at: int
    """Newest event time that it knows, µs."""
    cursors: Mapping[str, str]
    journal: int
    """First segment of the journal that it does not know."""


class Archive:
    """The writer's side of a data folder.

    Call order: `begin` once, then `commit` and `save` as often as wanted, `close` at the end. After
    an error the run must end: what was not committed is read again by the next one.

    Raises:
        ArchiveError: another run writes here, the folder cannot be made, the file is damaged.
    """

    def __init__(
        self, folder: Path, *, retention: Retention | None = None, points: Hook = nothing
    ) -> None:
        self.folder = folder
        self._retention = retention or Retention()
        self._points = points
        self._unwiped = False
        """Whether words that were taken back may still stand in the database's log."""
        with told(folder):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = locked(folder)
        try:
            self._db = connect(folder / FILE, write=True)
            self.snapshots = Snapshots(folder / SNAPSHOTS, points)
            self._aside = Aside(self.snapshots.write)
            self.journal = Journal(folder / JOURNAL, points)
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends writing and lets go of the folder; more than once is fine."""
        if self._lock >= 0:
            self._aside.close()
            self.journal.close()
            self._db.close()
            os.close(self._lock)
            self._lock = -1

    # -- where it stands -------------------------------------------------------------------------

    @property
    def stream(self) -> Stream | None:
        """What the archive holds; None while it is empty."""
        with told(self.folder):
            row = self._db.execute(
                "SELECT kind, identity, committed, cursors, done FROM stream"
            ).fetchone()
        if row is None:
            return None
        kind, identity, committed, cursors, done = row
        decode = msgspec.json.decode
        return Stream(kind, decode(identity), committed, decode(cursors), bool(done))

    @property
    def position(self) -> Position | None:
        """The snapshot to go on from; None where there is none."""
        with told(self.folder):
            row = self._db.execute(
                "SELECT file, bytes, at, cursors, journal FROM snapshot"
            ).fetchone()
        if row is None:
            return None
        file, size, at, cursors, journal = row
        return Position(file, size, at, msgspec.json.decode(cursors), journal)

    def begin(self, kind: Kind, identity: Mapping[str, Any]) -> None:
        """Says what the archive holds from now on; a live stream may have changed its rules."""
        with told(self.folder), transaction(self._db):
            self._db.execute(
                "INSERT INTO stream VALUES (1, ?, ?, 0, '{}', 0) "
                "ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, identity = excluded.identity",
                (kind, text(identity)),
            )

    def load(self, position: Position, resolve: Resolve) -> Any:
        """The value of a snapshot.

        Raises:
            ArchiveError: it is damaged or of another version.
        """
        return self.snapshots.read(position.file, resolve)

    # -- what a run does -------------------------------------------------------------------------

    def commit(  # noqa: PLR0913 -- all that one transaction holds
        self,
        boards: Sequence[Board],
        counted: Sequence[Counted],
        cursors: Mapping[str, str],
        *,
        gaps: Mapping[str, Sequence[Gap]] | None = None,
        done: bool = False,
        revisions: Sequence[Revision] = (),
        keys: Keys = nobody,
        after_slice: AfterSlice | None = None,
    ) -> None:
        """Rows of whole slices and the sources' places, in one transaction.

        Boards come in the order of their slices, each slice with all of its boards. What a close
        took back falls in the rows before that slice, so how slices are committed together changes
        no row. `keys` says which terms stand in a label; `after_slice` adds rows of its own.

        Raises:
            ArchiveError: the disk is full or fails, or a slice is there already; nothing is kept.
        """
        self._points("before-rows")
        with told(self.folder), _once(boards), transaction(self._db):
            ends = sorted({board.at for board in boards})
            for at in sorted({*ends, *(one.before for one in revisions)}):
                for one in (one for one in revisions if one.before == at):
                    self._unwiped |= revise(self._db, one, keys) > 0
                for board in (board for board in boards if board.at == at):
                    write_board(self._db, board)
                    if board is boards[0]:
                        self._points("mid-rows")
                for point in (point for point in counted if point.at == at):
                    write_counted(self._db, point)
                if after_slice is not None and at in ends:
                    after_slice(self._db, at, [board for board in boards if board.at == at])
                prune(self._db, self._retention, at)
            for source, lost in (gaps or {}).items():
                write_gaps(self._db, source, lost)
            self._db.execute(
                "UPDATE stream SET committed = max(committed, ?), cursors = ?, done = ?",
                (ends[-1] if ends else 0, text(cursors), int(done)),
            )
            self._points("after-rows")
        self._points("after-commit")
        self._wipe()

    def save(self, value: Any, at: int, cursors: Mapping[str, str]) -> Position:
        """Keeps a snapshot, and drops what it makes needless: the one before, and the journal.

        Raises:
            ArchiveError: it cannot be written; the one before stays.
        """
        self.saved(wait=True)
        journal = self._turn()
        return self._point(Written(*self.snapshots.write(value), at, dict(cursors), journal))

    def save_aside(self, value: Any, at: int, cursors: Mapping[str, str]) -> None:
        """Like `save`, but written by a thread from a copy while the run goes on.

        No row points to it until `saved` is called; a crash before goes on from the one before.
        """
        self.saved(wait=True)
        self._aside.begin(value, at, cursors, self._turn())

    def saved(self, *, wait: bool = False) -> bool:
        """Commits a snapshot that a thread has written; whether none is being written any more.

        Raises:
            ArchiveError: it could not be written; the one before stays.
        """
        written = self._aside.take(wait=wait)
        if written is not None:
            self._point(written)
        return not self._aside.busy

    def _turn(self) -> int:
        """First segment of the journal that a snapshot of now does not know."""
        return self.journal.turn() if self.journal.used else 0

    def _point(self, new: Written) -> Position:
        """Makes a snapshot's file the one to go on from."""
        with told(self.folder), transaction(self._db):
            self._db.execute(
                "INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?, ?, ?, ?)",
                (new.file, new.bytes, new.at, text(new.cursors), new.journal),
            )
        self._points("after-snapshot-commit")
        self.snapshots.keep_only(new.file)
        self.journal.drop(new.journal)
        return Position(*new)

    def revise(self, revisions: Sequence[Revision], keys: Keys) -> int:
        """Takes back at once what is no matter of a slice; returns the rows that changed or went.

        Raises:
            ArchiveError: the disk is full or fails; nothing has changed.
        """
        with told(self.folder), transaction(self._db):
            rows = sum(revise(self._db, one, keys) for one in revisions)
        self._unwiped = True
        self._wipe()
        return rows

    def _wipe(self) -> None:
        """Empties the log, in which what was taken back still stands; later, if somebody reads."""
        if not self._unwiped:
            return
        with told(self.folder):
            self._db.set_busy_timeout(0)
            try:
                row = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                self._unwiped = row is None or bool(row[0])
            except apsw.BusyError:
                pass
            finally:
                self._db.set_busy_timeout(PATIENCE_MS)

    def compact(self) -> None:
        """Writes the database anew, without a page that is free.

        Raises:
            ArchiveError: the disk is full or fails.
        """
        with told(self.folder):
            self._db.pragma("temp_store", "memory")
            self._db.execute("VACUUM")
        self._unwiped = True
        self._wipe()

    def rewrite(self, value: Any) -> None:
        """Keeps a snapshot in place of the one that stands there; for a folder at rest.

        Raises:
            ArchiveError: it cannot be written; the one before stays.
        """
        name, size = self.snapshots.write(value)
        with told(self.folder), transaction(self._db):
            self._db.execute("UPDATE snapshot SET file = ?, bytes = ?", (name, size))
        self.snapshots.keep_only(name)

    def rewind(self, at: int) -> None:
        """Drops what was told after slice end `at`: it is told anew by the run that goes on.

        Hours that are not over then lose what they had.

        Raises:
            ArchiveError: the disk is full or fails; nothing has changed.
        """
        with told(self.folder), transaction(self._db):
            rewind(self._db, at)
        self._unwiped = True

    def forget_snapshot(self) -> None:
        """Lets go of a snapshot that can no longer be used: the desk learns anew."""
        with told(self.folder), transaction(self._db):
            self._db.execute("DELETE FROM snapshot")
        self.snapshots.keep_only("")


class _once:  # noqa: N801 -- used as `with _once(...)`
    """A slice that comes twice is our own fault, and loud."""

    def __init__(self, boards: Sequence[Board]) -> None:
        self._boards = boards

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, apsw.ConstraintError):
            at = self._boards[0].at if self._boards else 0
            raise ArchiveError(
                f"expected slices that the archive does not have, got one at or after {at} again",
                hint="this is our fault: run it with --debug and tell us",
            ) from error
