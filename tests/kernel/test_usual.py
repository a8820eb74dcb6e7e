"""What is usual: general use, habits, the company of words, and the bar that starts a story."""

from __future__ import annotations

import numpy as np
import pytest

from groundswell.kernel.names import company
from groundswell.kernel.telling import standing
from groundswell.kernel.usual import season, usage
from groundswell.kernel.usual.season import QUARTER_US
from groundswell.times import DAY_US

SLICE_US = 60_000_000
A_DAY = DAY_US // SLICE_US


def a_book() -> usage.Lexicon:
    """Two languages: 1 is common in the first, 2 in the second, 3 in both but rarer."""
    keys = [np.array([1, 3], np.uint64), np.array([2, 3], np.uint64)]
    levels = [np.array([100, 300], np.uint16), np.array([100, 200], np.uint16)]
    return usage.lexicon(keys, levels, ("aa", "bb"))


def test_a_board_that_speaks_one_language_is_held_against_it() -> None:
    """Ninety of a hundred words of the first language: its shares are .9, and 3 is rare here."""
    book = a_book()
    words = np.array([1, 2], np.uint64)
    spoken = usage.mixture(book.frequencies(words), np.array([90.0, 10.0]), np.full(2, 0.5))
    assert spoken == pytest.approx([0.9, 0.1], abs=0.01)
    rare = book.frequencies(np.array([3], np.uint64)) @ spoken
    assert rare[0] == pytest.approx(0.9 * 0.001 + 0.1 * 0.01)


def test_a_phrase_of_everyday_words_is_everyday_and_a_name_is_not() -> None:
    """A phrase is as usual as its rarest word allows; with an unknown word it is new."""
    parts = np.array([[0.05, 0.02, 0.0], [0.05, 0.0, 0.0]])
    both = usage.shares(parts, np.array([2, 2]), 20.0)
    assert both[0] == pytest.approx(0.15 * (1 - np.exp(-0.4)))
    assert both[1] == 0.0


def a_week(habit_at: int, people: int, days: int) -> season.Season:
    """A board of 100 people a slice; key 7 is said by `people` in one hour of each day."""
    memory = season.Season(SLICE_US, 64)
    for number in range(days * A_DAY):
        season.begin(memory, number)
        season.follow(memory, np.array([7], np.uint64))
        minute = number % A_DAY
        said = people if habit_at <= minute < habit_at + 60 else 0
        season.record(memory, memory.keys[:1], np.array([said], np.uint32), 100)
    return memory


def test_a_daily_habit_is_usual_at_its_hour_and_nowhere_else() -> None:
    """Ten of a hundred people at noon on three days: .1 is usual at noon, 0 at six."""
    memory = a_week(720, 10, 3)
    season.begin(memory, 3 * A_DAY + 730)
    noon = season.habits(memory, np.array([7, 8], np.uint64))
    assert noon.share == pytest.approx([0.1, 0.0])
    assert noon.yesterday[0] == pytest.approx(0.1)
    assert np.isnan(noon.last_week[0])
    season.begin(memory, 3 * A_DAY + 1080)
    assert season.habits(memory, np.array([7], np.uint64)).share[0] == 0.0


def test_a_weekday_is_remembered_for_a_week_and_then_forgotten() -> None:
    """What was said on one day is usual a week later, not three days later, nor after nine."""
    memory = a_week(720, 10, 1)
    for day, usual in ((3, 0.0), (7, 0.1), (9, 0.0)):
        for quarter in range((day - 1) * 96, day * 96 + 50):
            number = quarter * QUARTER_US // SLICE_US
            if number > memory.quarter * QUARTER_US // SLICE_US:
                season.begin(memory, number)
                season.record(memory, memory.keys[:1], np.zeros(1, np.uint32), 1500)
        found = season.habits(memory, np.array([7], np.uint64))
        weekly = np.nan_to_num(found.last_week[0])
        assert weekly == pytest.approx(usual)


def test_the_season_is_bounded_and_keeps_what_is_used_most() -> None:
    """With room for 8 terms the 9th drops the two that were said least."""
    memory = season.Season(SLICE_US, 8)
    season.begin(memory, 0)
    keys = np.arange(1, 9, dtype=np.uint64)
    season.follow(memory, keys)
    season.record(memory, memory.keys[:8], np.arange(1, 9, dtype=np.uint32), 100)
    season.follow(memory, np.array([9], np.uint64))
    assert sorted(memory.rows) == [3, 4, 5, 6, 7, 8, 9]
    assert memory.keys[: len(memory.rows)].tolist() == list(memory.rows)


def test_company_counts_each_post_once_and_joins_neighbours() -> None:
    """Two posts “a b a”, “a b”: a and b in two posts, “a b” in two, “b a” in one."""
    hashes = np.array([10, 20, 10, 10, 20], np.uint64)
    joins = np.array([0, 1, 1, 0, 1], np.uint8)
    found = company.said(
        hashes, np.zeros(5, np.uint8), joins, np.array([0, 3]), np.array([3, 2], np.int64)
    )
    assert sorted(zip(found.words.tolist(), found.posts.tolist(), strict=True)) == [
        (1, 2), (1, 2), (2, 1), (2, 2),
    ]  # fmt: skip


def test_the_bar_falls_on_a_calm_board_and_rises_on_a_restless_one() -> None:
    """Before an hour is known it is the restless one; then as many pass as an editor can take."""
    rules = {"calm": 0.4, "restless": 1.0, "starts": 1.0}
    assert standing.bar([], 0.5, **rules) == 1.0
    assert standing.bar([0.1] * 50, 4.0, **rules) == 0.4
    assert standing.bar([0.8] * 50, 4.0, **rules) == 0.8
    assert standing.bar([3.0] * 50, 4.0, **rules) == 1.0
