"""A board besides `all`: posts that wait for its kernel, and what it tells under its own name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from groundswell.engines.scopes import Ints, Takes, joined
from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.posts.columns import Columns
from groundswell.model import Board, Counted, Story, StoryEvent
from groundswell.revision import Cut, Revision
from groundswell.scopes import ALL, Scope

ENOUGH = 512
"""Posts of a scope that are counted at once, where its slice has as many."""


@dataclass(slots=True)
class Further:
    """A board besides `all`."""

    scope: Scope
    takes: Takes
    kernel: Kernel | None = None
    """None before its first post."""
    known: bool = False
    """Whether the stream says what the scope goes by."""
    waiting: list[tuple[Columns, Ints]] = field(default_factory=list)
    """Posts of the open slice and their times that the kernel has not been given yet."""

    def give(self, columns: Columns, times: Ints) -> None:
        """Takes posts of the open slice; few ones wait, for a call costs as much as 50 posts."""
        self.waiting.append((columns, times))
        if sum(held.size for _, held in self.waiting) >= ENOUGH:
            self.pass_on()

    def pass_on(self) -> None:
        """Gives the kernel all that waits."""
        if self.kernel and self.waiting:
            columns = joined([columns for columns, _ in self.waiting])
            self.kernel.take(columns, np.concatenate([times for _, times in self.waiting]))
            self.waiting.clear()


def counted_of(one: Further) -> list[Counted]:
    """What its kernel counted for series, taken from it."""
    if one.kernel is None:
        return []
    found = [replace(counted, board=one.scope.name) for counted in one.kernel.counted]
    one.kernel.counted.clear()
    return found


def revision_of(name: str, found: Revision) -> Revision:
    """What falls on a board, its stories called as that board calls them."""

    def own(cut: Cut) -> Cut:
        totals = {f"{name}-{story}": sums for story, sums in cut.totals.items()}
        return replace(cut, totals=totals)

    if name == ALL:
        return found
    veiled = own(found.veiled) if found.veiled is not None else None
    return replace(found, board=name, struck=own(found.struck), veiled=veiled)


def named(one: Further, boards: list[Board]) -> list[Board]:
    """Boards under their own name; their stories' ids differ from those of every other board."""
    name = one.scope.name

    def own(story: Story) -> Story:
        return replace(story, id=f"{name}-{story.id}")

    def happened(event: StoryEvent) -> StoryEvent:
        other = event.other and f"{name}-{event.other}"
        return replace(event, board=name, story=own(event.story), other=other)

    return [
        replace(
            board,
            board=name,
            stories=tuple(own(story) for story in board.stories),
            events=tuple(happened(event) for event in board.events),
        )
        for board in boards
    ]
