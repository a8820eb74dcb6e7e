"""One process: a recording in, boards out, in the calling thread, as fast as asked.

`following` does the same for live sources.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from groundswell.engines.boards import Boards, Plan
from groundswell.engines.hands import Alone, Hands
from groundswell.engines.loading import load_boards, load_kernel
from groundswell.engines.ordering import Ordering, in_order
from groundswell.engines.run import Run
from groundswell.engines.searching import Search
from groundswell.errors import NothingToReadError, UsageError
from groundswell.explanation import Explanation
from groundswell.kernel.pipeline import Rules
from groundswell.model import MICROSECONDS, Batch, Summary
from groundswell.sources import Source

ALLOWANCE_US = 60 * MICROSECONDS
"""How far lines of a recording may be out of order."""


def replay(
    source: Source,
    rules: Rules,
    run: Run,
    *,
    speed: float = 0.0,
    quick_us: int = 0,
    plan: Plan | None = None,
    hands: Hands | None = None,
) -> Summary:
    """Runs a recording through the kernel to its end, or until `run.stop` is set.

    `speed` is event time over time here: 1 as it was, 60 a minute a second, 0 as fast as possible.
    The first `quick_us` of event time pass as fast as possible in any case.
    `plan` says which boards there are besides `all`, `hands` who reads and counts: this process
    where none are given. A kept run goes on where it stopped, however it stopped: up to there it
    counts as fast as it can, and tells nothing twice.

    Raises:
        NothingToReadError: not one line of it is a post.
        SourceError: it cannot be read.
        ArchiveError: it cannot be kept.
    """
    boards, ordering = load_boards(rules, plan, hands), Ordering(ALLOWANCE_US)
    run.begin(boards)
    key, after = _resumed(source, run, boards, ordering)
    run.bar(boards, begin=True)
    pace = _Pace(speed, run, quick_us, _Lead(boards.hands if speed <= 0 else Alone()))
    for batch in _given(source, run, key, after):
        ordering.take(batch)
        if batch.rejected:
            run.note(Batch(rejected=batch.rejected, source=batch.source))
        if run.keeper:
            run.keeper.heard(key, batch.cursor)
        _count(boards, ordering, run, pace, idle=not batch.ids)
        if run.stop.is_set():
            break
    if not run.stop.is_set():
        _count(boards, ordering, run, pace, all_=True)
    if run.tally.read == 0 and not run.stop.is_set():
        raise NothingToReadError(
            f"expected posts in {source.name}, found none in {run.tally.rejected} lines",
            hint="see the post format in the README, or keep the reasons with --rejects",
        )
    run.end(boards, whole=not run.stop.is_set())
    return run.summary(boards)


def _resumed(source: Source, run: Run, boards: Boards, ordering: Ordering) -> tuple[str, str]:
    """The source's key, and the cursor to read on from: where a kept run goes on."""
    run.began = time.monotonic()
    key = source.name
    if run.keeper is None:
        return key, ""
    cursors = run.keeper.go_on(boards, ordering, {key: source})
    run.tally = run.keeper.tally
    return key, cursors.get(key, "")


def _given(source: Source, run: Run, key: str, after: str) -> Iterator[Batch]:
    """Batches of a recording; of a kept one first those that were received and not yet kept."""
    if run.keeper:
        yield Batch()  # what waited when the run ended comes first
        for _, batch in run.keeper.again():
            yield run.leave_out(batch)
    for batch in source.read(after=after):
        if run.stop.is_set():
            source.close()
            return
        run.leave_out(batch)
        if run.keeper:
            run.keeper.receive(key, batch)
        yield batch


def _count(
    boards: Boards,
    ordering: Ordering,
    run: Run,
    pace: _Pace,
    *,
    all_: bool = False,
    idle: bool = False,
) -> None:
    """Counts what is in order, each batch when its time has come; `idle` where none came."""
    while pace.lead.enough(ordering, idle=all_ or idle):
        batch = ordering.next(all_=all_)
        if batch is None:
            return
        if pace.waits(batch):
            ordering.take(batch)  # meanwhile it stands where a snapshot and who forgets find it
            run.rest(pace.due(batch) - time.monotonic(), boards, ordering)
            batch = ordering.next(all_=all_) or Batch()
        if run.stop.is_set():
            ordering.take(batch)
            return
        run.note(batch)
        began = time.monotonic()
        run.show(boards.add(batch), boards, began)
        if run.keeper:
            run.keeper.settle()
        run.foresee(boards)
        run.forget(boards, ordering)
        run.answer(boards.main)


def explained(
    source: Source, rules: Rules, term: str, *, at_us: int | None, stop: threading.Event
) -> Explanation:
    """What the board of the slice that holds `at_us` says of a term, and when it was listed.

    Without a time: of the slice in which most people above usual said it, of those that list it if
    any do. Where it is not on the board at a time, up to an hour more is read, to see it come.

    Raises:
        UsageError: there is no word in `term`, or no slice holds the time.
        NothingToReadError: not one line of the source is a post.
    """
    kernel = load_kernel(rules)
    if not kernel.ask(term):
        raise UsageError(f"expected a word, hashtag, emoji or link, got {term!r}")
    search = Search(at_us, rules.slice_us)
    for batch in in_order(source.read(), ALLOWANCE_US):
        kernel.add(batch)
        search.see(kernel.explained)
        kernel.explained.clear()
        if search.over or stop.is_set():
            source.close()
            break
    kernel.finish()
    search.see(kernel.explained)
    return search.result(source.name)


@dataclass(slots=True)
class _Lead:
    """Posts that are in order and stay uncounted, so that other hands may read them meanwhile."""

    hands: Hands
    _given: set[int] = field(default_factory=set)
    """Buckets that were given to them."""

    def enough(self, ordering: Ordering, *, idle: bool) -> bool:
        """Whether more stay than are to lead, or nothing comes that could be waited for."""
        if not self.hands.most:
            return True
        ready, room = ordering.ready(), True
        for number in ready:
            if room and number not in self._given:
                room = self.hands.ahead(ordering.sorted(number))
                if room:
                    self._given.add(number)
        self._given.intersection_update(ready)
        return idle or sum(len(ordering.buckets[one]) for one in ready) > self.hands.most


@dataclass(slots=True)
class _Pace:
    """When the time of a batch has come; ordering cuts batches to ten seconds."""

    speed: float
    """Event time over time here; 0 for no waiting."""
    run: Run
    quick: int
    """Event time at the beginning that goes by as fast as it can, µs."""
    lead: _Lead
    _first: int | None = None
    _origin: int | None = None
    _began: float = 0.0

    def waits(self, batch: Batch) -> bool:
        """Whether it goes by time: what a kept run knows already does not."""
        if self.speed <= 0 or not batch.times:
            return False
        if self._first is None:
            self._first = batch.times[0]
        known = self.run.keeper.committed if self.run.keeper else 0
        return batch.times[0] >= max(known, self._first + self.quick)

    def due(self, batch: Batch) -> float:
        """When it is to be counted, monotonic seconds; the first one that waits is due at once."""
        if self._origin is None:
            self._origin, self._began = batch.times[0], time.monotonic()
        return self._began + (batch.times[0] - self._origin) / MICROSECONDS / self.speed
