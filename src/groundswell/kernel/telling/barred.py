"""What editors block and tell apart, as the kernel knows it: hashes of accounts, servers and words.

Posts of who is blocked, and posts that link to a blocked domain, are hidden like those of an
account that is not active: they count for how much is said, and for no story; when a block is
undone they are back. A blocked term is no burst, so it can neither begin a story nor be one's term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.memory.stories import Burst
from groundswell.kernel.posts import ring
from groundswell.kernel.telling.grouping import ABSORBED
from groundswell.kernel.text.kinds import DOMAIN, EMOJI, MENTION
from groundswell.kernel.text.tokens import words_of

Keys = NDArray[np.uint64]
Flags = NDArray[np.bool_]
Run = tuple[int, ...]
"""Hashes of a term's words, in order."""


def _none() -> Keys:
    return np.empty(0, np.uint64)


@dataclass(frozen=True, slots=True)
class Barred:
    """What is in force; it is given to the kernel, and no part of its state."""

    authors: Keys = field(default_factory=_none)
    hosts: Keys = field(default_factory=_none)
    """Servers of accounts."""
    words: Keys = field(default_factory=_none)
    """Tokens whose posts are hidden: those of domains."""
    terms: frozenset[Run] = frozenset()
    keys: frozenset[int] = frozenset()
    """The blocked terms as the table knows them."""
    apart: tuple[frozenset[Run], ...] = ()
    """Terms that are told with each other alone."""

    @property
    def veils(self) -> bool:
        """Whether posts are hidden."""
        return bool(self.authors.size or self.hosts.size or self.words.size)

    def allowed(self, bursts: list[Burst]) -> list[Burst]:
        """Bursts without a blocked term in them, and without those that only say a part of one."""
        barred = [one for one in bursts if not self.terms.isdisjoint(runs(one.parts))]
        if not barred:
            return bursts
        names = {id(one) for one in barred}
        return [
            one
            for one in bursts
            if id(one) not in names and not any(_is_part(one, other) for other in barred)
        ]

    def says(self, label: str) -> bool:
        """Whether a label has a blocked term in it."""
        return bool(self.terms) and not self.terms.isdisjoint(runs(words_of(label)))

    def kind(self, burst: Burst) -> int:
        """With which bursts it may be told: those of the same kind; 0 for most."""
        for number, own in enumerate(self.apart, 1):
            if not own.isdisjoint(runs(burst.parts)):
                return number
        return 0

    def posts(self, authors: Keys, hosts: Keys, tokens: Keys, first: NDArray[np.int64]) -> Flags:
        """Which posts are hidden, by their columns; post i has tokens first[i] to first[i + 1]."""
        found: Flags = np.isin(authors, self.authors) | np.isin(hosts, self.hosts)
        if self.words.size and tokens.size:
            said = np.concatenate(([0], np.cumsum(np.isin(tokens, self.words))))
            found |= said[first[1:] - first[0]] > said[first[:-1] - first[0]]
        return found

    def places(self, held: ring.Ring) -> NDArray[np.int64]:
        """Places of the posts in a ring that are hidden."""
        found = np.zeros(held.posts, np.bool_)
        found[ring.of(held, held.authors, self.authors)] = True
        found[ring.of(held, held.hosts, self.hosts)] = True
        if self.words.size:
            found[ring.saying(held, self.words)] = True
        return np.flatnonzero(found)


def _is_part(one: Burst, other: Burst) -> bool:
    """Whether a burst is a part of another one and mostly said within it."""
    if not set(one.parts) < set(other.parts):
        return False
    both = np.intersect1d(one.posts, other.posts, assume_unique=True).size
    return both >= ABSORBED * one.posts.size


def runs(parts: Run) -> set[Run]:
    """All runs of words that stand in a term."""
    n = len(parts)
    return {parts[i:j] for i in range(n) for j in range(i + 1, n + 1)}


def parted(
    barred: Barred, bursts: Sequence[Burst], groups: Sequence[Sequence[int]]
) -> list[list[int]]:
    """Groups of indexes into `bursts`, none of which has bursts of two kinds.

    What may not begin a story (`grouping.group`) is none by itself when its group falls apart.
    """
    if not barred.apart:
        return [list(group) for group in groups]
    found: list[list[int]] = []
    for group in groups:
        kinds: dict[int, list[int]] = {}
        for i in group:
            kinds.setdefault(barred.kind(bursts[i]), []).append(i)
        for own in kinds.values():
            seeds = [i for i in own if bursts[i].kind not in {EMOJI, MENTION, DOMAIN}]
            if seeds:
                found.append([seeds[0], *(i for i in own if i != seeds[0])])
    return found
