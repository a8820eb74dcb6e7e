"""Snapshot files: written whole or not at all, removed when no row points to them.

A file is written under another name, made durable, renamed, and the folder made durable; only then
may a row point to it. So the file of a committed row is always whole.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from groundswell.archive import codec
from groundswell.archive.database import Hook, nothing, told
from groundswell.archive.disk import sync
from groundswell.errors import ArchiveError

ENDING: Final = ".snapshot"


class Snapshots:
    """The folder of snapshots.

    Raises:
        ArchiveError: it cannot be made.
    """

    def __init__(self, folder: Path, points: Hook = nothing) -> None:
        self._folder = folder
        self._points = points
        with told(folder):
            folder.mkdir(parents=True, exist_ok=True)

    def write(self, value: Any) -> tuple[str, int]:
        """Puts a value on disk; returns the file's name and size. No row points to it yet.

        Raises:
            ArchiveError: it cannot be written; nothing of it stays.
        """
        name = f"{self._next():08d}{ENDING}"
        path, temporary = self._folder / name, self._folder / f"{name}.part"
        self._points("before-snapshot")
        with told(path):
            try:
                with temporary.open("wb") as file:
                    size = codec.write(file, value, midway=lambda: self._midway(file))
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(path)
                sync(self._folder)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
        self._points("after-snapshot")
        return name, size

    def _midway(self, file: Any) -> None:
        file.flush()
        self._points("mid-snapshot")

    def read(self, name: str, resolve: codec.Resolve) -> Any:
        """The value of a file.

        Raises:
            ArchiveError: it is not there, damaged, or of another version.
        """
        with told(self.path(name)):
            return codec.read(self.path(name), resolve)

    def check(self, name: str) -> None:
        """Compares a file with its checksum.

        Raises:
            ArchiveError: it is not there or damaged.
        """
        with told(self.path(name)):
            codec.check(self.path(name))

    def path(self, name: str) -> Path:
        """Where a snapshot stands.

        Raises:
            ArchiveError: that is no snapshot's name.
        """
        if Path(name).name != name or not name.endswith(ENDING):
            raise ArchiveError(f"expected the name of a snapshot, found {name!r}")
        return self._folder / name

    def keep_only(self, name: str) -> None:
        """Removes every other file: what no committed row points to."""
        for path in self._folder.iterdir():
            if path.name != name and ENDING in path.suffixes:
                path.unlink(missing_ok=True)

    def _next(self) -> int:
        numbers = [path.name.partition(".")[0] for path in self._folder.iterdir()]
        return max((int(number) for number in numbers if number.isdigit()), default=0) + 1
