"""`/health`, `/metrics`, and a source's trouble on the page and in the stream."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import msgspec
import pytest

from groundswell.press.clippings import Clippings
from groundswell.press.newsrooms import Newsroom
from groundswell.press.reporters import Reporters
from groundswell.serve.api.health import Health
from groundswell.serve.app import serve
from groundswell.serve.desk.pressroom import PressRoom
from groundswell.serve.desk.state import Context, DeskState
from groundswell.watch import Gap, SourceHealth, Watch
from tests.client import CLIENT
from tests.press.newsroom import Newsroom as Server
from tests.press.newsroom import Reply
from tests.serve.boards import MINUTE, ORDINARY, board

GAP = Gap(1_773_774_000_000_000, 1_773_774_060_000_000, "HTTP 429")
HOSTILE = 'a"\\<b>\nc'


@pytest.fixture
def sources() -> list[SourceHealth]:
    return [SourceHealth("example.social", "connected", time.monotonic(), gaps=(GAP,), left_out=7)]


@pytest.fixture
def desk(sources: list[SourceHealth]) -> Iterator[tuple[DeskState, str]]:
    watch = Watch(lambda: sources, live=True)
    state = DeskState(Context("live", ("example.social",), MINUTE), watch=watch)
    state.publish(board(ORDINARY))
    with serve(state, "127.0.0.1", 0) as server:
        yield state, server.url


def test_health_is_ok_while_posts_come(desk: tuple[DeskState, str]) -> None:
    """200 with each source: its state, gaps with their bounds, how many were left out."""
    answer = CLIENT.get(desk[1] + "/health")
    told = answer.json()
    assert (answer.status_code, told["ok"], told["status"]) == (200, True, "ok")
    (source,) = told["sources"]
    assert (source["name"], source["state"], source["left_out"]) == (
        "example.social",
        "connected",
        7,
    )
    assert source["gaps"] == [
        {"begin": "2026-03-17T19:00:00Z", "end": "2026-03-17T19:01:00Z", "reason": "HTTP 429"}
    ]


def test_health_is_503_when_nothing_comes(
    desk: tuple[DeskState, str], sources: list[SourceHealth]
) -> None:
    """A monitor sees it by the status alone, a person by the reason."""
    sources[0] = SourceHealth("example.social", "reconnecting", time.monotonic() - 500, "HTTP 503")
    answer = CLIENT.get(desk[1] + "/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "stalled"
    assert "nothing has come for 500 s" in answer.json()["reason"]


def test_metrics_are_prometheus_text(
    desk: tuple[DeskState, str], sources: list[SourceHealth]
) -> None:
    """Every family has its help and type, every sample parses, labels are escaped."""
    desk[0].watch.figures.posts = 12_345_678
    sources.append(SourceHealth(HOSTILE, "reconnecting", 0.0, reconnects=3))
    answer = CLIENT.get(desk[1] + "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    typed = set(re.findall(r"^# TYPE (\S+) (?:counter|gauge)$", answer.text, re.MULTILINE))
    sample = re.compile(r'(\w+)(\{source="(?:[^"\\\n]|\\.)*"\})? (-?[0-9.e+-]+)')
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    found = [sample.fullmatch(line) for line in lines]
    assert all(found)
    assert {match[1] for match in found if match} == typed
    assert "groundswell_posts_total 12345678" in lines
    assert 'groundswell_gaps_total{source="example.social"} 1' in lines
    assert any("reconnects_total" in line and line.endswith(" 3") for line in lines)
    memory = next(line for line in lines if line.startswith("groundswell_memory_bytes"))
    assert float(memory.split()[1]) > 10_000_000


@pytest.fixture
def newsrooms(desk: tuple[DeskState, str]) -> Iterator[None]:
    """Three feeds: one that answers, one that fails, one that was not asked for yet."""
    bad = iter([Reply(status=503), Reply(b"{")])
    with Server(
        {"/good": Reply(b'{"version": "1.1", "items": []}'), "/bad?key=secret": lambda _: next(bad)}
    ) as server:
        feeds = (("Harbour", "/good"), ("Harbour", "/bad?key=secret"), (HOSTILE, "/good"))
        reporters = Reporters(
            [Newsroom(name, server.url + path) for name, path in feeds], Clippings(), loopback=True
        )
        desk[0].press = PressRoom(reads=False, feeds=reporters.health)
        for feed in reporters.feeds[:2]:
            reporters.ask(feed)
        reporters.ask(reporters.feeds[1])
        yield


@pytest.mark.usefixtures("newsrooms")
def test_health_says_where_each_feed_stands(desk: tuple[DeskState, str]) -> None:
    """Last good answer, failures and wait; a desk whose newsrooms fail is well."""
    answer = CLIENT.get(desk[1] + "/health")
    assert answer.status_code == 200
    told = msgspec.json.decode(answer.content, type=Health, strict=True)
    good, bad, new = told.newsrooms
    assert (good.name, good.status, good.said, good.failed) == ("Harbour", "ok", "", 0)
    assert good.fetched_s is not None
    assert 0 <= good.fetched_s < 60
    assert 200 < good.wait_s <= 330
    assert (bad.name, bad.status) == ("Harbour (2)", "failing")
    assert bad.said.startswith("expected a JSON Feed from 'http://127.0.0.1:")
    assert (bad.failures, bad.failed, bad.asked, bad.fetched_s) == (2, 2, 2, None)
    assert 1_100 < bad.wait_s <= 1_320
    assert (new.name, new.status, new.asked, new.wait_s) == (HOSTILE, "starting", 0, 0.0)
    assert "secret" not in answer.text


@pytest.mark.usefixtures("newsrooms")
def test_metrics_of_feeds_have_a_label_for_each_that_is_read(desk: tuple[DeskState, str]) -> None:
    """Two feeds of one newsroom apart, hostile names escaped, and nothing that articles bring."""
    text = CLIENT.get(desk[1] + "/metrics").text
    lines = text.splitlines()
    assert 'groundswell_feed_requests_total{newsroom="Harbour (2)"} 2' in lines
    assert 'groundswell_feed_failures_total{newsroom="Harbour (2)"} 2' in lines
    assert 'groundswell_feed_failures_in_a_row{newsroom="Harbour"} 0' in lines
    assert 'groundswell_feed_up{newsroom="Harbour"} 1' in lines
    assert 'groundswell_feed_up{newsroom="Harbour (2)"} 0' in lines
    labels = set(re.findall(r'newsroom=("(?:[^"\\\n]|\\.)*")', text))
    assert labels == {'"Harbour"', '"Harbour (2)"', r'"a\"\\<b>\nc"'}
    assert sum("feed_fetched_seconds{" in line for line in lines) == 1
    samples = [line.rpartition(" ")[0] for line in lines if not line.startswith("#")]
    assert len(samples) == len(set(samples))
    assert "secret" not in text


def test_a_trouble_stands_on_the_page_and_comes_over_the_stream(
    desk: tuple[DeskState, str], sources: list[SourceHealth]
) -> None:
    """In words, escaped; readers of the stream hear of it without a new board."""
    with CLIENT.stream("GET", desk[1] + "/api/v1/stream", timeout=10) as answer:
        lines = answer.iter_lines()
        assert next(lines) == ": welcome"
        sources[0] = SourceHealth("<b>a", "reconnecting", time.monotonic() - 42, "HTTP 503")
        assert "event: source" in lines  # consumed up to it
        said = next(lines)
    assert "silent for 40 s, reconnecting (HTTP 503)" in said
    assert "&lt;b&gt;a" in said
    html = CLIENT.get(desk[1] + "/").text
    assert "<bdi>&lt;b&gt;a</bdi>: silent for 40 s, reconnecting (HTTP 503)" in html
