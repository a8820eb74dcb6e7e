"""What a longer window still holds begins no second story."""

from __future__ import annotations

import random

import pytest

from groundswell.engines.loading import load_tables
from groundswell.kernel import write
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.model import MICROSECONDS, Batch
from tests.kernel.test_stories import burst

MINUTE = 60 * MICROSECONDS
EVENT, TAIL = range(140, 150), range(172, 200)


def _minute(number: int, chance: random.Random) -> Batch:
    """Forty people who say this and that, ten minutes of an event, and its last words later."""
    batch = Batch()
    said = [f"w{chance.randrange(4_000)} w{chance.randrange(4_000)}" for _ in range(40)]
    if number in EVENT:
        said += [f"zorba vellin w{chance.randrange(4_000)}" for _ in range(25)]
    if number in TAIL:
        said += [f"zorba w{chance.randrange(4_000)} again" for _ in range(number % 2)]
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


def _started() -> list[str]:
    kernel, chance = Kernel(Rules(season_terms=1 << 8), load_tables()), random.Random(4)
    events = [event for number in range(20, 201) for board in kernel.add(_minute(number, chance))
              for event in board.events]  # fmt: skip
    return [event.story.title for event in events if event.type == "story.started"]


def test_the_last_words_of_an_event_start_no_story() -> None:
    assert [title for title in _started() if "zorba" in title] == ["zorba vellin"]


@pytest.mark.parametrize(
    ("authors", "expected", "begins"), [(4.0, 3.1, False), (8.0, 3.1, True), (2.0, 1.0, True)]
)
def test_a_story_starts_where_more_say_it_now(
    authors: float, expected: float, begins: bool
) -> None:
    """Four people where three are expected are an echo, whatever stood in the hour before."""
    lead = burst("couckmu", range(60), authors=authors, expected=expected)
    assert write.is_said_now(lead) == begins
    assert not write.is_said_now(None)
