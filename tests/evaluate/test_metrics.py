"""Figures of boards made by hand, each worked out on paper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundswell.evaluate.metrics import Scorer
from groundswell.evaluate.scores import Scores
from groundswell.model import Board
from tests.evaluate.boards import MINUTE, board, event, story

GOAL = event("goal", 10, 20, "zouma", "goal|1-0")
CARD = event("card", 30, 40, "costa", "red card")
OTHERS = [story(f"x{i}", f"other{i}") for i in range(9)]


def scored(*boards: Board, events: list = [GOAL, CARD], complete: bool = False) -> Scores:  # noqa: B006 -- read only
    scorer = Scorer(events, MINUTE, complete=complete)
    for one in boards:
        scorer.add(one)
    return scorer.result(method="m", posts=600, seconds=2.0)


def test_recall_counts_the_best_place_of_one_story_that_hits_every_group() -> None:
    """Third at best, so found at 5 and not at 2; the other event only half, by two stories."""
    tells = story("a", "Zouma", "1-0")
    found = scored(
        board(12, *OTHERS[:3], tells), board(13, *OTHERS[:2], tells), board(14, *OTHERS, tells),
        board(32, story("b", "Costa"), story("c", "red card")),
    )  # fmt: skip
    assert found.recall == {2: 0.0, 5: 0.5, 10: 0.5, 20: 0.5}
    assert found.coverage == pytest.approx((1 + 0.5) / 2)
    assert found.events == 2


def test_a_board_outside_the_events_time_finds_nothing() -> None:
    """The right words at the start's own minute, or two slices past the end, do not count."""
    tells = story("a", "Zouma", "goal")
    assert scored(board(10, tells), board(22, tells)).recall[20] == 0
    assert scored(board(21, tells)).recall[20] == 0.5


def test_moments_are_left_out_of_the_strict_figures() -> None:
    """The scorer stands only in the moment: found, but not by title and terms alone."""
    found = scored(board(12, story("a", "Chelsea", "goal", moment=("Zouma",))))
    assert (found.recall[2], found.strict_recall[2]) == (0.5, 0.0)
    assert (found.coverage, found.strict_coverage) == (0.5, 0.25)
    assert found.keyword_precision == pytest.approx(2 / 3)  # goal and Zouma, not Chelsea
    assert found.strict_keyword_precision == pytest.approx(1 / 2)


def test_keyword_precision_is_the_share_of_terms_that_belong() -> None:
    """Zouma and goal of four terms: half; the title that repeats a term counts once."""
    found = scored(board(12, story("a", "Zouma", "goal", "weather", "lunch")))
    assert found.keyword_precision == found.strict_keyword_precision == pytest.approx(0.5)
    assert found.keyword_recall == pytest.approx(0.5)  # all of one event, nothing of the other


def test_latency_and_onset_are_of_the_first_board_that_finds() -> None:
    """Found at 14, 4 minutes after the start, by a story that says it began at 12: 2 off."""
    tells = story("a", "Zouma", "goal", started=12)
    found = scored(board(13, *OTHERS[:1]), board(14, tells), board(15, tells))
    assert (found.latency, found.latency_p90, found.onset_error) == (4.0, 4.0, 2.0)


def test_latency_is_told_by_the_scale_of_events() -> None:
    """Zouma's goal is found after 4 minutes, Costa's card, an hour's event, after 2."""
    events = [replace(GOAL, scale="minute"), replace(CARD, scale="hour")]
    found = scored(
        board(14, story("a", "Zouma", "goal")), board(32, story("b", "Costa", "red card")),
        events=events,
    )  # fmt: skip
    assert found.latency_by_scale == {"hour": 2.0, "minute": 4.0}
    assert scored(board(14, story("a", "Zouma", "goal"))).latency_by_scale == {}


def test_a_moment_that_matches_alone_gives_the_onset() -> None:
    """The match began at 1, its moment at 11: one minute off the event's start."""
    tells = story("a", "Chelsea", started=9, moment=("Zouma", "goal"))
    assert scored(board(14, tells)).onset_error == 1.0


def test_the_end_is_held_against_the_end_of_the_story_that_matched() -> None:
    """The story ends at 27, the event at 20: 7 minutes."""
    tells = story("a", "Zouma", "goal")
    found = scored(board(14, tells), board(27, ended=(tells,)))
    assert found.end_error == 7.0


def test_further_stories_of_one_event_are_duplicates() -> None:
    """Two boards with three and one matching stories: (2 + 0) / 2."""
    same = [story(c, "Zouma", "goal") for c in "abc"]
    assert scored(board(14, *same), board(15, same[0])).duplicates == 1.0


