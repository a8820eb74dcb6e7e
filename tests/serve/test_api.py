"""What the desk answers: pages, JSON, errors, and the stream that resumes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from groundswell.errors import ServeError
from groundswell.revision import Cut, Revision
from groundswell.serve.app import serve
from groundswell.serve.desk.state import Context, DeskState
from groundswell.serve.pages import page
from groundswell.serve.stream import stream, written
from tests.client import CLIENT
from tests.serve.boards import HOSTILE, MINUTE, ORDINARY, START, board, served, story

Desk = tuple[DeskState, str]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with served() as pair:
        yield pair


def events(
    url: str, n: int, last: str = "", query: str = ""
) -> list[tuple[str, dict[str, object]]]:
    """The first n board events of the stream: id and data."""
    headers = {"Last-Event-ID": last} if last else {}
    got: list[tuple[str, dict[str, object]]] = []
    number = ""
    stream = f"{url}/api/v1/stream{query}"
    with CLIENT.stream("GET", stream, headers=headers, timeout=10) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("id: "):
                number = line[4:]
            if line.startswith("data: "):
                got.append((number, json.loads(line[6:])))
            if len(got) == n:
                break
    return got


def test_routes_answer_with_what_they_are_named_for(desk: Desk) -> None:
    """Pages are HTML with the first story; the API gives the board, the story, health."""
    _, url = desk
    first = story(ORDINARY[0], 1)
    for path in ("/", f"/story/{first.id}"):
        page = CLIENT.get(url + path)
        assert page.status_code == 200
        assert ORDINARY[0] in page.text
        assert "simulated" in page.text
    assert "How a story gets here" in CLIENT.get(url + "/about").text
    assert CLIENT.get(url + "/api/v1/boards").json() == {"boards": ["all"]}
    told = CLIENT.get(url + "/api/v1/boards/all").json()
    assert [one["title"] for one in told["stories"]] == list(ORDINARY)
    assert CLIENT.get(f"{url}/api/v1/stories/{first.id}").json() == first.to_dict()
    assert CLIENT.get(url + "/health").json()["status"] == "ok"


@pytest.mark.parametrize("path", ["/api/v1/boards/none", "/api/v1/stories/none", "/api/v1/nothing"])
def test_what_the_api_does_not_have_is_said_in_json(desk: Desk, path: str) -> None:
    """404 with a code, a message and a hint."""
    answer = CLIENT.get(desk[1] + path)
    assert answer.status_code == 404
    assert set(answer.json()["error"]) == {"code", "message", "hint"}


def test_wrong_methods_and_pages_that_are_not_there(desk: Desk) -> None:
    """POST is 405 in JSON on the API; a page that is not there is a page."""
    assert httpx.post(desk[1] + "/api/v1/boards").status_code == 405
    assert "error" in httpx.post(desk[1] + "/api/v1/boards").json()
    for path in ("/story/none", "/nowhere"):
        answer = CLIENT.get(desk[1] + path)
        assert answer.status_code == 404
        assert "<h1>" in answer.text


@pytest.mark.parametrize("path", ["/", "/nowhere", "/api/v1/nothing", "/static/desk.js"])
def test_every_answer_has_the_safe_headers(desk: Desk, path: str) -> None:
    """Also errors and files: a policy without inline scripts, no sniffing, no referrer."""
    headers = CLIENT.get(desk[1] + path).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_hostile_text_is_text() -> None:
    """No title, term or reason becomes an element."""
    with served(HOSTILE) as (_, url):
        for text in (CLIENT.get(url).text, events(url, 1)[0][1]["html"]):
            assert "<img" not in str(text).replace('<img src="/static/mark.svg"', "")
            assert "<script>window" not in str(text)
            assert "&lt;script&gt;" in str(text)


def test_the_stream_brings_every_board_once_and_resumes(desk: Desk) -> None:
    """Three boards, a break after the second, and the rest by Last-Event-ID: none lost or twice."""
    state, url = desk
    for minute in (2, 3):
        state.publish(board(ORDINARY, minute))
    seen = events(url, 1)
    assert seen[0][0] == str(START + 3 * MINUTE)  # a new reader begins with the newest
    resumed = events(url, 2, last=str(START + MINUTE))
    assert [number for number, _ in resumed] == [str(START + m * MINUTE) for m in (2, 3)]
    assert "html" in resumed[0][1]
    assert "stories" in resumed[0][1]


@pytest.mark.parametrize("last", ["nonsense", "-1", "9" * 40])
def test_a_last_event_id_that_is_none_begins_anew(desk: Desk, last: str) -> None:
    """What is no id of ours is passed over."""
    assert len(events(desk[1], 1, last=last)) == 1


def test_readers_beyond_the_cap_are_told_to_come_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for one, the second gets 503; when the first has left, there is room again."""
    monkeypatch.setattr(stream, "READERS", 1)
    url = desk[1]
    with CLIENT.stream("GET", f"{url}/api/v1/stream", timeout=10) as first:
        lines = first.iter_lines()
        next(lines)
        assert CLIENT.get(f"{url}/api/v1/stream").status_code == 503
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with CLIENT.stream("GET", f"{url}/api/v1/stream", timeout=10) as again:
            if again.status_code == 200:
                return
    pytest.fail("the reader that left still takes the place")


