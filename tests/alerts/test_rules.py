"""Rules: what they ask, how they are written, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from groundswell.alerts.book import BOOK, Book
from groundswell.alerts.matching import Matcher
from groundswell.alerts.rules import Rule
from groundswell.errors import UsageError
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Moment
from tests.alerts.making import doubted, sad, story


@pytest.fixture(scope="module")
def matcher(tables: Tables) -> Matcher:
    return Matcher(tables)


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"term": "rain", "peeple": 5}, "did you mean 'people'"),
        ({"mood": "saddness"}, "did you mean 'sadness'"),
        ({"flag": "copied-texts"}, "did you mean 'copied-text'"),
        ({"people": -3}, "the nearest is 0"),
        ({"rank": 1_000}, "the nearest is 100"),
        ({"people": 5.5}, "a whole number"),
        ({"people": float("nan")}, "a whole number"),
        ({"times": float("nan")}, "a number"),
        ({"people": True}, "a whole number"),
        ({"term": ["rain"]}, "text"),
        ({"term": "a" * 101}, "at most 100"),
        ({}, "one of term, people"),
        ({"term": "   "}, "one of term, people"),
        ({"term": "rain", "to": ["webhok:ops"]}, "did you mean 'webhook'"),
        ({"term": "rain", "to": "rss"}, "a list of channels"),
        ({"term": "rain", "board": "No Board"}, "try 'no-board'"),
        ({"term": "rain", "name": "Rain!"}, "try 'rain'"),
    ],
)
def test_a_wrong_rule_names_the_nearest_good_one(given: dict[str, Any], hint: str) -> None:
    """One line that says what was expected, what came, and what to try."""
    with pytest.raises(UsageError) as said:
        Rule.from_dict({"name": "rain", **given})
    assert hint in str(said.value)
    assert "\n" not in str(said.value)


def test_what_is_written_is_read_again() -> None:
    """All fields survive, and usual ones are not written."""
    rule = Rule(
        "night", "cy", "Ysbryd", 50, 3.5, 4, "sadness", "none", 30, True, 60, ("webhook:ops", "rss")
    )
    assert Rule.from_dict(rule.to_dict()) == rule
    assert Rule("x", term="y").to_dict() == {
        "name": "x", "board": "all", "term": "y", "to": ["rss"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "met"),
    [
        ({"term": "MARGUERITE"}, True),
        ({"term": "this is for marguerite"}, True),
        ({"term": "#ThisIsForMarguerite"}, True),
        ({"term": "for this"}, False),
        ({"term": "argue"}, False),
        ({"term": "goal"}, True),
        ({"people": 60, "times": 30, "rank": 1}, True),
        ({"people": 61}, False),
        ({"times": 30.5}, False),
        ({"mood": "sadness"}, True),
        ({"mood": "joy"}, False),
        ({"flag": "copied-text"}, True),
        ({"flag": "none"}, False),
        ({"term": "Marguerite", "people": 61}, False),
    ],
)
def test_conditions_are_joined_by_and(given: dict[str, Any], met: bool, matcher: Matcher) -> None:
    """A rule holds when every condition of it does."""
    told = story(
        mood=sad(), doubts=doubted(), moments=(Moment("GOAL", ("GOAL",), 0, 0, 9),)
    )  # fmt: skip
    assert matcher.meets(Rule.from_dict({"name": "one", **given}), told) == met


@pytest.mark.parametrize(
    ("term", "title"),
    [
        ("ÉCOLE", "école fermée"),
        ("ﾄﾖﾀ", "トヨタ"), ("سلام", "السلام سلام"), ("東京", "東京 地震"),

        ("💔", "💔"), ("dŵr", "Dŵr"), ("Москва", "МОСКВА"), ("#fyp", "#FYP"),
    ],
)  # fmt: skip
def test_terms_are_folded_as_the_kernel_folds_them(term: str, title: str, matcher: Matcher) -> None:
    """Case, width and marks make no other word, in any script."""
    assert matcher.meets(Rule("one", term=term), story(title=title, terms=(title,)))


def test_what_only_stirs_is_told_on_request(matcher: Matcher) -> None:
    """A story too weak to be announced alarms only those who ask for it."""
    weak = story(confirmed=False)
    assert not matcher.meets(Rule("one", people=5), weak)
    assert matcher.meets(Rule("one", people=5, stirring=True), weak)


def test_a_term_without_a_word_is_refused(matcher: Matcher) -> None:
    """Nothing could ever say it."""
    with pytest.raises(UsageError, match="expected a word"):
        matcher.check(Rule("one", term="…!"))


def test_a_book_is_read_again_and_a_broken_one_leaves_what_held(tmp_path: Path) -> None:
    """Two who write it see each other; damage is said and silences nobody."""
    book, other = Book(tmp_path, [Rule("fixed", rank=1)]), Book(tmp_path)
    book.add(Rule("rain", term="rain"))
    assert [rule.name for rule in other.rules()] == ["rain"]
    other.add(Rule("wind", term="wind"))
    assert [rule.name for rule in book.rules()] == ["fixed", "rain", "wind"]
    with pytest.raises(UsageError, match="there is a rule"):
        other.add(Rule("rain", term="hail"))
    with pytest.raises(UsageError, match="did you mean 'rain'"):
        other.remove("rian")
    with pytest.raises(UsageError, match="one of the settings"):
        book.remove("fixed")
    other.remove("wind")
    assert [rule.name for rule in book.rules()] == ["fixed", "rain"]
    (tmp_path / BOOK).write_bytes(b'{"rules": [{"name": 1}]}')
    assert [rule.name for rule in book.rules()] == ["fixed", "rain"]
    assert "mend" in book.trouble
