"""Kafka as a source: all partitions by the desk's own place, or shared with others of a group.

A place has, for each partition, the offset to read next. Without a group all partitions are read.
With one the group gives out partitions; each is begun at the desk's own place where it has one, and
else where the group stands. Offsets are committed up to what is kept. Partitions are put in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec

from groundswell.errors import SourceError
from groundswell.sources.brokers.address import Address, client, secrets_of
from groundswell.sources.brokers.kafka_link import (
    ANSWER_SECONDS,
    AT,
    SIMULATED,
    DownError,
    kafka_address,
    kafka_failures,
    kafka_name,
    kafka_settings,
    refused,
)
from groundswell.sources.brokers.kafka_order import InOrder, Timed
from groundswell.sources.brokers.messages import Message
from groundswell.sources.brokers.reader import Fetched
from groundswell.sources.brokers.reading import BrokerSource

POLL_SECONDS: Final = 0.2
TRIMMED: Final = "the topic was trimmed before it was read"
ANEW: Final = "the topic was made anew"


class KafkaReader:
    """A `Reader`; see the protocol for how it is called."""

    def __init__(self, address: Address) -> None:
        self.failures = kafka_failures()
        self._address = address
        self._name, self._topic = kafka_name(address), address.path
        self._group = address.get("group")
        self._now = address.get("from") == "now"
        self._consumer: Any = None
        self._place: dict[int, int] = {}
        self._order = InOrder()
        self._assigned: set[int] = set()
        self._paused: set[int] = set()
        self._lost = ""
        self._down = ""

    def begin(self, after: str) -> None:
        """Connects, and goes to right behind a place."""
        kafka = client("confluent_kafka")
        self._place = _offsets(after)
        self._consumer = kafka.Consumer(kafka_settings(self._address, secrets_of(self._address)) | {
            "group.id": self._group or "groundswell", "enable.auto.commit": False,
            "enable.auto.offset.store": False, "auto.offset.reset": "error",
            "enable.partition.eof": True, "session.timeout.ms": 10_000,
            "queued.max.messages.kbytes": 16_384, "fetch.wait.max.ms": 200,
            "error_cb": self._on_error,
            **({"group.instance.id": one} if (one := self._address.get("consumer")) else {}),
        })  # fmt: skip
        try:
            known = self._consumer.list_topics(self._topic, timeout=ANSWER_SECONDS)
            topic = known.topics[self._topic]
            if topic.error is not None or not topic.partitions:
                raise SourceError(
                    f"expected {self._name}, got: {topic.error or 'no partition'}",
                    hint="`groundswell pump` makes it where brokers allow that",
                )
            if self._group:
                self._consumer.subscribe([self._topic], on_assign=self._on_assign)
            else:
                self._assign(list(topic.partitions))
        except self.failures as error:
            refused(self._name, error)
            raise

    def _on_error(self, error: Any) -> None:
        """What the client says between two answers."""
        if error.name() == "_ALL_BROKERS_DOWN" or error.fatal():
            self._down = error.str()
        with suppress(SourceError):
            refused(self._name, error)
            return
        self._down = error.str()

    def _on_assign(self, _: Any, given: Sequence[Any]) -> None:
        self._assign([one.partition for one in given])

    def _assign(self, partitions: Sequence[int]) -> None:
        """Begins each partition at its own place, else the group's, else where one begins."""
        topic_partition = client("confluent_kafka").TopicPartition
        wanted = [topic_partition(self._topic, one) for one in partitions]
        group: dict[int, int] = {}
        if self._group and wanted:
            found = self._consumer.committed(wanted, timeout=ANSWER_SECONDS)
            group = {one.partition: one.offset for one in found if one.offset >= 0}
        places = {}
        for one in wanted:
            own = self._place.get(one.partition, group.get(one.partition))
            one.offset = places[one.partition] = self._begin_of(one, own)
        self._place = places
        self._assigned, self._paused = set(partitions), set()
        self._order.assign(partitions)
        self._consumer.assign(wanted)

    def _begin_of(self, one: Any, own: int | None) -> int:
        """Where a partition is begun; what is no longer there from its place on is lost."""
        low, high = self._consumer.get_watermark_offsets(one, timeout=ANSWER_SECONDS)
        if own is None:
            return int(high if self._now else low)
        if own > high:
            self._lost = ANEW
            return int(low)
        if own < low:
            self._lost = TRIMMED
        return int(max(own, low))

    def fetch(self, most: int, seconds: float) -> Fetched:
        """At most so many messages; waits that long for the first one."""
        try:
            for one in self._consumer.consume(most, min(seconds, POLL_SECONDS)):
                self._hear(one)
        except self.failures as error:
            refused(self._name, error)
            raise
        if self._down:
            raise DownError(self._down)
        messages = []
        for partition, timed in self._order.take(most):
            messages.append(timed.message)
            self._place[partition] = timed.offset + 1
        self._hold_back()
        lost, self._lost = self._lost, ""
        return Fetched(messages, self._text(), lost)

    def _hear(self, one: Any) -> None:
        """Takes a message, or what the client says in the place of one."""
        error = one.error()
        if error is None:
            self._down = ""
            if one.partition() in self._assigned:
                self._order.put(one.partition(), _timed(one))
        elif error.name() == "_PARTITION_EOF":
            self._order.end(one.partition())
        elif error.name() in {"_AUTO_OFFSET_RESET", "OFFSET_OUT_OF_RANGE"}:
            self._assign(sorted(self._assigned))
        elif not error.retriable():
            raise client("confluent_kafka").KafkaException(error)

    def _hold_back(self) -> None:
        """Reads no more of partitions whose messages wait for others, until they are taken."""
        full = self._order.full() & self._assigned
        topic_partition = client("confluent_kafka").TopicPartition
        if full - self._paused:
            self._consumer.pause([topic_partition(self._topic, p) for p in full - self._paused])
        if self._paused - full:
            self._consumer.resume([topic_partition(self._topic, p) for p in self._paused - full])
        self._paused = full

    def _text(self) -> str:
        return msgspec.json.encode({str(p): o for p, o in self._place.items()}).decode()

    def keep(self, place: str) -> bool:
        """Commits the offsets of a place, of the partitions that are still ours."""
        offsets = {p: o for p, o in _offsets(place).items() if p in self._assigned}
        if not self._group or not offsets:
            return True
        kafka = client("confluent_kafka")
        try:
            self._consumer.commit(
                offsets=[kafka.TopicPartition(self._topic, p, o) for p, o in offsets.items()],
                asynchronous=False,
            )
        except kafka.KafkaException as error:
            refused(self._name, error)
            return False  # as while partitions are given out anew: later
        return True

    def close(self) -> None:
        """Lets go of the connection."""
        if self._consumer is not None:
            with suppress(Exception):
                self._consumer.close()


def _timed(one: Any) -> Timed:
    headers = dict(one.headers() or ())
    partition, offset = one.partition(), one.offset()
    at = headers.get(AT, b"")
    time_us = int(at) if at.isdigit() else one.timestamp()[1] * 1_000
    message = Message(f"{partition}:{offset}", one.value() or b"", headers.get(SIMULATED) == b"1")
    return Timed(time_us, offset, message)


def _offsets(place: str) -> dict[int, int]:
    if not place:
        return {}
    try:
        found: Mapping[str, int] = msgspec.json.decode(place, type=dict[str, int])
        return {int(partition): offset for partition, offset in found.items()}
    except (msgspec.DecodeError, ValueError) as error:
        raise SourceError(
            f"expected offsets of partitions, got {place[:80]!r}",
            hint="resume the topic that the cursor came from",
        ) from error


def open_uri(uri: str) -> BrokerSource:
    """`kafka://HOST:PORT,HOST:PORT/TOPIC`, or `kafka+tls://…`.

    Raises:
        UsageError: the address is none, or the library is not installed.
    """
    address = kafka_address(uri)
    client("confluent_kafka")
    return BrokerSource(kafka_name(address), lambda: KafkaReader(address))
