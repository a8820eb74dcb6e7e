"""What happened to a story, in words: when it began, was largest, was doubted, split or joined.

A story that another split off, or joined, is named as it may be shown now; where it may not, or is
not known any more, it stays "another story".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from groundswell.archive.history import Brief, Happened, Told
from groundswell.model import EventKind

OVER: Final = ("story.ended", "story.merged")
_OWN: Final[dict[EventKind, tuple[str, str]]] = {
    "story.started": ("announced as a story", ""),
    "story.split": ("split off another story", "split off"),
    "story.merged": ("joined another story", "joined"),
    "story.ended": ("over: no longer above usual", ""),
}
"""What is said of a story's own event: where the other one has no name, and before its name."""
_OTHERS: Final[dict[EventKind, tuple[str, str]]] = {
    "story.split": ("another story split off", "from it split off"),
    "story.merged": ("another story joined", "it took in"),
}
"""The same of another story's event that names this one."""


@dataclass(frozen=True, slots=True)
class Named:
    """A story that can be linked."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something of a story's life."""

    at: int
    """Slice end, µs."""
    words: str
    other: Named | None = None
    """The story that the words end with."""


Name = Callable[[str], Named | None]
"""Names a story by its id, where it may be shown."""


def life(states: Sequence[Told], events: Iterable[Happened], story: str, name: Name) -> list[Step]:
    """A story's life as its boards and its events tell it, oldest first."""
    events = list(events)
    first, last = states[0], states[-1]
    told = [Step(first.story.started_at, "began")]
    told.append(Step(first.at, f"first on the board, number {first.story.rank}"))
    top = min(states, key=lambda one: (one.story.rank, one.at))
    if top.story.rank < first.story.rank:
        told.append(Step(top.at, f"number {top.story.rank}"))
    largest = max(states, key=lambda one: (one.story.excess, -one.at))
    told.append(Step(largest.at, f"largest: {largest.story.excess:,.0f} people above usual"))
    told += _doubted(states)
    told += _happened(events, story, name)
    if any(one.type in OVER and one.story == story for one in events):
        told.append(Step(last.at, f"last on the board, number {last.story.rank}"))
    return sorted(told, key=lambda one: one.at)


def brief_life(brief: Brief, events: Iterable[Happened], name: Name) -> list[Step]:
    """The same of a story whose boards are no longer kept, from its own row."""
    told = [
        Step(brief.started, "began"),
        Step(brief.first, "first on the board"),
        Step(brief.peak_at, f"largest: {brief.peak_excess:,.0f} people above usual"),
        *_happened(events, brief.id, name),
        Step(brief.last, "last on the board"),
    ]
    return sorted(told, key=lambda one: one.at)


def _happened(events: Iterable[Happened], story: str, name: Name) -> Iterator[Step]:
    for one in events:
        own = one.story == story
        alone, before = (_OWN if own else _OTHERS).get(one.type, ("", ""))
        named = name(one.other if own else one.story) if before else None
        if alone:
            yield Step(one.at, before if named else alone, named)


def _doubted(states: Sequence[Told]) -> Iterator[Step]:
    """When doubts came and went."""
    before: tuple[str, ...] = ()
    for one in states:
        flags = one.story.flags
        yield from (Step(one.at, f"doubted: {flag}") for flag in flags if flag not in before)
        gone = (flag for flag in before if flag not in flags)
        yield from (Step(one.at, f"no longer doubted: {flag}") for flag in gone)
        before = flags
