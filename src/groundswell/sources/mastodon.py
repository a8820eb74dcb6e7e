"""A Mastodon server's public timeline, live: streamed, and filled by request where it broke.

Owns the connection and what was missed. The stream has no ids and no replay
(https://docs.joinmastodon.org/methods/streaming/), so after a break the timeline is asked for what
followed the last post; what cannot be had within the server's limits is a `Gap`, with its bounds.
Mastodon's public timelines hold no boosts and no replies to others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import msgspec

from groundswell.errors import SourceError
from groundswell.model import Batch
from groundswell.sources.backoff import Backoff
from groundswell.sources.mastodon_api import HOPELESS, PAGE, Api, RefusedError
from groundswell.sources.mastodon_events import Clock, StatusEvents, steady_clock
from groundswell.sources.mastodon_place import Place, place_of, token_of
from groundswell.sources.sse import EventStream
from groundswell.watch import Gap, SourceHealth, SourceState, clock

BATCH_POSTS = 500
BATCH_SECONDS = 0.5
SILENCE = 40.0
"""Seconds without a byte: a living server sends `:thump` every 15."""
HOPELESS_WAIT = 300.0
"""Seconds before a server that refuses us is asked again."""
MOST_PAGES = 25
"""Pages that are asked for after one break: a thousand posts."""


class Cursor(msgspec.Struct, frozen=True):
    """The newest post's id on its server, and when it came."""

    host: str
    id: str
    time_us: int


