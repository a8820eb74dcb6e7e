"""`explain` as a user meets it: text, JSON, and what is said of a slip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from groundswell.cli.app import app
from groundswell.errors import NotHeldError, SourceError, UsageError
from groundswell.explanation import Explanation
from tests.explanations import listed
from tests.serve.boards import ORDINARY
from tests.serve.test_why import asking
from tests.test_library import lines, night


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty minutes from 20:00; sixty people say “this is for marguerite” at 20:30."""
    return lines(night(), tmp_path_factory.mktemp("night") / "night.ndjson")


def said(*args: str) -> str:
    done = CliRunner().invoke(app, ["explain", *args], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def test_the_answer_is_text_or_json(recording: Path) -> None:
    """At its height by default: the sentence first; the JSON says the same."""
    text = said("marguerite", str(recording))
    assert text.startswith("“marguerite” is on the board of 2026-03-17 20:3")
    told = json.loads(said("marguerite", str(recording), "--format", "json"))
    assert told["on_board"] is True
    assert text.startswith(f"“marguerite” {told['summary']}.")


def test_before_it_came_the_coming_is_told(recording: Path) -> None:
    """At 20:10 it is not there; it came within the hour, and when is said."""
    text = said("marguerite", str(recording), "--at", "2026-03-17T20:10:00Z")
    assert "is not on the board of 2026-03-17 20:11 UTC: nobody said it" in text
    assert "It came onto the board later, at 2026-03-17 20:3" in text


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["marguerite", "--at", "half past eight"], "expected a time as 2013-04-15T19:00:00Z"),
        (["marguerite", "--at", "2025-03-17"], "expected a time from 2026-03-17T20:00:00Z on"),
        (["marguerite", "--at", "2027-03-17"], "to 2026-03-17T20:40:00Z"),
        (["..."], "expected a word, hashtag, emoji or link"),
        (["marguerite", "--format", "xml"], "expected --format text or json"),
    ],
)
def test_a_slip_is_named_with_what_was_expected(
    recording: Path, args: list[str], words: str
) -> None:
    """A time that is none or outside, a term without a word, a format that is not: exit 2."""
    with pytest.raises(UsageError, match=words.replace(".", r"\.")) as raised:
        said(args[0], str(recording), *args[1:])
    assert raised.value.exit_code == 2


def test_without_a_recording_the_running_desk_is_asked() -> None:
    """Its text and its JSON, as its explanation has them, spaces and all."""
    told = listed("copper", ORDINARY[0])
    with asking(lambda *_: told) as url:
        assert said("copper", "--url", url) == f"{told}\n"
        assert json.loads(said("copper", "--url", url, "--format", "json")) == told.to_dict()


def test_nothing_that_a_desk_sends_moves_the_cursor() -> None:
    """Escapes in a title come out without their escape."""
    told = listed("copper", "a\x1b[2Jb\u202ec")
    with asking(lambda *_: told) as url:
        text = said("copper", "--url", url)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "a[2Jbc" in text


def test_what_the_desk_refuses_is_said_as_it_says_it() -> None:
    """No such time: the desk's message and hint, exit 1; no word: wrong usage; no desk: exit 1."""

    def ask(term: str, _: int | None) -> Explanation:
        raise UsageError("no word") if term == "..." else NotHeldError("gone", hint="try a file")

    with asking(ask) as url:
        with pytest.raises(SourceError, match="gone; try a file"):
            said("copper", "--url", url, "--at", "2020-01-01")
        with pytest.raises(UsageError, match="no word"):
            said("...", "--url", url)
    with pytest.raises(SourceError, match="expected a desk at"):
        said("copper", "--url", url)
