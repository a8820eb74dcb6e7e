"""When a burst is a story: how strongly it must move the board, and when it is over.

A story's *strength* is its people above usual, measured in the square root of the board's people in
the same window: the size of the board's own chance swings. On a filtered stream every corner kick
stirs a few dozen words; what makes a story is seen in the whole room. The bar that a story must
pass stands between two settings: where so many stories an hour would have passed in the last hours
that more would be chance than an editor can take up. A board where little stirs lets small ones by.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

LEARNING = 1.0
"""Hours of stirrings after which the bar may come down."""
GOING = 0.5
"""Share of the people at the peak that must still come when a story starts."""


def bar(
    strengths: Iterable[float], hours: float, *, calm: float, restless: float, starts: float
) -> float:
    """The strength that starts a story.

    Args:
        strengths: the greatest strength of each stirring of the last `hours`.
        hours: how long they were collected, ≥ 0.
        calm: the least that the bar may be.
        restless: the most, and what it is while less than an hour is known.
        starts: stories an hour that may pass.

    >>> bar([0.2, 0.9, 0.5, 0.6, 0.7], 2.0, calm=0.4, restless=1.0, starts=1.0)
    0.6
    >>> bar([0.2], 2.0, calm=0.4, restless=1.0, starts=1.0)
    0.4
    """
    if hours < LEARNING:
        return restless
    allowed = int(starts * hours)
    ordered = sorted(strengths, reverse=True)
    level = ordered[allowed] if allowed < len(ordered) else 0.0
    return min(max(level, calm), restless)


def is_going(people: NDArray[np.float64], window: int) -> bool:
    """Whether so many come still, of those at the peak, that a story may start.

    Args:
        people: distinct people a slice, newest first, shape (depth,).
        window: slices that are looked at together, 1 … depth.

    >>> is_going(np.array([9.0, 8, 2, 0]), 2), is_going(np.array([1.0, 2, 9, 8]), 2)
    (True, False)
    """
    sums = np.convolve(people, np.ones(window), "valid")
    return bool(sums[0] >= GOING * sums.max())


def is_over(recent: float, peak: float, *, fading: float) -> bool:
    """Whether so few people are left, of those at the peak, that a story is told.

    >>> is_over(4.0, 60.0, fading=0.1), is_over(40.0, 60.0, fading=0.1)
    (True, False)
    """
    return recent < fading * peak
