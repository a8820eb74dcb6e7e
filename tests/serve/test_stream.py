"""The event stream: what happened, how a reader goes on, and what becomes of one that stalls."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from groundswell.serve.answering.answers import ProblemError
from groundswell.serve.app import serve
from groundswell.serve.desk import state
from groundswell.serve.desk.state import DeskState
from groundswell.serve.stream import follow, stream
from groundswell.serve.stream.written import Written
from tests.client import CLIENT
from tests.serve.kept import ORDINARY, START, WELSH, at, filled, told

LENGTH = 130
HELD = 10
Event = tuple[str, str, dict[str, Any]]
"""Id, name and data."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskState]:
    """130 slices of two boards, kept; of `all` ten are held, of the Welsh one five."""
    monkeypatch.setattr(state, "HELD", HELD)
    monkeypatch.setattr(state, "HELD_FURTHER", 5)
    both = ((ORDINARY, "all"), (WELSH, "cy"))
    boards = [told(m, titles, name) for m in range(1, LENGTH + 1) for titles, name in both]
    return filled(boards, tmp_path / "kept")


def heard(url: str, n: int, last: str = "", query: str = "") -> list[Event]:
    """The first n events of any kind."""
    got: list[Event] = []
    number = name = ""
    headers = {"Last-Event-ID": last} if last else {}
    with CLIENT.stream("GET", f"{url}/api/v1/stream{query}", headers=headers, timeout=10) as answer:
        for line in answer.iter_lines():
            kind, _, rest = line.partition(": ")
            if kind == "id":
                number = rest
            elif kind == "event":
                name = rest
            elif kind == "data":
                got.append((number, name, json.loads(rest)))
            if len(got) == n:
                break
    return got


def ids(events: list[Event]) -> list[str]:
    return [number for number, _, _ in events]


def expected(begin: int, end: int) -> list[str]:
    """Ids of all events of `all` of these minutes."""
    return [one for m in range(begin, end + 1) for one in (f"{at(m)}.0", f"{at(m)}.1", at(m))]


def test_what_happened_comes_before_its_board(desk: DeskState) -> None:
    """As `replay --format ndjson` prints it: story events as they are, then the board."""
    with serve(desk, "127.0.0.1", 0) as server:
        events = heard(server.url, 3)
    assert [name for _, name, _ in events] == ["story", "story", "board"]
    assert ids(events) == expected(LENGTH, LENGTH)
    assert events[0][2] == told(LENGTH).events[0].to_dict()
    assert events[2][2]["at"] == told(LENGTH).to_dict()["at"]


def test_a_reader_resumes_from_the_archive_wherever_it_was_broken_off(desk: DeskState) -> None:
    """After any event, long out of what is held: all that came after, once and in order."""
    rng = random.Random(5)
    with serve(desk, "127.0.0.1", 0) as server:
        whole = heard(server.url, 3 * LENGTH, last=str(START))
        assert ids(whole) == expected(1, LENGTH)
        assert "missed" not in {name for _, name, _ in whole}
        for cut in rng.sample(range(3 * LENGTH - 2), 8):
            rest = heard(server.url, min(40, 3 * LENGTH - cut - 1), last=whole[cut][0])
            assert ids(rest) == ids(whole)[cut + 1 :][: len(rest)]
            assert [data["type"] for _, _, data in rest] == [
                data["type"] for _, _, data in whole[cut + 1 :][: len(rest)]
            ]


def test_all_boards_at_once_resume_over_what_each_holds(desk: DeskState) -> None:
    """Boards are held for different times: none is lost where one is held and the other kept."""
    total = 6 * LENGTH
    with serve(desk, "127.0.0.1", 0) as server:
        whole = heard(server.url, total, last=f"{START}/zz", query="?board=*")
        order = [(m, name) for m in range(1, LENGTH + 1) for name in ("all", "cy")]
        boards = [number for number, name, _ in whole if name == "board"]
        assert boards == [f"{at(m)}/{name}" for m, name in order]
        assert len(set(ids(whole))) == total
        for cut in (7, 6 * (LENGTH - 8), 6 * (LENGTH - 8) + 4, total - 2):
            rest = heard(server.url, min(30, total - cut - 1), whole[cut][0], "?board=*")
            assert ids(rest) == ids(whole)[cut + 1 :][: len(rest)]


def test_what_is_no_longer_held_is_said(desk: DeskState) -> None:
    """Without an archive: one `missed` event with both ends, then what is held."""
    desk.archive = None
    with serve(desk, "127.0.0.1", 0) as server:
        first, *rest = heard(server.url, 1 + 3 * HELD, last=at(3))
        assert (first[0], first[1]) == ("", "missed")
        assert first[2]["after"] == told(3).to_dict()["at"]
        assert first[2]["before"] == told(LENGTH - HELD + 1).to_dict()["at"]
        assert ids(rest) == expected(LENGTH - HELD + 1, LENGTH)
        beside = heard(server.url, 3, last=at(LENGTH - HELD))
        assert ids(beside) == expected(LENGTH - HELD + 1, LENGTH - HELD + 1)


