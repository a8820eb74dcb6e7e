"""What a longer window still holds begins no second story."""

from __future__ import annotations

import random

import pytest

from groundswell.engines.loading import load_tables
from groundswell.kernel.memory import stories
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.telling import echoes, starting
from groundswell.model import MICROSECONDS, Batch
from tests.kernel.test_stories import burst

MINUTE = 60 * MICROSECONDS
EVENT, TAIL, AGAIN = range(140, 150), range(172, 200), range(290, 298)


def _minute(number: int, chance: random.Random, again: int = 0) -> Batch:
    """Forty people who say this and that, ten minutes of an event, and its last words later.

    Two hours later so many a minute say its two words once more, in another order.
    """
    batch = Batch()
    said = [f"w{chance.randrange(4_000)} w{chance.randrange(4_000)}" for _ in range(40)]
    if number in EVENT:
        said += [f"zorba vellin w{chance.randrange(4_000)}" for _ in range(25)]
    if number in TAIL:
        said += [f"zorba w{chance.randrange(4_000)} again" for _ in range(number % 2)]
    if number in AGAIN:
        said += [f"vellin zorba w{chance.randrange(4_000)}" for _ in range(again)]
    for i, text in enumerate(said):
        batch.ids.append(f"{number}-{i}")
        batch.texts.append(text)
        batch.times.append(number * MINUTE + i)
        batch.authors.append(f"author {number} {i}")
        batch.langs.append("")
        batch.replies.append("")
        batch.urls.append("")
        batch.links.append(())
    return batch


def _started(until: int, again: int = 0) -> list[int]:
    """The minutes in which a story of the event's words was told as new."""
    kernel, chance = Kernel(Rules(season_terms=1 << 8), load_tables()), random.Random(4)
    boards = [board for number in range(20, until)
              for board in kernel.add(_minute(number, chance, again))]  # fmt: skip
    events = [event for board in boards for event in board.events]
    new = [event for event in events if event.type in {"story.started", "story.split"}]
    words = {"zorba", "vellin"}
    return [event.at // MINUTE for event in new if words & set(event.story.title.split())]


def test_the_last_words_of_an_event_start_no_story() -> None:
    assert len(_started(until=201)) == 1


@pytest.mark.parametrize(("again", "times"), [(6, 1), (25, 2)])
def test_what_was_told_starts_again_when_it_is_half_as_large(again: int, times: int) -> None:
    """Six people a minute with words that an hour ago twenty-five a minute said are no news."""
    started = _started(until=311, again=again)
    assert len(started) == times, started
    assert all(at > AGAIN[0] for at in started[1:])


@pytest.mark.parametrize(
    ("words", "familiar", "needed"),
    [
        ("vellin zorba", False, 50.0),
        ("zorba", False, 50.0),
        ("zorba kramp", False, 0.0),
        ("zorba", True, 0.0),
    ],
)
def test_only_what_a_story_told_is_its_echo(words: str, familiar: bool, needed: float) -> None:
    """A new word beside the old ones is news; a well-known word alone belongs to no story."""
    past = stories.Past(frozenset({"zorba", "vellin"}), peak=100.0, ended=7)  # type: ignore[arg-type]
    members = [burst(words, range(9), familiar=familiar)]
    assert echoes.people_needed([past], members) == needed


@pytest.mark.parametrize(
    ("authors", "expected", "begins"), [(4.0, 3.1, False), (8.0, 3.1, True), (2.0, 1.0, True)]
)
def test_a_story_starts_where_more_say_it_now(
    authors: float, expected: float, begins: bool
) -> None:
    """Four people where three are expected are an echo, whatever stood in the hour before."""
    lead = burst("couckmu", range(60), authors=authors, expected=expected)
    assert starting.is_said_now(lead) == begins
    assert not starting.is_said_now(None)
