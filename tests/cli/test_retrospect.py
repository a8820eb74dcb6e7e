"""A recording looked back on: what was taken back, once and again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundswell.cli.retrospect import Retrospect
from groundswell.model import StoryEvent
from groundswell.revision import Cut, Revision
from tests.serve.boards import MINUTE, board, story


@pytest.mark.parametrize(("later", "posts"), [(1, 5), (0, 119), (-MINUTE, 119)])
def test_what_boards_have_followed_is_not_taken_back_again(later: int, posts: int) -> None:
    """A run that goes on after a kill hears again of deletions that the boards it kept know of."""
    seen, told = Retrospect(), board(("Zeltrand",), minute=5)
    seen.add(told)
    cut = Cut(totals={told.stories[0].id: (5, 4)})
    seen.revise(Revision(told.at + later, 0, cut), lambda _: frozenset())
    whole = seen.board(10)
    assert whole is not None
    assert [one.posts for one in whole.stories] == [posts]


@pytest.mark.parametrize(("into", "told"), [("larger", ["larger"]), ("other", ["larger", "small"])])
def test_what_a_larger_story_took_in_is_told_by_it(into: str, told: list[str]) -> None:
    """Else the same people have two rows; what was taken in by what is not told has its own."""
    seen = Retrospect()
    seen.add(board(("larger", "small"), minute=5))
    small = story("small", 2)
    event = StoryEvent("story.merged", MINUTE, small, other=story(into, 1).id)
    seen.add(replace(board(("larger",), minute=6), events=(event,)))
    whole = seen.board(10)
    assert whole is not None
    assert [one.title for one in whole.stories] == told


def test_what_was_taken_in_by_what_was_taken_in_is_told_by_the_last() -> None:
    seen = Retrospect()
    seen.add(board(("largest", "middle", "small"), minute=5))
    small, middle, largest = (story(title, 3) for title in ("small", "middle", "largest"))
    events = (
        StoryEvent("story.merged", MINUTE, small, other="never listed"),
        StoryEvent("story.merged", MINUTE, replace(middle, id="never listed"), other=largest.id),
        StoryEvent("story.merged", MINUTE, largest, other=small.id),  # and back again
    )
    seen.add(replace(board(("largest",), minute=7), events=events))
    whole = seen.board(10)
    assert whole is not None
    assert [one.title for one in whole.stories] == ["largest", "middle"]
