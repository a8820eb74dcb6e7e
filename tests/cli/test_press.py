"""`groundswell press`: a page to read, lines for programs, one line for mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import groundswell as gs
from groundswell import settings
from groundswell.cli import press as command
from groundswell.cli.press import press
from groundswell.cli.pressing import followed
from groundswell.errors import GroundswellError, SourceError, UsageError
from groundswell.press.checking import Checker
from groundswell.press.knowledge import KnownWork, Recorded, discrepancies
from tests.press.articles import NIGHT


@pytest.fixture
def article(tmp_path: Path) -> str:
    path = tmp_path / "article.txt"
    path.write_text(NIGHT, "utf-8")
    return str(path)


def test_press_prints_a_page(article: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Speakers with their printed words, outlets, dates with theirs, works, for whom."""
    press(article, published="2026-03-18")
    page = capsys.readouterr().out
    assert "Petra Lindqvist (printed “host Petra Lindqvist”), through Copper Weekly" in page
    assert "2026-03-17  “March 17”, inferred" in page
    assert "Low Tide  album, 2019" in page
    assert "“per the same outlet”" in page


def test_press_gives_lines_that_stand_alone(
    article: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line names its kind, its sentence and its publisher; the library finds the same."""
    press(article, published="2026-03-18", format_="ndjson", publisher="The Harbour Gazette")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = gs.read_article(NIGHT, published="2026-03-18")
    assert lines[0]["type"] == "article"
    assert [one["text"] for one in lines if one["type"] == "quote"] == [
        quote.text for quote in found.quotes
    ]
    for one in lines[1:]:
        assert one["publisher"] == "The Harbour Gazette"
        assert NIGHT[one["sentence_start"] :].startswith(one["sentence"])


def test_what_open_data_has_otherwise_is_shown(
    article: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only when asked, beside the printed words."""
    known = [KnownWork("Second Tides", "2013", "MusicBrainz", "https://musicbrainz.org/")]
    recorded = Recorded({"Petra Lind": known})
    monkeypatch.setattr(command, "checked", lambda read, _: discrepancies(read, recorded))
    text = 'Petra Lind\'s song "Second Tide" was sung again.'
    Path(article).write_text(text, "utf-8")
    press(article, check="musicbrainz")
    assert "printed: Second Tide; MusicBrainz: Second Tides, 2013" in capsys.readouterr().out
    press(article, format_="ndjson", check="musicbrainz")
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["type"], last["known"], last["sentence"]) == ("discrepancy", "Second Tides", text)
    press(article)
    assert "Second Tides" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "form", "kind", "said"),
    [
        ("no-such-file", "text", SourceError, "expected a file or an address"),
        (__file__, "xml", UsageError, "text or ndjson"),
        ("http://127.0.0.1:1/", "text", SourceError, "public place"),
    ],
)
def test_press_says_what_is_wrong(
    name: str, form: str, kind: type[GroundswellError], said: str
) -> None:
    """Each in a line; an address of this machine is never fetched."""
    with pytest.raises(kind, match=said):
        press(name, format_=form)


def test_a_desk_asks_open_data_only_when_it_is_told_to() -> None:
    """By a setting, before its feeds are read; a service that is not known is refused."""
    off = followed(settings.of(newsrooms="starter"), None)
    on = followed(settings.of(newsrooms="starter", knowledge="wikidata, musicbrainz"), None)
    assert off
    assert on
    assert [type(part).__name__ for part in off.parts] == ["Reporters"]
    assert [type(part).__name__ for part in on.parts] == ["Fetcher", "Checker", "Reporters"]
    (checker,) = [part for part in on.parts if isinstance(part, Checker)]
    assert on.room.otherwise == checker.otherwise
    with pytest.raises(UsageError, match="imdb"):
        followed(settings.of(newsrooms="starter", knowledge="imdb"), None)
