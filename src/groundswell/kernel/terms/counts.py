"""Exact posts and distinct authors per term and slice, in bounded memory.

32-byte records know every term (a word, hashtag, emoji, link, domain, mention, or a phrase of up to
three words) by its 64-bit hash; no string is kept. They stand in `regions`, and are counted in
sweeps over a run of posts (`sweep`).

Distinct authors are exact. An author's first post of a slice costs nothing more: whatever it says,
this author says for the first time. With the second post of the same author, what the first one
said goes into a set of (term, author) pairs that lives for one slice, and from then on every term
of theirs is looked up there (`authors`). Most people write once a minute, so most posts never touch
the set.

A phrase is looked for only where its parts are alive, that is, two people said them or it came
twice, and counted from its second time on (`doors`): most phrases are said once, and would be most
of the table. So a phrase's count may lack its first people; the gate does not, for posting lists
are exact (`ring`).

What is kept adds up: counts of two shards or of two slices are summed, and ratios are taken after.
History is a sum that decays by a factor a slice, folded lazily when a term is next seen.

When a region is full, terms are forgotten, weakest and oldest first, and counted in `evicted`.
A term with two authors or more in the open slice is never forgotten while another one can be; one
that comes back may have lost what it had (Manku & Motwani, "Approximate frequency counts over data
streams", VLDB 2002, is the same bargain).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct
from groundswell.kernel.terms import authors as writers
from groundswell.kernel.terms import sweep, table
from groundswell.kernel.terms.counting import Common, Counting, Found, Said
from groundswell.kernel.terms.regions import SHIFT, Regions

_LOAD: Final = 0.75
_POWERS: Final = 4096
_Stretch = slice  # `Counts.slice` is another
RUN: Final = 1 << 15
"""Tokens that are swept at once: what is known of them stays in the processor's cache."""


