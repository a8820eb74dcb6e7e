"""`top`: a desk's board from its event stream, and one clear line where there is none."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from groundswell.errors import GroundswellError, SourceError, UsageError
from groundswell.model import Board, Doubt
from groundswell.serve.app import serve
from groundswell.serve.desk.state import Context, DeskState
from groundswell.terminal import Heading, run_top, text_board
from groundswell.terminal import top as top_module
from tests.terminal.boards import AT, HOSTILE, MINUTE, WIDE, board, controls, story

STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n"
SENT = board(story(doubts=(Doubt("copied-text", 0.9, "copied text"),)), story(2, "هدف 東京"))


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server on loopback: its nth connection gets the nth answer and is closed."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(20)

    def run() -> None:
        for answer in answers:
            try:
                client, _ = server.accept()
            except OSError:
                return
            # who reads may hang up amid an answer that is too long for it
            with client, suppress(OSError):  # also ENOTCONN, which is no ConnectionError
                client.recv(65_536)
                client.sendall(answer)
                client.shutdown(socket.SHUT_WR)
        server.close()  # who asks again is refused at once, and does not wait for an answer

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()
        thread.join(20)


def event(shown: Board, **changes: Any) -> bytes:
    """A board as a desk sends it."""
    data = shown.to_dict() | {"mode": "live", "slice": 60, "html": "<p>", "head": ""} | changes
    return f"id: 1\nevent: board\ndata: {json.dumps(data)}\n\n".encode()


def changed(**changes: Any) -> bytes:
    """A board whose first story was tampered with."""
    stories = SENT.to_dict()["stories"]
    return event(SENT, stories=[stories[0] | changes])


class Shown:
    """Takes the place of the live board: remembers, and after `enough` boards is Ctrl-C."""

    enough = 1
    boards: list[Board]
    headings: list[Heading]
    sources: list[tuple[str, ...]]
    left: int

    def __init__(self, heading: Heading) -> None:
        self.headings.append(heading)
        self.heading = heading

    def __enter__(self) -> Shown:
        return self

    def __exit__(self, *_: object) -> None:
        type(self).left += 1

    def show(self, shown: Board) -> None:
        """Ctrl-C comes while the last one is shown."""
        self.boards.append(shown)
        self.sources.append(self.heading.sources)
        if len(self.boards) >= self.enough:
            raise KeyboardInterrupt


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> type[Shown]:
    """What a terminal would have been shown."""
    fresh = type("Fresh", (Shown,), {"boards": [], "headings": [], "sources": [], "left": 0})
    monkeypatch.setattr(top_module, "LiveBoard", fresh)
    return fresh


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waiting takes no time, and the third time is Ctrl-C: no test runs for ever."""
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(top_module, "time", SimpleNamespace(sleep=sleep))
    return waited


def refused(url: str) -> GroundswellError:
    """The error of `top`, which is one line of what was expected, what came, what to try."""
    with pytest.raises(GroundswellError) as caught:
        run_top(url)
    said = str(caught.value)
    assert "\n" not in said
    assert controls(said) == set()
    assert len(said) < 500
    assert caught.value.problem.startswith("expected ")
    assert ", got " in caught.value.problem
    assert caught.value.hint
    return caught.value


