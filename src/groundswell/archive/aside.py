"""Writing a snapshot in a thread while the run goes on; one at a time.

Owns the thread and what is on its way. The value is copied when it is asked for; what the file is
good for is committed by whoever asks `take`, from the run's own thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from groundswell.archive.codec import Still, still


class Written(NamedTuple):
    """A snapshot's file, and where a run goes on from it."""

    file: str
    bytes: int
    at: int
    cursors: Mapping[str, str]
    journal: int


class Aside:
    """Calls `write` (a value; returns a file's name and size) in a thread."""

    def __init__(self, write: Callable[[Still], tuple[str, int]]) -> None:
        self._write = write
        self._pool: ThreadPoolExecutor | None = None
        self._coming: tuple[Future[tuple[str, int]], int, Mapping[str, str], int] | None = None

    @property
    def busy(self) -> bool:
        """Whether a snapshot was begun and not taken yet."""
        return self._coming is not None

    def begin(self, value: Any, at: int, cursors: Mapping[str, str], journal: int) -> None:
        """Copies a value and has the copy written; the one before must have been taken."""
        copied = still(value)
        self._pool = self._pool or ThreadPoolExecutor(1, "snapshot")
        self._coming = (self._pool.submit(self._write, copied), at, dict(cursors), journal)

    def take(self, *, wait: bool) -> Written | None:
        """What was written; None where there is nothing, or not yet.

        Raises:
            ArchiveError: it could not be written.
        """
        if self._coming is None or not (wait or self._coming[0].done()):
            return None
        future, at, cursors, journal = self._coming
        self._coming = None
        return Written(*future.result(), at, cursors, journal)

    def close(self) -> None:
        """Waits for the thread: it must not write when another may."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
