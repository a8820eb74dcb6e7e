"""What a Mastodon stream says, into batches: posts, edits, deletions.

Owns a server's own ids, which deletions go by, and event time: when a post came here, for
`created_at` of another server's post is that server's word.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from groundswell.model import Batch
from groundswell.sources.lines import BAD_JSON, micros, reason_of, reject
from groundswell.sources.mastodon_status import Consent, Status, append, name_of, problem_of
from groundswell.sources.sse import Event

REMEMBERED = 100_000
"""Posts whose server's own ids are known, about 400 B each."""

_STATUS = msgspec.json.Decoder(Status)

Clock = Callable[[], int]
"""Event time now, µs."""


def steady_clock() -> Clock:
    """The time of day as it was at the start, and what has passed since: it never steps."""
    began = time.time_ns() // 1_000 - time.monotonic_ns() // 1_000
    return lambda: began + time.monotonic_ns() // 1_000


class StatusEvents:
    """Appends events of one server to batches; one for a source, used by one thread."""

    def __init__(self, consent: Consent, clock: Clock) -> None:
        self._consent = consent
        self._clock = clock
        self._known: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._last = 0
        self.newest = ""
        """The newest post's id on its server: what the next request asks to follow."""
        self.newest_us = 0
        """Event time of the newest thing heard."""
        self.left_out = 0
        """Posts that were not taken, boosts aside."""

    def now(self) -> int:
        """Event time, later than that of everything before."""
        self._last = max(self._last + 2, self._clock())
        return self._last

    def take(self, batch: Batch, event: Event) -> None:
        """Append what an event says; kinds that are none of ours are passed over."""
        if event.name == "":
            batch.rejected.append(reject("expected an event of at most 1 MiB", 0, event.data))
        elif event.name == "update":
            self._decoded(batch, event.data, self._post)
        elif event.name == "status.update":
            self._decoded(batch, event.data, self._edit)
        elif event.name == "delete":
            self._delete(batch, event.data)

    def fill(self, batch: Batch, body: bytes, begin: int) -> int:
        """Append a page of a timeline, oldest first; event times lie between `begin` and now.

        Returns how many posts it had.

        Raises:
            ValueError: it is no page.
        """
        try:
            raws = msgspec.json.decode(body, type=list[msgspec.Raw])
        except BAD_JSON as error:
            raise ValueError(f"a page that is no list: {type(error).__name__}") from None
        now = self.now()

        def post(batch: Batch, status: Status) -> str:
            said = micros(status.created_at) if status.created_at is not None else now
            return self._post(batch, status, min(max(said, begin), now))

        for raw in reversed(raws):  # a page has the newest first
            self._decoded(batch, bytes(raw), post)
        return len(raws)

    def _decoded(self, batch: Batch, data: bytes, take: Callable[[Batch, Status], str]) -> None:
        try:
            status = _STATUS.decode(data)
        except BAD_JSON as error:
            batch.rejected.append(reject(reason_of(error, data), 0, data))
            return
        problem = problem_of(status) or take(batch, status)
        if problem:
            batch.rejected.append(reject(problem, 0, data))

    def _post(self, batch: Batch, status: Status, time_us: int = 0) -> str:
        own = str(status.id)
        if _number(own) > _number(self.newest):
            self.newest = own
        if own in self._known or self._refused(status):
            return ""
        return self._append(batch, status, time_us or self.now())

    def _edit(self, batch: Batch, status: Status) -> str:
        """What it said before is gone; what it says now counts from now on."""
        known = self._known.get(str(status.id))
        if known is None:  # older than is remembered, or never taken
            return ""
        now = self.now()
        batch.deleted.append((known[0], now - 1))
        if self._refused(status):
            del self._known[str(status.id)]
            return ""
        return self._append(batch, status, now)

    def _delete(self, batch: Batch, data: bytes) -> None:
        own = data.strip()[:64].decode("utf-8", "replace")
        known = self._known.pop(own, None)
        if known is not None:
            batch.deleted.append((known[0], self.now()))

    def _append(self, batch: Batch, status: Status, time_us: int) -> str:
        problem = append(batch, status, time_us)
        if not problem:
            self.newest_us = max(self.newest_us, time_us)
            self._known[str(status.id)] = (name_of(status), time_us)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return problem

    def _refused(self, status: Status) -> bool:
        reason = self._consent.refuses(status)
        self.left_out += reason not in {"", "boost"}
        return bool(reason)


def _number(own: str) -> tuple[int, str]:
    """Ids in their order: numbers that grow; longer is later."""
    return len(own), own
