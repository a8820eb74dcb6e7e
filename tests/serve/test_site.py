"""The pages for people over HTTP: permanent addresses, frames, files, the past, dead ends."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundswell.model import iso
from groundswell.revision import Cut, Revision
from groundswell.serve.desk.state import DeskState
from tests.client import CLIENT
from tests.serve.archived import (
    LONG,
    MINUTE,
    ORDINARY,
    OVER,
    RUNNING,
    START,
    archived,
    id_of,
)
from tests.serve.boards import HOSTILE, served

Desk = tuple[DeskState, str]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with archived(tmp_path_factory.mktemp("kept")) as pair:
        yield pair


def test_a_permalink_lasts_after_the_story_is_over(desk: Desk) -> None:
    """No held board tells it; the page does, with the numbers that a reader can quote."""
    text = CLIENT.get(f"{desk[1]}/story/{id_of(OVER)}").text
    for said in ("119 posts by 99 people", "over at", "What happened", "doubted: copied-text"):
        assert said in text
    assert "simulated" in text


def test_the_csv_is_the_curve(desk: Desk) -> None:
    """A row a slice, in order; what boards rank by where it was above usual; never a formula."""
    answer = CLIENT.get(f"{desk[1]}/story/{id_of(OVER)}/series.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert [row["slice_end"] for row in rows] == [iso(START + n * MINUTE) for n in range(1, 13)]
    assert rows[6] == {
        "slice_end": iso(START + 7 * MINUTE), "people": "60", "people_in_window": "141.50",
        "expected_in_window": "1.50", "mode": "simulated",
    }  # fmt: skip
    assert rows[0]["people_in_window"] == ""


def test_a_frame_may_stand_elsewhere_and_nothing_else_may(desk: Desk) -> None:
    """The embed has a policy of its own, without scripts; all other pages forbid frames."""
    url = desk[1]
    answer = CLIENT.get(f"{url}/embed/{id_of(RUNNING)}")
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "<script" not in answer.text
    assert "simulated night" in answer.text
    for path in ("/", f"/story/{id_of(RUNNING)}", "/past", "/nowhere"):
        policy = CLIENT.get(url + path).headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy, path


def test_the_past_has_a_calendar_days_and_boards(desk: Desk) -> None:
    """From the days to the hours to the board of a minute, and on to the next."""
    url = desk[1]
    day = iso(START)[:10]
    calendar = CLIENT.get(f"{url}/past").text
    assert f"day={day}" in calendar
    assert OVER in calendar
    hours = CLIENT.get(f"{url}/past", params={"day": day}).text
    assert OVER in hours
    board = CLIENT.get(f"{url}/past", params={"at": iso(START + 8 * MINUTE)}).text
    assert OVER in board
    assert iso(START + 9 * MINUTE) in board, "the next one"
    late = CLIENT.get(f"{url}/past", params={"at": iso(START + 14 * MINUTE)}).text
    assert OVER not in late
    assert RUNNING in late
    nothing = CLIENT.get(f"{url}/past", params={"at": "2001-01-01T00:00:00Z"}).text
    assert "No board of that time is here" in nothing


def test_the_past_is_searched_by_a_word(desk: Desk) -> None:
    """Part of a title, in any case; a word of no story says so and asks why."""
    url = desk[1]
    found = CLIENT.get(f"{url}/past", params={"term": "hARBOUR"}).text
    assert id_of(OVER) in found
    assert id_of(RUNNING) not in found
    nothing = CLIENT.get(f"{url}/past", params={"term": "zebra"}).text
    assert "No story that is kept has" in nothing
    assert "/why?term=zebra" in nothing


@pytest.mark.parametrize("query", ["at=never", "day=2026-99-99", "day=2026-03-17&time=25:61"])
def test_a_time_that_is_none_is_told(desk: Desk, query: str) -> None:
    """400, with what was expected, on a page."""
    answer = CLIENT.get(f"{desk[1]}/past?{query}")
    assert answer.status_code == 400
    assert "expected" in answer.text


def test_a_desk_without_an_archive_says_how_to_keep_one() -> None:
    """The page says so, and shows the boards that are held."""
    with served() as (_, url):
        text = CLIENT.get(f"{url}/past").text
        assert "keeps no archive" in text
        assert "replay FILE --keep" in text
        board = CLIENT.get(f"{url}/past", params={"at": iso(START + MINUTE)}).text
        assert ORDINARY[0] in board


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nowhere", "Nothing stands at this address"),
        ("/story/none", "took their words back"),
        ("/embed/none", "took their words back"),
        ("/story/none/series.csv", "took their words back"),
        ("/?board=klingon", "No board of this name"),
    ],
)
def test_what_is_not_there_is_a_page_that_helps(desk: Desk, path: str, said: str) -> None:
    """404, what may be the reason, and where to look."""
    answer = CLIENT.get(desk[1] + path)
    assert answer.status_code == 404
    assert said in answer.text
    assert 'href="/past"' in answer.text


def test_what_is_taken_back_leaves_the_past_as_well(tmp_path: Path) -> None:
    """Its page, the search, the calendar and the board of its time, before the archive follows."""
    with archived(tmp_path) as (state, url):
        newest = state.newest
        assert newest is not None
        gone = frozenset({1})
        cut = Revision(newest.at + 1, 0, Cut(gone))
        state.revise(cut, lambda label: gone if label.startswith(RUNNING) else frozenset())
        at = iso(START + LONG * MINUTE)
        for query in (f"?at={at}", f"?term={RUNNING}", "", f"?day={iso(START)[:10]}"):
            text = CLIENT.get(f"{url}/past{query}").text
            assert id_of(RUNNING) not in text, query
        assert CLIENT.get(f"{url}/story/{id_of(RUNNING)}").status_code == 404


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_words_stay_words_on_every_page(tmp_path: Path, title: str) -> None:
    """No element and no handler comes of a title: board, story, frame, past; nor of its snippet."""
    with archived(tmp_path, over=title) as (_, url):
        for path in (
            f"/story/{id_of(title)}",
            f"/embed/{id_of(title)}",
            "/past",
            f"/past?day={iso(START)[:10]}",
        ):
            text = CLIENT.get(url + path).text
            assert "<script>window" not in text, path
            assert "<img" not in text, path
        story = CLIENT.get(f"{url}/story/{id_of(title)}").text
        frame = re.search(r"<textarea[^>]*>(.*?)</textarea>", story, re.DOTALL)
        assert frame is not None
        assert "window.hit" not in re.sub(r'title="[^"]*"', "", _once(frame[1]))


def _once(text: str) -> str:
    """Text as the page shows it, and as a person copies it."""
    for mark, sign in (("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'")):
        text = text.replace(mark, sign)
    return text.replace("&amp;", "&")
