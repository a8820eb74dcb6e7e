"""Asking a running desk: the page and the API give one answer, and errors in kind."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from groundswell.engines.local import replay
from groundswell.engines.questions import Questions
from groundswell.engines.run import Run
from groundswell.errors import BusyError, NotHeldError, UsageError
from groundswell.explanation import Explanation
from groundswell.model import iso
from groundswell.serve.app import serve
from groundswell.serve.desk.state import Context, DeskState
from tests.client import CLIENT
from tests.conftest import batch_of
from tests.engines.test_local import Script
from tests.explanations import explanation, listed
from tests.kernel.test_pipeline import SMALL, ordinary
from tests.serve.archived import OVER, RUNNING, archived
from tests.serve.boards import HOSTILE, MINUTE, ORDINARY, START, board, story

Ask = Callable[[str, int | None], Explanation]


@contextmanager
def asking(ask: Ask, titles: tuple[str, ...] = ORDINARY) -> Iterator[str]:
    """A desk with one board whose engine answers like this; its address."""
    desk = DeskState(Context("simulated", ("a night",), MINUTE), ask)
    desk.publish(board(titles))
    with serve(desk, "127.0.0.1", 0) as server:
        yield server.url


def plain(html: str) -> str:
    """What a reader reads, without the marks that isolate directions."""
    return unescape(html.replace("<bdi>", "").replace("</bdi>", ""))


def test_page_and_api_give_the_desks_answer() -> None:
    """The API is the explanation's JSON; the page has its sentence, numbers, and the story."""
    told = listed("copper", ORDINARY[0])
    with asking(lambda *_: told) as url:
        assert CLIENT.get(f"{url}/api/v1/explain?term=copper").json() == told.to_dict()
        page = CLIENT.get(f"{url}/why?term=copper")
    assert page.status_code == 200
    assert f"“copper” {told.summary}." in plain(page.text)
    assert "2.5 × expected" in page.text
    assert f'href="/story/{story(ORDINARY[0], 1).id}"' in page.text
    assert page.headers["cache-control"] == "no-store"


def test_a_story_that_no_board_holds_yet_is_no_link() -> None:
    """Begun in the open slice: named, and not linked to a page that is not there."""
    with asking(lambda *_: listed("copper", "Only So Far")) as url:
        page = CLIENT.get(f"{url}/why?term=copper").text
    assert "Only So Far" in page
    assert "/story/" not in page


def test_what_is_asked_reaches_the_engine() -> None:
    """Term and time as they were sent; without a time, none."""
    seen: list[tuple[str, int | None]] = []

    def ask(term: str, at: int | None) -> Explanation:
        seen.append((term, at))
        return explanation(term, open=True)

    with asking(ask) as url:
        for term in HOSTILE[:6]:
            CLIENT.get(f"{url}/api/v1/explain?term={quote(term)}&at={iso(START)}")
        assert "still open" in CLIENT.get(f"{url}/why?term=goal").text
    assert seen == [*((term, START) for term in HOSTILE[:6]), ("goal", None)]


@pytest.mark.parametrize(
    ("query", "raised", "status"),
    [
        ("", None, 400),
        ("term=%20", None, 400),
        ("term=goal&at=eight", None, 400),
        ("term=...", UsageError("no word", hint="a word"), 400),
        ("term=goal&at=2020-01-01", NotHeldError("too old", hint="a recording"), 404),
        ("term=goal", BusyError("busy", hint="in a moment"), 503),
    ],
)
def test_errors_have_their_status_and_say_what_to_try(
    query: str, raised: Exception | None, status: int
) -> None:
    """On the API in its form; on the page in words, but for a bare form, which is no error."""

    def ask(*_: object) -> Explanation:
        assert raised is not None, "the engine was asked in vain"
        raise raised

    with asking(ask) as url:
        answer = CLIENT.get(f"{url}/api/v1/explain?{query}")
        page = CLIENT.get(f"{url}/why?{query}")
    assert answer.status_code == status
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "hint"}
    assert error["code"] == status
    if query.startswith("term=") and query != "term=%20":
        assert page.status_code == status
        assert error["message"] in plain(page.text)
    else:
        assert page.status_code == 200
        assert "<form" in page.text


