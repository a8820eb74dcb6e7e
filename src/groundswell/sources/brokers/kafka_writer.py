"""Kafka as a target: an idempotent producer, so that its own retries double nothing.

What has one key goes to one partition. How far a source was taken is committed, after the messages
are acknowledged, as the metadata of a group `groundswell-pump-…`. A pump that is killed between the
two writes up to one batch again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from groundswell.errors import UsageError
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
from groundswell.sources.brokers.writing import Letter

DELIVERY_SECONDS: Final = 10.0
"""How long the client itself tries to deliver."""


class KafkaTarget:
    """A `Target`; topics are made by the brokers, where they allow it."""

    def __init__(self, address: Address) -> None:
        self.name = kafka_name(address)
        self.failures = kafka_failures()
        self._address, self._topic = address, address.path
        self._settings = kafka_settings(address, secrets_of(address))
        self._producer: Any = None
        self._notes: dict[str, Any] = {}
        """By source: what its place is noted with."""
        self._left: list[Letter] = []
        """What of the letters that failed last is not delivered."""
        self._of: Sequence[Letter] = ()

    def place(self, source: str) -> str:
        """How far a source was written here."""
        return self._note(source, "")

    def put(self, letters: Sequence[Letter], source: str, place: str, *, simulated: bool) -> None:
        """Writes, and notes how far that is."""
        kafka = client("confluent_kafka")
        wanted = self._left if letters is self._of else list(letters)
        failed: list[tuple[Letter, Any]] = []
        try:
            self._send(wanted, failed, simulated=simulated)
        except kafka.KafkaException as error:
            self._producer = None
            refused(self.name, error)
            raise
        self._of, self._left = letters, [letter for letter, _ in failed]
        if failed:
            why = failed[0][1]
            self._producer = None
            refused(self.name, why)
            raise kafka.KafkaException(why)
        if place:
            self._note(source, place)
        self._of = ()

    def _send(
        self, letters: Sequence[Letter], failed: list[tuple[Letter, Any]], *, simulated: bool
    ) -> None:
        """Sends, and waits until all is acknowledged or given up."""
        if self._producer is None:
            self._producer = client("confluent_kafka").Producer(self._settings | {
                "enable.idempotence": True, "linger.ms": 20, "compression.type": "lz4",
                "message.timeout.ms": int(DELIVERY_SECONDS * 1_000),
                "partitioner": "murmur2_random",
            })  # fmt: skip
        for letter in letters:

            def done(error: Any, _: Any, letter: Letter = letter) -> None:
                if error is not None:
                    failed.append((letter, error))

            headers = {AT: str(letter.time_us), **({SIMULATED: "1"} if simulated else {})}
            self._producer.produce(
                self._topic, letter.data, letter.key, headers=headers, on_delivery=done
            )
            self._producer.poll(0)
        if self._producer.flush(DELIVERY_SECONDS * 2):
            self._producer = None
            raise DownError("the brokers do not answer")

    def _note(self, source: str, place: str) -> str:
        """Notes a place, or asks for the one that is noted."""
        kafka = client("confluent_kafka")
        if source not in self._notes:
            group = hashlib.sha256(f"{self._topic}\n{source}".encode()).hexdigest()[:32]
            self._notes[source] = kafka.Consumer(self._settings | {
                "group.id": f"groundswell-pump-{group}", "enable.auto.commit": False,
            })  # fmt: skip
        try:
            here = kafka.TopicPartition(self._topic, 0, 0, place)
            if place:
                (done,) = self._notes[source].commit(offsets=[here], asynchronous=False)
                if done.error is not None:
                    raise kafka.KafkaException(done.error)
                return place
            (found,) = self._notes[source].committed([here], timeout=ANSWER_SECONDS)
        except kafka.KafkaException as error:
            refused(self.name, error)
            raise
        return str(found.metadata or "") if found.offset >= 0 else ""

    def close(self) -> None:
        """Lets go of the connection."""
        self._producer = None
        for one in self._notes.values():
            one.close()
        self._notes = {}


def open_target(uri: str, keep: int | None = None) -> KafkaTarget:
    """`kafka://HOST:PORT,HOST:PORT/TOPIC`.

    Raises:
        UsageError: the address is none, the library is not installed, or there is a bound.
    """
    address = kafka_address(uri)
    if keep is not None:
        raise UsageError(
            "expected no --keep with Kafka, whose topics are bounded by time and bytes",
            hint="set retention.ms or retention.bytes of the topic",
        )
    client("confluent_kafka")
    return KafkaTarget(address)
