"""Live sources in, boards out.

Sources are read in a thread each; the calling thread counts, and closes slices by the stream's own
clock: the newest event time seen, plus the time that has passed here since. So a wrong clock here
or there moves no slice.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from groundswell.engines.boards import Boards, Plan
from groundswell.engines.hands import Hands
from groundswell.engines.keeping import keyed
from groundswell.engines.loading import load_boards
from groundswell.engines.run import Run
from groundswell.errors import GroundswellError
from groundswell.kernel.pipeline import Rules
from groundswell.model import MICROSECONDS, Batch, Summary
from groundswell.sources import Source
from groundswell.sources.door import kept
from groundswell.sources.once import Once

GRACE_US = MICROSECONDS
"""How long after a slice's end a live stream's last posts are waited for."""

Item = tuple[str, Batch] | GroundswellError
Inbox = queue.Queue[Item]


def live(
    sources: list[Source],
    rules: Rules,
    run: Run,
    *,
    plan: Plan | None = None,
    hands: Hands | None = None,
) -> Summary:
    """Follows live sources until `run.stop` is set; the open slice is closed at the end.

    `plan` says which boards there are besides `all`, `hands` who reads and counts: this process
    where none are given. A kept run goes on where it stopped, however it stopped.

    Raises:
        SourceError: a source is hopeless from the start.
        ArchiveError: it cannot be kept.
    """
    inbox: Inbox = queue.Queue(maxsize=256)
    boards, by_key = load_boards(rules, plan, hands), keyed(sources)
    run.begin(boards)
    cursors = _resumed(boards, run, by_key)
    threads = [
        threading.Thread(
            target=_pump, args=(key, source, cursors.get(key, ""), inbox, run.stop), daemon=True
        )
        for key, source in by_key.items()
    ]
    for thread in threads:
        thread.start()
    try:
        _follow(boards, inbox, run, threads, by_key)
        run.end(boards, whole=False)
    finally:
        run.stop.set()
        for source in sources:
            source.close()
        for thread in threads:
            thread.join(timeout=5)
    return run.summary(boards)


def _resumed(boards: Boards, run: Run, sources: dict[str, Source]) -> dict[str, str]:
    """Goes on with a kept run: the cursors to read on from."""
    run.began = time.monotonic()
    if run.keeper is None:
        run.bar(boards, begin=True)
        return {}
    cursors = run.keeper.go_on(boards, None, sources)
    run.bar(boards, begin=True)
    run.tally = run.keeper.tally
    for key, batch in run.keeper.again():
        _count(boards, run, key, run.leave_out(batch))
    return cursors


def _count(boards: Boards, run: Run, key: str, batch: Batch) -> None:
    run.note(batch)
    began = time.monotonic()
    run.show(boards.add(batch), boards, began)
    if run.keeper:
        run.keeper.heard(key, batch.cursor)


def _follow(
    boards: Boards,
    inbox: Inbox,
    run: Run,
    threads: list[threading.Thread],
    sources: dict[str, Source],
) -> None:
    clock, once, next_ = StreamClock(), Once(), _Next(inbox, boards.hands)
    while not run.stop.is_set():
        try:
            item = next_.get()
        except queue.Empty:
            if not any(thread.is_alive() for thread in threads):
                return
            item = ("", Batch())
        if isinstance(item, GroundswellError):
            raise item
        key, batch = item
        run.forget(boards)
        run.bar(boards)
        run.leave_out(batch)
        if len(threads) > 1:
            run.watch.figures.repeated += len(batch) - len(once.keep(batch))
        if run.keeper and key:
            run.keeper.receive(key, batch)
        if batch.times:
            clock.saw(max(batch.times))
        _count(boards, run, key, batch)
        began = time.monotonic()
        run.show(boards.tick(clock.now() - GRACE_US), boards, began)
        if run.keeper:
            run.keeper.settle()
        elif batch.cursor:
            kept(sources[key], batch.cursor)
        run.foresee(boards)
        run.watch.look()
        run.answer(boards.main)


class _Next:
    """What comes next out of an inbox; what waits there may be read meanwhile by other hands."""

    def __init__(self, inbox: Inbox, hands: Hands) -> None:
        self._inbox, self._hands = inbox, hands
        self._waiting: deque[Item] = deque()
        self._posts = 0

    def get(self) -> Item:
        """The next one; raises `queue.Empty` when none has come for a while."""
        with suppress(queue.Empty):
            while self._posts < self._hands.most:
                self._put(self._inbox.get_nowait())
        if not self._waiting:
            return self._inbox.get(timeout=0.2)
        item = self._waiting.popleft()
        self._posts -= _posts(item)
        return item

    def _put(self, item: Item) -> None:
        self._waiting.append(item)
        self._posts += _posts(item)
        if not isinstance(item, GroundswellError):
            self._hands.ahead(item[1])


def _posts(item: Item) -> int:
    return 0 if isinstance(item, GroundswellError) else len(item[1])


def _pump(key: str, source: Source, after: str, inbox: Inbox, stop: threading.Event) -> None:
    """Moves a source's batches into the inbox; a full inbox holds the source back, never drops.

    What comes after the end is left: it was not counted, and comes again. The source is read until
    it is closed, so that it can tell its broker what the last snapshot holds.
    """
    try:
        for batch in source.read(after=after):
            while not stop.is_set():
                try:
                    inbox.put((key, batch), timeout=0.5)
                    break
                except queue.Full:
                    continue
    except GroundswellError as error:
        inbox.put(error)


class StreamClock:
    """Event time that goes on while a stream is silent."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._newest = 0
        self._at = monotonic()

    def saw(self, newest_us: int) -> None:
        """Takes note of the newest event time."""
        if newest_us > self._newest:
            self._newest, self._at = newest_us, self._monotonic()

    def now(self) -> int:
        """Event time now, µs; 0 before the first post."""
        if not self._newest:
            return 0
        return self._newest + int((self._monotonic() - self._at) * MICROSECONDS)
