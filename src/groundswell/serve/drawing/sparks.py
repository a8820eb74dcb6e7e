"""The small curve of a board's row: people a slice, and what is usual beneath it.

Only numbers leave this module, so nothing that people wrote can get into a path.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from groundswell.model import Story

SPARK_WIDTH: Final = 176
SPARK_HEIGHT: Final = 44


def spark_path(values: Sequence[int], known: int = 1 << 30) -> str:
    """People a slice as an SVG path, in a box of SPARK_WIDTH by SPARK_HEIGHT.

    Only the last `known` values are drawn: before them nobody listened.

    >>> spark_path((0, 4)), spark_path((0, 4, 2), known=2)
    ('M0.0 42.0L176.0 6.0', 'M88.0 6.0L176.0 24.0')
    """
    if min(len(values), known) < 2:
        return ""
    step, top = SPARK_WIDTH / (len(values) - 1), max(values) or 1
    drawn = list(enumerate(values))[-known:]
    return "M" + "L".join(f"{i * step:.1f} {_spark_y(value, top):.1f}" for i, value in drawn)


def spark_usual(story: Story, slice_us: int) -> float:
    """Height at which the band of what is usual ends on a spark; its floor where it is unknown.

    It stands as far below the people of the ranking window as the story's lift says.
    """
    top = max(story.spark, default=0) or 1
    return round(_spark_y(min(usual(story, slice_us), top), top), 1)


def usual(story: Story, slice_us: int) -> float:
    """People a slice who are usual: as many times fewer than of late as its lift says; 0: unknown.

    >>> from groundswell.model import Story
    >>> told = Story("a", 1, "a", (), 0, "rising", 9, 9, 1.0, 8.0, 3.0, 9.0, 180_000_000,
    ...              spark=(0, 4, 8, 6))
    >>> usual(told, 60_000_000)
    2.0
    """
    within = story.spark[-max(1, story.window_us // slice_us) :]
    return sum(within) / len(within) / story.lift if within and story.lift else 0.0


def _spark_y(value: float, top: int) -> float:
    return SPARK_HEIGHT - 2 - (SPARK_HEIGHT - 8) * value / top


def spark_onset(story: Story, at: int, slice_us: int) -> float | None:
    """Where the onset stands on a spark that ends at `at`, or None when it is older."""
    last = len(story.spark) - 1
    ago = (at - story.started_at) / slice_us
    return round(SPARK_WIDTH * (1 - ago / last), 1) if last > 0 and 0 <= ago <= last else None
