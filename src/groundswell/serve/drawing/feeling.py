"""A mood as the story's page shows it: rows with bars and intervals, and a band over time.

Nothing is told by colour alone: a bar has its label, its place and its number, a stretch of the
band its words and a pattern. Only numbers and the model's own labels leave this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from groundswell.expression import NEUTRAL, Feeling, Mood, Phase
from groundswell.serve.drawing.curves import Frame

ROWS: Final = 6
WIDTH: Final = 220
"""Of a bar's box, in SVG units."""
PATTERNS: Final = ("up", "dots", "down", "grid")
"""Fills of a band's stretches, in the order in which their labels come."""
WORDY: Final = 8.0
"""Width of a letter in a band, in SVG units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One feeling: all but `feeling` in SVG units of a box WIDTH wide."""

    feeling: Feeling
    leads: bool
    share: float
    low: float
    high: float
    usual: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """From when to when one feeling led."""

    label: str
    """What led, or words for that nothing did."""
    since: int
    x: float
    width: float
    pattern: str
    """Empty where nothing led."""
    fits: bool
    """Whether its words fit into it."""


def bars(mood: Mood) -> list[Bar]:
    """The feelings that lead, then those that are furthest above usual, then what is neutral."""
    if not mood.feelings:
        return []
    shown = list(mood.ranked[:ROWS])
    shown += [one for one in mood.feelings if one.label == NEUTRAL]
    most = max(max(one.high, one.usual) for one in shown) or 1.0

    def x(share: float) -> float:
        return round(WIDTH * share / most, 1)

    return [
        Bar(one, one.label in mood.dominant, x(one.share), x(one.low), x(one.high), x(one.usual))
        for one in shown
    ]


def band(phases: Sequence[Phase], begin: int, end: int, frame: Frame) -> list[Stretch]:
    """What led a mood over time, under a curve of that frame from `begin` to `end` (µs)."""
    if end <= begin:
        return []
    inner = frame.width - frame.left - frame.right
    labels = list(dict.fromkeys(one.label for one in phases if one.label))
    ends = [*(one.since for one in phases[1:]), end]
    found: list[Stretch] = []
    for one, next_ in zip(phases, ends, strict=True):
        since, until = max(one.since, begin), min(next_, end)
        if until <= since:
            continue
        x = frame.left + inner * (since - begin) / (end - begin)
        width = inner * (until - since) / (end - begin)
        words = one.label or "mixed"
        pattern = PATTERNS[labels.index(one.label) % len(PATTERNS)] if one.label else ""
        found.append(
            Stretch(
                words, one.since, round(x, 1), round(width, 1), pattern, WORDY * len(words) < width
            )
        )  # fmt: skip
    return found
