"""Which of a story's terms carry it, and the name that a person would choose."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from groundswell.kernel.names.naming import ordinary

LONGER = 0.4
"""How much more each further word of a phrase speaks for it as a name."""
SCORE = re.compile(r"\d{1,3}[-–:]\d{1,3}")


@dataclass(frozen=True, slots=True)
class Telling:
    """A term of a story."""

    label: str
    weight: float
    """How much it tells, in nats."""
    posts: int
    """How many of the story's posts say it."""
    parts: frozenset[int]
    """Hashes of its words."""
    common: bool
    """Whether it begins and ends with everyday words."""
    familiar: bool
    """Whether all of its words are well known."""

    @property
    def ordinary(self) -> bool:
        """Whether it is well known and not written as a name, in a script that has capitals."""
        return ordinary(self.label, familiar=self.familiar)

    @property
    def key(self) -> int:
        """The same for the same words, however they are written."""
        return sum(self.parts) % (1 << 64)


def carrying(
    telling: list[Telling],
    share: float,
    most: int,
    *,
    ordinary: float = 1.0,
    stays: float = 1.0,
    before: frozenset[int] = frozenset(),
) -> list[Telling]:
    """The terms that carry a story: those that tell at least `share` of what the best one does.

    Ordinary words must tell `ordinary` times that: beside the names of a story they hardly ever
    say what it is. Of those that carried it `before`, given by their keys, `stays` of it is enough:
    or else words would come and go from slice to slice.
    """
    least = share * telling[0].weight if telling else 0.0

    def carries(term: Telling) -> bool:
        asked = least * (ordinary if term.ordinary else 1.0)
        return term.weight >= asked * (stays if term.key in before else 1.0)

    return [term for term in telling if carries(term)][:most]


def name(telling: list[Telling], taken: Collection[str] = ()) -> tuple[str, float]:
    """The name that a person would choose, and how much speaks for it.

    Of the terms, the one that tells most, longer phrases first; one of everyday words, or without a
    letter, only where there is nothing else. A score (1-0) has a meaning of its own. What another
    story is called, `taken` in small letters, it is called only where it has no other word.

    >>> one, two = frozenset({1}), frozenset({2})
    >>> name([Telling("53", 9.0, 5, one, False, True), Telling("Zouma", 8.0, 4, two, False, False)])
    ('Zouma', 8.0)
    >>> red = Telling("red", 8.0, 4, two, False, True)
    >>> both = [Telling("Cazorla", 9.0, 5, one, False, False), red]
    >>> name(both, {"cazorla"}), name(both[:1], {"cazorla"})
    (('red', 8.0), ('Cazorla', 9.0))
    """
    free = [t for t in telling if t.label.casefold() not in taken] or telling
    named = [t for t in free if _names(t.label)] or free
    named = [t for t in named if not t.common] or named
    weights = {t.label: t.weight * (1 + LONGER * (len(t.parts) - 1)) for t in named}
    return min(weights.items(), key=lambda item: (-item[1], item[0]))


def _names(label: str) -> bool:
    return any(c.isalpha() for c in label) or SCORE.fullmatch(label) is not None
