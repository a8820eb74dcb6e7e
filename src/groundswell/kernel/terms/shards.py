"""A part of the term table: the terms of some regions, counted without the others.

Terms fall into `REGIONS` by the top bits of their hashes, and a shard has all that is known of the
terms of its regions. A run of posts is counted in three steps, for a phrase is counted where its
parts are alive and these may be other shards':

    words of run k, pairs of run k − 1, triples of run k − 2

Each step is given what all shards together found at the step before. So a run costs one round trip,
and `DRAIN` empty steps make an end. A shard that has all regions asks nobody, and counts a run in
one step. What comes out of the shards adds up, and is what one table would have said, for any
number of shards and any cut into runs.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.pages import zeros
from groundswell.kernel.terms import sharding, sweep, table
from groundswell.kernel.terms.counting import Found, Said
from groundswell.kernel.terms.counts import Counts
from groundswell.kernel.terms.parts import REGIONS, Part, housed, packed

DRAIN: Final = 2
"""Steps without a run after which every phrase is counted."""
Bits = NDArray[np.uint8]
"""A flag for each token of a run, eight to a byte, shape (⌈tokens / 8⌉,)."""


class Run(NamedTuple):
    """Posts of one slice as all shards read them."""

    base: int
    """Position of the first token; the others follow it."""
    hashes: NDArray[np.uint64]
    joins: NDArray[np.uint8]
    first: NDArray[np.int64]
    """Index of each post's first token, and the end: shape (posts + 1,)."""
    salts: NDArray[np.uint64]
    """What the author's pairs are made with; 0 where it is their first post of the slice."""
    said_hashes: NDArray[np.uint64]
    """Tokens of the first posts of those who write for the second time, or whose first post is
    about to be forgotten: what they say goes into the pair set."""
    said_joins: NDArray[np.uint8]
    said_first: NDArray[np.int64]
    said_salts: NDArray[np.uint64]


class Step(NamedTuple):
    """What a shard does next."""

    run: Run | None
    """Whose words are counted; None for none."""
    words: Bits | None
    """Of the run before: which words are alive, by all shards."""
    pairs: Bits | None
    """Of the run before that: which pairs are alive."""


class Answer(NamedTuple):
    """What a shard found at a step, of its own terms."""

    words: Bits | None
    back: NDArray[np.uint32] | None
    """Distances of its words to where they stood last, in the order of the run's tokens."""
    pairs: Bits | None
    used: int
    """Terms that it knows now."""
    evicted: int
    """Terms that it forgot since it was loaded."""