def test_nobody_goes_back_further_than_a_day(
    desk: DeskState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bound on what one reader can make the desk read, and it is said."""
    monkeypatch.setattr(follow, "CATCH_UP", 50)
    with serve(desk, "127.0.0.1", 0) as server:
        first, *rest = heard(server.url, 4, last=at(3))
    assert first[1] == "missed"
    assert ids(rest) == expected(LENGTH - 49, LENGTH - 49)


def test_an_archive_that_cannot_be_read_ends_no_stream(desk: DeskState) -> None:
    """What is held is given, and what is not is said."""
    assert desk.archive is not None
    (desk.archive / "archive.sqlite").write_bytes(b"not a database" * 400)
    with serve(desk, "127.0.0.1", 0) as server:
        events = heard(server.url, 4, last=at(3))
    assert [name for _, name, _ in events] == ["missed", "story", "story", "board"]


@pytest.mark.parametrize("last", [at(10**6), f"{at(LENGTH)}.7/../x", "0"])
def test_an_id_of_another_run_begins_anew(desk: DeskState, last: str) -> None:
    """A time that is still to come would else be waited for in silence."""
    with serve(desk, "127.0.0.1", 0) as server:
        assert ids(heard(server.url, 3, last=last)) == expected(LENGTH, LENGTH)


def test_a_reader_that_stalls_is_dropped_and_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It holds no place and no memory; others are not disturbed; it resumes with none lost."""
    monkeypatch.setattr(stream, "STALLED", 0.3)
    monkeypatch.setattr(state, "HELD", 400)
    large = tuple(f"{i} " + "W" * 4_000 for i in range(10))
    roomy = filled([told(1)], None)
    with serve(roomy, "127.0.0.1", 0) as server, socket.socket() as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        stalled.connect(("127.0.0.1", int(server.url.rsplit(":", 1)[1])))
        stalled.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: desk\r\n\r\n")
        readers = server._app.state.readers
        _until(lambda: readers.now == 1)
        for minute in range(2, 60):
            roomy.publish(told(minute, large))
        _until(lambda: readers.dropped == 1)
        _until(lambda: readers.now == 0)
        assert "groundswell_readers_dropped_total 1\n" in CLIENT.get(f"{server.url}/metrics").text
        assert ids(heard(server.url, 3)) == expected(59, 59)
        assert ids(heard(server.url, 6, last=at(40))) == expected(41, 42)


def _until(true: Any, seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def test_a_board_is_written_once_for_all_readers() -> None:
    """Equal bytes without being made again; a changed board is made anew; few are held."""
    desk, cache = filled([told(1)], None), Written(size=2)
    one = told(1)
    first = cache.event(desk, one, "1", revised=False)
    assert cache.event(desk, one, "1", revised=False) is first
    other = replace(one, posts=1)
    assert b'"posts":1,' in cache.event(desk, other, "1", revised=False)
    for number in range(5):
        cache.event(desk, one, str(number), revised=False)
    assert len(cache._events) == 2


def test_a_reader_that_goes_is_let_go_at_once(desk: DeskState) -> None:
    """Nothing of it stays, though nothing was sent to it meanwhile."""
    with serve(desk, "127.0.0.1", 0) as server:
        readers = server._app.state.readers
        heard(server.url, 1)
        _until(lambda: readers.now == 0 and not readers.open)


def test_what_is_published_is_there_at_once(desk: DeskState) -> None:
    """Readers are woken, they do not look from time to time; so are those of a source's trouble."""
    with (
        serve(desk, "127.0.0.1", 0) as server,
        CLIENT.stream("GET", f"{server.url}/api/v1/stream", timeout=10) as answer,
    ):
        lines = (line for line in answer.iter_lines() if line.startswith("id: "))
        for _ in range(3):
            next(lines)
        waits = []
        for minute in range(LENGTH + 1, LENGTH + 6):
            began = time.monotonic()
            desk.publish(replace(told(minute), events=()))
            assert next(lines) == f"id: {at(minute)}"
            waits.append(time.monotonic() - began)
    assert min(waits) < 0.1


def test_who_waits_is_left_alone(desk: DeskState, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is looked up for a reader while nothing happens."""
    looks = []
    real = follow.Follower.look
    monkeypatch.setattr(follow.Follower, "look", lambda self: looks.append(1) or real(self))
    with (
        serve(desk, "127.0.0.1", 0) as server,
        CLIENT.stream("GET", f"{server.url}/api/v1/stream", timeout=10) as answer,
    ):
        lines = (line for line in answer.iter_lines() if line.startswith("id: "))
        for _ in range(3):
            next(lines)
        time.sleep(1.2)
        assert len(looks) == 1
        desk.publish(replace(told(LENGTH + 1), events=()))
        assert next(lines) == f"id: {at(LENGTH + 1)}"
        assert len(looks) == 2


def test_one_address_may_not_take_all_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """429 with what to do instead; others come in, and this machine's own address has no limit."""
    monkeypatch.setattr(stream, "PER_CLIENT", 2)
    readers = stream.Readers()
    readers.open.update({"203.0.113.9": 2, "::1": 9, "127.0.0.1": 9, "": 3})
    with pytest.raises(ProblemError, match="2 readers of your address") as refused:
        readers.refuse("203.0.113.9")
    assert refused.value.status_code == 429
    for other in ("203.0.113.8", "::1", "127.0.0.1", ""):
        readers.refuse(other)
    monkeypatch.setattr(stream, "READERS", 23)
    with pytest.raises(ProblemError, match="23 readers are connected"):
        readers.refuse("203.0.113.8")
