"""The press and the past on a story's page, and as JSON."""

from __future__ import annotations

import html
import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from groundswell.cli.archive import export
from groundswell.expression import Feeling, Mood
from groundswell.press.checking import Checker
from groundswell.press.clippings import Clipping, Clippings
from groundswell.press.knowledge import KnownWork, Recorded
from groundswell.serve.api import press
from groundswell.serve.app import serve
from groundswell.serve.desk.pressroom import PressRoom
from groundswell.serve.desk.state import DeskState
from tests.serve.archived import desk_of, id_of, kept, whole_night
from tests.serve.boards import HOSTILE, MINUTE, START, board, story

TITLE = "Harbour Light"
DAY = 1_440 * MINUTE
ONE = "Ansel Rook played Harbour Light alone on Tuesday. “I sent the band home,” Ansel Rook said."
TWO = "Nobody had told the hall that Harbour Light would be played. Then the lamps went out."


def clip(outlet: str, text: str, **values: Any) -> Clipping:
    found = Clipping(
        f"https://{outlet.lower()}.example/1", f"{TITLE} at the hall", outlet, START + 5 * MINUTE,
        text=text,
    )  # fmt: skip
    return replace(found, **values)


def _desk(earlier: Path, *clippings: Clipping) -> DeskState:
    desk = desk_of(whole_night(over=TITLE)[:10], None)
    held = Clippings()
    for one in clippings:
        held.add(one)
    desk.press = PressRoom(held, earlier=earlier)
    return desk


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of a month ago, with one story of the subject."""
    then = START - 30 * DAY
    told = story(
        TITLE,
        1,
        started_at=then,
        excess=40.0,
        doubts=(),
        moments=(),
        spark=(1,),
        mood=Mood((Feeling("joy", 0.5, 0.4, 0.6, 0.125),), 100, 3, ("joy",)),
    )
    night = [replace(board(()), at=then + MINUTE, stories=(replace(told, id="then"),))]
    return kept(tmp_path_factory.mktemp("earlier"), night)


@pytest.fixture(scope="module")
def address(earlier: Path) -> Iterator[str]:
    with serve(_desk(earlier, clip("Tidewire", ONE), clip("Gazette", TWO)), "127.0.0.1", 0) as one:
        yield one.url


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read().decode()


def test_a_story_shows_its_press_and_its_past(address: str) -> None:
    """The cause with its outlets and links, lines with their speaker, and what was before."""
    page = html.unescape(_get(f"{address}/story/{id_of(TITLE)}"))
    assert "Why, by 2 sources that do not copy each other" in page
    assert 'href="https://tidewire.example/1"' in page
    assert "“I sent the band home,” Ansel Rook said." in page
    assert "“Tuesday” is 2026-03-17" in page
    assert "Why it belongs here" in page
    assert "First time on this board since 15 February 2026." in page
    assert "Rose with it" in page
    assert "more than usual then: joy" in page


def test_the_api_says_the_same(address: str) -> None:
    """As the types that its OpenAPI document is made from."""
    name = id_of(TITLE)
    told = msgspec.json.decode(_get(f"{address}/api/v1/stories/{name}/press"), type=press.Press)
    assert told.cause.known
    assert {one.outlet for one in told.cause.evidence} == {"Tidewire", "Gazette"}
    lines = [line for one in told.articles for line in one.lines]
    assert "Ansel Rook" in {line.speaker for line in lines}
    assert {line.sentence in ONE + TWO for line in lines} == {True}
    past = msgspec.json.decode(
        _get(f"{address}/api/v1/stories/{name}/backstory"), type=press.Backstory
    )
    assert [one.id for one in past.episodes] == ["then"]
    assert [one.mood and one.mood.dominant for one in past.episodes] == [["joy"]]
    assert past.said[0] == "First time on this board since 15 February 2026."
    assert [one.title for one in past.rose_with] == ["copper cape"]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        _get(f"{address}/api/v1/stories/nothing/press")


def test_what_open_data_has_otherwise_stands_beside_it(earlier: Path) -> None:
    """Once it is known, escaped and with its link; the printed sentence stays. Off by default."""
    album = "Idris Rook sang from his 2019 album Low Tide."
    known = KnownWork("Low Tide<b>", "2019", "Wikidata", "https://www.wikidata.org/")
    desk = _desk(
        earlier, clip("Tidewire", f"Harbour Light was sung. {album}"), clip("Gazette", TWO)
    )
    assert desk.press
    with serve(desk, "127.0.0.1", 0) as server:
        page = f"{server.url}/story/{id_of(TITLE)}"
        assert "Discrepancy" not in _get(page)
        checker = Checker([Recorded({"Idris Rook": [known]})])
        desk.press.otherwise = checker.otherwise
        assert "Discrepancy" not in _get(page)  # it does not wait
        with checker:
            for _ in range(500):
                if not checker._waiting:
                    break
                time.sleep(0.01)
        shown = _get(page)
        told = msgspec.json.decode(
            _get(f"{server.url}/api/v1/stories/{id_of(TITLE)}/press"), type=press.Press
        )
    said = f"printed: Low Tide, 2019; Wikidata: {known.title}, 2019"
    assert f"<strong>Discrepancy</strong>, <bdi>{html.escape(said, quote=False)}" in shown
    assert album in html.unescape(shown)
    (found,) = [one for article in told.articles for one in article.discrepancies]
    assert (found.said, found.sentence, found.known) == (said, album, known.title)


def test_a_cause_of_one_outlet_is_unknown(earlier: Path) -> None:
    """Said with its reason, on the page as in the JSON."""
    desk = _desk(earlier, clip("Tidewire", ONE), clip("Courier", ONE))
    with serve(desk, "127.0.0.1", 0) as server:
        page = _get(f"{server.url}/story/{id_of(TITLE)}")
        told = json.loads(_get(f"{server.url}/api/v1/stories/{id_of(TITLE)}/press"))
    assert "Cause: unknown." in page
    assert "alone tells of it" in page
    assert (told["cause"]["known"], told["sources"]) == (False, 1)
    assert told["articles"][0]["also_in"]


def test_a_desk_without_a_press_says_so() -> None:
    """No empty section on the page; the API names the setting."""
    desk = desk_of(whole_night(over=TITLE)[:10], None)
    with serve(desk, "127.0.0.1", 0) as server:
        page = _get(f"{server.url}/story/{id_of(TITLE)}")
        told = json.loads(_get(f"{server.url}/api/v1/stories/{id_of(TITLE)}/press"))
        past = json.loads(_get(f"{server.url}/api/v1/stories/{id_of(TITLE)}/backstory"))
    assert "What the press says" not in page
    assert "What was before" not in page
    assert "newsrooms" in told["cause"]["why_unknown"]
    assert past["archive_began_at"] is None


def test_the_press_of_kept_stories_is_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row a sentence, in every format; the desk's own file is left as it is."""
    kept(tmp_path, whole_night(over=TITLE))
    held = Clippings(tmp_path)
    held.add(clip("Tidewire", ONE))
    held.add(clip("Gazette", TWO))
    before = (tmp_path / "press.ndjson").read_bytes()
    monkeypatch.setenv("GROUNDSWELL_DATA_DIR", str(tmp_path))
    export("press", tmp_path / "out.ndjson")
    rows = [json.loads(line) for line in (tmp_path / "out.ndjson").read_text().splitlines()]
    assert {row["story"] for row in rows} == {id_of(TITLE)}
    assert {row["sentence"] in ONE + TWO for row in rows} == {True}
    assert [row["speaker"] for row in rows if "band home" in row["sentence"]] == ["Ansel Rook"]
    assert all(row["cause_known"] for row in rows)
    export("press", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().count("https://tidewire.example/1") == 2
    assert (tmp_path / "press.ndjson").read_bytes() == before


@pytest.mark.parametrize("text", HOSTILE)
def test_what_strangers_print_stays_text(earlier: Path, text: str) -> None:
    """An article's title, outlet and sentences are escaped, whatever they hold."""
    told = f"{TITLE} and {text[:200]} were there. “{text[:100]},” Ansel Rook said."
    desk = _desk(
        earlier,
        clip("Tidewire", told, title=f"{TITLE} {text}", publisher=text),
        clip("Gazette", TWO),
    )
    with serve(desk, "127.0.0.1", 0) as server:
        page = _get(f"{server.url}/story/{id_of(TITLE)}")
    assert "What the press says" in page
    for part in ("<script>window", "<img src=x", 'onerror="', "' onmouseover='", "<style>*"):
        assert part not in page
