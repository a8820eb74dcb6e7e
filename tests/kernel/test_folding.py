"""What only stirs has no row while its people speak of an announced story."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable
from functools import cache

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from groundswell.engines.loading import load_tables
from groundswell.kernel.memory.state import State
from groundswell.kernel.memory.stories import Living
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.telling import tell
from groundswell.kernel.telling.folding import folded
from groundswell.kernel.telling.listing import Told, sift
from groundswell.model import MICROSECONDS, Batch
from tests.conftest import batch_of

MINUTE = 60 * MICROSECONDS
RULES = Rules(season_terms=1 << 8)
A_MINUTE = 100
"""Posts a minute of a ring that holds people and no words."""


def batch(number: int, said: Iterable[tuple[str, str]]) -> Batch:
    """What people say in a minute: (author, text)."""
    posts = [(number * 60 + i / 1_000, author, text) for i, (author, text) in enumerate(said)]
    return batch_of(*posts, first=1_000 * number)


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


def told(*listed: Living, doubtful: Collection[str] = ()) -> dict[str, str]:
    return folded(held().state, RULES, listed, doubtful=doubtful)


WILT = range(5_000, 5_040)
STORY = story("Wilt", WILT, started=50, confirmed=True)
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


def test_what_was_said_of_it_before_the_ranking_window_is_over() -> None:
    """Both have been there for half an hour; the reaction is said of others for ten minutes."""
    early, late = range(3_000, 3_060), range(5_000, 5_020)
    wilt = story("Wilt", [*early, *range(5_050, 5_090)], started=30, confirmed=True)
    assert told(wilt, story("bless", early, started=30)) == {}, "nobody says it any more"
    assert told(wilt, story("bless", [*early, *late], started=30)) == {}
    assert told(wilt, story("bless", [*early, *range(5_050, 5_070)], started=30))


def test_people_count_and_not_their_posts() -> None:
    """One account that says both names all the time folds nothing."""
    one = [5_000 + A_MINUTE * minute + 50 for minute in range(10)]
    both = story("Wilt", [*WILT, *one], started=50, confirmed=True)
    assert told(both, story("bless", [*one, *range(5_060, 5_068)], started=40)) == {}
    assert told(both, story("bless", one, started=40)) == {}, "nor is one account alone people"


def test_what_all_posts_say_takes_nothing_in_by_chance() -> None:
    """On a stream of one match its name stands beside everything; that is no sign."""
    match = story("Swansea", range(5_000, 6_000, 2), started=50, confirmed=True)
    assert told(match, story("red card", range(5_000, 5_050), started=50)) == {}
    assert told(match, story("red card", range(5_000, 5_080, 2), started=50))


def test_who_posts_often_meets_a_name_by_chance() -> None:
    """A third of the posts say it, so most who post five times do: that is no sign either."""
    chance = random.Random(7)
    match = story("Swansea", chance.sample(range(5_000, 6_000), 333), started=50, confirmed=True)
    people = [[5_000 + A_MINUTE * minute + who for minute in range(0, 10, 2)] for who in range(40)]
    thread = story("penalty", [post for posts in people for post in posts], started=50)
    met = sum(bool(set(posts) & set(match.posts.tolist())) for posts in people)
    assert met > 30
    assert told(match, thread) == {}


@pytest.mark.parametrize("row", ["bless", "Wilt"])
def test_what_is_doubted_keeps_its_row_and_takes_none(row: str) -> None:
    """A campaign that takes up the name of the night does not hide in it."""
    bless = story("bless", WILT, started=50)
    assert told(STORY, bless, doubtful={row}) == {}
    assert told(STORY, bless) == {"bless": "Wilt"}


def test_only_an_announced_story_takes_a_row_and_it_keeps_its_own() -> None:
    stirs = story("icon behaviour", WILT, started=40)
    assert told(stirs, story("Wilt", WILT, started=50)) == {}
    assert told(stirs, STORY, story("bless", WILT, started=50)) == {"bless": "Wilt"}


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(5, 60), st.booleans()), max_size=9),
    st.sets(st.integers(0, 8)),
)
def test_what_has_no_row_is_said_of_a_larger_one_that_has(
    drawn: list[tuple[int, int, bool]], doubted: set[int]
) -> None:
    listed = [story(f"{i}", range(5_000 + 7 * at, 5_000 + 7 * at + n), started=50, confirmed=sure)
              for i, (at, n, sure) in enumerate(drawn)]  # fmt: skip
    gone = told(*listed, doubtful={f"{i}" for i in doubted})
    event(f"without a row: {len(gone)}")
    for name, home in gone.items():
        assert int(home) < int(name)
        assert listed[int(home)].confirmed
        assert not listed[int(name)].confirmed
        assert not {int(home), int(name)} & doubted


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
    """It lives on beside it, its row comes back, and `explain` says why it had none."""
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
    elsewhere = "most who say it now speak of a story on the board"
    assert [minute for minute in why if minute < 183 and elsewhere in why[minute]] == [
        minute for minute in range(170, 183) if not rows[minute]
    ]
    assert elsewhere not in why[185]


def test_on_a_board_with_one_subject_it_is_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that has no row is lost there: the same rows, sifted as of either board."""
    moments: list[str] = []

    def spy(
        state: State, rules: Rules, rows: list[Told], *, focused: bool
    ) -> tuple[list[Told], list[Told]]:
        listed, small = sift(state, rules, rows, focused=True)
        aside = [one for one in small if one.living.said_of]
        assert not [one for one in listed if one.living.said_of]
        moments.extend(one.row.story.title for one in aside)
        return sift(state, rules, rows, focused=focused)

    monkeypatch.setattr(tell, "sift", spy)
    kernel, chance = Kernel(RULES, load_tables()), random.Random(4)
    for number in range(110, 176):
        list(kernel.add(_minute(number, chance)))
    assert set(moments) == {"plish"}
