"""What is listed before it is announced: what stirs, and which words alone say nothing."""

from __future__ import annotations

import random

import pytest

from groundswell import settings
from groundswell.engines.loading import load_kernel
from groundswell.explanation import Explanation
from groundswell.kernel.rules import Rules
from groundswell.kernel.telling import starting
from groundswell.model import Board
from tests.conftest import batch_of
from tests.kernel.test_explain import PLAIN
from tests.kernel.test_pipeline import SMALL, Post
from tests.kernel.test_stories import burst, grouped

BEGINS = 150
"""The minute in which something is said more often."""
UNTIL = 185


def night(
    word: str, people: int, *, named: str = "", own: int = 5
) -> tuple[list[Board], list[Explanation]]:
    """Boards of three hours of English talk in which so many say one word within four minutes.

    Two of them say a name beside it; all say so many words of their `own`.
    """
    rng = random.Random(8)
    posts: list[Post] = [
        (
            m * 60 + rng.random() * 60,
            f"user{rng.randrange(4_000)}",
            " ".join(rng.choices(PLAIN, k=6)),
        )
        for m in range(UNTIL)
        for _ in range(30)
    ]
    posts += [
        (
            BEGINS * 60 + rng.random() * 240,
            f"fan{i}",
            " ".join([*rng.choices(PLAIN, k=own), word, named * (i < 2)]),
        )
        for i in range(people)
    ]
    posts.sort()
    kernel = load_kernel(SMALL)
    assert kernel.ask(word)
    found: list[Board] = []
    for i in range(0, len(posts), 300):
        found += kernel.add(batch_of(*posts[i : i + 300], first=i))
    return found + kernel.finish(), kernel.explained


def rows(found: list[Board], word: str) -> list[int]:
    """Minutes after the beginning at whose end a story of that name is listed."""
    return [
        board.at // 60_000_000 - BEGINS
        for board in found
        if word in {story.title for story in board.stories}
    ]


@pytest.mark.parametrize(("word", "listed"), [("coffee", False), ("zorbavell", True)])
def test_a_well_known_word_alone_does_not_stir(word: str, listed: bool) -> None:
    """Six people are past the gate with either word; what nobody knows is listed, “coffee” not."""
    found, why = night(word, 6)
    assert bool(rows(found, word)) == listed
    past = [
        one
        for one in why
        if BEGINS < one.at // 60_000_000 <= BEGINS + 5
        and any(window.opens for window in one.windows)
    ]
    assert past
    assert any(one.on_board for one in past) == listed
    said = "it is a well-known word, not written as a name: alone it is listed only at z 5.0"
    assert any(said in one.reasons[0] for one in past) != listed


def test_a_well_known_word_whose_posts_name_something_stirs() -> None:
    """Two of six say whose coffee it is: too few to be seen by themselves, enough to be told."""
    found, _ = night("coffee", 6, named="Zorbavell")
    told = [s for board in found for s in board.stories if "coffee" in s.terms]
    assert any("Zorbavell" in story.terms for story in told)


def test_a_well_known_word_that_many_say_is_listed() -> None:
    """Sixty people are sure, whatever the word."""
    found, _ = night("coffee", 60)
    assert rows(found, "coffee")


def test_what_stirred_is_gone_when_it_is_neither_above_usual_nor_said() -> None:
    """Six people say it once: it is listed while their quarter of an hour lasts, and no longer."""
    found, _ = night("zorbavell", 6)
    minutes = rows(found, "zorbavell")
    assert minutes == list(range(minutes[0], minutes[-1] + 1))
    assert 10 <= minutes[-1] <= SMALL.rank_window + 3  # 28 where it stayed as long as a trace


def test_what_is_doubted_stays_as_long_as_a_trace_of_it() -> None:
    """Forty accounts paste one text: twenty minutes on nobody does, and the doubt still stands."""
    paste = "vote for number seven tonight because all glory is ours in Zorbavell"
    found, _ = night(paste, 40, own=0)
    late = next(board for board in found if board.at // 60_000_000 == BEGINS + 20)
    story = next(story for story in late.stories if "copied-text" in story.flags)
    assert story.spark[-1] == 0
    assert story.excess <= 0


@pytest.mark.parametrize(
    ("label", "given", "bare"),
    [
        ("hate", {"z": 4.9}, True),
        ("hate", {"z": 5.0}, False),
        ("Costa", {"z": 3.2}, False),
        ("45", {"z": 4.9}, True),
        ("東京", {"z": 3.2}, False),
        ("shooting at MIT", {"z": 3.2}, False),
        ("STAY SAFE", {"z": 3.2}, True),
        ("hate", {"z": 3.2, "habit": True}, False),
        ("zouma", {"z": 3.2, "familiar": False}, False),
    ],
)
def test_which_word_says_too_little_by_itself(
    label: str, given: dict[str, object], bare: bool
) -> None:
    """A name, what nobody knows, a script without capitals, a habit that is told as one."""
    one = burst(label, range(9), **({"familiar": True} | given))
    assert starting.is_bare(Rules(), [one]) == bare


def test_two_well_known_words_agree() -> None:
    """“red” and “card” together say more than either; “card” and “red card” are one phrase."""
    known = {"familiar": True, "z": 3.2}
    red, card = burst("red", range(9), **known), burst("card", range(9), **known)
    assert not starting.is_bare(Rules(), [red, card])
    assert starting.is_bare(Rules(), [card, burst("red card", range(9), **known)])


def test_a_function_word_carries_no_story_on() -> None:
    """“was” was told with “parking the bus”, which is over: what still says “was” is not it."""
    told = {"open": False, "told": True}
    assert grouped(burst("was", range(40), plain=True, **told)) == []
    assert grouped(burst("goal", range(40), **told)) == [["goal"]]
    with_it = burst("was", range(2, 9), plain=True, **told)
    assert grouped(burst("the bus", range(9)), with_it) == [["the bus", "was"]]


def test_nobody_alone_has_a_row_that_is_not_above_usual() -> None:
    """Six say a word, one every fifty minutes: its row would have said “1 person, 0.9 times”.

    Who asks is told so.
    """
    rng = random.Random(8)
    quarter = settings.rules(settings.of(slice=900, terms=1 << 14, ring_posts=1 << 11))
    posts: list[Post] = [
        (m * 60 + rng.random(), f"user{rng.randrange(4_000)}", " ".join(rng.choices(PLAIN, k=8)))
        for m in range(20 * 60)
    ]
    posts += [((15 * 60 + i * 50) * 60.0, f"fan{i}", "zorbavell") for i in range(6)]
    kernel = load_kernel(quarter)
    assert kernel.ask("zorbavell")
    found: list[Board] = []
    for i in range(0, len(posts), 100):
        found += kernel.add(batch_of(*sorted(posts)[i : i + 100], first=i))
    found += kernel.finish()
    listed = [s for board in found for s in board.stories if s.title == "zorbavell"]
    assert listed
    assert all(story.authors >= 3 for story in listed)
    alone = [one for one in kernel.explained if not one.on_board]
    assert any("fewer than 3 have since it began" in one.reasons[0] for one in alone)
