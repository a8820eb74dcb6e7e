"""NATS JetStream as a source: whole, by the desk's own place, or shared with others of a consumer.

A place is a sequence number of the stream. Without a consumer a reader has one of its own, which
the server forgets, from its place on. With one (durable, explicit acknowledgement; made where it is
not there) it first reads past it what lies between its place and what the consumer has given out,
so nothing is lost or twice to a reader alone whatever was done to the consumer; then it takes what
is new, and acknowledges what is kept.
"""

from __future__ import annotations

from array import array
from collections import deque
from typing import Any, Final

from groundswell.errors import SourceError
from groundswell.sources.brokers.address import Address, client, secrets_of
from groundswell.sources.brokers.messages import Message
from groundswell.sources.brokers.nats_link import (
    SIMULATED,
    Link,
    nats_address,
    nats_failures,
    nats_name,
    sequence_of,
)
from groundswell.sources.brokers.reader import Fetched
from groundswell.sources.brokers.reading import BrokerSource

ACK_WAIT: Final = 3_600
"""Seconds after which the server gives a message out again that was not acknowledged."""
IDLE: Final = 120
"""Seconds after which the server forgets a reader of its own that does not ask."""
ACKNOWLEDGED: Final = 10_000
"""Most messages that are acknowledged between two requests."""


