"""Exact posts and distinct authors per term and slice, in bounded memory.

One open-addressing table of 32-byte records knows every term (a word, hashtag, emoji, link,
domain, mention, or a phrase of up to three words) by its 64-bit hash; no string is kept.

Distinct authors are exact. An author's first post of a slice costs nothing more: whatever it says,
this author says for the first time. With the second post of the same author, what the first one
said goes into a set of (term, author) pairs that lives for one slice, and from then on every term
of theirs is looked up there. Most people write once a minute, so most posts never touch the set.

A phrase is looked for only where its parts are alive, that is, two people said them: most phrases
are said once, and would be most of the table. So a phrase's count may lack its first people; the
gate does not, for posting lists are exact (`ring`).

What is kept adds up: counts of two shards or of two slices are summed, and ratios are taken after.
History is a sum that decays by a factor a slice, folded lazily when a term is next seen.

When the table is full, terms are forgotten, weakest and oldest first, and counted in `evicted`.
A term with two authors or more in the open slice is never forgotten; another one that comes back
may have lost what it had (Manku & Motwani, "Approximate frequency counts over data streams", VLDB
2002, is the same bargain).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel import table
from groundswell.kernel.counting import TRACKS, Common, Found, Said
from groundswell.kernel.distinct import distinct

_LOAD: Final = 0.75
_POWERS: Final = 4096


@dataclass(slots=True)
class Counts:
    """`counting.Counting` in one table. Arrays grow by doubling up to `limit` records."""

    limit: int
    """Most records, a power of two; three quarters of them hold terms."""
    decays: NDArray[np.float32]
    """Factor a slice of each track, in (0, 1); 0 for a track that is not used. Shape (TRACKS,)."""
    records: NDArray[Any] = field(default_factory=lambda: np.zeros(1 << 14, table.RECORD))
    history: NDArray[np.float32] = field(
        default_factory=lambda: np.zeros((1 << 14, TRACKS - 1), np.float32)
    )
    """Authors of slices before `slice`, decayed to it: every track but the long run."""
    active: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(1 << 14, np.uint32))
    """Slots seen in the open slice."""
    pairs: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(1 << 12, np.uint64))
    people: NDArray[Any] = field(default_factory=lambda: np.zeros(1 << 10, table.PERSON))
    """Authors of the open slice."""
    slice: int = 1
    used: int = 0
    n_active: int = 0
    n_pairs: int = 0
    authors: int = 0
    evicted: int = 0
    powers: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        exponents = np.arange(_POWERS, dtype=np.float64)
        self.powers = np.power(self.decays.astype(np.float64)[:, None], exponents[None, :]).astype(
            np.float32
        )

    def count(
        self,
        said: Said,
        first: NDArray[np.int64],
        sizes: NDArray[np.uint16],
        authors: NDArray[np.uint64],
    ) -> None:
        """See `Counting`."""
        post = 0
        while post < first.size:
            totals = np.array([self.used, self.n_active, self.n_pairs, self.authors], np.int64)
            post, why = table.count(
                self.records, self.history, self.powers, self.active, self.pairs, self.people,
                totals, said.hashes, said.joins, said.back, first, sizes, authors,
                (post, np.uint32(self.slice), *(int(a.size * _LOAD) for a in (
                    self.records, self.pairs, self.people))),
            )  # fmt: skip
            self.used, self.n_active, self.n_pairs, self.authors = (int(x) for x in totals)
            if why == table.TABLE_FULL:
                self._make_room(int(sizes[post]))
            elif why == table.PAIRS_FULL:
                self._more_pairs()
            elif why == table.PEOPLE_FULL:
                people = np.zeros(self.people.size * 4, table.PERSON)
                table.rehouse(self.people, people)
                self.people = people

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
            post, self.n_pairs = table.let_go(
                self.people, self.pairs, said.hashes, said.joins, first, sizes, authors,
                (post, self.n_pairs, int(self.pairs.size * _LOAD)),
            )  # fmt: skip
            if post < first.size:
                self._more_pairs()

    def next_slice(self, steps: int = 1) -> None:
        """See `Counting`."""
        self.slice += steps
        self.pairs = np.zeros(1 << max(12, (2 * self.n_pairs).bit_length()), np.uint64)
        self.people = np.zeros(1 << max(10, (2 * self.authors).bit_length()), table.PERSON)
        self.n_active = self.n_pairs = self.authors = 0

    def find(self, keys: NDArray[np.uint64]) -> Found:
        """See `Counting`."""
        keys = distinct(keys)
        slots = np.empty(keys.size, np.int64)
        table.lookup(self.records, keys, slots)
        return self._found(slots[slots >= 0])

    def people_now(self, keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
        """See `Counting`."""
        return self.said_now(keys)[1]

    def said_now(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """See `Counting`."""
        slots = np.empty(keys.size, np.int64)
        table.lookup(self.records, keys, slots)
        records = self.records[np.maximum(slots, 0)]
        here = (slots >= 0) & (records["slice"] == self.slice)
        posts, people = (np.where(here, records[name], 0) for name in ("posts", "authors"))
        return posts.astype(np.uint32), people.astype(np.uint32)

    def commonest_now(self, *, most: int, least: int) -> list[Common]:
        """See `Counting`."""
        records = self._words(least)
        if records.size > most:
            edge = np.partition(records["authors"], records.size - most)[records.size - most]
            records = records[records["authors"] >= edge]
        order = np.lexsort((records["key"], -records["authors"].astype(np.int64)))[:most]
        chosen = records[order]
        columns = (chosen[name].tolist() for name in ("key", "last", "posts", "authors"))
        return [Common(*row) for row in zip(*columns, strict=True)]

    def words_now(self, least: float = 0) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
        """See `Counting`."""
        records = self._words(least)
        records = records[np.argsort(records["key"], kind="stable")]
        return records["key"].copy(), records["authors"].astype(np.float64)

    def _words(self, least: float) -> NDArray[Any]:
        """Records of the single words that as many people said in the open slice."""
        records = self.records[self.active[: self.n_active]]
        chosen: NDArray[Any] = records[(records["words"] == 1) & (records["authors"] >= least)]
        return chosen

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
        out = np.empty(self.n_active, np.int64)
        n = table.candidates(
            self.records, self.history, self.active[: self.n_active], volumes,
            np.float32(min_authors), np.float32(z * z / 2), np.float32(share), np.float32(prior),
            out,
        )  # fmt: skip
        return self._found(out[:n])

    def apart(self) -> Counts:
        """See `Counting`: what is shared is only read, and `next_slice` makes new arrays."""
        return copy.copy(self)

    def _found(self, slots: NDArray[np.int64]) -> Found:
        slots = slots[np.argsort(self.records["key"][slots], kind="stable")]
        records = self.records[slots]
        behind = (self.slice - records["slice"]).astype(np.int64)
        ended = np.where(behind > 0, records["authors"], 0).astype(np.float32)
        decay = self.powers[0][np.minimum(behind, _POWERS - 1)]
        history = (records["past"] + ended) * decay
        return Found(
            records["key"].copy(), records["words"].copy(), records["last"].copy(), history
        )

    def _make_room(self, tokens: int) -> None:
        """Grows the table; at the limit, forgets the weakest until a good part of it is free."""
        if self.records.size < self.limit:
            size = min(self.records.size * 4, self.limit)
            records = np.zeros(size, table.RECORD)
            history = np.zeros((size, TRACKS - 1), np.float32)
            active = np.zeros(size, np.uint32)
            self.n_active = table.copy(
                self.records, self.history, records, history, active, np.uint32(self.slice)
            )
            self.records, self.history, self.active = records, history, active
            return
        histogram = np.zeros(256, np.int64)
        table.weigh(self.records, np.uint32(self.slice), histogram)
        most = int(self.limit * _LOAD)
        want = self.used - min(most // 2, most - table.GRAMS * tokens)
        level = int(np.searchsorted(np.cumsum(histogram), want))
        before = self.used
        self.used, self.n_active = table.evict(
            self.records, self.history, self.active, np.uint32(self.slice), level
        )
        self.evicted += before - self.used

    def _more_pairs(self) -> None:
        pairs = np.zeros(self.pairs.size * 4, np.uint64)
        table.refill(self.pairs, pairs)
        self.pairs = pairs
