"""Which stretch of a story's life its curve shows: what a reader chose, else the story itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from groundswell.explanation import length
from groundswell.serve.drawing.curves import Point

BEFORE: Final = 15
"""Slices before the onset that are shown at the least: what is above usual needs its usual."""
TAKEOFF: Final = (10, 30)
"""Slices before and after the onset of a closer look at it."""
HOUR: Final = 60
"""Slices of the newest stretch."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span of slice ends, µs, both of them in it."""

    name: str
    """As addresses have it; empty for a span that a reader drew."""
    label: str
    begin: int
    end: int

    def of(self, points: Sequence[Point]) -> list[Point]:
        """The points within."""
        return [one for one in points if self.begin <= one.at <= self.end]


def stretches(points: Sequence[Point], onset: int, slice_us: int) -> list[Stretch]:
    """What is offered of a curve, the story itself first; none where there is no curve.

    >>> minute = 60_000_000
    >>> day = [Point(n * minute, 1.0) for n in range(1_440)]
    >>> [one.name for one in stretches(day, 700 * minute, minute)]
    ['story', 'takeoff', 'newest', 'all']
    >>> [one.name for one in stretches(day[690:720], 700 * minute, minute)]
    ['story']
    """
    if len(points) < 2:
        return []
    first, last = points[0].at, points[-1].at
    life = max(0, last - onset) // slice_us
    begin = max(first, onset - max(BEFORE, life // 3) * slice_us)
    found = [Stretch("story", "The story", min(begin, points[-2].at), last)]
    if life > sum(TAKEOFF):
        before, after = TAKEOFF
        span = max(first, onset - before * slice_us), onset + after * slice_us
        found.append(Stretch("takeoff", "Its takeoff", *span))
    if life > HOUR * 3 // 2:
        found.append(
            Stretch("newest", f"Its last {length(HOUR * slice_us)}", last - HOUR * slice_us, last)
        )
    if first < begin:
        found.append(Stretch("all", "All that is kept", first, last))
    return found


def chosen(
    offered: Sequence[Stretch], points: Sequence[Point], name: str, span: tuple[int, int] | None
) -> Stretch | None:
    """The stretch that is shown: a span that was drawn, one by its name, else the story itself.

    Of a span that holds fewer than two slices there is no curve, so it is not shown.
    """
    if span is not None:
        own = Stretch("", "", min(span), max(span))
        if len(own.of(points)) >= 2:
            return own
    named = (one for one in offered if one.name == name and len(one.of(points)) >= 2)
    return next(named, offered[0] if offered else None)