def test_an_absent_desk_is_one_clear_line(waits: list[float]) -> None:
    """Nobody listens: the address, that it was refused, and how to start a desk; no retry."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    error = refused(f"http://127.0.0.1:{port}")
    assert isinstance(error, SourceError)
    assert f"http://127.0.0.1:{port}" in error.problem
    assert "refused" in error.problem
    assert "groundswell demo" in error.hint
    assert waits == []


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        (b"HTTP/1.1 500 Oh\r\n\r\n", "HTTP 500"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", "HTTP 404"),
        (b"HTTP/1.1 503 Full\r\n\r\n", "HTTP 503"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>hello", "text/html"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}", "application/json"),
        (b"", "closed connection"),
        (b"SSH-2.0-OpenSSH_9.7\r\n", "SSH-2.0"),
        (b"\x1b]0;owned\x07\x1b[2J\r\n\r\n", "owned"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n", "headers"),
        (b"HTTP/1.1 200 " + b"o" * 100_000 + b"\r\n\r\n", "line"),
        (STREAM, "ended"),
        (STREAM + b": welcome\n\n: still here\n\n", "ended"),
        (STREAM + b"data: [1,2,3]\n\nevent: board\n\n", "ended"),
        (STREAM + b'data: {"type":"other"}\n\ndata: {}\n\n', "ended"),
        (STREAM + b"\xff\xfe\x00" * 4_000, "ended"),
        (STREAM + b"data: {nonsense}\n\n", "no board"),
        (STREAM + b'data: {"type":"board"\n\n', "no board"),
        (STREAM + b'data: {"type":"board","at":"\xff\xfe"}\n\n', "no board"),
        (STREAM + b'data: {"type":"board"}\n\n', "missing required field"),
        (STREAM + b"data: " + b'{"a":[' * 100_000 + b"\n\n", "no board"),
        (STREAM + b'data: {"type":"board","x":"' + b"y" * 3_000_000 + b'"}\n\n', "no board"),
        (STREAM + event(SENT)[:300], "no board"),
    ],
)
def test_what_is_no_desk_is_one_clear_line(answer: bytes, came: str) -> None:
    """Errors, other servers and broken events: what came is said, and no control character."""
    with answering(answer) as url:
        assert came in refused(url).problem


@pytest.mark.parametrize(
    "answer",
    [
        event(SENT, stories=None),
        event(SENT, stories={}),
        event(SENT, stories=["x"]),
        event(SENT, slice="60"),
        event(SENT, slice=0),
        event(SENT, slice=-60),
        event(SENT, mode="\x1b[2J"),
        event(SENT, learned=[1]),
        event(SENT, learned=5),
        event(SENT, at="yesterday"),
        event(SENT, at="2026-07-03T20:59:00"),
        event(SENT, at=5),
        event(SENT, posts=-1),
        event(SENT, posts=10**400),
        changed(posts="many"),
        changed(rank=None),
        changed(title=["x"]),
        changed(lift=float("nan")),
        changed(lift=float("inf")),
        changed(lift="high"),
        changed(status="\x1b[31m"),
        changed(spark=[1, -1]),
        changed(spark="up"),
        changed(flags=[None]),
    ],
)
def test_a_board_that_is_none_is_refused(answer: bytes) -> None:
    """JSON that reads well but is no board never reaches the screen: it is one clear line."""
    with answering(STREAM + answer) as url:
        assert "an event that is no board" in refused(url).problem


@pytest.mark.parametrize(
    "url",
    ["http://[::1", "http://127.0.0.1:99999", "ftp://127.0.0.1", "http://a:b", "a\nb", "\x1b"],
)
def test_what_is_no_address_is_wrong_usage(url: str) -> None:
    """An address that cannot be one is refused before anything is asked, with an example."""
    error = refused(url)
    assert isinstance(error, UsageError)
    assert "http://127.0.0.1:8765" in error.hint


def test_a_real_desk_is_shown_as_it_shows_itself(shown: type[Shown]) -> None:
    """What the desk publishes and what `top` shows are the same board, with mode and slice."""
    desk = DeskState(Context("simulated", ("The Lantern Awards",), 15 * MINUTE))
    desk.publish(SENT)
    with serve(desk, "127.0.0.1", 0) as served:
        run_top(served.url)
    assert shown.headings == [Heading("simulated", (served.url,), 15 * MINUTE)]
    (one,) = shown.boards
    assert text_board(one, shown.headings[0]) == text_board(SENT, shown.headings[0])
    assert [s.flags for s in one.stories] == [("copied-text",), ()]
    assert shown.left == 1


def test_a_lost_connection_is_taken_up_again(shown: type[Shown], waits: list[float]) -> None:
    """A stream that ends, an error, a broken event: after a wait the next board is shown."""
    later = replace(SENT, at=AT + MINUTE)
    shown.enough = 2
    broken = STREAM + b"data: {broken\n\n"
    with answering(STREAM + event(SENT), broken, STREAM + event(later)) as url:
        run_top(url)
    assert [b.at for b in shown.boards] == [AT, AT + MINUTE]
    assert waits == [1.0, 1.0]
    assert len(shown.headings) == shown.left == 1


def test_a_desk_that_goes_for_good_keeps_its_last_board(
    shown: type[Shown], waits: list[float]
) -> None:
    """Once a board was shown, an absent desk is waited for; Ctrl-C ends it and closes the view."""
    shown.enough = 9
    with answering(STREAM + event(SENT)) as url:
        run_top(url)
    assert len(shown.boards) == 1
    assert len(waits) == 3
    assert shown.left == 1


def test_a_desk_below_a_path_is_found(shown: type[Shown]) -> None:
    """A desk behind a proxy, below a path: its stream is asked for below that path."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            client, _ = server.accept()
            with client:
                asked.append(client.recv(65_536))
                client.sendall(STREAM + event(SENT))

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        run_top(f"127.0.0.1:{server.getsockname()[1]}/desk/")
        thread.join(20)
    assert asked[0].startswith(b"GET /desk/api/v1/stream ")
    assert len(shown.boards) == 1


def test_one_of_a_desks_boards_is_asked_for_by_its_name(shown: type[Shown]) -> None:
    """`--board` shows that board; one that the desk has not is named in the error."""
    desk = DeskState(Context("live", ("script",), MINUTE))
    for sent in (SENT, replace(SENT, board="cy", note="why")):
        desk.publish(sent)
    with serve(desk, "127.0.0.1", 0) as served:
        run_top(served.url, "cy")
        with pytest.raises(SourceError, match="no board 'ga'"):
            run_top(served.url, "ga")
    assert [(one.board, one.note) for one in shown.boards] == [("cy", "why")]


def test_hostile_titles_come_through_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    """What a desk elsewhere sends is printed without one control character, a line a board."""
    words = [*HOSTILE.values(), *WIDE.values()]
    sent = [event(board(story(1, w, terms=(w,)), at=AT + i * MINUTE)) for i, w in enumerate(words)]
    with answering(STREAM + b"".join(sent)) as url:
        run_top(url)
    said = capsys.readouterr()
    assert said.out == ""
    assert controls(said.err) == set()
    assert said.err.count("\n") == len(words)


def test_what_is_wrong_with_a_source_stands_above_the_board(shown: type[Shown]) -> None:
    """A `source` event changes the heading, before the first board too, and changes it back."""
    shown.enough = 3
    trouble = [{"name": "example.social", "said": "silent for 40 s"}]
    wrong, right = (
        f"event: source\ndata: {json.dumps({'type': 'source', 'troubles': told})}\n\n".encode()
        for told in (trouble, [])
    )
    told = wrong + event(SENT) + right + event(SENT) + wrong + event(SENT)
    with answering(STREAM + told) as url:
        run_top(url)
    named = (url, "example.social: silent for 40 s")
    assert shown.sources == [named, (url,), named]
