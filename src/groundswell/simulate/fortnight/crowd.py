"""The people: each has a language and an activity; a few write very much, most hardly ever."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.simulate.fortnight.script import Fortnight
from groundswell.simulate.fortnight.tongues import Shares

ACTIVITY = 0.55
"""Exponent of activity over rank: the hundredth writes a twelfth of what the first does."""
HIRED = 5_000
"""Accounts beside the people, by which campaigns are made."""


class Crowd:
    """`people × rate` accounts, parted among the languages by their shares.

    Their names tell nothing: an account of a campaign is named like everyone's.
    """

    def __init__(self, script: Fortnight, rng: np.random.Generator, rate: float) -> None:
        people = max(1_000, round(script.people * rate))
        self.names = [
            f"u{number:06d}.example"
            for number in rng.choice(1_000_000, people + HIRED, replace=False).tolist()
        ]
        shares = np.array([tongue.share for tongue in script.tongue])
        edges = np.round(np.cumsum(shares) / shares.sum() * people).astype(np.int64)
        self._first = [0, *edges[:-1].tolist()]
        self._activity: list[Shares] = []
        for first, end in zip(self._first, edges.tolist(), strict=True):
            weights = np.cumsum((np.arange(max(1, end - first)) + 1.0) ** -ACTIVITY)
            self._activity.append(weights / weights[-1])
        self._people = people

    def speakers(self, rng: np.random.Generator, tongue: int, size: int) -> list[str]:
        """Who writes: people of a language, as active as they are."""
        numbers = np.searchsorted(self._activity[tongue], rng.random(size), side="right")
        return [self.names[number] for number in (numbers + self._first[tongue]).tolist()]

    def witnesses(self, rng: np.random.Generator, tongue: int, size: int) -> list[str]:
        """Who reacts to news: the active more than others, but less so than in everyday talk."""
        shares = self._activity[tongue]
        blend = np.where(
            rng.random(size) < 0.5,
            np.searchsorted(shares, rng.random(size), side="right"),
            rng.integers(0, shares.size, size),
        )
        return [self.names[number] for number in (blend + self._first[tongue]).tolist()]

    def hired(self, rng: np.random.Generator, size: int) -> list[str]:
        """Distinct accounts of campaigns, at most HIRED."""
        numbers: NDArray[np.int64] = rng.choice(HIRED, min(size, HIRED), replace=False)
        return [self.names[number] for number in (numbers + self._people).tolist()]
