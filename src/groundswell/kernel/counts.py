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

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel import table
from groundswell.kernel.distinct import distinct

TRACKS: Final = 4
"""Decaying sums a term: the long run, then up to three windows longer than a slice."""
MISSED: Final = 2.0
"""People whom the count of a phrase may lack, because its parts were not alive yet."""
_LOAD: Final = 0.75
_POWERS: Final = 4096


@dataclass(frozen=True, slots=True)
class Said:
    """Where tokens are read: rings of one size, a power of two, by token position."""

    hashes: NDArray[np.uint64]
    joins: NDArray[np.uint8]
    """1 where a phrase goes on from the token before."""
    back: NDArray[np.uint32]
    """Written: the distance back to the same token's last occurrence, 0 for none."""


@dataclass(slots=True)
class Counts:
    """The state of counting. Arrays grow by doubling up to `limit` records."""

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
    """Distinct authors of the open slice."""
    evicted: int = 0
    """Terms forgotten since the beginning."""
    powers: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        exponents = np.arange(_POWERS, dtype=np.float64)
        self.powers = np.power(self.decays.astype(np.float64)[:, None], exponents[None, :]).astype(
            np.float32
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Terms of the table at the close of a slice, in order of their keys."""

    keys: NDArray[np.uint64]
    words: NDArray[np.uint32]
    last: NDArray[np.uint32]
    history: NDArray[np.float32]
    """Long-run authors before this slice, decayed to it: shape (n,)."""


def count(
    state: Counts,
    said: Said,
    first: NDArray[np.int64],
    sizes: NDArray[np.uint16],
    authors: NDArray[np.uint64],
) -> None:
    """Counts a run of posts of the open slice, whose tokens `said` holds already.

    `first` gives the position of each post's first token, `sizes` how many it has (at most
    `kinds.MAX_TOKENS`), `authors` who wrote it: shape (posts,). Earlier posts of the slice must
    still be in `said`, or have been given to `let_go`.
    """
    post = 0
    while post < first.size:
        totals = np.array([state.used, state.n_active, state.n_pairs, state.authors], np.int64)
        post, why = table.count(
            state.records, state.history, state.powers, state.active, state.pairs, state.people,
            totals, said.hashes, said.joins, said.back, first, sizes, authors,
            (post, np.uint32(state.slice), *(int(a.size * _LOAD) for a in (
                state.records, state.pairs, state.people))),
        )  # fmt: skip
        state.used, state.n_active, state.n_pairs, state.authors = (int(x) for x in totals)
        if why == table.TABLE_FULL:
            _make_room(state, int(sizes[post]))
        elif why == table.PAIRS_FULL:
            _more_pairs(state)
        elif why == table.PEOPLE_FULL:
            people = np.zeros(state.people.size * 4, table.PERSON)
            table.rehouse(state.people, people)
            state.people = people


def let_go(
    state: Counts,
    said: Said,
    first: NDArray[np.int64],
    sizes: NDArray[np.uint16],
    authors: NDArray[np.uint64],
) -> None:
    """Takes from posts of the open slice what counting needs of them, before `said` drops them."""
    post = 0
    while post < first.size:
        post, state.n_pairs = table.let_go(
            state.people, state.pairs, said.hashes, said.joins, first, sizes, authors,
            (post, state.n_pairs, int(state.pairs.size * _LOAD)),
        )  # fmt: skip
        if post < first.size:
            _more_pairs(state)


def next_slice(state: Counts, steps: int = 1) -> None:
    """Closes the open slice and opens the one `steps` later."""
    state.slice += steps
    state.pairs = np.zeros(1 << max(12, (2 * state.n_pairs).bit_length()), np.uint64)
    state.people = np.zeros(1 << max(10, (2 * state.authors).bit_length()), table.PERSON)
    state.n_active = state.n_pairs = state.authors = 0


def find(state: Counts, keys: NDArray[np.uint64]) -> Found:
    """Looks terms up; those that the table does not know are left out."""
    keys = distinct(keys)
    slots = np.empty(keys.size, np.int64)
    table.lookup(state.records, keys, slots)
    return _found(state, slots[slots >= 0])


def people_now(state: Counts, keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """People of terms in the open slice; 0 for unknown ones, shape (keys,)."""
    return said_now(state, keys)[1]


def said_now(
    state: Counts, keys: NDArray[np.uint64]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Posts and people of terms in the open slice; 0 for unknown ones, shapes (keys,)."""
    slots = np.empty(keys.size, np.int64)
    table.lookup(state.records, keys, slots)
    records = state.records[np.maximum(slots, 0)]
    here = (slots >= 0) & (records["slice"] == state.slice)
    posts, people = (np.where(here, records[name], 0) for name in ("posts", "authors"))
    return posts.astype(np.uint32), people.astype(np.uint32)


