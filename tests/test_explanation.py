"""What an explanation says: the answer first, then numbers that add up, then what they mean."""

from __future__ import annotations

from dataclasses import replace

from groundswell.explanation import Explanation
from tests.explanations import QUARTER, explanation, listed
from tests.serve.boards import MINUTE, START


def test_the_first_sentence_answers_why_not_and_the_table_follows() -> None:
    """Off the board: the nearest window is named first; every number of it stands in its row."""
    text = str(explanation("boston"))
    first, *rest = text.splitlines()
    assert first.startswith("“boston” is not on the board of ")
    assert first.endswith("nearest to it was the last 15 min, when 13 people said it.")
    row = next(line for line in rest if line.startswith(" 15 min"))
    assert " ".join(row.split()) == "15 min 13 of 1,400 5.4 1.0 6.4 2.3 17 2.5 × expected"
    assert any("too little past to judge by" in line for line in rest)
    assert any("general word use (10%)" in line for line in rest)


def test_the_first_sentence_answers_why_with_place_and_story() -> None:
    """On the board: rank and story first, the gate that opened, and the story's arithmetic."""
    text = str(listed("boston", "Marathon"))
    assert " is on the board of " in text.splitlines()[0]
    assert "number 1, in the story “Marathon”." in text.splitlines()[0]
    assert "opens the gate" in text
    assert "The story “Marathon”:" in text


def test_an_open_slice_is_told_as_one() -> None:
    """What could still change is said as “would be”, and `open` stands in the JSON."""
    told = explanation("boston", open=True)
    assert "would not be on the board if it closed now" in str(told)
    assert told.to_dict()["open"] is True


def test_when_it_came_is_said_before_at_and_after() -> None:
    """Three ways of time: since earlier, since now, only later; nothing where nobody read on."""
    on, off = listed("boston", "Marathon"), explanation("boston")
    assert "since 20" in replace(on, listed_at=START - MINUTE).timing
    assert "first board" in replace(on, listed_at=START + MINUTE).timing
    assert "later, at" in replace(off, listed_at=START + 2 * MINUTE).timing
    assert off.timing == ""


def test_where_this_time_of_day_decides_it_is_named() -> None:
    """The larger of past and season is what is usual, and the notes say whence."""
    busy = replace(QUARTER, season=9.0, expected=10.0)
    told: Explanation = explanation("boston", windows=(busy,))
    assert busy.usual == 9.0
    assert "this time on earlier days" in dict(told.notes)["usual"]


def test_a_story_below_those_that_are_shown_is_not_on_the_board() -> None:
    """Number 11 of a board that shows 10: off it, in the words and in the JSON."""
    told = listed("boston", "Marathon")
    assert told.story is not None
    below = replace(told, story=replace(told.story, rank=11))
    assert " is not on the board of " in str(below)
    assert below.to_dict()["on_board"] is False
    assert told.to_dict()["on_board"] is True
