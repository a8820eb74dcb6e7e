"""What says nothing of its own is told where it is said."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.engines.loading import load_tables
from groundswell.kernel.memory.stories import Burst
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.telling.folding import Held, fold
from groundswell.model import MICROSECONDS, Batch, Board
from tests.kernel.test_stories import burst

MINUTE = 60 * MICROSECONDS
A_SLICE = 100
"""Posts a slice, of boards that only have positions."""
HELD = Held(lambda number: number * A_SLICE, 100 * A_SLICE)
STORY = burst("Ida Wilt", range(5_000, 5_600), started=50)


def folded(*found: Burst) -> list[list[str]]:
    rows = [[i] for i in range(len(found))]
    groups = fold(list(found), rows, HELD, least=5, doubted={"campaign"})
    return [[found[i].label for i in group] for group in groups]


def said(older: range, of_it: int, of_others: int, *, started: int) -> Burst:
    """A reaction with older posts, and so many new ones of the story and of others."""
    posts = [*older, *range(5_100, 5_100 + of_it), *range(5_700, 5_700 + of_others)]
    return replace(burst("icon behaviour", older, started=started), posts=np.array(posts))


@pytest.mark.parametrize(
    ("reaction", "rows"),
    [
        pytest.param(said(range(4_000, 4_090), 30, 8, started=40), [["Ida Wilt"]], id="older"),
        pytest.param(
            said(range(4_000, 4_090), 30, 8, started=51), [["Ida Wilt", "icon behaviour"]],
            id="since then",
        ),
        pytest.param(
            said(range(4_000, 4_090), 30, 60, started=40), [["Ida Wilt"], ["icon behaviour"]],
            id="more of others",
        ),
        pytest.param(
            said(range(4_000, 4_090), 4, 0, started=40), [["Ida Wilt"], ["icon behaviour"]],
            id="too few to tell",
        ),
    ],
)  # fmt: skip
def test_a_reaction_is_told_in_what_it_is_said_of(reaction: Burst, rows: list[list[str]]) -> None:
    """By what is said since both began: an older one tells nothing, a younger one joins."""
    assert folded(STORY, reaction) == rows


def test_what_all_posts_say_takes_nothing_in_by_chance() -> None:
    """On a stream of one match its name stands beside everything; that is no sign."""
    match = burst("Swansea", range(5_000, 10_000, 2), started=50)
    card = burst("red card", range(5_000, 5_100), started=50)
    assert folded(match, card) == [["Swansea"], ["red card"]]
    card = burst("red card", range(5_000, 5_200, 2), started=50)
    assert folded(match, card) == [["Swansea", "red card"]]


def test_what_is_doubted_has_its_row() -> None:
    """A campaign that takes up the name of the night does not hide in it."""
    campaign = replace(said(range(4_000, 4_090), 30, 0, started=40), home="campaign")
    assert folded(STORY, campaign) == [["Ida Wilt"], ["icon behaviour"]]


def test_what_joined_takes_others_in() -> None:
    """The cape is said with the stairs, a gasp with the cape."""
    stairs = burst("stairs", range(5_000, 5_300), started=50)
    cape = burst("cape", range(5_200, 5_330), started=50)
    gasp = burst("gasp", range(5_290, 5_330), started=51)
    assert folded(stairs, cape, gasp) == [["stairs", "cape", "gasp"]]


@given(
    st.lists(st.tuples(st.integers(0, 5_900), st.integers(1, 90), st.integers(0, 59)), max_size=9)
)
def test_nothing_is_told_twice_and_the_largest_stays(drawn: list[tuple[int, int, int]]) -> None:
    rows = [burst(f"row {i}", range(at, at + n), started=began)
            for i, (at, n, began) in enumerate(drawn)]  # fmt: skip
    told = [label for group in folded(*rows) for label in group]
    assert len(told) == len(set(told))
    assert told[:1] == [row.label for row in rows[:1]]


EVENTS = {
    "zorba vellin": range(140, 155), "mibran": range(155, 170), "kramp ondo": range(180, 200),
}  # fmt: skip


def _minute(number: int, chance: random.Random) -> Batch:
    """Sixty people a minute of this and that; three events, and "plish" is said of each."""
    words = [f"w{chance.randrange(4_000)} w{chance.randrange(4_000)}" for _ in range(60)]
    for name, minutes in EVENTS.items():
        if number in minutes:
            words += [f"{name} w{chance.randrange(4_000)}" for _ in range(30)]
            words += [f"{name} plish" for _ in range(6)]
    batch = Batch()
    for i, text in enumerate(words):
        batch.ids.append(f"{number}-{i}")
        batch.texts.append(text)
        batch.times.append(number * MINUTE + i)
        batch.authors.append(f"author {number} {i}")
        batch.langs.append("")
        batch.replies.append("")
        batch.urls.append("")
        batch.links.append(())
    return batch


def _boards() -> list[Board]:
    kernel, chance = Kernel(Rules(season_terms=1 << 8), load_tables()), random.Random(4)
    return [one for number in range(20, 200) for one in kernel.add(_minute(number, chance))]


def test_a_word_that_was_said_of_earlier_events_has_no_row_beside_the_next() -> None:
    boards = [board for board in _boards() if board.at // MINUTE in range(184, 199)]
    assert all(board.stories[0].title == "kramp ondo" for board in boards)
    terms = [term for board in boards for story in board.stories for term in story.terms]
    assert "kramp ondo" in terms
    assert not [term for term in terms if "plish" in term]
