"""The file of users as it is now: asked and changed from any thread, made with the first user."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from groundswell.archive.database import transaction
from groundswell.doors.database import FILE, connect, told


class Ledger:
    """The file of a data folder; safe between threads. Nothing is made before there is a user.

    Args:
        folder: the data folder.
        now: seconds since 1970.
    """

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._path = folder / FILE
        self.now = now
        self._lock = threading.RLock()
        self._connection: apsw.Connection | None = None
        self._inode = 0

    @property
    def exists(self) -> bool:
        """Whether there ever was a user."""
        return self._path.exists()

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a question gives; nothing where there is no file."""
        if not self.exists:
            return []
        with self._lock, told(self._path):
            return list(self._open().execute(statement, values))

    def change(self, statement: str, values: Sequence[Any], *, make: bool = False) -> int:
        """How many rows it changed; none where there is no file, unless it is to be made."""
        if not (make or self.exists):
            return 0
        with self.changing() as connection:
            connection.execute(statement, values)
            return connection.changes()

    @contextmanager
    def changing(self) -> Iterator[apsw.Connection]:
        """All that is done inside, or nothing."""
        with self._lock, told(self._path), transaction(connection := self._open()):
            yield connection

    def _open(self) -> apsw.Connection:
        """The file as it is now: another may stand there since, as after a restore."""
        inode = self._path.stat().st_ino if self.exists else 0
        if self._connection is not None and inode == self._inode:
            return self._connection
        self.close()
        self._connection = connect(self._path)
        self._inode = self._path.stat().st_ino
        return self._connection
