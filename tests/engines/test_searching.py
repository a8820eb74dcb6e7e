"""Which board's explanation is given, and what is said of the boards around it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundswell.engines.searching import Search
from groundswell.errors import NothingToReadError, UsageError
from groundswell.explanation import Explanation
from tests.explanations import QUARTER, explanation, listed
from tests.serve.boards import MINUTE, START


def night(*minutes: int, until: int = 90) -> list[Explanation]:
    """What a board a minute says; those of the given minutes list the term."""
    return [
        replace(
            listed("goal", "Goal") if minute in minutes else explanation("goal"),
            at=START + minute * MINUTE,
        )
        for minute in range(1, until)
    ]


def found(at: int | None, told: list[Explanation]) -> Explanation:
    """The result for `at`, minutes after the beginning, read only as far as is needed."""
    search = Search(None if at is None else START + at * MINUTE, MINUTE)
    for one in told:
        if search.over:
            break
        search.see([one])
    return search.result("night.ndjson")


def test_a_time_belongs_to_the_slice_that_holds_it() -> None:
    """19:00:00 is the first moment of the slice that ends at 19:01."""
    assert found(19, night()).at == START + 20 * MINUTE


def test_a_later_coming_is_told_up_to_an_hour() -> None:
    """Fifty minutes on it is listed: told. Seventy minutes on: told that it did not come."""
    assert found(10, night(60, 61)).listed_at == START + 60 * MINUTE
    late = found(10, night(75))
    assert late.listed_at is None
    assert "it did not come onto the board within an hour" in late.reasons
    short = found(10, night(until=30))
    assert "it did not come onto the board before the recording ended" in short.reasons


def test_since_when_is_the_first_board_without_a_break() -> None:
    """On the boards of 12, then 20 to 25: at 23 it is there since 20."""
    assert found(23, night(12, *range(20, 26))).listed_at == START + 20 * MINUTE


def test_no_more_is_read_than_is_needed() -> None:
    """A listed term ends the search with its board; an absent one an hour later."""
    for minutes, last in ((range(1, 90), 11), ((30,), 30), ((), 71)):
        search = Search(START + 10 * MINUTE, MINUTE)
        for one in night(*minutes):
            search.see([one])
            if search.over:
                break
        assert search.end == START + last * MINUTE


def test_without_a_time_the_height_is_found() -> None:
    """Of the boards that list it the one with most people, and since when; else of all."""
    told = night(40, 41, 42)
    told[40] = replace(told[40], windows=(replace(QUARTER, people=500.0),))
    told[60] = replace(told[60], windows=(replace(QUARTER, people=900.0),))
    best = found(None, told)
    assert best.at == START + 41 * MINUTE
    assert best.listed_at == START + 40 * MINUTE
    never = night()
    never[60] = told[60]
    best = found(None, never)
    assert best.at == START + 61 * MINUTE
    assert best.reasons[-1] == "it never came onto the board"


def test_what_nobody_ever_said_is_said_so() -> None:
    """No window anywhere has a number: the answer is about the whole recording."""
    told = [replace(one, windows=()) for one in night()]
    assert found(None, told).reasons == ("nobody said it in the whole recording",)


def test_times_outside_and_recordings_without_a_post_are_errors() -> None:
    """Before, after, and nothing at all: each says what there is."""
    with pytest.raises(UsageError, match=r"expected a time from .* on, as night"):
        found(-5, night())
    with pytest.raises(UsageError, match=r"expected a time from .* to "):
        found(500, night())
    with pytest.raises(NothingToReadError, match="found none"):
        found(None, [])
