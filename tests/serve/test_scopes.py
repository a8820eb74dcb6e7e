"""Boards by scope on the desk: listed, served, switched between, and each with its own stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from groundswell.serve.desk import state
from groundswell.serve.desk.state import Context, DeskState
from tests.client import CLIENT
from tests.serve.boards import MINUTE, ORDINARY, START, board, served
from tests.serve.test_api import Desk, events

WELSH = ("Daeargryn", "Eisteddfod")


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk with `all` and a Welsh board of the same slice."""
    with served() as (desk, url):
        desk.publish(board(WELSH, name="cy"))
        yield desk, url


def test_boards_are_listed_and_served(desk: Desk) -> None:
    """Each by its name, `all` first; a story of any of them has its page and its JSON."""
    url = desk[1]
    assert CLIENT.get(f"{url}/api/v1/boards").json() == {"boards": ["all", "cy"]}
    told = CLIENT.get(f"{url}/api/v1/boards/cy").json()
    assert (told["board"], [one["title"] for one in told["stories"]]) == ("cy", list(WELSH))
    first = told["stories"][0]["id"]
    assert CLIENT.get(f"{url}/api/v1/stories/{first}").json()["title"] == WELSH[0]
    page = CLIENT.get(f"{url}/story/{first}").text
    assert WELSH[0] in page
    assert 'href="/?board=cy"' in page


def test_the_page_switches_between_boards(desk: Desk) -> None:
    """`all` unless asked otherwise; links to each, the shown one marked; its own stream."""
    url = desk[1]
    every, welsh = CLIENT.get(url).text, CLIENT.get(f"{url}/?board=cy").text
    assert ORDINARY[0] in every
    assert WELSH[0] not in every
    assert WELSH[0] in welsh
    assert ORDINARY[0] not in welsh
    assert '<a href="/" aria-current="page"><bdi>all</bdi></a>' in every
    assert '<a href="/?board=cy"><bdi>cy</bdi></a>' in every
    assert '<a href="/?board=cy" aria-current="page"><bdi>cy</bdi></a>' in welsh
    assert 'data-stream="/api/v1/stream?board=cy"' in welsh


def test_with_one_board_there_is_no_switch() -> None:
    """Nothing to switch between, nothing shown."""
    with served() as (_, url):
        assert 'aria-label="Boards"' not in CLIENT.get(url).text


@pytest.mark.parametrize(
    "path", ["/?board=ga", "/api/v1/boards/ga", "/api/v1/stream?board=ga", "/?board=<script>"]
)
def test_a_board_that_is_not_there_is_not_found(desk: Desk, path: str) -> None:
    """404, and no word of the address on the page."""
    answer = CLIENT.get(desk[1] + path)
    assert answer.status_code == 404
    assert "<script>" not in answer.text


def test_a_board_that_is_asked_for_is_there_before_it_has_closed() -> None:
    """A configured board is listed and its page waits; its API has nothing yet."""
    desk = DeskState(Context("live", ("script",), MINUTE, ("cy",)))
    assert desk.names() == ["all", "cy"]
    assert desk.newest_of("cy") is None


def test_a_stream_brings_its_board_alone(desk: Desk) -> None:
    """Without a word `all`, as ever; with `board=` the named one; ids are slice ends."""
    url = desk[1]
    assert events(url, 1)[0][1]["board"] == "all"
    number, told = events(url, 1, query="?board=cy")[0]
    assert (number, told["board"]) == (str(START + MINUTE), "cy")


def test_the_stream_of_every_board_resumes_within_a_slice(desk: Desk) -> None:
    """Broken off between two boards of one slice, it goes on with the second: none lost."""
    desk_state, url = desk
    for minute in (2, 3):
        desk_state.publish(board(ORDINARY, minute))
        desk_state.publish(board(WELSH, minute, "cy"))
    every = events(url, 6, last=str(START), query="?board=*")
    ids = [number for number, _ in every]
    assert [told["board"] for _, told in every] == ["all", "cy"] * 3
    assert len(set(ids)) == 6
    for i, last in enumerate(ids[:-1]):
        resumed = events(url, 5 - i, last=last, query="?board=*")
        assert [number for number, _ in resumed] == ids[i + 1 :]


def test_a_board_that_is_made_no_more_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language that lost its board is listed until what is held of it is too old."""
    monkeypatch.setattr(state, "HELD_FURTHER", 3)
    desk = DeskState(Context("live", ("script",), MINUTE))
    desk.publish(board(ORDINARY, 1))
    desk.publish(board(WELSH, 1, "cy"))
    for minute in (2, 3, 4):
        desk.publish(board(ORDINARY, minute))
    assert desk.names() == ["all", "cy"]
    desk.publish(board(ORDINARY, 5))
    assert desk.names() == ["all"]


def test_an_empty_board_says_why() -> None:
    """The note of a board that cannot have a story stands where its stories would."""
    with served(()) as (desk, url):
        note = "no post of this stream names its language so far"
        desk.publish(replace(board((), name="cy"), note=note))
        assert note in CLIENT.get(f"{url}/?board=cy").text
        assert CLIENT.get(f"{url}/api/v1/boards/cy").json()["note"] == note
