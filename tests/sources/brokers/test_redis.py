"""Redis Streams against a real `redis-server`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundswell.engines.pumping import Pump
from groundswell.errors import SourceError
from groundswell.sources.brokers.writing import open_target
from tests.sources.brokers.cases import (
    BrokerCases,
    Listed,
    batches,
    ids,
    opened,
    post,
    posts,
    pumped,
    taken,
)
from tests.sources.brokers.servers import RedisBroker


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisBroker]:
    pytest.importorskip("redis", reason="needs pip install 'groundswell[streams]'")
    running = RedisBroker(Path(tmp_path_factory.mktemp("redis")))
    yield running
    running.stop()


class RedisCases(BrokerCases):
    @pytest.fixture
    def broker(self, server: RedisBroker) -> RedisBroker:
        with server.redis as client:
            client.flushall()
        return server

    def member(self, name: str) -> dict[str, str]:
        return {"consumer": name}


class TestRedis(RedisCases):
    """The whole stream, by the reader's place."""


class TestRedisGroup(RedisCases):
    """As the only member of a group."""

    @pytest.fixture
    def options(self) -> dict[str, str]:
        return {"group": "desk"}


def test_a_member_takes_again_what_it_did_not_acknowledge(server: RedisBroker) -> None:
    """Of two members one is killed: what it was given and had not kept comes to it again, only."""
    with server.redis as client:
        client.flushall()
    server.write(posts(0, 1_500))
    first, cursor = list[str](), ""
    for batch in batches(opened(server.uri(group="crew", consumer="a")), 500):
        first += batch.ids
        cursor = cursor or batch.cursor
    second, _ = taken(opened(server.uri(group="crew", consumer="b")), 500)
    again, _ = taken(opened(server.uri(group="crew", consumer="a")), 1_000)
    assert again == [*first, *ids(1_000, 1_500)]
    assert second == ids(500, 1_000)


def test_an_entry_of_another_form_is_read_by_its_field(server: RedisBroker) -> None:
    """A field that is named, the only one, or else a reject."""
    with server.redis as client:
        client.flushall()
        client.xadd("posts", {"body": post(0), "by": "x"})
        client.xadd("posts", {"anything": post(1)})
        client.xadd("posts", {"post": post(2), "by": "x"})
    assert taken(opened(server.uri()), 3)[0] == ids(1, 3)
    assert taken(opened(server.uri(field="body")), 3)[0] == ids(0, 1)


def test_a_stream_made_anew_is_a_gap(server: RedisBroker) -> None:
    """Deleted and filled again under a cursor, also with smaller ids."""
    with server.redis as client:
        client.flushall()
        server.write(posts(0, 10))
        _, cursor = taken(opened(server.uri()), 10)
        client.flushall()
        client.xadd("posts", {"post": post(10)}, id="5-1")
        for options in ({}, {"group": "g"}):
            source = opened(server.uri(**options))
            assert taken(source, 1, cursor)[0] == ids(10, 11)
            assert [gap.reason for gap in source.gaps] == ["the stream was made anew"]


def test_a_trim_under_a_slow_reader_is_a_gap(server: RedisBroker) -> None:
    """Between two requests of one connection; a bound that only meets what was read is none."""
    with server.redis as client:
        client.flushall()
        server.write(posts(0, 600))
        source = opened(server.uri())
        stream = source.read()
        assert len(next(stream)) == 500
        server.write(posts(600, 700))
        server.trim(20)
        assert next(stream).ids == ids(680, 700)
        assert len(source.gaps) == 1
        server.trim(0)
        next(stream)
        server.write(posts(700, 701))
        while next(stream).ids != ids(700, 701):
            pass
        assert len(source.gaps) == 1
        source.close()


def test_a_wrong_password_is_hopeless(server: RedisBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends at once, and no message has the password; the right one is taken."""
    with server.redis as client:
        client.flushall()
        client.acl_setuser(
            "desk", enabled=True, passwords=["+sesame-open"], keys=["*"], categories=["+@all"]
        )
    server.write(posts(0, 1))
    monkeypatch.setenv("GROUNDSWELL_REDIS_USER", "desk")
    monkeypatch.setenv("GROUNDSWELL_REDIS_PASSWORD", "sesame-shut")
    with pytest.raises(SourceError) as told:
        next(opened(server.uri()).read())
    assert "sesame" not in str(told.value)
    monkeypatch.setenv("GROUNDSWELL_REDIS_PASSWORD", "sesame-open")
    assert taken(opened(server.uri()), 1)[0] == ids(0, 1)
    monkeypatch.setenv("GROUNDSWELL_REDIS_PASSWORD_EXAMPLE_NET", "sesame-of-another")
    with server.redis as client:
        client.config_set("requirepass", "for-all")
    with pytest.raises(SourceError):
        next(opened(server.uri()).read())
    monkeypatch.setenv("GROUNDSWELL_REDIS_PASSWORD_127_0_0_1", "sesame-open")
    monkeypatch.setenv("GROUNDSWELL_REDIS_USER_127_0_0_1", "desk")
    assert taken(opened(server.uri()), 1)[0] == ids(0, 1)
    import redis

    redis.Redis(port=server.port, password="for-all").config_set("requirepass", "")  # noqa: S106


def test_something_else_under_its_name_is_hopeless(server: RedisBroker) -> None:
    """A key that is no stream: said at once, by a source and by a target."""
    with server.redis as client:
        client.flushall()
        client.set("posts", "a word")
    with pytest.raises(SourceError, match="WRONGTYPE"):
        next(opened(server.uri()).read())
    with pytest.raises(SourceError, match="WRONGTYPE"):
        pumped(server, Listed(10))


def test_a_bound_holds(server: RedisBroker) -> None:
    """`--keep` bounds the stream, about."""
    with server.redis as client:
        client.flushall()
    target = open_target(server.uri(), 500)
    Pump(Listed(3_000), target, "listed", threading.Event()).run()
    assert 500 <= len(server.messages()) <= 700


def test_a_group_is_set_to_the_place_of_its_only_member(server: RedisBroker) -> None:
    """Moved ahead, moved back or destroyed after it was joined: the cursor is what counts."""
    with server.redis as client:
        client.flushall()
        server.write(posts(0, 500))
        _, cursor = taken(opened(server.uri(group="desk")), 500)
        server.write(posts(500, 600))
        for misplace in (
            lambda: client.xgroup_setid("posts", "desk", "$"),
            lambda: client.xgroup_setid("posts", "desk", "0"),
            lambda: client.xgroup_destroy("posts", "desk"),
        ):
            misplace()
            assert taken(opened(server.uri(group="desk")), 100, cursor)[0] == ids(500, 600)


def test_a_broker_that_hangs_holds_nobody_up(server: RedisBroker) -> None:
    """Stopped in its tracks: signs of life go on, `close` ends the read, and nothing is lost."""
    with server.redis as client:
        client.flushall()
    server.write(posts(0, 10))
    source = opened(server.uri())
    stream = source.read()
    found = next(stream)
    server.freeze()
    try:
        for _ in range(3):
            began = time.monotonic()
            assert not next(stream).ids
            assert time.monotonic() - began < 1.5
        began = time.monotonic()
        source.close()
        assert not [batch for batch in stream if batch.ids]
        assert time.monotonic() - began < 2.5
    finally:
        server.thaw()
    server.write(posts(10, 20))
    assert taken(opened(server.uri()), 10, found.cursor)[0] == ids(10, 20)
