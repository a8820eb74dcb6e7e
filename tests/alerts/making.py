"""Stories, boards and rules made by hand, and alerts written as a run writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from groundswell.expression import Feeling, Mood
from groundswell.model import MICROSECONDS, Board, Doubt, Story, StoryEvent

SLICE = 60 * MICROSECONDS
BEGIN = 1_773_774_000 * MICROSECONDS


def story(name: str = "a", **given: Any) -> Story:
    """A story of 60 people about a dedication."""
    usual: dict[str, Any] = {
        "rank": 1, "title": "this is for Marguerite", "terms": ("this is for Marguerite", "piano"),
        "started_at": BEGIN, "status": "rising", "posts": 70, "authors": 60, "expected": 2.0,
        "excess": 58.0, "lift": 30.0, "z": 12.0, "window_us": 15 * SLICE,
    }  # fmt: skip
    return Story(name, **usual | given)


def board(at: int, stories: Iterable[Story] = (), events: Sequence[StoryEvent] = (),
          name: str = "all") -> Board:  # fmt: skip
    """A board at the end of slice number `at`."""
    return Board(name, BEGIN + at * SLICE, False, (60, 60), 100, 90, tuple(stories), tuple(events))


def sad() -> Mood:
    """A mood that sadness leads."""
    return Mood((Feeling("sadness", 0.5, 0.4, 0.6, 0.1),), 100, 3, ("sadness",))


def doubted() -> tuple[Doubt, ...]:
    """Copies in it."""
    return (Doubt("copied-text", 0.5, "half of its posts are one text"),)
