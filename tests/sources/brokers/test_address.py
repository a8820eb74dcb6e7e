"""Addresses of brokers, their secrets, and clients that are not installed."""

from __future__ import annotations

import sys

import pytest

from groundswell.errors import UsageError
from groundswell.sources.brokers.address import address_of, secrets_of
from groundswell.sources.brokers.kafka_link import FORM as KAFKA
from groundswell.sources.brokers.kafka_link import kafka_address
from groundswell.sources.brokers.nats_link import FORM as NATS
from groundswell.sources.brokers.redis_link import FORM as REDIS
from groundswell.sources.brokers.redis_link import redis_address
from groundswell.sources.brokers.writing import open_target
from groundswell.sources.door import open_source


def test_what_an_address_says() -> None:
    """Hosts with their ports, TLS, the path and the options."""
    address, db = redis_address("rediss://Bus.Example.NET/3?stream=posts:all&group=desk")
    assert (address.secure, address.hosts, db) == (True, ("bus.example.net:6379",), 3)
    assert (address.get("stream"), address.get("group"), address.get("from")) == (
        "posts:all", "desk", "",
    )  # fmt: skip
    found = kafka_address("kafka://a:1,[::1]:2,c/posts?group=g")
    assert (found.hosts, found.path) == (("a:1", "[::1]:2", "c:9092"), "posts")
    assert (found.host, found.port) == ("a", 1)
    assert address_of("nats+tls://n?stream=S&subject=posts.%3E", NATS).get("subject") == "posts.>"


@pytest.mark.parametrize(
    "uri",
    [
        "redis://ann:sesame@h?stream=s", "redis://sesame@h?stream=s", "redis://h?password=sesame",
        "redis://h?stream=sesame&stream=b", "redis://h/sesame?stream=s", "redis://h:sesame?stream=s",
        "redis://h:70000?stream=s", "redis://?stream=s", "redis://a,b?stream=s", "redis://h",
        "redis://h?stream=", "redis://h?stream=s&from=sesame", "redis:h?stream=s", "redis+tls://h?stream=s",
        "nats://h", "nats://h?stream=a%0Ab", "kafka://h", "kafka://h/a/b", "kafka://h/t?sasl=sesame",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(uri: str) -> None:
    """By a source and by a target, and nothing of it is shown that could be a secret."""
    for opener in (open_source, open_target):
        with pytest.raises(UsageError) as told:
            opener(uri)
        assert "sesame" not in str(told.value)


def test_a_secret_goes_to_its_own_broker() -> None:
    """The one there is, or that of the host as soon as one names a host; and it is not shown."""
    one, other = (address_of(f"redis://{host}?stream=s", REDIS) for host in ("a-b.net", "c"))
    general = {"GROUNDSWELL_REDIS_PASSWORD": "sesame", "GROUNDSWELL_NATS_TOKEN": "other"}
    assert secrets_of(one, general).password == "sesame"  # noqa: S105 -- made up
    assert "sesame" not in repr(secrets_of(one, general))
    named = general | {"GROUNDSWELL_REDIS_PASSWORD_A_B_NET": "own"}
    assert secrets_of(one, named).password == "own"  # noqa: S105 -- made up
    assert secrets_of(other, named).password == ""
    assert secrets_of(address_of("kafka://a-b.net/t", KAFKA), named).password == ""


@pytest.mark.parametrize(
    ("uri", "module"),
    [
        ("redis://h?stream=s", "redis"),
        ("nats://h?stream=s", "nats"),
        ("kafka://h/t", "confluent_kafka"),
    ],
)
def test_a_client_that_is_absent_is_named(
    uri: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what installs it."""
    monkeypatch.setitem(sys.modules, module, None)
    for opener in (open_source, open_target):
        with pytest.raises(UsageError, match=r"groundswell\[streams\]"):
            opener(uri)