class NatsReader:
    """A `Reader`; see the protocol for how it is called."""

    def __init__(self, address: Address) -> None:
        self.failures = nats_failures()
        self._address = address
        self._name = nats_name(address)
        self._stream, self._group = address.get("stream"), address.get("consumer")
        self._subject = address.get("subject") or None
        self._link: Link | None = None
        self._taking: Any = None
        self._place = 0
        self._reached = 0
        """Up to here there is nothing that was not seen: trimming it loses nothing."""
        self._shared_from: int | None = None
        """What the consumer has given out up to here is read past it; None where that is done."""
        self._given: deque[array[int]] = deque()
        """Sequences that were taken and not acknowledged yet."""
        self._lost = ""

    @property
    def link(self) -> Link:
        """The connection; it is there from `begin` on."""
        if self._link is None:
            raise RuntimeError("begin() was not called")
        return self._link

    def begin(self, after: str) -> None:
        """Connects, and goes to right behind a place."""
        self._link = Link(self._address, secrets_of(self._address))
        try:
            self.link.call(self._begin(after))
        except Exception as error:
            self.link.refused(error)
            raise

    async def _begin(self, after: str) -> None:
        streams = self.link.streams
        try:
            stream = await streams.stream_info(self._stream)
        except client("nats.js.errors").NotFoundError:
            raise SourceError(
                f"expected {self._name}, found no such stream",
                hint="`groundswell pump` makes it, or `nats stream add`",
            ) from None
        if stream.config.retention not in {None, "limits"}:
            raise SourceError(
                f"expected a stream that keeps its messages, got one of {stream.config.retention}",
                hint="a desk that was killed reads some again: use --retention limits",
            )
        self._place = sequence_of(after) if after else 0
        if not after and self._address.get("from") == "now":
            self._place = stream.state.last_seq
        if self._place > stream.state.last_seq:
            self._place, self._lost = 0, "the stream was made anew"
        self._reached = self._place
        if not self._group:
            self._taking = await self._own()
            return
        consumer = await self._consumer()
        if not after and consumer.ack_floor.stream_seq:
            self._place = self._reached = consumer.ack_floor.stream_seq
        if consumer.delivered.stream_seq > self._place:
            self._shared_from = consumer.delivered.stream_seq
            self._taking = await self._own()
        else:
            self._taking = await self._shared()

    async def _own(self) -> Any:
        """A reader of its own from the place on."""
        api = client("nats.js.api")
        made = await self.link.streams.add_consumer(self._stream, api.ConsumerConfig(
            deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=self._place + 1,
            ack_policy=api.AckPolicy.NONE, filter_subject=self._subject, inactive_threshold=IDLE,
            mem_storage=True,
        ))  # fmt: skip
        return await self.link.streams.pull_subscribe_bind(made.name, self._stream)

    async def _shared(self) -> Any:
        return await self.link.streams.pull_subscribe_bind(self._group, self._stream)

    async def _consumer(self) -> Any:
        """The consumer that is shared; it begins at the place where there is none yet.

        Raises:
            SourceError: there is one that cannot be used.
        """
        api, streams = client("nats.js.api"), self.link.streams
        try:
            found = await streams.consumer_info(self._stream, self._group)
        except client("nats.js.errors").NotFoundError:
            found = await streams.add_consumer(self._stream, api.ConsumerConfig(
                durable_name=self._group, deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=self._place + 1, ack_policy=api.AckPolicy.EXPLICIT,
                ack_wait=ACK_WAIT, max_ack_pending=-1, filter_subject=self._subject,
            ))  # fmt: skip
        config = found.config
        if config.ack_policy != "explicit" or config.deliver_subject or config.max_ack_pending > 0:
            raise SourceError(
                f"expected a pull consumer {self._group} with explicit acknowledgement and no "
                "bound of what is not acknowledged, got another",
                hint="name one that is not there: it is made as it should be",
            )
        return found

    def fetch(self, most: int, seconds: float) -> Fetched:
        """At most so many messages; waits that long for the first one."""
        try:
            return self.link.call(self._fetch(most, seconds), seconds + 10)
        except Exception as error:
            self.link.refused(error)
            raise

    async def _fetch(self, most: int, seconds: float) -> Fetched:
        lost, self._lost = self._lost or await self._trimmed(), ""
        try:
            found = await self._taking.fetch(most, timeout=seconds)
        except TimeoutError:
            found = []
        if self._shared_from is not None:
            return await self._between(found, lost)
        fresh = [one for one in found if one.metadata.sequence.stream > self._place]
        if self._group and len(fresh) < len(found):
            self._give(found)  # given out again, too late to be counted: it need not come once more
        return self._taken(fresh, lost)

    async def _between(self, found: list[Any], lost: str) -> Fetched:
        """What lies between the place and what the consumer has given out; then the consumer."""
        end = self._shared_from or 0
        wanted = [one for one in found if one.metadata.sequence.stream <= end]
        fetched = self._taken(wanted, lost)
        if len(wanted) < len(found) or not found or self._place >= end:
            self._place = max(self._place, end)
            self._shared_from, self._taking = None, await self._shared()
            fetched = fetched._replace(place=str(self._place))
        return fetched

    async def _trimmed(self) -> str:
        """Why messages after the place may be missing; empty where none is."""
        state = (await self.link.streams.stream_info(self._stream)).state
        if state.last_seq < self._place:
            self._place = self._reached = 0
            if not self._group:
                self._taking = await self._own()
            return "the stream was made anew"
        reached = self._reached
        if self._group and self._shared_from is None:
            info = await self.link.streams.consumer_info(self._stream, self._group)
            reached = max(reached, info.delivered.stream_seq)
        self._reached = max(reached, state.first_seq - 1)
        return "the stream was trimmed before it was read" if state.first_seq > reached + 1 else ""

    def _taken(self, found: list[Any], lost: str) -> Fetched:
        messages = [
            Message(
                str(one.metadata.sequence.stream), one.data,
                bool(one.headers and one.headers.get(SIMULATED) == "1"),
            )
            for one in found
        ]  # fmt: skip
        if found:
            self._give(found)
            self._place = max(self._place, found[-1].metadata.sequence.stream)
            self._reached = max(self._reached, self._place)
        return Fetched(messages, str(self._place) if self._place else "", lost)

    def _give(self, found: list[Any]) -> None:
        if self._group:
            self._given.append(array("Q", (one.metadata.sequence.stream for one in found)))

    def keep(self, place: str) -> bool:
        """Acknowledges what was taken up to a place, some of it at a time.

        By the stream's sequence: so what was read past the consumer is acknowledged to it as well.
        """
        end, count = sequence_of(place), 0
        while self._given and count < ACKNOWLEDGED:
            some = self._given[0]
            kept = [sequence for sequence in some if sequence <= end]
            self.link.call(self._acknowledge(kept))
            count += len(kept)
            if len(kept) < len(some):
                self._given[0] = array("Q", (one for one in some if one > end))
                break
            self._given.popleft()
        return not self._given or self._given[0][0] > end

    async def _acknowledge(self, sequences: list[int]) -> None:
        subject = f"$JS.ACK.{self._stream}.{self._group}.1"
        for sequence in sequences:
            await self.link.connection.publish(f"{subject}.{sequence}.{sequence}.0.0", b"+ACK")

    def close(self) -> None:
        """Lets go of the connection."""
        if self._link is not None:
            self._link.close()


def open_uri(uri: str) -> BrokerSource:
    """`nats://HOST:PORT?stream=NAME`, or `nats+tls://…`.

    Raises:
        UsageError: the address is none, or the library is not installed.
    """
    address = nats_address(uri)
    client("nats")
    return BrokerSource(nats_name(address), lambda: NatsReader(address))