@dataclass
class Counts:
    """`counting.Counting` in one process."""

    limit: int
    """Most records, a power of two; two thirds of them hold terms for long."""
    decays: NDArray[np.float32]
    """Factor a slice of each track, in (0, 1); 0 for a track that is not used. Shape (TRACKS,)."""
    regions: Regions = field(init=False)
    pairs: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(1 << 12, np.uint64))
    people: NDArray[Any] = field(default_factory=lambda: np.zeros(1 << 10, writers.PERSON))
    """Authors of the open slice."""
    slice: int = 1
    totals: NDArray[np.int64] = field(default_factory=lambda: np.zeros(2, np.int64))
    """Pairs, and distinct authors, of the open slice."""
    evicted: int = 0
    powers: NDArray[np.float32] = field(init=False)
    _listed: ClassVar[NDArray[Any] | None] = None
    """Room for lists of phrases; never kept."""

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_listed"}

    def __post_init__(self) -> None:
        self.regions = Regions(self.limit)
        exponents = np.arange(_POWERS, dtype=np.float64)
        self.powers = np.power(self.decays.astype(np.float64)[:, None], exponents[None, :]).astype(
            np.float32
        )

    @property
    def used(self) -> int:
        """See `Counting`."""
        return self.regions.terms

    @property
    def authors(self) -> int:
        """See `Counting`."""
        return int(self.totals[1])

    # -- counting --------------------------------------------------------------------------------

    def count(
        self,
        said: Said,
        first: NDArray[np.int64],
        sizes: NDArray[np.uint16],
        authors: NDArray[np.uint64],
    ) -> None:
        """See `Counting`."""
        rings = (said.hashes, said.joins, said.back), 0, said.hashes.size - 1
        for run, offsets in self._runs(first, sizes):
            posts = first[run], sizes[run], authors[run]
            self._sweep(rings, posts[:2], self._meet(said, posts), offsets)

    def count_terms(
        self,
        said: Said,
        first: NDArray[np.int64],
        sizes: NDArray[np.uint16],
        salts: NDArray[np.uint64],
    ) -> None:
        """Counts posts that stand in a row of their own, and whose authors are counted elsewhere.

        `said` begins with the first of them; `salts` are what their authors' pairs are made with, 0
        for an author's first post of the slice. Shape (posts,) each.
        """
        if not first.size:
            return
        row = (said.hashes, said.joins, said.back), int(first[0]), sweep.ROW_MASK
        for run, offsets in self._runs(first, sizes):
            self._sweep(row, (first[run], sizes[run]), salts[run], offsets)

    def _runs(
        self, first: NDArray[np.int64], sizes: NDArray[np.uint16]
    ) -> Iterator[tuple[_Stretch, NDArray[np.int64]]]:
        """Posts that are swept at once, and where in them the tokens of each begin.

        Before each, terms are forgotten where that is due.
        """
        tokens = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
        blocks = first // self.regions.block_tokens
        begin = 0
        while begin < first.size:
            self.evicted += self.regions.settle(int(first[begin]), self.slice)
            end = int(np.searchsorted(blocks, blocks[begin], "right"))
            end = min(end, max(begin + 1, int(np.searchsorted(tokens, tokens[begin] + RUN))))
            yield slice(begin, end), tokens[begin : end + 1] - tokens[begin]
            begin = end

    def _meet(self, said: Said, posts: tuple[Any, ...]) -> NDArray[np.uint64]:
        """Enters who wrote posts; what their pairs are made with."""
        salts = np.empty(posts[0].size, np.uint64)
        at = 0
        while at < salts.size:
            at, why = writers.meet(
                self.people, self.pairs, self.totals, said.hashes, said.joins, posts, salts, at,
                self.most_pairs,
            )  # fmt: skip
            self.make_room(why, 0, 0)
        return salts

    def _sweep(
        self,
        where: sweep.Where,
        posts: tuple[Any, ...],
        salts: NDArray[np.uint64],
        offsets: NDArray[np.int64],
    ) -> None:
        """Counts a run of posts: all words, then phrases that may matter.

        `where` are the tokens as `sweep` takes them: a ring, or a row that begins somewhere.
        """
        alive = np.zeros(int(offsets[-1]), np.uint8)
        regions, current, post, token = self.regions, np.uint32(self.slice), 0, 0
        while post < salts.size:
            post, token, why = sweep.words(
                regions.places, regions.used, SHIFT, self.powers, self.pairs, self.totals, where,
                posts, salts, offsets, alive, (post, token, current, self.most_pairs),
            )  # fmt: skip
            if why:
                position = int(posts[0][post]) + token
                key = int(where[0][0][(position - where[1]) & where[2]])
                self.make_room(why, key, position)
        room = self._room(alive.size)
        for length in range(2, table.GRAMS + 1):
            items = room[: sweep.gather(length, where, posts, offsets, alive, room)]
            at = 0
            while at < items.size:
                at, why = sweep.phrases(
                    regions.places, regions.used, SHIFT, regions.doors_of(length), self.powers,
                    self.pairs, self.totals, posts, salts, offsets, alive, items,
                    (at, length, current, self.most_pairs),
                )  # fmt: skip
                if why:
                    position = int(posts[0][int(items["post"][at])])
                    self.make_room(why, int(items["key"][at]), position)

    def _room(self, size: int) -> NDArray[Any]:
        """Where phrases are listed: taken once, for the system gives memory dearly."""
        if self._listed is None or self._listed.size < size:
            vars(self)["_listed"] = np.empty(1 << size.bit_length(), sweep.ITEM)
        room: NDArray[Any] = vars(self)["_listed"]
        return room[:size]

    @property
    def most_pairs(self) -> int:
        """Pairs that the set takes before it must grow."""
        return int(self.pairs.size * _LOAD)

    def make_room(self, why: int, key: int, position: int) -> None:
        """Gives more room to what was full; `key` is the term that found none, and where it was."""
        number = key >> int(SHIFT)
        if why == writers.PAIRS_FULL:
            pairs = np.zeros(self.pairs.size * 2, np.uint64)
            writers.refill(self.pairs, pairs)
            self.pairs = pairs
        elif why == writers.PEOPLE_FULL:
            people = np.zeros(self.people.size * 2, writers.PERSON)
            writers.rehouse(self.people, people)
            self.people = people
        elif why == writers.ROWS_FULL:
            self.regions.more_rows(number)
        elif why == writers.REGION_FULL:
            self.evicted += self.regions.make_room(number, self.slice, position)

    def let_go(
        self,
        said: Said,
        first: NDArray[np.int64],
        sizes: NDArray[np.uint16],
        authors: NDArray[np.uint64],
    ) -> None:
        """See `Counting`."""
        post = 0
        while post < first.size:
            post = writers.let_go(
                self.people, self.pairs, self.totals, said.hashes, said.joins,
                (first, sizes, authors), post, self.most_pairs,
            )  # fmt: skip
            if post < first.size:
                self.make_room(writers.PAIRS_FULL, 0, 0)

    def next_slice(self, steps: int = 1) -> None:
        """See `Counting`."""
        self.slice += steps
        pairs, people = (2 * int(total) for total in self.totals)
        self.pairs = np.zeros(1 << max(12, pairs.bit_length()), np.uint64)
        self.people = np.zeros(1 << max(10, people.bit_length()), writers.PERSON)
        self.totals = np.zeros(2, np.int64)

    # -- answering -------------------------------------------------------------------------------

    def find(self, keys: NDArray[np.uint64]) -> Found:
        """See `Counting`."""
        records = self.regions.lookup(distinct(keys))
        return self._found(records[records["key"] != 0])

    def people_now(self, keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
        """See `Counting`."""
        return self.said_now(keys)[1]

    def said_now(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """See `Counting`."""
        records = self.regions.lookup(keys)
        here = records["slice"] == self.slice
        posts, people = (np.where(here, records[name], 0) for name in ("posts", "authors"))
        return posts.astype(np.uint32), people.astype(np.uint32)

    def commonest_now(self, *, most: int, least: int) -> list[Common]:
        """See `Counting`."""
        records = self.regions.words(self.slice, least)
        order = np.lexsort((records["key"], -records["authors"].astype(np.int64)))[:most]
        chosen = records[order]
        columns = (chosen[name].tolist() for name in ("key", "last", "posts", "authors"))
        return [Common(*row) for row in zip(*columns, strict=True)]

    def words_now(self, least: float = 0) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
        """See `Counting`."""
        records = self.regions.words(self.slice, least)
        records = records[np.argsort(records["key"], kind="stable")]
        return records["key"].copy(), records["authors"].astype(np.float64)

    def candidates(
        self,
        volumes: NDArray[np.float32],
        *,
        min_authors: float,
        z: float,
        share: float,
        prior: float,
    ) -> Found:
        """See `Counting`."""
        asked = [np.float32(value) for value in (min_authors, z * z / 2, share, prior)]
        slow = bool((self.decays[1:] <= self.decays[0]).all())
        return self._found(self.regions.candidates(self.slice, volumes, asked, slow=slow))

    def apart(self) -> Counting:
        """See `Counting`: what is shared is only read, and `next_slice` makes new arrays."""
        return copy.copy(self)

    def _found(self, records: NDArray[Any]) -> Found:
        records = records[np.argsort(records["key"], kind="stable")]
        behind = (self.slice - records["slice"]).astype(np.int64)
        ended = np.where(behind > 0, records["authors"], 0).astype(np.float32)
        decay = self.powers[0][np.minimum(behind, _POWERS - 1)]
        history = (records["past"] + ended) * decay
        return Found(
            records["key"].copy(), records["words"] & table.WORDS, records["last"].copy(), history
        )
