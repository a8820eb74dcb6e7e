"""The file of users, tokens and sessions: SQLite as the archive has it, and its owner's alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import apsw

from groundswell.archive.database import check_version, durable, transaction
from groundswell.errors import DoorsError

FILE: Final = "doors.sqlite"
VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE user (
  name TEXT PRIMARY KEY COLLATE NOCASE,
  role INTEGER NOT NULL,
  hash TEXT NOT NULL,        -- argon2id, with its parameters
  created_at INTEGER NOT NULL  -- s since 1970, as all times here
) STRICT, WITHOUT ROWID;
CREATE TABLE token (
  id INTEGER PRIMARY KEY,
  user TEXT NOT NULL COLLATE NOCASE REFERENCES user ON DELETE CASCADE,
  label TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE,   -- SHA-256
  role INTEGER NOT NULL,       -- at most; never more than the user's
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  UNIQUE (user, label)
) STRICT;
CREATE TABLE session (
  hash BLOB PRIMARY KEY,       -- SHA-256
  user TEXT NOT NULL COLLATE NOCASE REFERENCES user ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_user ON session (user);
"""


def connect(path: Path) -> apsw.Connection:
    """The file, made where there is none; only its owner may read it.

    Raises:
        DoorsError: it cannot be written, is damaged, or of a later version.
    """
    check_version(apsw.sqlite_lib_version())
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite gives its log and index the rights of the file itself
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)
        if os.geteuid() == 0:  # as SQLite does with its log: it stays the desk's
            owner = path.parent.stat()
            os.chown(path, owner.st_uid, owner.st_gid)
        connection = durable(path)
        with transaction(connection):
            _migrate(path, connection)
        return connection


def _migrate(path: Path, connection: apsw.Connection) -> None:
    have = connection.pragma("user_version")
    if have == 0:
        connection.execute(_SCHEMA)
        connection.pragma("user_version", VERSION)
    elif have != VERSION:
        raise DoorsError(
            f"expected {path} of version {VERSION}, found version {have}",
            hint="a later Groundswell made it: use that one",
        )


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns what SQLite and the system say into errors that say what to do.

    Raises:
        DoorsError: anything of the two went wrong.
    """
    try:
        yield
    except (apsw.Error, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise DoorsError(
            f"expected to read and write {path}, got: {reason}",
            hint="only its owner may: run it as the user that runs the desk",
        ) from error
