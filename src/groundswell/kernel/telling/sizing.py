"""How large a story is: people above usual, of words of its own.

What everybody says joins a story where its posts say it, and tells nothing of its size: others say
it too. A story of several words is as large as all who say any of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundswell.kernel.basis.distinct import distinct
from groundswell.kernel.memory.state import State
from groundswell.kernel.memory.stories import Burst


@dataclass(frozen=True, slots=True)
class Size:
    """How many people tell a story in the ranking window, and how many are usual."""

    people: float
    expected: float
    together: bool = False
    """Whether of all words that carry it, not of its leading word alone."""

    @property
    def excess(self) -> float:
        """People above usual."""
        return self.people - self.expected

    @property
    def lift(self) -> float:
        """Times above usual.

        >>> Size(12.0, 3.0).lift, Size(0.0, 0.0).lift
        (4.0, 0.0)
        """
        return self.people / self.expected if self.expected else 0.0


def own(members: list[Burst]) -> list[Burst]:
    """The bursts that carry a story: all but everyday words; its seed where there is no other."""
    return [burst for burst in members if not burst.everyday] or members[:1]


def lead(carriers: list[Burst]) -> Burst | None:
    """The one that most people above usual say; None of none."""
    return max(carriers, key=lambda burst: (burst.excess, burst.key), default=None)


def size(state: State, carriers: list[Burst]) -> Size:
    """People of the leading word, or of all words where they are further above usual together.

    Who usually says several words is expected several times: together they are never overrated.
    What chance may bring is allowed once, for it is one crowd.
    """
    first = lead(carriers)
    if first is None:
        return Size(0.0, 0.0)
    held = state.ring
    places = distinct(np.concatenate([burst.posts for burst in carriers])) % held.posts
    now = state.counts.slice - held.slices[places].astype(np.int64) < first.span
    people = distinct(held.authors[places[now]]).size
    usual = sum(burst.expected - burst.chance for burst in carriers)
    every = Size(float(people), usual + first.chance, together=True)
    alone = Size(first.authors, first.expected)
    return every if every.excess > alone.excess else alone
