"""What says nothing of its own has no row beside what it is said of."""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.engines.loading import load_tables
from groundswell.kernel.memory.stories import Living
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.telling.folding import folded
from groundswell.model import MICROSECONDS, Batch, Doubt

MINUTE = 60 * MICROSECONDS
RULES = Rules(season_terms=1 << 8)
A_MINUTE = 100
"""Posts a minute of a ring that holds people and no words."""


def batch(number: int, said: Iterable[tuple[str, str]]) -> Batch:
    """What people say in a minute: (author, text)."""
    posts = Batch()
    for i, (author, text) in enumerate(said):
        posts.ids.append(f"{number}-{i}")
        posts.texts.append(text)
        posts.times.append(number * MINUTE + i)
        posts.authors.append(author)
        posts.langs.append("")
        posts.replies.append("")
        posts.urls.append("")
        posts.links.append(())
    return posts


@cache
def held() -> Kernel:
    """Sixty minutes of a hundred people each: post 100 · m + i is of minute m, by person i."""
    kernel = Kernel(RULES, load_tables())
    for number in range(60):
        said = ((f"person {i}", f"w{number} w{i}") for i in range(A_MINUTE))
        list(kernel.add(batch(number, said)))
    return kernel


def story(name: str, posts: Iterable[int], *, started: int, **given: object) -> Living:
    """A living story; `started` is a minute."""
    values: dict[str, object] = {
        "id": name, "started": held().state.counts.slice - 59 + started, "title": name,
        "title_weight": 1.0, "terms": (), "posts": np.array(sorted(posts), np.int64),
        "counted_to": 0, "warm": 0,
    }  # fmt: skip
    return Living(**(values | given))  # type: ignore[arg-type]


def told(*listed: Living) -> dict[str, str]:
    return folded(held().state, RULES, listed)


WILT = range(5_000, 5_040)
STORY = story("Wilt", WILT, started=50)
OLDER = range(4_000, 4_090)


@pytest.mark.parametrize(
    ("posts", "is_told"),
    [
        pytest.param([*OLDER, *range(5_010, 5_040), *range(5_050, 5_058)], True, id="of it now"),
        pytest.param([*OLDER, *range(5_030, 5_040), *range(5_050, 5_070)], False, id="of others"),
        pytest.param([*OLDER, *range(5_036, 5_040)], False, id="too few to tell"),
        pytest.param([*OLDER], False, id="of nothing now"),
    ],
)
def test_a_reaction_is_judged_by_what_it_is_said_of_now(posts: list[int], is_told: bool) -> None:
    """Not by what it was said of before the story began."""
    reaction = story("icon behaviour", posts, started=40)
    assert told(STORY, reaction) == ({"icon behaviour": "Wilt"} if is_told else {})


def test_people_count_and_not_their_posts() -> None:
    """One account that says both names all the time folds nothing."""
    wilt = story("Wilt", range(5_000, 6_000), started=50)
    one = [5_000 + 100 * minute + 7 for minute in range(10)]
    others = [5_000 + 100 * minute + 7 for minute in range(10)]
    both = story("Wilt", [*WILT, *one], started=50)
    alone = story("bless", [*others, *range(5_050, 5_058)], started=40)
    assert told(both, alone) == {}
    assert told(wilt, story("bless", range(5_000, 5_010), started=40)) == {}, "all posts say it"


def test_what_all_posts_say_takes_nothing_in_by_chance() -> None:
    """On a stream of one match its name stands beside everything; that is no sign."""
    match = story("Swansea", range(5_000, 6_000, 2), started=50)
    assert told(match, story("red card", range(5_000, 5_050), started=50)) == {}
    assert told(match, story("red card", range(5_000, 5_080, 2), started=50))


@pytest.mark.parametrize(
    "given", [{"confirmed": True}, {"doubted": {"copied-text": (9, Doubt("copied-text", 1.0, ""))}}]
)
def test_what_was_announced_or_is_doubted_has_its_row(given: dict[str, object]) -> None:
    """A campaign that takes up the name of the night does not hide in it."""
    assert told(STORY, story("bless", WILT, started=50, **given)) == {}


def test_nothing_is_told_in_a_doubted_story() -> None:
    campaign = story("coin", WILT, started=50, doubted={"habit": (9, Doubt("habit", 1.0, ""))})
    assert told(campaign, story("bless", WILT, started=50)) == {}


@given(
    st.lists(st.tuples(st.integers(0, 5_900), st.integers(1, 90), st.integers(0, 59)), max_size=9)
)
def test_what_is_folded_is_said_of_a_row_that_stands(drawn: list[tuple[int, int, int]]) -> None:
    listed = [story(f"{i}", range(at, at + n), started=began)
              for i, (at, n, began) in enumerate(drawn)]  # fmt: skip
    gone = told(*listed)
    assert not gone.keys() & gone.values()
    assert all(int(home) < int(name) for name, home in gone.items()), "in a larger one"


def _minute(number: int, chance: random.Random) -> Batch:
    """Three hundred people a minute. "plish" is said by itself, then of an event, then without it.

    The event begins at 170; from 181 on nobody says both, and the event goes on.
    """
    words = [f"w{chance.randrange(4_000)} w{chance.randrange(4_000)}" for _ in range(300)]
    words += [f"kramp ondo w{chance.randrange(4_000)}" for _ in range(60) if number >= 170]
    name = "kramp ondo " if number in range(170, 181) else ""
    words += [f"{name}plish w{chance.randrange(4_000)}" for _ in range(6) if number >= 150]
    words += [f"plish w{chance.randrange(4_000)}" for _ in range(20) if number > 180]
    return batch(number, ((f"author {number} {i}", text) for i, text in enumerate(words)))


def test_a_word_has_no_row_while_it_is_said_of_a_story() -> None:
    """It lives on beside it, its row comes back, and `explain` says where it was meanwhile."""
    kernel, chance = Kernel(RULES, load_tables()), random.Random(4)
    assert kernel.ask("plish")
    boards = [one for number in range(110, 186) for one in kernel.add(_minute(number, chance))]
    rows = {
        board.at // MINUTE: [story.id for story in board.stories if story.title == "plish"]
        for board in boards
    }
    assert rows[170]
    assert not any(rows[minute] for minute in range(173, 181)), rows
    assert rows[185] == rows[170], "the same story goes on"
    why = {one.at // MINUTE: str(one) for one in kernel.explained}
    assert "most who say it now speak of the story “kramp ondo”" in why[175]
    assert "most who say it now" not in why[170] + why[185]