@dataclass(slots=True)
class Shard:
    """The regions of one counter."""

    part: InitVar[Part]
    """What it begins with."""
    mine: NDArray[np.bool_]
    """Which regions it has, shape (REGIONS,)."""
    state: Counts = field(init=False)
    """Its terms. People are counted elsewhere."""
    _last: Run | None = None
    _before: Run | None = None
    _room: NDArray[Any] = field(default_factory=lambda: np.empty(0, sweep.ITEM))

    def __post_init__(self, part: Part) -> None:
        self.state = housed(part)

    @property
    def busy(self) -> bool:
        """Whether a run is under way."""
        return self._last is not None or self._before is not None

    def step(self, step: Step) -> Answer:
        """Counts the next length of terms of each run that is under way."""
        if self._before is not None and step.pairs is not None:
            self._count(self._before, 3, _flags(step.pairs, self._before))
        pairs = None
        if self._last is not None and step.words is not None:
            pairs = np.packbits(self._count(self._last, 2, _flags(step.words, self._last))[0])
        words = back = None
        if step.run is not None:
            if self.mine.all():
                back = self._count_all(step.run)
                return Answer(None, back, None, self.state.used, self.state.evicted)
            self.state.evicted += self.state.regions.settle(step.run.base, self.state.slice)
            alive, back = self._count(step.run, 1, _NONE)
            words = np.packbits(alive)
        self._before, self._last = self._last, step.run
        return Answer(words, back, pairs, self.state.used, self.state.evicted)

    def next_slice(self, steps: int) -> None:
        """Closes the open slice and opens the one `steps` later; nothing may be under way."""
        self.state.next_slice(steps)

    def ask(self, name: str, *args: Any) -> Any:
        """Answers a question of `Counting`, of its own terms."""
        if name == "candidates":
            volumes, min_authors, z, share, prior = args
            return self.state.candidates(
                volumes, min_authors=min_authors, z=z, share=share, prior=prior
            )
        if name == "commonest_now":
            most, least = args
            return self.state.commonest_now(most=most, least=least)
        return getattr(self.state, name)(*args)

    def save(self) -> Part:
        """All that it remembers; nothing may be under way."""
        return packed(self.state)

    def _own(self, length: int, run: tuple[NDArray[Any], ...], alive: Bits) -> NDArray[Any]:
        """Its terms of a length among tokens, as `sweep.ITEM`."""
        hashes, joins, first = run
        tokens = int(first[-1] - first[0])
        if self._room.size <= tokens:  # one more: what is not its own is written there too
            self._room = np.empty(tokens + (tokens >> 2) + 1, sweep.ITEM)
        if length == 1:
            n = sharding.own_words(hashes, first, self.mine, self._room)
        else:
            n = sharding.own_phrases(length, hashes, joins, first, alive, self.mine, self._room)
        return self._room[:n]

    def _count(self, run: Run, length: int, alive: Bits) -> tuple[Bits, NDArray[np.uint32]]:
        """Counts its terms of a length; a flag a token for those alive, and distances a term."""
        self._spread(run, length)
        items = self._own(length, (run.hashes, run.joins, run.first), alive)
        found = np.zeros(run.hashes.size, np.uint8), np.empty(items.size, np.uint32)
        self._enter(items, (run.first, run.salts), found, (length, run.base))
        return found

    def _count_all(self, run: Run) -> NDArray[np.uint32]:
        """Counts all terms of a run, as one table does; distances of its words."""
        for length in range(1, table.GRAMS + 1):
            self._spread(run, length)
        said = Said(run.hashes, run.joins, zeros(run.hashes.size, np.uint32))
        sizes = np.diff(run.first).astype(np.uint16)
        self.state.count_terms(said, run.base + run.first[:-1], sizes, run.salts)
        return said.back

    def _enter(
        self,
        items: NDArray[Any],
        posts: tuple[NDArray[np.int64], NDArray[np.uint64]],
        found: tuple[Bits, NDArray[np.uint32]],
        what: tuple[int, int],
    ) -> None:
        """Counts listed terms of posts, given their bounds and salts; writes what it `found`."""
        state, regions = self.state, self.state.regions
        (length, base), at = what, 0
        while at < items.size:
            at, why = sharding.count(
                regions.places, regions.used, regions.doors_of(length), state.powers, state.pairs,
                state.totals, items, *posts, *found,
                (at, np.uint32(length), base, np.uint32(state.slice), state.most_pairs),
            )  # fmt: skip
            if why:
                position = base + int(items["token"][at])
                state.make_room(why, int(items["key"][at]), position)

    def _spread(self, run: Run, length: int) -> None:
        """Puts what those who write again said first into the pair set."""
        if not run.said_salts.size:
            return
        items = self._own(length, (run.said_hashes, run.said_joins, run.said_first), _NONE)
        at, state = 0, self.state
        while at < items.size:
            at, why = sharding.spread(
                state.pairs, state.totals, items, run.said_salts, at, state.most_pairs
            )
            state.make_room(why, 0, 0)


_NONE: Final = np.empty(0, np.uint8)


def _flags(bits: Bits, run: Run) -> Bits:
    return np.unpackbits(bits, count=run.hashes.size)


def owners(shards: int) -> NDArray[np.int64]:
    """Which shard has each region, of 1 to `REGIONS` shards: shape (REGIONS,).

    Neighbours in memory go together, so that no shard takes memory for others' regions.

    >>> owners(3)[[0, 21, 22, 63]].tolist()
    [0, 0, 1, 2]
    """
    return np.arange(REGIONS) * shards // REGIONS


def united(found: list[Found]) -> Found:
    """What several shards found, in order of the keys."""
    columns = (np.concatenate([getattr(one, name) for one in found]) for name in _FOUND)
    keys, words, last, history = columns
    order = np.argsort(keys, kind="stable")
    return Found(keys[order], words[order], last[order], history[order])


_FOUND: Final = ("keys", "words", "last", "history")