def test_a_taken_port_is_named_with_another() -> None:
    """The message names the port and what to try."""
    with served() as (state, url):
        port = int(url.rsplit(":", 1)[1])
        with pytest.raises(ServeError, match=rf"port {port} .*--port {port + 1}"):
            serve(state, "127.0.0.1", port)


def test_it_ends_soon_with_a_reader_connected() -> None:
    """An open stream does not hold the end up."""
    reading = threading.Event()

    def read(url: str) -> None:
        try:
            with CLIENT.stream("GET", f"{url}/api/v1/stream", timeout=10) as answer:
                for _ in answer.iter_lines():
                    reading.set()
        except httpx.HTTPError:
            pass  # the server ended, as it should

    with served() as (_, url):
        thread = threading.Thread(target=read, args=(url,), daemon=True)
        thread.start()
        assert reading.wait(5)
        began = time.monotonic()
    assert time.monotonic() - began < 4
    thread.join(timeout=5)


def test_before_the_first_board_the_desk_says_that_it_waits() -> None:
    """The page and health say so; the board is not there yet."""
    with served(()) as (state, url):
        state._shown.clear()
        assert "first slice" in CLIENT.get(url).text
        assert CLIENT.get(url + "/health").json()["status"] == "starting"
        assert CLIENT.get(url + "/api/v1/boards/all").status_code == 404


def test_a_story_that_is_usual_again_claims_no_figure() -> None:
    """Where nothing is above usual any more the page says so, and not that 0 were expected."""
    cooled = story(ORDINARY[0], 1, lift=0.0, expected=0.0, status="cooling")
    shown = replace(board(ORDINARY), stories=(cooled,))
    html = page("rows.html", Context("live", ("jetstream",), MINUTE), shown)
    assert "no longer above usual" in html
    assert "0 expected" not in html


def test_an_event_is_made_once_for_all_its_readers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three readers and one rendering; a board of the same time that is told anew is made anew."""
    state, url = desk
    made = list[int]()
    real = written._written

    def counted(*given: object, **named: object) -> str:
        made.append(1)
        return real(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(written, "_written", counted)
    told = [events(url, 1) for _ in range(3)]
    assert told[0] == told[1] == told[2]
    assert len(made) == 1
    state.publish(replace(board(ORDINARY), posts=7))
    assert events(url, 1)[0][1]["posts"] == 900  # of one time, the first that was told comes first
    assert [data["posts"] for _, data in events(url, 2)] == [900, 7]


def test_what_is_taken_back_leaves_pages_api_and_streams_at_once(desk: Desk) -> None:
    """An open stream gets the newest board again, marked as revised; so does who comes back."""
    state, url = desk
    first, newest = story(ORDINARY[0], 1), state.newest
    assert newest is not None
    cut = Cut(frozenset({1}), {story(ORDINARY[1], 2).id: (7, 6)})
    keys = {ORDINARY[0]: frozenset({1}), ORDINARY[0] + "!": frozenset({1, 2})}
    found = Revision(newest.at + 1, 0, cut)
    timer = threading.Timer(0.5, state.revise, (found, lambda label: keys.get(label, frozenset())))
    timer.start()
    (_, before), (number, after) = events(url, 2)
    assert "revised" not in before
    assert (number, after["revised"]) == (str(newest.at), True)
    assert ORDINARY[0] not in json.dumps(after)
    assert after["stories"][0]["posts"] == 7  # type: ignore[index]
    for path in ("/", "/api/v1/boards/all"):
        assert ORDINARY[0] not in CLIENT.get(url + path).text
    assert CLIENT.get(f"{url}/api/v1/stories/{first.id}").status_code == 404
    assert events(url, 1, last=str(newest.at))[0][1]["revised"] is True


def test_what_is_hidden_comes_back(desk: Desk) -> None:
    """A later revision without the veil shows the board as it was, less what was deleted since."""
    state, _ = desk
    whole, gone = state.newest, frozenset({1})
    assert whole is not None

    def keys(label: str) -> frozenset[int]:
        return gone if label.startswith(ORDINARY[0]) else frozenset()

    state.revise(Revision(whole.at + 1, 0, Cut(), Cut(gone)), keys)
    hidden = state.newest
    assert hidden is not None
    assert len(hidden.stories) == len(whole.stories) - 1
    state.revise(Revision(whole.at + 1, 0, Cut(), Cut()), keys)
    assert state.newest == whole
    state.revise(Revision(whole.at, 0, Cut(gone)), keys)
    assert state.newest == whole, "boards that were told later are not meant"
