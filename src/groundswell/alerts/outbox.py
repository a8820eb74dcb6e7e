"""What waits to be sent, what was sent and what came of it: the archive's `delivery` by wall clock.

An alert's rows are written with it, in the engine's transaction. A message gets its id before it is
first tried and keeps it, so whoever gets it twice after a crash can tell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from groundswell.alerts.saying import Told
from groundswell.archive.database import FILE, connect, told, transaction
from groundswell.archive.reading import Reader
from groundswell.errors import NothingToReadError
from groundswell.model import MICROSECONDS, iso

MOST: Final = 10_000
"""Rows of the log, and alerts of one channel that are looked at."""
DAY_US: Final = 86_400 * MICROSECONDS
_ALERT: Final = "alert.id, alert.rule, alert.board, alert.at, alert.simulated, alert.body"
_WAITING: Final = (
    f"SELECT delivery.message, delivery.tries, delivery.due, {_ALERT} "  # noqa: S608 -- our own names
    "FROM delivery JOIN alert ON alert.id = delivery.alert "
    "WHERE delivery.channel = ? AND delivery.state = 'waiting' ORDER BY alert.at, alert.id LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert that a channel has not got."""

    message: str
    """The id under which it was tried; empty before the first time."""
    tries: int
    due: int
    """When it is to be tried, µs since 1970."""
    told: Told


class Outbox:
    """The rows of one channel; for one thread. Where an alert was taken back, nothing waits.

    Raises:
        ArchiveError: the archive cannot be read or written.
    """

    def __init__(self, folder: Path, channel: str) -> None:
        self._path = folder / FILE
        self._channel = channel
        self._db = connect(self._path, write=True)

    def close(self) -> None:
        """Lets go of the archive."""
        self._db.close()

    def waiting(self) -> list[Waiting]:
        """All that waits, oldest first."""
        with told(self._path):
            rows: list[tuple[Any, ...]] = self._db.execute(
                _WAITING, (self._channel, MOST)
            ).fetchall()
        return [Waiting(message, tries, due, _told(rest)) for message, tries, due, *rest in rows]

    def last_sent(self) -> int:
        """When the channel last took a message, µs since 1970; 0 for never."""
        with told(self._path):
            return int(self._db.execute(
                "SELECT coalesce(max(at), 0) FROM delivery "
                "WHERE channel = ? AND state = 'sent' AND alert NOT LIKE 'msg_test_%'",
                (self._channel,),
            ).get)  # fmt: skip

    def begin(self, some: Sequence[Waiting]) -> str:
        """Makes a message of some, durably; returns its id: the alert's own where it is one."""
        ids = [one.told.id for one in some]
        number = ids[0] if len(ids) == 1 else digest_id(ids)
        with told(self._path), transaction(self._db):
            self._db.executemany(
                "UPDATE delivery SET message = ? WHERE alert = ? AND channel = ?",
                [(number, one, self._channel) for one in ids],
            )
        return number

    def mark(self, ids: Sequence[str], state: str, now: int, outcome: str, *, due: int = 0) -> None:
        """Notes what came of a try, or that none will be made."""
        with told(self._path), transaction(self._db):
            self._db.executemany(
                "UPDATE delivery SET state = ?, tries = tries + ?, due = ?, at = ?, outcome = ? "
                "WHERE alert = ? AND channel = ?",
                [(state, int(state != "stopped"), due, now, outcome[:300], one, self._channel)
                 for one in ids],
            )  # fmt: skip

    def tested(self, number: str, state: str, now: int, outcome: str) -> None:
        """Notes what came of a test."""
        with told(self._path), transaction(self._db):
            self._db.execute(
                "INSERT OR REPLACE INTO delivery VALUES (?, ?, ?, ?, 1, 0, ?, ?)",
                (number, self._channel, number, state, now, outcome[:300]),
            )

    def gone(self, address: str) -> str:
        """Why the channel takes nothing any more; empty where it does, or has a new address."""
        with told(self._path):
            found = self._db.execute(
                "SELECT reason FROM endpoint WHERE channel = ? AND address = ?",
                (self._channel, _digest(address)),
            ).get
        return str(found or "")

    def disable(self, address: str, now: int, reason: str) -> None:
        """Notes that an address wants nothing any more; of it no more than a digest is kept."""
        with told(self._path), transaction(self._db):
            self._db.execute(
                "INSERT OR REPLACE INTO endpoint VALUES (?, ?, ?, ?)",
                (self._channel, _digest(address), now, reason[:300]),
            )

    def enable(self) -> None:
        """Lets the channel take messages again."""
        with told(self._path), transaction(self._db):
            self._db.execute("DELETE FROM endpoint WHERE channel = ?", (self._channel,))

    def prune(self, now: int, keep_us: int) -> None:
        """Lets go of what was done long ago, and of the oldest where there is too much."""
        with told(self._path), transaction(self._db):
            self._db.execute(
                "DELETE FROM delivery WHERE at < ? AND (state != 'waiting' "
                "OR NOT EXISTS (SELECT 1 FROM alert WHERE alert.id = delivery.alert))",
                (now - keep_us,),
            )
            self._db.execute(
                "DELETE FROM delivery WHERE (alert, channel) IN (SELECT alert, channel "
                "FROM delivery WHERE state != 'waiting' ORDER BY at DESC LIMIT -1 OFFSET ?)",
                (MOST,),
            )