def commonest_now(state: Counts, *, most: int, least: int) -> list[tuple[int, int, int]]:
    """The single words of the open slice that most people said, at least `least` of them.

    Returns (position of a newest occurrence modulo 2³², posts, people), most people first.
    """
    records = state.records[state.active[: state.n_active]]
    records = records[(records["words"] == 1) & (records["authors"] >= least)]
    if records.size > most:
        edge = np.partition(records["authors"], records.size - most)[records.size - most]
        records = records[records["authors"] >= edge]
    order = np.lexsort((records["key"], -records["authors"].astype(np.int64)))[:most]
    chosen = records[order]
    columns = (chosen[name].tolist() for name in ("last", "posts", "authors"))
    return list(zip(*columns, strict=True))


def words_now(state: Counts) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    """Single words of the open slice, and how many people said each."""
    records = state.records[state.active[: state.n_active]]
    records = records[records["words"] == 1]
    return records["key"].copy(), records["authors"].astype(np.float64)


def candidates(
    state: Counts,
    volumes: NDArray[np.float32],
    *,
    min_authors: float,
    z: float,
    share: float,
    prior: float,
) -> Found:
    """Terms of the open slice that a first look finds above usual.

    A window here is a decaying sum, which is cheap and near; posting lists decide afterwards.
    `volumes[t]` is the board's own authors before this slice, decayed as track t; `volumes[TRACKS]`
    those of this slice: shape (TRACKS + 1,). `share` is what the baseline allows to any term,
    `prior` the people of history that it adds.
    """
    out = np.empty(state.n_active, np.int64)
    n = table.candidates(
        state.records, state.history, state.active[: state.n_active], volumes,
        np.float32(min_authors), np.float32(z * z / 2), np.float32(share), np.float32(prior), out,
    )  # fmt: skip
    return _found(state, out[:n])


def _found(state: Counts, slots: NDArray[np.int64]) -> Found:
    slots = slots[np.argsort(state.records["key"][slots], kind="stable")]
    records = state.records[slots]
    behind = (state.slice - records["slice"]).astype(np.int64)
    ended = np.where(behind > 0, records["authors"], 0).astype(np.float32)
    decay = state.powers[0][np.minimum(behind, _POWERS - 1)]
    history = (records["past"] + ended) * decay
    return Found(records["key"].copy(), records["words"].copy(), records["last"].copy(), history)


def _make_room(state: Counts, tokens: int) -> None:
    """Grows the table; at the limit, forgets the weakest until a good part of it is free."""
    if state.records.size < state.limit:
        size = min(state.records.size * 4, state.limit)
        records = np.zeros(size, table.RECORD)
        history = np.zeros((size, TRACKS - 1), np.float32)
        active = np.zeros(size, np.uint32)
        state.n_active = table.copy(
            state.records, state.history, records, history, active, np.uint32(state.slice)
        )
        state.records, state.history, state.active = records, history, active
        return
    histogram = np.zeros(256, np.int64)
    table.weigh(state.records, np.uint32(state.slice), histogram)
    most = int(state.limit * _LOAD)
    want = state.used - min(most // 2, most - table.GRAMS * tokens)
    level = int(np.searchsorted(np.cumsum(histogram), want))
    before = state.used
    state.used, state.n_active = table.evict(
        state.records, state.history, state.active, np.uint32(state.slice), level
    )
    state.evicted += before - state.used


def _more_pairs(state: Counts) -> None:
    pairs = np.zeros(state.pairs.size * 4, np.uint64)
    table.refill(state.pairs, pairs)
    state.pairs = pairs
