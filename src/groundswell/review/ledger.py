"""Where decisions are kept: in a run's archive, or in memory where it keeps none.

Every process that has the folder may add some. Who follows asks `changed` now and then: it is one
small look at the file.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from groundswell.archive import decisions as archived
from groundswell.errors import UsageError
from groundswell.review.decisions import DESK, Decision, Draft, Kind, Verb, undoing
from groundswell.review.rulings import Rulings, fold, in_force, undone
from groundswell.times import MICROSECONDS


class Ledger:
    """All decisions about one desk, in order. Safe between threads and processes.

    `before_publish` says whether stories wait for approval. Clock is in seconds since 1970.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        before_publish: bool = False,
        clock: Callable[[], float] = time.time,
        replayed: Sequence[Decision] = (),
    ) -> None:
        """Where there is no folder, `replayed` are decisions of another desk's log."""
        self.folder = folder
        self.before_publish = before_publish
        self._clock = clock
        self._held: list[Decision] = list(replayed)
        self.follows = not replayed
        """Whether decisions are of the run itself; else they were made before it."""
        self._lock = threading.Lock()

    def add(self, drafts: Sequence[Draft]) -> list[Decision]:
        """Adds decisions, all or none; returns them with their numbers.

        Raises:
            NothingToReadError: the folder has no archive.
            ArchiveError: the archive cannot be written.
        """
        at = int(self._clock() * MICROSECONDS)
        with self._lock:
            if self.folder is None:
                last = self._held[-1].id if self._held else 0
                ids = list(range(last + 1, last + len(drafts) + 1))
            else:
                ids = archived.add(self.folder, [_row(one, at) for one in drafts])
            made = [_decision(one, i, at) for one, i in zip(drafts, ids, strict=True)]
            if self.folder is None:
                self._held += made
        return made

    def undo(self, who: str, number: int, reason: str = "") -> Decision:
        """Undoes a decision by its number.

        Raises:
            UsageError: there is none of this number, or it is undone already.
            ArchiveError: the archive cannot be written.
        """
        decisions = self.all()
        found = next((one for one in decisions if one.id == number), None)
        if found is None:
            raise UsageError(
                f"expected the number of a decision, got {number}",
                hint="`groundswell review list` has all of them",
            )
        if number in undone(decisions):
            raise UsageError(f"expected a decision that holds, got {number}: it is undone already")
        return self.add([undoing(who, found, reason)])[0]

    def all(self) -> list[Decision]:
        """All of them, the oldest first.

        Raises:
            ArchiveError: the archive cannot be read.
        """
        if self.folder is None:
            with self._lock:
                return list(self._held)
        return [_of_row(row) for row in archived.rows(self.folder)]

    def newest(self) -> int:
        """The number of the last one, 0 where there is none: another one says that some came.

        Raises:
            ArchiveError: the archive cannot be read.
        """
        if self.folder is None:
            with self._lock:
                return self._held[-1].id if self._held else 0
        return archived.newest(self.folder)

    def rulings(self) -> Rulings:
        """What they come to.

        Raises:
            ArchiveError: the archive cannot be read.
        """
        return fold(self.all(), before_publish=self.before_publish)

    def take(self, since: int, ids: Sequence[int]) -> None:
        """Says that an engine counts by these from an event time (µs) on.

        Raises:
            ArchiveError: the archive cannot be written.
        """
        if self.folder is not None:
            archived.take(self.folder, since, ids)
            return
        with self._lock:
            for i, one in enumerate(self._held):
                if one.id in ids and not one.since:
                    self._held[i] = replace(one, since=since)

    def hold(self) -> None:
        """Has stories wait from now on, where `before_publish` says so and they do not yet.

        What the archive has already stays as it is. Where `before_publish` was taken back and is
        set again, it holds from where it did first.

        Raises:
            ArchiveError: the archive cannot be written.
        """
        if not self.before_publish or any(one.verb is Verb.HOLD for one in in_force(self.all())):
            return
        since = archived.last_slice(self.folder) if self.folder is not None else 0
        self.add([Draft("settings", Verb.HOLD, Kind.DESK, DESK, str(since))])


def _row(one: Draft, at: int) -> archived.Row:
    return (at, one.who, str(one.verb), str(one.kind), one.subject, one.value, one.reason,
            one.undoes, 0)  # fmt: skip


def _decision(one: Draft, number: int, at: int) -> Decision:
    return Decision(
        one.who, one.verb, one.kind, one.subject, one.value, one.reason, one.undoes, number, at
    )


def _of_row(row: archived.Row) -> Decision:
    number, at, who, verb, kind, subject, value, reason, undoes, since = row
    return Decision(
        who, Verb(verb), Kind(kind), subject, value, reason, undoes, number, at, since
    )  # fmt: skip
