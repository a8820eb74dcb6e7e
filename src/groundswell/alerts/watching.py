"""Crossings in the transaction of their slice: what is written is what is known.

A kept run hands its archive's transaction to `Alerting.take`; a run that keeps nothing has the same
tables in a folder of its own for as long as it lasts (`Unkept`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Final

import apsw

from groundswell.alerts.book import Book
from groundswell.alerts.crossing import WAIT_US, Alert, Crossing, Crossings
from groundswell.alerts.matching import Matcher
from groundswell.alerts.rules import RSS, Rule
from groundswell.archive.backstory import is_first
from groundswell.archive.database import FILE, connect, told, transaction
from groundswell.archive.reading import Reader
from groundswell.archive.retention import Retention, prune
from groundswell.archive.revising import revise_alerts
from groundswell.archive.rows import text
from groundswell.model import MICROSECONDS, Board, Story
from groundswell.revision import Keys, Revision

_LONGEST_US: Final = 30 * 86_400 * MICROSECONDS
"""The longest cooldown."""
_WRITE: Final = (
    "INSERT INTO crossing VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (rule, story, begun) DO UPDATE SET "
    "told = excluded.told, ended = excluded.ended, quiet = excluded.quiet"
)


class Alerting:
    """Finds alerts in slices and writes them; from the engine's thread.

    Args:
        book: the rules.
        matcher: holds stories against them.
        wait_us: event time that a crossing must survive, µs.
        simulated: whether the posts are made up, which every alert then says.
        wake: called when alerts were committed.
    """

    def __init__(
        self,
        book: Book,
        matcher: Matcher,
        *,
        wait_us: int = WAIT_US,
        simulated: Callable[[], bool] = lambda: False,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self._book = book
        self._matcher = matcher
        self._wait_us = wait_us
        self._simulated = simulated
        self._wake = wake
        self._state: Crossings | None = None
        self._told = 0

    def take(self, db: apsw.Connection, at: int, boards: Sequence[Board]) -> None:
        """Takes the boards of a slice, within the transaction that writes it.

        Slices come in order, each once. What waits to be sent is written with the crossing, so
        there is no moment at which one is there without the other.
        """
        if self._state is None:
            self._state = Crossings.known(_known(db, at), self._wait_us)
        rules = self._book.rules()
        if not rules and not self._state.open:
            return

        def first(rule: Rule, story: Story) -> bool:
            reader = Reader.over(db, Path())
            labels = (story.title, *story.terms)
            return is_first(
                reader, rule.board, story.id, labels, story.started_at, rule.first_in_days
            )

        changed, alerts = self._state.see(
            at, rules, {board.board: board for board in boards}, self._matcher.meets, first
        )
        db.executemany(
            _WRITE,
            [(one.rule, one.story, one.begun, one.told, one.ended, one.quiet) for one in changed],
        )
        for alert in alerts:
            _write(db, alert, simulated=self._simulated(), now_us=time.time_ns() // 1_000)
        self._told += len(alerts)

    def committed(self) -> None:
        """Says that what was taken is durable."""
        if self._told:
            self._told = 0
            self._wake()


class Unkept:
    """Alerts of a run that keeps nothing; its tables last as long as its folder."""

    def __init__(self, alerting: Alerting, folder: Path) -> None:
        self._alerting = alerting
        self._path = folder / FILE
        self._db = connect(self._path, write=True)
        self._db.pragma("synchronous", "off")  # nothing of it outlives the run

    def take(self, boards: Iterable[Board], revisions: Sequence[Revision], keys: Keys) -> None:
        """Takes boards of closed slices in order, and what was taken back from those before."""
        slices = [(at, list(some)) for at, some in groupby(boards, key=lambda board: board.at)]
        if not slices and not revisions:
            return
        with told(self._path), transaction(self._db):
            for one in revisions:
                revise_alerts(self._db, one, keys)
            for at, some in slices:
                self._alerting.take(self._db, at, some)
                prune(self._db, Retention(), at)
        self._alerting.committed()

    def close(self) -> None:
        """Lets go of the tables."""
        self._db.close()


def _known(db: apsw.Connection, at: int) -> list[Crossing]:
    """Crossings that matter from slice end `at` on."""
    rows = db.execute(
        "SELECT rule, story, begun, told, ended, quiet FROM crossing "
        "WHERE ended IS NULL OR told > ? ORDER BY begun, rule, story",
        (at - _LONGEST_US,),
    )
    return [Crossing(*row) for row in rows]


def _write(db: apsw.Connection, alert: Alert, *, simulated: bool, now_us: int) -> None:
    story = replace(alert.story, voices=(), eligible=0)  # an archive keeps no post
    one, channels = alert.crossing, alert.rule.to
    db.execute(
        "INSERT INTO alert VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (one.id, alert.at, one.rule, alert.rule.board, one.story, text(channels), int(simulated),
         text(story.to_dict())),
    )  # fmt: skip
    db.executemany(  # a run that was wound back finds again what it has sent
        "INSERT OR IGNORE INTO delivery VALUES (?, ?, '', 'waiting', 0, 0, ?, '')",
        [(one.id, channel, now_us) for channel in channels if channel != RSS],
    )
