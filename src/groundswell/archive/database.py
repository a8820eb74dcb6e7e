"""One SQLite file, opened as the archive needs it, and its errors in words.

WAL lets others read while the desk writes; `synchronous=FULL` makes a commit outlast a power cut;
`secure_delete` overwrites what is deleted. SQLite before 3.51.3 may lose commits when a WAL is
reset, so it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import apsw

from groundswell.archive.schema import migrate, version
from groundswell.errors import ArchiveError

FILE: Final = "archive.sqlite"
OLDEST: Final = (3, 51, 3)
PATIENCE_MS: Final = 10_000
"""How long a lock of another process is waited for."""

Hook = Callable[[str], None]
"""Called with the name of each point that a crash may come at; tests end the process there."""


def nothing(_: str) -> None:
    """The hook of every run that is no test."""


def check_version(found: str) -> None:
    """Refuses an SQLite with the WAL-reset bug.

    >>> check_version("3.51.3")

    Raises:
        ArchiveError: it is older than 3.51.3.
    """
    if tuple(int(part) for part in found.split(".")[:3]) < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise ArchiveError(
            f"expected SQLite {wanted} or later, found {found}, which can lose commits",
            hint="pip install --upgrade apsw",
        )


def connect(path: Path, *, write: bool) -> apsw.Connection:
    """The archive's file; with `write` it is made, and brought to this version.

    Raises:
        ArchiveError: there is none to read, it is damaged, or of a later version.
    """
    check_version(apsw.sqlite_lib_version())
    with told(path):
        if not write:
            connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
            connection.set_busy_timeout(PATIENCE_MS)
            have = version(connection)
            if have == 0:
                connection.close()
                raise ArchiveError(f"expected an archive, found an empty file {path}")
            return connection
        connection = durable(path)
        migrate(connection)
        return connection


def durable(path: Path) -> apsw.Connection:
    """A file as this module's head says: what is committed stays, what is deleted is gone."""
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(PATIENCE_MS)
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")
    connection.pragma("secure_delete", 1)
    connection.pragma("foreign_keys", 1)
    return connection


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns what SQLite and the system say into errors that say what to do.

    Raises:
        ArchiveError: anything of the two went wrong.
    """
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise ArchiveError(
            f"expected an archive in {path}, found damage: {error}",
            hint="restore a backup: groundswell restore FILE",
        ) from error
    except (apsw.FullError, apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError) as error:
        raise unwritable(path, error) from error
    except apsw.BusyError as error:
        raise ArchiveError(
            f"expected the archive {path} to be free, another program has held it for "
            f"{PATIENCE_MS // 1000} s",
            hint="end it, and start again",
        ) from error
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: Exception) -> ArchiveError:
    """The error of a disk that is full, broken or closed to us."""
    reason = getattr(error, "strerror", None) or str(error)
    return ArchiveError(
        f"expected to write {path}, got: {reason}",
        hint="nothing is lost: make room or mend the disk, and start again",
    )


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """All that is done inside, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