@pytest.mark.parametrize(
    ("term", "minute", "said"),
    [
        (
            OVER.upper(),
            8,
            "is on the board of 2026-03-17 19:08 UTC: number 1, in the story “Harbour",
        ),
        ("harbour", 8, "is on the board of 2026-03-17 19:08 UTC: number 1, in the story “Harbour"),
        ("arbour", 8, "is not on the board of 2026-03-17 19:08 UTC: no story on it had the word"),
        (OVER, 14, "is not on the board of 2026-03-17 19:14 UTC: no story on it had the word"),
        (RUNNING, 39, "is on the board of 2026-03-17 19:39 UTC: number 1, in the story “copper"),
    ],
)
def test_any_time_that_is_kept_can_be_asked(
    tmp_path: Path, term: str, minute: int, said: str
) -> None:
    """From the board of that slice, held or in the archive; with the story's page and its sums."""
    with archived(tmp_path) as (desk, url):
        desk.ask = too_old
        asked = {"term": term, "at": iso(START + minute * MINUTE + 1)}
        found = CLIENT.get(f"{url}/api/v1/explain", params=asked).json()
        page = CLIENT.get(f"{url}/why", params=asked).text
    assert said in found["summary"]
    assert said in plain(page)
    assert found["on_board"] == said.startswith("is on")
    if found["on_board"]:
        assert f'href="/story/{found["story"]["id"]}"' in page
    assert f'value="2026-03-17T19:{minute:02}"' in page


@pytest.mark.parametrize("at", ["2001-01-01T00:00", "2026-03-17T20:50"])
def test_a_time_that_nobody_kept_is_still_not_held(tmp_path: Path, at: str) -> None:
    """404 with what can be asked, before the archive and after its end."""
    with archived(tmp_path) as (desk, url):
        desk.ask = too_old
        answer = CLIENT.get(f"{url}/api/v1/explain", params={"term": "goal", "at": at})
    assert (answer.status_code, answer.json()["error"]["message"]) == (404, "too old")


def too_old(*_: object) -> Explanation:
    raise NotHeldError("too old", hint="a recording")


def test_hostile_terms_are_text_wherever_they_stand() -> None:
    """In the field, the sentence, the links: no term becomes an element or leaves an attribute."""
    for term in HOSTILE:
        with asking(lambda term, _: listed(term, term), HOSTILE) as url:
            page = CLIENT.get(f"{url}/why?term={quote(term)}").text
            told = CLIENT.get(f"{url}/story/{story(HOSTILE[0], 1).id}").text
        for html in (page, told):
            assert "<script>window" not in html
            assert "<img src=x" not in html
            assert "onmouseover='" not in html
            assert "<style>" not in html


def test_links_lead_from_the_board_and_from_a_story() -> None:
    """The board's foot leads to the form; a story to the answer about it and each of its terms."""
    with asking(lambda term, _: explanation(term)) as url:
        assert 'href="/why"' in CLIENT.get(url).text
        page = CLIENT.get(f"{url}/story/{story(ORDINARY[1], 2).id}").text
        assert f'href="/why?term={quote(ORDINARY[1])}"' in page
        answer = CLIENT.get(f"{url}/why?term={quote(ORDINARY[1])}")
        assert answer.status_code == 200
        assert f'value="{ORDINARY[1]}"' in answer.text


def test_a_desk_without_an_engine_says_so() -> None:
    """Where nothing answers: 503, not a page that waits."""
    desk = DeskState(Context("replay", ("a night",), MINUTE))
    with serve(desk, "127.0.0.1", 0) as server:
        assert CLIENT.get(f"{server.url}/api/v1/explain?term=x").status_code == 503


def test_a_replay_that_is_served_answers_while_it_waits_and_when_it_has_ended() -> None:
    """At real time it answers at once, about the open slice; ended, about the last board."""
    talk = sorted(ordinary(3, random.Random(1)))
    questions = Questions()
    desk = DeskState(Context("replay", ("a night",), MINUTE), questions.ask)
    run = Run(on_board=desk.publish, questions=questions)
    given = (Script([batch_of(*talk)]), SMALL, run)
    thread = threading.Thread(target=replay, args=given, kwargs={"speed": 1})
    with serve(desk, "127.0.0.1", 0) as server:
        thread.start()
        url = f"{server.url}/api/v1/explain?term=word1"
        try:
            during = _patiently(url)
        finally:
            run.stop.set()
            thread.join(30)
        after = CLIENT.get(url, timeout=30).json()
        newest = desk.newest
    assert newest is not None
    assert during["open"] is True
    assert after["open"] is False
    assert after["at"] == iso(newest.at)


def _patiently(url: str) -> dict[str, object]:
    """The answer, once the engine has its tables and its first posts."""
    for _ in range(10):
        answer = CLIENT.get(url, timeout=30)
        if answer.status_code == 200:
            return dict(answer.json())
        assert answer.status_code == 503
    pytest.fail("never answered")