def test_story_precision_needs_a_complete_truth() -> None:
    """Four started: one matches, one touches one group, one is nothing, one too early: 1/4, 2/4."""
    good, near = story("a", "Zouma", "goal"), story("b", "Zouma")
    bad, early = story("c", "weather"), story("d", "goal", "Zouma")
    boards = [
        board(5, early, started=(early,)),
        board(9, bad),
        board(12, good, near, bad, started=(good, near, bad)),
    ]
    found = scored(*boards, complete=True)
    assert found.story_precision == pytest.approx(0.25)
    assert found.story_precision_any == pytest.approx(0.5)
    assert found.f1 == pytest.approx(2 * 0.25 * 0.5 / 0.75)
    assert {one.title for one in found.nothing} == {"Zouma", "weather", "goal"}
    assert scored(*boards).story_precision is None


def test_a_story_may_prove_right_after_it_started() -> None:
    """It starts with one word and gets the other a minute later: it counts as right."""
    first, later = story("a", "Zouma"), story("a", "Zouma", "1-0")
    found = scored(board(12, first, started=(first,)), board(13, later), complete=True)
    assert found.story_precision == 1.0


def test_events_are_announced_by_what_started_and_not_by_what_is_listed() -> None:
    """Both are found; only one by a story that was told as new."""
    tells, listed = story("a", "Zouma", "goal"), story("b", "Costa", "red card")
    found = scored(board(12, tells, started=(tells,)), board(32, listed))
    assert (found.recall[2], found.announced) == (1.0, 0.5)


def test_a_started_story_below_the_boards_end_is_judged_too() -> None:
    """It is told in the events, though no place of the board shows it."""
    tells = story("a", "Zouma", "goal")
    assert scored(board(12, *OTHERS, started=(tells,)), complete=True).story_precision == 1.0


def test_false_alarms_are_counted_by_kind_and_named_ones_apart() -> None:
    """In 12 hours one unflagged spam story (2 a day) and one flagged paste story (2 named)."""
    decoys = [event("s", 10, 20, "pills", decoy="spam"), event("p", 10, 20, "vote", decoy="paste")]
    spam, paste = story("a", "pills"), story("b", "vote", flagged=True)
    found = scored(
        board(12, spam, paste, started=(spam, paste)), board(731), events=[GOAL, *decoys]
    )
    assert found.hours == pytest.approx(12.0)
    assert found.false_alarms_per_day == {"paste": 0.0, "spam": 2.0}
    assert found.named_per_day == {"paste": 2.0, "spam": 0.0}
    assert found.events == 1


def test_a_decoys_first_time_is_neither_credited_nor_blamed() -> None:
    """Two started, one of them a habit that nobody could know yet: precision is of the other."""
    habit = replace(event("h", 10, 20, "coffee", decoy="habit"), first=True)
    new = [story("a", "coffee"), story("b", "Zouma", "goal")]
    found = scored(board(12, *new, started=tuple(new)), events=[GOAL, habit], complete=True)
    assert (found.started, found.story_precision) == (1, 1.0)
    assert found.false_alarms_per_day == {}


def test_a_file_that_says_that_it_is_complete_is_believed() -> None:
    """Every entry must say so."""
    sure = replace(GOAL, complete=True)
    assert scored(board(12), events=[sure]).story_precision is None  # nothing started
    good = story("a", "Zouma", "goal")
    assert scored(board(12, good, started=(good,)), events=[sure]).story_precision == 1.0
    assert scored(board(12, good, started=(good,)), events=[sure, CARD]).story_precision is None


def test_a_story_of_a_real_event_is_no_false_alarm() -> None:
    """It also holds the decoy's word, but it tells of what happened."""
    decoys = [event("s", 10, 20, "pills", decoy="spam")]
    both = story("a", "Zouma", "goal", "pills")
    found = scored(board(12, both, started=(both,)), events=[GOAL, *decoys])
    assert found.false_alarms_per_day == {"spam": 0.0}


def test_what_starts_and_matches_nothing_is_counted_by_the_hour() -> None:
    """Three stories in two hours, one of them right: 1.5 and 1 an hour; 600 posts in 2 s."""
    new = [story("a", "Zouma", "goal"), story("b", "weather"), story("c", "lunch")]
    found = scored(board(12, *new, started=tuple(new)), board(131))
    assert (found.started_per_hour, found.unmatched_per_hour) == (1.5, 1.0)
    assert found.posts_per_second == 300
