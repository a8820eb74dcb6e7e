"""A broker's stream as a source: from a place on, resumed without a loss, counted once.

Owns the connection's life, gaps, and when a broker is told how far a run has come. How a broker is
spoken to is a `Reader`'s.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, wait
from typing import Final, TypeVar

import msgspec

from groundswell.errors import SourceError
from groundswell.model import Batch
from groundswell.sources.backoff import Backoff
from groundswell.sources.brokers.helper import Helper
from groundswell.sources.brokers.messages import MessageDecoder
from groundswell.sources.brokers.reader import Cursor, Fetched, Reader, cursor_of
from groundswell.sources.once import Once
from groundswell.watch import Gap, SourceHealth, SourceState, clock

T = TypeVar("T")

FETCH: Final = 500
"""Most messages that are asked for at once."""
WAIT_SECONDS: Final = 0.3
"""How long a broker is waited for when there is nothing new."""
SIGN_SECONDS: Final = 0.6
"""A broker that takes longer is waited for with signs of life between."""
CLOSE_SECONDS: Final = 1.0
"""How long the connection of a source that was closed is given to end well."""
ATTEMPTS: Final = 3
"""Failures after which a broker that was never reached is given up."""
REMEMBERED: Final = 50_000
"""Ids of posts that are remembered: a bridge that was killed may have written some twice."""
MOST_GAPS: Final = 1_000


class _ClosedError(Exception):
    """The source was closed while a broker did not answer."""


class BrokerSource:
    """A `Source`; see the protocol for how it is called.

    Args:
        name: what people read; a desk's cursors go by it.
        connect: makes a reader.
        backoff: waits between attempts.
        decoder: what messages are read by.
    """

    live = True
    public = True
    """What a broker holds may come from any network: whose words may be shown is asked."""

    def __init__(
        self,
        name: str,
        connect: Callable[[], Reader],
        *,
        backoff: Backoff | None = None,
        decoder: MessageDecoder | None = None,
    ) -> None:
        self.name = name
        self._connect = connect
        self._backoff = backoff or Backoff()
        self._decoder = decoder or MessageDecoder()
        self._once = Once(REMEMBERED)
        self._closed = threading.Event()
        self._cursor = Cursor("")
        self._ever, self._failed = False, 0
        self._lost = ""
        self._kept = self._marked = ""
        self._state: SourceState = "starting"
        self._reason = ""
        self._heard = clock()
        self.reconnects = 0
        self.gaps: tuple[Gap, ...] = ()

    @property
    def simulated(self) -> bool:
        """True once a message said that the posts are made up."""
        return self._decoder.simulated

    @property
    def health(self) -> SourceHealth:
        """Where it stands; from any thread. An answer of the broker is a sign of life."""
        return SourceHealth(
            self.name, self._state, self._heard, self._reason, self.reconnects, self.gaps
        )

    def close(self) -> None:
        """Ends `read` within a second; from any thread."""
        self._closed.set()

    def kept(self, cursor: str) -> None:
        """Everything up to a batch's cursor is kept; the broker is told soon, from any thread."""
        self._kept = cursor

    def read(self, after: str = "") -> Iterator[Batch]:
        """Batches of at most `FETCH` messages; mends its connection itself.

        Raises:
            SourceError: the cursor is none, the broker cannot be reached at the first attempts, or
                it refuses us.
        """
        if after:
            self._cursor = cursor_of(after)
        self._ever, self._failed = False, 0
        helper = Helper()
        try:
            while not self._closed.is_set():
                yield from self._connected(self._connect(), helper)
        finally:
            helper.end(CLOSE_SECONDS)
        self._state = "ended"

    def _connected(self, reader: Reader, helper: Helper) -> Iterator[Batch]:
        """What one connection brings; then the wait until the next one is tried."""
        reason = ""
        try:
            yield from self._follow(reader, helper)
        except _ClosedError:
            return
        except reader.failures as error:
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            self._failed += 1
            if not self._ever and self._failed >= ATTEMPTS:
                raise SourceError(
                    f"expected {self.name}, got: {reason}",
                    hint="is the broker running there? see docs/streams.md",
                ) from None
        except SourceError as error:
            if not self._ever:
                raise
            reason = error.problem  # who refuses now may have been set up anew tomorrow
        finally:
            helper.ask(reader.close)
        if not self._closed.is_set():
            yield from self._rest(reason, quick=not self._ever)

    def _follow(self, reader: Reader, helper: Helper) -> Iterator[Batch]:
        """What comes, until the source is closed."""
        place = self._cursor.place
        yield from self._done(helper.ask(lambda: reader.begin(place)))
        self._ever = True
        began = self._heard = clock()
        self._state, self._reason = "connected", ""
        while not self._closed.is_set():
            fetched = yield from self._done(helper.ask(lambda: reader.fetch(FETCH, WAIT_SECONDS)))
            self._heard = now = clock()
            yield self._batch(fetched)
            yield from self._note(reader, helper)
            if now - began > 60:
                self._backoff.reset()
        yield from self._note(reader, helper)

    def _note(self, reader: Reader, helper: Helper) -> Generator[Batch, None, None]:
        """Tells the broker what is kept since it was told last."""
        kept = self._kept
        if kept != self._marked:
            place = cursor_of(kept).place
            if (yield from self._done(helper.ask(lambda: reader.keep(place)))):
                self._marked = kept

    def _done(self, asked: Future[T]) -> Generator[Batch, None, T]:
        """Waits for what a broker was asked, giving a sign of life every half second.

        Raises:
            _ClosedError: the source was closed, and the broker does not answer.
        """
        while not wait([asked], SIGN_SECONDS).done:
            if self._closed.is_set():
                raise _ClosedError
            yield Batch(source=self.name)
        return asked.result()

    def _batch(self, fetched: Fetched) -> Batch:
        batch = Batch(source=self.name)
        self._decoder.decode(batch, fetched.messages)
        self._lost = self._lost or fetched.lost
        newest = self._cursor.time_us
        if self._lost and batch.times:
            first = batch.times[0]
            gap = Gap(min(newest or first, first), first, self._lost)
            self.gaps, self._lost = (*self.gaps, gap)[-MOST_GAPS:], ""
        newest = max([newest, *batch.times])
        self._once.keep(batch)
        self._cursor = Cursor(fetched.place, newest)
        if fetched.place:
            batch.cursor = msgspec.json.encode(self._cursor).decode()
        return batch

    def _rest(self, reason: str, *, quick: bool) -> Iterator[Batch]:
        """Waits as the back-off says, giving a sign of life every half second."""
        wait = min(self._backoff.next(), 0.3 if quick else self._backoff.most)
        self._state, self._reason = "reconnecting", reason
        self.reconnects += 1
        until = time.monotonic() + wait
        while (left := until - time.monotonic()) > 0 and not self._closed.wait(min(0.5, left)):
            yield Batch(source=self.name)
