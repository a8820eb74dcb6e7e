"""Kafka against the broker for tests that its client brings; against a real one nothing was run."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from groundswell.errors import SourceError, UsageError
from groundswell.model import MICROSECONDS
from groundswell.sources.brokers import kafka
from groundswell.sources.brokers.kafka_order import FULL, PATIENCE_SECONDS, InOrder, Timed
from groundswell.sources.brokers.messages import Message
from groundswell.sources.brokers.writing import open_target
from tests.sources.brokers.cases import (
    BEGIN,
    BrokerCases,
    Following,
    opened,
    post,
    posts,
    taken,
    until,
)
from tests.sources.brokers.servers import Broker, KafkaBroker, free_port


@pytest.fixture(scope="module")
def server() -> Iterator[KafkaBroker]:
    pytest.importorskip("confluent_kafka", reason="needs pip install 'groundswell[streams]'")
    running = KafkaBroker()
    yield running
    running.stop()


class TestKafka(BrokerCases):
    """All partitions, by the reader's place; joining a group takes its broker some seconds."""

    @pytest.fixture
    def broker(self, server: KafkaBroker) -> KafkaBroker:
        server.clear()
        return server

    def test_a_broker_that_restarts_is_read_on(self) -> None:  # type: ignore[override]
        """Not tested: the broker for tests keeps nothing."""
        pytest.skip("the broker for tests keeps nothing")

    def test_a_stream_that_was_trimmed_is_a_gap(self) -> None:  # type: ignore[override]
        """See `test_a_topic_that_was_trimmed_is_a_gap`."""
        pytest.skip("the broker for tests is trimmed by its own bounds alone")

    def settled(self, broker: Broker) -> None:
        time.sleep(8)  # the group waits three seconds for members, twice


def test_a_topic_that_was_trimmed_is_a_gap(server: KafkaBroker) -> None:
    """The broker for tests holds 5 MB of a partition: what it let go of is told with its bounds."""
    server.clear()
    server.write(posts(0, 10), partition=1)
    _, cursor = taken(opened(server.uri()), 10)
    for first in range(10, 70):
        line = json.loads(post(first)) | {"url": "https://example.org/" + "x" * 150_000}
        server.write([json.dumps(line).encode()], partition=1)
    source = opened(server.uri())
    stream = source.read(after=cursor)
    first = next(one for one in stream if one.ids)
    source.close()
    (gap,) = source.gaps
    assert gap.begin == (BEGIN + 9) * MICROSECONDS
    assert gap.end == first.times[0] > (BEGIN + 10) * MICROSECONDS
    assert "trimmed" in gap.reason


def test_kafka_bounds_its_topics_itself(server: KafkaBroker) -> None:
    """A bound in messages is refused, for nothing would come of it."""
    with pytest.raises(UsageError, match="retention"):
        open_target(server.uri(), 100)


def test_no_broker_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the first attempts, without a word of the password."""
    monkeypatch.setenv("GROUNDSWELL_KAFKA_USER", "desk")
    monkeypatch.setenv("GROUNDSWELL_KAFKA_PASSWORD", "sesame-open")
    monkeypatch.setattr(kafka, "ANSWER_SECONDS", 0.3)
    with pytest.raises(SourceError, match="is the broker running") as told:
        list(opened(f"kafka://127.0.0.1:{free_port()}/posts").read())
    assert "sesame" not in str(told.value)


def test_a_broker_that_dies_is_told() -> None:
    """A reader that had it says that it is away, and ends when it is closed."""
    pytest.importorskip("confluent_kafka", reason="needs pip install 'groundswell[streams]'")
    own = KafkaBroker()
    own.write(posts(0, 10))
    with Following(opened(own.uri())) as follower:
        until(lambda: len(follower.ids) == 10)
        own.stop()
        until(lambda: follower.source.health.state == "reconnecting", 40)
        assert follower.source.health.reason


def timed(time_us: int, offset: int) -> Timed:
    return Timed(time_us, offset, Message(str(offset), b""))


def test_partitions_come_in_order_of_time() -> None:
    """A message waits until no partition can have an older one; an ended partition has none."""
    order = InOrder()
    order.assign([0, 1])
    for at in (1, 3, 5):
        order.put(0, timed(at, at))
    assert list(order.take(10)) == []
    order.put(1, timed(2, 0))
    assert [(p, t.time_us) for p, t in order.take(10)] == [(0, 1), (1, 2)]
    order.end(1)
    assert [(p, t.time_us) for p, t in order.take(1)] == [(0, 3)]
    order.put(1, timed(9, 1))
    order.end(1)
    assert [t.time_us for _, t in order.take(10)] == [5]
    order.end(0)
    assert [t.time_us for _, t in order.take(10)] == [9]


def test_a_partition_that_is_silent_is_waited_for_a_while() -> None:
    """It holds the others back for seconds, and no more of them is held than fits."""
    now = [0.0]
    order = InOrder(lambda: now[0])
    order.assign([0, 1])
    for at in range(FULL):
        order.put(0, timed(at, at))
    assert order.full() == {0}
    assert list(order.take(10)) == []
    now[0] = PATIENCE_SECONDS
    assert [t.time_us for _, t in order.take(3)] == [0, 1, 2]
    assert order.full() == set()
