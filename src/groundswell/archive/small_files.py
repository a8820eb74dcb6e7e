"""Small files that several processes change: whole, one at a time, and noticed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundswell.archive.database import told
from groundswell.archive.disk import sync

Stamp = tuple[int, int, int]


def stamp(path: Path) -> Stamp:
    """What is another one when a file was put anew; that of no file is zeros."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return found.st_ino, found.st_mtime_ns, found.st_size


def put(path: Path, data: bytes) -> None:
    """Writes a file of its owner's, durable, whole or not at all.

    Raises:
        ArchiveError: it cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    with told(path):
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync(path.parent)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One at a time changes the files of a folder, which is made where there is none."""
    with told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
