"""A broker's stream as a source: from a place on, resumed without a loss, counted once.

Owns the connection's life, cursors, gaps, and when a broker is told how far a run has come. How a
broker is spoken to is a `Reader`'s.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final, NamedTuple, Protocol

import msgspec

from groundswell.errors import SourceError
from groundswell.model import Batch
from groundswell.sources.backoff import Backoff
from groundswell.sources.brokers.messages import Message, MessageDecoder
from groundswell.sources.once import Once
from groundswell.watch import Gap, SourceHealth, SourceState, clock

FETCH: Final = 500
"""Most messages that are asked for at once."""
WAIT_SECONDS: Final = 0.5
"""How long a broker is waited for when there is nothing new."""
REMEMBERED: Final = 50_000
"""Ids of posts that are remembered: a bridge that was killed may have written some twice."""
MOST_GAPS: Final = 1_000


class Fetched(NamedTuple):
    """What one request brought."""

    messages: list[Message]
    place: str
    """Where to go on to get everything after them; the broker's own form."""
    lost: str = ""
    """Why something before them could not be had; empty where nothing is missing."""


class Reader(Protocol):
    """One connection to a broker. All calls from one thread; each may raise one of `failures`.

    Call order: `begin`, then `fetch` and `keep` as often as wanted, then `close`.
    """

    failures: tuple[type[Exception], ...]
    """What a broken connection raises: then another reader is made."""

    def begin(self, after: str) -> None:
        """Connects, and goes to right behind a place; of an empty one, to where one begins.

        Raises:
            SourceError: going on is hopeless, as with a wrong password.
        """

    def fetch(self, most: int, seconds: float) -> Fetched:
        """At most so many messages; waits that long for the first one."""

    def keep(self, place: str) -> bool:
        """Notes at the broker that all up to a place is kept; False where more is to be done."""

    def close(self) -> None:
        """Lets go of the connection; never raises."""


class Cursor(msgspec.Struct, frozen=True):
    """A place, and the event time of the newest post up to it, µs."""

    place: str
    time_us: int = 0


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
            self._cursor = _cursor(after)
        ever, failures = False, 0
        while not self._closed.is_set():
            reader = self._connect()
            reason = ""
            try:
                with closing(reader):
                    reader.begin(self._cursor.place)
                    ever = True
                    yield from self._follow(reader)
            except reader.failures as error:
                reason = " ".join(str(error).split())[:200] or type(error).__name__
                failures += 1
                if not ever and failures >= 3:
                    raise SourceError(
                        f"expected {self.name}, got: {reason}",
                        hint="is the broker running there? see docs/streams.md",
                    ) from None
            except SourceError as error:
                if not ever:
                    raise
                reason = error.problem  # who refuses now may have been set up anew tomorrow
            if not self._closed.is_set():
                yield from self._rest(reason, quick=not ever)
        self._state = "ended"

    def _follow(self, reader: Reader) -> Iterator[Batch]:
        """What comes, until the source is closed."""
        began = self._heard = clock()
        self._state, self._reason = "connected", ""
        while not self._closed.is_set():
            fetched = reader.fetch(FETCH, WAIT_SECONDS)
            self._heard = now = clock()
            yield self._batch(fetched)
            self._note(reader)
            if now - began > 60:
                self._backoff.reset()
        self._note(reader)

    def _note(self, reader: Reader) -> None:
        """Tells the broker what is kept since it was told last."""
        kept = self._kept
        if kept != self._marked and reader.keep(_cursor(kept).place):
            self._marked = kept

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


def _cursor(text: str) -> Cursor:
    try:
        return msgspec.json.decode(text, type=Cursor)
    except msgspec.DecodeError as error:
        raise SourceError(
            f"expected a broker's cursor, got {text[:80]!r}",
            hint="resume the stream that the cursor came from",
        ) from error