def digest_id(ids: Sequence[str]) -> str:
    """The id of a message of several alerts: the same for the same ones."""
    return f"msg_{hashlib.blake2b(' '.join(sorted(ids)).encode(), digest_size=16).hexdigest()}"


def log(folder: Path, limit: int = 100) -> list[dict[str, Any]]:
    """The newest alerts and tests with what came of them, newest first, as JSON has them.

    Raises:
        ArchiveError: the archive cannot be read.
    """
    try:
        with Reader(folder) as reader:
            if not _has_alerts(reader):
                return []
            alerts = list(reader.rows(
                f"SELECT {_ALERT}, alert.channels FROM alert ORDER BY at DESC, id LIMIT ?",  # noqa: S608
                (limit,),
            ))  # fmt: skip
            tests = list(reader.rows(
                "SELECT * FROM delivery WHERE alert LIKE 'msg_test_%' ORDER BY at DESC LIMIT ?",
                (limit,),
            ))  # fmt: skip
            return [
                *({"id": one["alert"], "test": True, "deliveries": [_done(one)]} for one in tests),
                *(_entry(one, reader) for one in alerts),
            ]
    except NothingToReadError:
        return []


def feed(folder: Path, limit: int = 50) -> list[Told]:
    """The newest alerts of rules that tell by RSS, newest first.

    Raises:
        ArchiveError: the archive cannot be read.
    """
    try:
        with Reader(folder) as reader:
            if not _has_alerts(reader):
                return []
            rows = reader.rows(
                f"SELECT {_ALERT} FROM alert WHERE EXISTS (SELECT 1 "  # noqa: S608 -- our own names
                "FROM json_each(alert.channels) WHERE value = 'rss') "
                "ORDER BY at DESC, id LIMIT ?",
                (limit,),
            )
            return [_told(list(row.values())) for row in rows]
    except NothingToReadError:
        return []


def disabled(folder: Path) -> dict[str, str]:
    """Channels that said that they are gone, and what they said.

    Raises:
        ArchiveError: the archive cannot be read.
    """
    try:
        with Reader(folder) as reader:
            if not _has_alerts(reader):
                return {}
            rows = reader.rows("SELECT channel, reason FROM endpoint")
            return {row["channel"]: row["reason"] for row in rows}
    except NothingToReadError:
        return {}


def _has_alerts(reader: Reader) -> bool:
    """Whether the archive is of a version that has alerts; reading does not bring it to one."""
    return any(reader.rows("SELECT 1 FROM sqlite_master WHERE name = 'alert'"))


def _entry(row: dict[str, Any], reader: Reader) -> dict[str, Any]:
    story = msgspec.json.decode(row["body"])
    rows = reader.rows("SELECT * FROM delivery WHERE alert = ? ORDER BY channel", (row["id"],))
    return {
        "id": row["id"], "test": False, "at": iso(row["at"]), "rule": row["rule"],
        "board": row["board"], "simulated": bool(row["simulated"]),
        "story": {key: story[key] for key in ("id", "title", "posts", "authors", "flags")},
        "channels": msgspec.json.decode(row["channels"]),
        "deliveries": [_done(one) for one in rows],
    }  # fmt: skip


def _done(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "channel": row["channel"], "state": row["state"], "tries": row["tries"],
        "message": row["message"], "at": iso(row["at"] // MICROSECONDS * MICROSECONDS),
        "outcome": row["outcome"],
    }  # fmt: skip


def _told(row: Sequence[Any]) -> Told:
    number, rule, board, at, simulated, body = row
    return Told(number, rule, board, at, bool(simulated), msgspec.json.decode(body))


def _digest(address: str) -> str:
    return hashlib.blake2b(address.encode(), digest_size=16).hexdigest()
