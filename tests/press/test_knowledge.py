"""Open data beside the printed words: what disagrees is shown, what agrees is not."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from groundswell.errors import SourceError, UsageError
from groundswell.fetching import Fetcher
from groundswell.press import read_article
from groundswell.press.knowledge import KnownWork, Recorded, discrepancies
from groundswell.press.musicbrainz import MusicBrainz
from groundswell.press.services import services
from groundswell.press.wikidata import Wikidata
from tests.press.newsroom import Newsroom, Reply

ARTIST = b"""{"count": 2, "artists": [
 {"id": "0a", "name": "Idris Rook Trio", "score": 100},
 {"id": "1b", "name": "Idris Rook", "score": 90}]}"""
GROUPS = b"""{"release-group-count": 2, "release-groups": [
 {"id": "2c", "title": "Low Tides", "first-release-date": "2019-05-01", "primary-type": "Album"},
 {"id": "3d", "title": "Second Tide", "first-release-date": "2012"}]}"""
TEXT = (
    'Idris Rook sang from his 2019 album Low Tide. Rook\'s 2013 single "Second Tide" followed, '
    'then Idris Rook\'s song "Paper Boats."'
)


def test_a_likely_slip_and_another_year_are_shown() -> None:
    """Beside the printed words, which stay as they are; what nobody knows is left alone."""
    article = read_article(TEXT)
    known = Recorded(
        {
            "Idris Rook": [
                KnownWork("Low Tides", "2019", "MusicBrainz", "u"),
                KnownWork("Second Tide", "2012", "MusicBrainz", "u"),
            ]
        }
    )
    assert [str(one) for one in discrepancies(article, known)] == [
        "printed: Low Tide, 2019; MusicBrainz: Low Tides, 2019",
        "printed: Second Tide, 2013; MusicBrainz: Second Tide, 2012",
    ]
    assert [w.title for w in article.works] == ["Low Tide", "Second Tide", "Paper Boats"]


def test_musicbrainz_is_asked_politely() -> None:
    """By the exact name, one request a second, each name once."""
    slept: list[float] = []
    replies = {
        "/ws/2/artist?query=artist%3A%22Idris+Rook%22&fmt=json&limit=5": Reply(ARTIST),
        "/ws/2/release-group?artist=1b&fmt=json&limit=100": Reply(GROUPS),
    }
    with Newsroom(replies) as room, Fetcher(loopback=True) as fetcher:
        source = MusicBrainz(fetcher, sleep=slept.append, monotonic=lambda: 5.0)
        source.base = room.url
        works = [source.works("Idris Rook") for _ in range(2)][1]
        assert [(w.title, w.year) for w in works] == [
            ("Low Tides", "2019"),
            ("Second Tide", "2012"),
        ]
        assert len(room.asked) == 2
        assert slept == [pytest.approx(1.1)]
        with pytest.raises(SourceError):
            source.works("Nobody")


def wikidata(room: Newsroom, fetcher: Fetcher, slept: list[float]) -> Wikidata:
    source = Wikidata(fetcher, sleep=slept.append, monotonic=lambda: 5.0)
    source.base = source.queries = room.url
    return source


class Recording(dict[str, Reply]):
    """Answers by what is asked for, not by the whole address, which holds a query of its own."""

    def get(self, path: str, default: object = None) -> Reply:  # type: ignore[override]
        asked = parse_qs(urlsplit(path).query)
        words = asked.get("search") or re.findall(r"wd:Q[0-9]+", asked["query"][0])
        return self.setdefault(" ".join(words), Reply(status=404))


def test_wikidata_is_asked_politely() -> None:
    """By label or alias, one request a second with our name and contact, each name once."""
    slept: list[float] = []
    answers = msgspec.json.decode(
        Path(__file__).with_name("wikidata.json").read_bytes(), type=dict[str, msgspec.Raw]
    )
    recorded = Recording({key: Reply(bytes(value)) for key, value in answers.items()})
    with (
        Newsroom(recorded) as room,
        Fetcher(loopback=True, contact="desk@news.example") as fetcher,
    ):  # fmt: skip
        source = wikidata(room, fetcher, slept)
        works = [source.works("Idris Rook") for _ in range(2)][1]
        assert [(w.title, w.year, w.source, w.url) for w in works] == [
            ("Low Tides", "2019", "Wikidata", "https://www.wikidata.org/wiki/Q11"),
            ("Second Tide", "2012", "Wikidata", "https://www.wikidata.org/wiki/Q12"),
            ("Paper Boats", "", "Wikidata", "https://www.wikidata.org/wiki/Q13"),
        ]
        assert [str(one) for one in discrepancies(read_article(TEXT), source)] == [
            "printed: Low Tide, 2019; Wikidata: Low Tides, 2019",
            "printed: Second Tide, 2013; Wikidata: Second Tide, 2012",
        ]
        assert len(room.asked) == 2
        assert slept == [pytest.approx(1.1)]
        agents = {headers["user-agent"] for _, headers in room.asked}
        assert len(agents) == 1
        assert re.fullmatch(r"Groundswell/.*; desk@news\.example\)", agents.pop())


@pytest.mark.parametrize(
    ("name", "asked"), [("Ana Holt", 2), ("Nobody at All", 1), ('"}} DROP', 1)]
)
def test_wikidata_says_nothing_of_a_name_that_is_not_one_person_s(name: str, asked: int) -> None:
    """Two of that name who both made works, no item of exactly that name, an id that is none."""
    answers = msgspec.json.decode(
        Path(__file__).with_name("wikidata.json").read_bytes(), type=dict[str, msgspec.Raw]
    )
    recorded = Recording({key: Reply(bytes(value)) for key, value in answers.items()})
    with Newsroom(recorded) as room, Fetcher(loopback=True) as fetcher:
        assert wikidata(room, fetcher, []).works(name) == ()
        assert len(room.asked) == asked


@pytest.mark.parametrize("reply", [Reply(status=429), Reply(b"<html>"), Reply(b"{}")])
def test_what_is_no_answer_is_said_and_not_held(reply: Reply) -> None:
    """An error of the service is not taken for a name that nobody knows."""
    with Newsroom(Recording({"Idris Rook": reply})) as room, Fetcher(loopback=True) as fetcher:
        source = wikidata(room, fetcher, [])
        for _ in range(2):
            with pytest.raises(SourceError, match="Wikidata"):
                source.works("Idris Rook")
        assert len(room.asked) == 2


def test_services_are_named() -> None:
    """Both, one, or none; another is refused."""
    assert services("musicbrainz,wikidata") == ["musicbrainz", "wikidata"]
    with pytest.raises(UsageError, match="musicbrainz or wikidata"):
        services("imdb")


def test_the_example_has_its_discrepancy(data: Path) -> None:
    """The article's "2008 album Evolve" beside *Evolver* of 2008."""
    path = data.parent / "example" / "article.txt"
    if not path.is_file():
        pytest.skip("needs ../shared/example, which is not distributed")
    recorded = Path(__file__).with_name("musicbrainz.json").read_bytes()
    answers = msgspec.json.decode(recorded, type=dict[str, list[KnownWork]])
    article = read_article(path.read_text("utf-8"), published="2020-10-15")
    assert [str(one) for one in discrepancies(article, Recorded(answers))] == [
        "printed: Evolve, 2008; MusicBrainz: Evolver, 2008"
    ]
