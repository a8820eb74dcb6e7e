"""Who writes an archive: the lock of its folder, which the system lets go of with its process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

from groundswell.errors import ArchiveError

LOCK: Final = "lock"


def is_kept(folder: Path) -> bool:
    """Whether a run keeps its archive in a folder now."""
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def locked(folder: Path) -> int:
    """Holds the folder's lock.

    Raises:
        ArchiveError: another process holds it.
    """
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise ArchiveError(
            f"expected {folder} to be free, another groundswell keeps its archive there",
            hint="end it, or name another folder: GROUNDSWELL_DATA_DIR=…",
        ) from None
    return descriptor
