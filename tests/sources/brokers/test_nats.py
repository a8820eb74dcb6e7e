"""NATS JetStream against a real `nats-server`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from groundswell.engines.pumping import Pump
from groundswell.errors import SourceError
from groundswell.sources.brokers.writing import open_target
from tests.sources.brokers.cases import BrokerCases, Listed, ids, opened, posts, taken
from tests.sources.brokers.servers import NatsBroker


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsBroker]:
    pytest.importorskip("nats", reason="needs pip install 'groundswell[streams]'")
    running = NatsBroker(Path(tmp_path_factory.mktemp("nats")))
    yield running
    running.stop()


class NatsCases(BrokerCases):
    @pytest.fixture
    def broker(self, server: NatsBroker) -> NatsBroker:
        server.clear()
        return server


class TestNats(NatsCases):
    """The whole stream, by the reader's place."""


class TestNatsConsumer(NatsCases):
    """As the only reader of a consumer."""

    @pytest.fixture
    def options(self) -> dict[str, str]:
        return {"consumer": "desk"}


def test_a_subject_alone_is_read(server: NatsBroker) -> None:
    """Of a stream of several subjects one; what others trim is no gap while nothing is missing."""
    server.clear()
    target = open_target(server.uri(subject="posts.other"))
    Pump(Listed(200), target, "listed", threading.Event()).run()
    server.write(posts(200, 300))
    found, cursor = taken(opened(server.uri(subject="posts.other")), 200)
    assert found == ids(0, 200)
    assert taken(opened(server.uri(subject="posts")), 100)[0] == ids(200, 300)
    server.write(posts(300, 301))
    again = open_target(server.uri(subject="posts.other"))
    Pump(Listed(210), again, "more", threading.Event()).run()
    assert taken(opened(server.uri(subject="posts.other")), 10, cursor)[0] == ids(200, 210)


def test_a_pump_makes_the_stream(server: NatsBroker) -> None:
    """Where there is none, bounded as it is told; a bound that is told later is set."""
    server.clear()
    server.drop()
    with pytest.raises(SourceError, match="no such stream"):
        next(opened(server.uri()).read())
    for keep, held in ((100, 100), (None, 100), (50, 50)):
        Pump(Listed(300), open_target(server.uri(), keep), str(keep), threading.Event()).run()
        assert len(server.messages()) == held


def test_what_is_sent_twice_is_there_once(server: NatsBroker) -> None:
    """A pump that was killed before it noted its place writes again; the server drops it."""
    server.clear()
    for key in ("one", "another"):
        Pump(Listed(300), open_target(server.uri()), key, threading.Event()).run()
    assert len(server.messages()) == 300


def test_a_consumer_that_loses_posts_is_refused(server: NatsBroker) -> None:
    """One with a bound would stand still between two snapshots."""
    server.clear()
    server.consumer("small", max_ack_pending=10)
    with pytest.raises(SourceError, match="no bound"):
        next(opened(server.uri(consumer="small")).read())


def test_a_stream_made_anew_is_a_gap(server: NatsBroker) -> None:
    """Deleted and filled again under a cursor."""
    server.clear()
    server.write(posts(0, 10))
    _, cursor = taken(opened(server.uri()), 10)
    server.clear()
    server.write(posts(10, 11))
    for options in ({}, {"consumer": "g"}):
        source = opened(server.uri(**options))
        assert taken(source, 1, cursor)[0] == ids(10, 11)
        assert [gap.reason for gap in source.gaps] == ["the stream was made anew"]


@pytest.mark.usefixtures("server")
def test_a_wrong_token_is_hopeless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends at once, and no message has it."""
    closed = TokenBroker(tmp_path)
    try:
        monkeypatch.setenv("GROUNDSWELL_NATS_TOKEN", "sesame-shut")
        with pytest.raises(SourceError, match="Authorization") as told:
            next(opened(closed.uri()).read())
        assert "sesame" not in str(told.value)
        monkeypatch.setenv("GROUNDSWELL_NATS_TOKEN", "sesame-open")
        Pump(Listed(10), open_target(closed.uri()), "listed", threading.Event()).run()
        assert taken(opened(closed.uri()), 10)[0] == ids(0, 10)
    finally:
        closed.stop()


class TokenBroker(NatsBroker):
    """One that wants a token."""

    def arguments(self) -> list[str]:
        return [*super().arguments(), "--auth", "sesame-open"]

    def ready(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
            return True
        return False
