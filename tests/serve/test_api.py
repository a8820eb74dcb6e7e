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
from groundswell.serve import app
from groundswell.serve.app import serve
from groundswell.serve.pages import page
from groundswell.serve.state import Context, DeskState
from tests.serve.boards import HOSTILE, MINUTE, ORDINARY, START, board, served, story

Desk = tuple[DeskState, str]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with served() as pair:
        yield pair


def events(url: str, n: int, last: str = "") -> list[tuple[str, dict[str, object]]]:
    """The first n board events of the stream: id and data."""
    headers = {"Last-Event-ID": last} if last else {}
    got: list[tuple[str, dict[str, object]]] = []
    number = ""
    with httpx.stream("GET", f"{url}/api/v1/stream", headers=headers, timeout=10) as answer:
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
        page = httpx.get(url + path)
        assert page.status_code == 200
        assert ORDINARY[0] in page.text
        assert "simulated" in page.text
    assert "How a story gets here" in httpx.get(url + "/about").text
    assert httpx.get(url + "/api/v1/boards").json() == {"boards": ["all"]}
    told = httpx.get(url + "/api/v1/boards/all").json()
    assert [one["title"] for one in told["stories"]] == list(ORDINARY)
    assert httpx.get(f"{url}/api/v1/stories/{first.id}").json() == first.to_dict()
    assert httpx.get(url + "/health").json()["status"] == "ok"


@pytest.mark.parametrize("path", ["/api/v1/boards/none", "/api/v1/stories/none", "/api/v1/nothing"])
def test_what_the_api_does_not_have_is_said_in_json(desk: Desk, path: str) -> None:
    """404 with a code, a message and a hint."""
    answer = httpx.get(desk[1] + path)
    assert answer.status_code == 404
    assert set(answer.json()["error"]) == {"code", "message", "hint"}


def test_wrong_methods_and_pages_that_are_not_there(desk: Desk) -> None:
    """POST is 405 in JSON on the API; a page that is not there is a page."""
    assert httpx.post(desk[1] + "/api/v1/boards").status_code == 405
    assert "error" in httpx.post(desk[1] + "/api/v1/boards").json()
    for path in ("/story/none", "/nowhere"):
        answer = httpx.get(desk[1] + path)
        assert answer.status_code == 404
        assert "<h1>" in answer.text


@pytest.mark.parametrize("path", ["/", "/nowhere", "/api/v1/nothing", "/static/desk.js"])
def test_every_answer_has_the_safe_headers(desk: Desk, path: str) -> None:
    """Also errors and files: a policy without inline scripts, no sniffing, no referrer."""
    headers = httpx.get(desk[1] + path).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_hostile_text_is_text() -> None:
    """No title, term or reason becomes an element."""
    with served(HOSTILE) as (_, url):
        for text in (httpx.get(url).text, events(url, 1)[0][1]["html"]):
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
    monkeypatch.setattr(app, "READERS", 1)
    url = desk[1]
    with httpx.stream("GET", f"{url}/api/v1/stream", timeout=10) as first:
        lines = first.iter_lines()
        next(lines)
        assert httpx.get(f"{url}/api/v1/stream").status_code == 503
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with httpx.stream("GET", f"{url}/api/v1/stream", timeout=10) as again:
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
            with httpx.stream("GET", f"{url}/api/v1/stream", timeout=10) as answer:
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
        state._boards.clear()
        assert "first slice" in httpx.get(url).text
        assert httpx.get(url + "/health").json()["status"] == "starting"
        assert httpx.get(url + "/api/v1/boards/all").status_code == 404


def test_a_story_that_is_usual_again_claims_no_figure() -> None:
    """Where nothing is above usual any more the page says so, and not that 0 were expected."""
    cooled = story(ORDINARY[0], 1, lift=0.0, expected=0.0, status="cooling")
    shown = replace(board(ORDINARY), stories=(cooled,))
    html = page("rows.html", Context("live", ("jetstream",), MINUTE), shown)
    assert "no longer above usual" in html
    assert "0 expected" not in html
