"""Which articles are one source: printed by one publisher, or in large part the same text.

Two texts are copies when they share half of the shorter one's runs of five words, as agency copy
does under different headlines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from groundswell.press.clippings import Clipping
from groundswell.press.joining import folded

RUN: Final = 5
SAME: Final = 0.5
_LEAST: Final = 12
"""Runs of five words that a text must have: of a mere headline nothing can be said."""


def sources(clippings: Sequence[Clipping]) -> list[list[int]]:
    """Indexes of articles, those of one source together, in order of their first."""
    runs = [_runs(one.text or one.summary) for one in clippings]
    group = list(range(len(clippings)))
    for later, one in enumerate(clippings):
        for earlier in range(later):
            other = clippings[earlier]
            if one.publisher == other.publisher or _same(runs[earlier], runs[later]):
                old, new = group[later], group[earlier]
                group = [new if g == old else g for g in group]
    found: dict[int, list[int]] = {}
    for index, name in enumerate(group):
        found.setdefault(name, []).append(index)
    return list(found.values())


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = folded(text).split()[:3_000]
    return frozenset(tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1))


def _same(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    least = min(len(one), len(other))
    return least >= _LEAST and len(one & other) >= SAME * least