class Mastodon:
    """A `Source`; see the protocol for how it is called.

    Args:
        place: which timeline of which server.
        token: of a user; it is sent in a header and stands nowhere else.
        silence: seconds without a byte after which the connection is given up.
        backoff: waits between attempts.
        now: event time, µs.
    """

    live = True
    simulated = False

    def __init__(
        self,
        place: Place,
        token: str,
        *,
        silence: float = SILENCE,
        backoff: Backoff | None = None,
        now: Clock | None = None,
    ) -> None:
        self._place = place
        self._silence = silence
        self._backoff = backoff or Backoff()
        self._api = Api(place, token, silence=silence)
        self._events = StatusEvents(place.consent, now or steady_clock())
        self._closed = threading.Event()
        self._state: SourceState = "starting"
        self._reason = ""
        self._heard = clock()
        self._wait = self._waited = 0.0
        self.reconnects = 0
        self.gaps: tuple[Gap, ...] = ()

    @property
    def name(self) -> str:
        """The server, and which of its timelines."""
        return self._place.name

    @property
    def health(self) -> SourceHealth:
        """Where it stands; from any thread."""
        return SourceHealth(
            self.name, self._state, self._heard, self._reason, self.reconnects, self.gaps,
            self._events.left_out,
        )  # fmt: skip

    def close(self) -> None:
        """Ends `read` within a second; from any thread."""
        self._closed.set()

    def read(self, after: str = "") -> Iterator[Batch]:
        """Batches of at most 500 posts, from now or after a cursor; mends its connection itself.

        Raises:
            SourceError: the server cannot be reached at the first attempts, or refuses us.
        """
        if after:
            cursor = msgspec.json.decode(after, type=Cursor)
            if cursor.host == self._place.host:
                self._events.newest, self._events.newest_us = cursor.id, cursor.time_us
        ever, failures = False, 0
        with self._api:
            while not self._closed.is_set():
                try:
                    with closing(self._api.stream()) as response, EventStream(response) as stream:
                        ever = True
                        yield from self._follow(stream)
                    reason = ""
                except (httpx.HTTPError, OSError, RefusedError, ValueError) as error:
                    reason = self._why(error)
                    if not ever and (_is_hopeless(error) or failures >= 2):
                        raise SourceError(
                            f"expected Mastodon's stream at {self._place.host}, got: {reason}",
                            hint="see Mastodon in the README for the token and what it must allow",
                        ) from None
                failures += 1
                if not self._closed.is_set():
                    yield from self._rest(reason, quick=not ever)
        self._state = "ended"

    def _why(self, error: Exception) -> str:
        self._wait = error.wait if isinstance(error, RefusedError) else 0.0
        if _is_hopeless(error):
            self._wait = HOPELESS_WAIT
        if isinstance(error, TimeoutError | httpx.ReadTimeout):
            self._waited = self._silence
        if isinstance(error, httpx.ReadTimeout):
            return f"nothing came for {self._silence:.0f} s"
        return str(error) or type(error).__name__

    def _rest(self, reason: str, *, quick: bool) -> Iterator[Batch]:
        """Waits as the server or the back-off says, giving a sign of life every half second.

        A silence that was sat out was such a wait already.
        """
        drawn = max(0.0, self._backoff.next() - self._waited)
        wait = max(min(drawn, 0.3) if quick else drawn, self._wait)
        self._wait = self._waited = 0.0
        self._state, self._reason = "reconnecting", reason
        self.reconnects += 1
        until = time.monotonic() + wait
        while (left := until - time.monotonic()) > 0 and not self._closed.wait(min(0.5, left)):
            yield Batch(source=self.name)

    def _follow(self, stream: EventStream) -> Iterator[Batch]:
        """What was missed, then what comes, until it ends, falls silent or is closed."""
        began = self._heard = given = clock()
        if self._events.newest:
            yield from self._missed()
        self._state, self._reason = "connected", ""
        batch = Batch()
        while not self._closed.is_set():
            try:
                events = stream.wait(0.25)
            except (httpx.HTTPError, OSError):
                yield self._sealed(batch)  # what came before the break counts
                raise
            now = clock()
            if events is not None:
                self._heard = now
            elif now - self._heard > self._silence:
                raise TimeoutError(f"nothing came for {self._silence:.0f} s")
            for event in events or ():
                self._events.take(batch, event)
                if len(batch) >= BATCH_POSTS:
                    yield self._sealed(batch)
                    batch, given = Batch(), now
            if now - given >= BATCH_SECONDS:
                yield self._sealed(batch)
                batch, given = Batch(), now
            if now - began > 60:
                self._backoff.reset()
        yield self._sealed(batch)

    def _missed(self) -> Iterator[Batch]:
        """The posts after the newest one that is known, page by page; the rest is a gap."""
        self._state, self._reason = "reconnecting", "asking for what was missed"
        begin = self._events.newest_us or self._events.now()
        for _ in range(MOST_PAGES):
            batch, asked = Batch(), self._events.newest
            try:
                body = self._api.page(asked)
                posts = 0 if body is None else self._events.fill(batch, body, begin)
            except (httpx.HTTPError, OSError, RefusedError, ValueError) as error:
                self._lost(begin, self._why(error))
                return
            if body is None:
                self._lost(begin, "the server's limit of requests")
                return
            yield self._sealed(batch)
            begin = max(begin, self._events.newest_us)
            if posts < PAGE or self._events.newest == asked or self._closed.is_set():
                return
        self._lost(begin, f"more than {MOST_PAGES * PAGE} posts were missed")

    def _lost(self, begin: int, reason: str) -> None:
        self.gaps = (*self.gaps, Gap(begin, self._events.now(), reason))[-1_000:]

    def _sealed(self, batch: Batch) -> Batch:
        batch.source = self.name
        cursor = Cursor(self._place.host, self._events.newest, self._events.newest_us)
        batch.cursor = msgspec.json.encode(cursor).decode() if cursor.id else ""
        return batch


def _is_hopeless(error: Exception) -> bool:
    return isinstance(error, RefusedError) and error.status in HOPELESS


def open_uri(uri: str) -> Mastodon:
    """`mastodon://HOST`, or one of its timelines; the token comes from the environment.

    Raises:
        UsageError: the address is none, or there is no token.
    """
    place = place_of(uri)
    return Mastodon(place, token_of(place))
