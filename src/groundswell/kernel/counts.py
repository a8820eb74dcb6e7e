"""Exact posts and distinct authors per term and slice, in bounded memory.

One open-addressing table of 32-byte records knows every term (a word, hashtag, emoji, link,
domain, mention, or a phrase of up to three words) by its 64-bit hash; no string is kept. Distinct
authors are exact: a term's first author of a slice stands in the record, each further (term,
author) pair in a set that lives for one slice.

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
from numba import njit
from numpy.typing import NDArray

from groundswell.kernel.hashing import GOLDEN, join, mix

RECORD: Final = np.dtype(
    [
        ("key", "u8"),  # 0: empty
        ("posts", "u4"),  # in slice `slice`, each post once
        ("authors", "u4"),  # distinct, in slice `slice`
        ("first", "u4"),  # upper half of the first author's hash
        ("slice", "u4"),  # the slice that the counts speak of
        ("last", "u4"),  # token position of the newest occurrence, modulo 2³²
        ("words", "u4"),  # how many tokens the term has
    ]
)
TRACKS: Final = 4
"""Decaying sums a term: the long run, then up to three windows longer than a slice."""
EVERYBODY: Final = np.uint64(0x5EED_0F_A1_1BAD_01)
"""The pair set's key of "any term", which counts the board's distinct authors."""
MISSED: Final = 2.0
"""People whom the count of a phrase may lack, because its parts were not alive yet."""
_LOAD: Final = 0.75
_POWERS: Final = 4096


@dataclass(slots=True)
class Counts:
    """The state of counting. Arrays grow by doubling up to `limit` records."""

    limit: int
    """Most records, a power of two; three quarters of them hold terms."""
    decays: NDArray[np.float32]
    """Factor a slice of each track, in (0, 1); 0 for a track that is not used. Shape (TRACKS,)."""
    records: NDArray[Any] = field(default_factory=lambda: np.zeros(1 << 14, RECORD))
    history: NDArray[np.float32] = field(
        default_factory=lambda: np.zeros((1 << 14, TRACKS), np.float32)
    )
    """Authors of slices before `slice`, decayed to it."""
    active: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(1 << 14, np.uint32))
    """Slots seen in the open slice."""
    pairs: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(1 << 12, np.uint64))
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
    hashes: NDArray[np.uint64],
    joins: NDArray[np.uint8],
    first: NDArray[np.int64],
    authors: NDArray[np.uint64],
    position: int,
) -> NDArray[np.uint32]:
    """Counts a run of posts of the open slice.

    `first` gives each post's tokens, shape (posts + 1,); `position` is the token position of
    `hashes[first[0]]`. Returns the distance back to the same token's last occurrence, 0 for none,
    shape (tokens,): what posting lists are chained by.
    """
    base = int(first[0])
    distances = np.zeros(int(first[-1]) - base, np.uint32)
    post, posts = 0, first.size - 1
    while post < posts:
        _make_room(state, int(first[posts] - first[post]))
        totals = np.array([state.used, state.n_active, state.n_pairs, state.authors], np.int64)
        post = _count(
            state.records, state.history, state.powers, state.active, state.pairs, totals,
            hashes, joins, first, authors, distances,
            (post, np.uint32(state.slice), position - base, int(state.records.size * _LOAD)),
        )  # fmt: skip
        state.used, state.n_active, state.n_pairs, state.authors = (int(x) for x in totals)
        if post < posts:
            _forget(state, int(first[post + 1] - first[post]))
    return distances


def next_slice(state: Counts, steps: int = 1) -> None:
    """Closes the open slice and opens the one `steps` later."""
    state.slice += steps
    size = 1 << max(12, (2 * state.n_pairs).bit_length())
    state.pairs = np.zeros(size, np.uint64)
    state.n_active = state.n_pairs = state.authors = 0


def find(state: Counts, keys: NDArray[np.uint64]) -> Found:
    """Looks terms up; those that the table does not know are left out."""
    keys = np.unique(keys)
    slots = np.empty(keys.size, np.int64)
    _lookup(state.records, keys, slots)
    return _found(state, slots[slots >= 0])


def candidates(
    state: Counts, volumes: NDArray[np.float32], *, min_authors: float, z: float, share: float
) -> Found:
    """Terms of the open slice that a first look finds above usual.

    A window here is a decaying sum, which is cheap and near; posting lists decide afterwards.
    `volumes[t]` is the board's own authors before this slice, decayed as track t; `volumes[TRACKS]`
    those of this slice: shape (TRACKS + 1,). `share` is what the baseline allows to any term.
    """
    out = np.empty(state.n_active, np.int64)
    n = _candidates(
        state.records, state.history, state.active[: state.n_active], volumes,
        np.float32(min_authors), np.float32(z * z / 2), np.float32(share), out,
    )  # fmt: skip
    return _found(state, out[:n])


def _found(state: Counts, slots: NDArray[np.int64]) -> Found:
    slots = slots[np.argsort(state.records["key"][slots], kind="stable")]
    records = state.records[slots]
    behind = (state.slice - records["slice"]).astype(np.int64)
    ended = np.where(behind > 0, records["authors"], 0).astype(np.float32)
    decay = state.powers[0][np.minimum(behind, _POWERS - 1)]
    history = (state.history[slots, 0] + ended) * decay
    return Found(records["key"].copy(), records["words"].copy(), records["last"].copy(), history)


def _make_room(state: Counts, tokens: int) -> None:
    """Grows table and pair set so that the worst that `tokens` can bring fits, up to the limit."""
    worst = 3 * tokens
    while state.used + worst > state.records.size * _LOAD and state.records.size < state.limit:
        size = min(state.records.size * 4, state.limit)
        _grow(state, size)
    if state.active.size < state.records.size:
        grown = np.zeros(state.records.size, np.uint32)
        grown[: state.n_active] = state.active[: state.n_active]
        state.active = grown
    size = state.pairs.size
    while state.n_pairs + worst + tokens > size * _LOAD:
        size *= 2
    if size > state.pairs.size:
        pairs = np.zeros(size, np.uint64)
        _refill(state.pairs, pairs)
        state.pairs = pairs


def _forget(state: Counts, tokens: int) -> None:
    """Evicts the weakest terms until half of the table, and the next post, have room."""
    histogram = np.zeros(256, np.int64)
    _weigh(state.records, state.history, np.uint32(state.slice), histogram)
    want = state.used - min(int(state.limit * _LOAD / 2), int(state.limit * _LOAD) - 3 * tokens)
    level = int(np.searchsorted(np.cumsum(histogram), want))
    before = state.used
    state.used, state.n_active = _evict(
        state.records, state.history, state.active, np.uint32(state.slice), level
    )
    state.evicted += before - state.used


def _grow(state: Counts, size: int) -> None:
    records = np.zeros(size, RECORD)
    history = np.zeros((size, TRACKS), np.float32)
    active = np.zeros(size, np.uint32)
    state.n_active = _copy(
        state.records, state.history, records, history, active, np.uint32(state.slice)
    )
    state.records, state.history, state.active = records, history, active


@njit(nogil=True, cache=True)
def _count(  # type: ignore[no-untyped-def]  # noqa: ANN202, C901, PLR0912, PLR0913, PLR0915 -- one hot loop
    records, history, powers, active, pairs, totals,  # noqa: ANN001
    hashes, joins, first, authors, distances, at,  # noqa: ANN001
):  # fmt: skip
    post, current, shift, most = at
    mask = np.uint64(records.size - 1)
    pair_mask = np.uint64(pairs.size - 1)
    one = np.uint64(1)
    used, n_active, n_pairs, people = totals[0], totals[1], totals[2], totals[3]
    base = first[0]
    posts = first.size - 1
    while post < posts:
        begin, end = first[post], first[post + 1]
        if used + 3 * (end - begin) > most:
            break
        author = authors[post]
        spread = author * GOLDEN
        short = np.uint32(author >> np.uint64(32))
        pair = mix(EVERYBODY ^ spread)
        p = pair & pair_mask
        while pairs[p] != pair and pairs[p] != 0:
            p = (p + one) & pair_mask
        if pairs[p] == 0:
            pairs[p] = pair
            n_pairs += 1
            people += 1
        word_lives = pair_lives = False  # whether the word, and the two words, before are alive
        for j in range(begin, end):
            here = np.uint32(j + shift)
            h = np.uint64(0)
            lives = True
            for words in range(1, 4):
                if words == 1:
                    h = hashes[j]
                elif j - words + 1 >= begin and joins[j - words + 2] and lives:
                    h = join(h, hashes[j - words + 1])
                else:
                    if words == 2:
                        pair_lives = False
                    break
                s = h & mask
                while records[s].key != h and records[s].key != 0:
                    s = (s + one) & mask
                r = records[s]
                alive = True
                if r.key == 0:
                    alive = False
                    r.key = h
                    r.words = words
                    r.slice = current
                    r.posts = 1
                    r.authors = 1
                    r.first = short
                    r.last = here
                    used += 1
                    active[n_active] = s
                    n_active += 1
                else:
                    distance = np.uint32(here - r.last)
                    r.last = here
                    if words == 1:
                        distances[j - base] = distance
                    if r.slice != current:
                        behind = min(np.int64(current) - np.int64(r.slice), _POWERS - 1)
                        for t in range(TRACKS):
                            history[s, t] = (history[s, t] + r.authors) * powers[t, behind]
                        r.slice = current
                        r.posts = 1
                        r.authors = 1
                        r.first = short
                        active[n_active] = s
                        n_active += 1
                    elif distance > np.uint32(j - begin):  # else the same post says it again
                        r.posts += 1
                        if r.first != short:
                            pair = mix(h ^ spread)
                            p = pair & pair_mask
                            while pairs[p] != pair and pairs[p] != 0:
                                p = (p + one) & pair_mask
                            if pairs[p] == 0:
                                pairs[p] = pair
                                n_pairs += 1
                                r.authors += 1
                if alive:
                    alive = r.authors > 1 or history[s, 0] > 0
                if words == 1:
                    lives = alive and word_lives
                    word_lives = alive
                elif words == 2:
                    lives = alive and pair_lives
                    pair_lives = alive
        post += 1
    totals[0], totals[1], totals[2], totals[3] = used, n_active, n_pairs, people
    return post


@njit(nogil=True, cache=True)
def _candidates(records, history, active, volumes, least, bar, share, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913 -- numba infers
    n = 0
    now = volumes[TRACKS]
    for i in range(active.size):
        slot = active[i]
        r = records[slot]
        a = np.float32(r.authors)
        for t in range(TRACKS):
            recent = history[slot, t] if t else np.float32(0)
            passed = volumes[t] if t else np.float32(0)
            seen = a + recent
            if seen < least:
                continue
            exposure = volumes[0] - passed
            if exposure <= 0 or (t > 0 and volumes[t] <= 0):
                continue
            before = max(history[slot, 0] - recent, np.float32(0))
            inside = now + passed
            expected = before * inside / exposure + max(np.float32(1), share * inside)
            if seen > expected:
                score = seen * np.log(seen / expected) - (seen - expected)
                if score >= bar:
                    out[n] = slot
                    n += 1
                    break
    return n


@njit(nogil=True, cache=True)
def _lookup(records, keys, slots):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    mask = np.uint64(records.size - 1)
    for i in range(keys.size):
        s = keys[i] & mask
        while records[s].key != keys[i] and records[s].key != 0:
            s = (s + np.uint64(1)) & mask
        slots[i] = s if records[s].key == keys[i] else -1


@njit(inline="always")
def _weight(record, long_run, current):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    """0–255: how much is lost when a term is forgotten; 255 is never forgotten."""
    if record.slice == current and record.authors > 1:
        return 255
    age = np.float32(np.int64(current) - np.int64(record.slice))
    value = np.log2(long_run + np.float32(record.authors)) - age / np.float32(16)
    return int(min(max(value * 8 + 128, 0), 254))


@njit(nogil=True, cache=True)
def _weigh(records, history, current, histogram):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    for s in range(records.size):
        if records[s].key != 0:
            histogram[_weight(records[s], history[s, 0], current)] += 1


@njit(nogil=True, cache=True)
def _copy(old, old_history, records, history, active, current):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    mask = np.uint64(records.size - 1)
    n_active = 0
    for i in range(old.size):
        if old[i].key == 0:
            continue
        s = old[i].key & mask
        while records[s].key != 0:
            s = (s + np.uint64(1)) & mask
        records[s] = old[i]
        for t in range(TRACKS):
            history[s, t] = old_history[i, t]
        if old[i].slice == current:
            active[n_active] = s
            n_active += 1
    return n_active


@njit(nogil=True, cache=True)
def _evict(records, history, active, current, level):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    """Takes out what weighs no more than `level`, in place: later ones of a run move up."""
    size = records.size
    mask = size - 1
    for start in range(size):
        while (
            records[start].key != 0 and _weight(records[start], history[start, 0], current) <= level
        ):
            hole = start
            at = start
            while True:
                at = (at + 1) & mask
                if records[at].key == 0:
                    break
                home = np.int64(records[at].key & np.uint64(mask))
                if ((at - home) & mask) >= ((at - hole) & mask):
                    records[hole] = records[at]
                    for t in range(TRACKS):
                        history[hole, t] = history[at, t]
                    hole = at
            records[hole].key = 0
            for t in range(TRACKS):
                history[hole, t] = 0
    used = 0
    n_active = 0
    for i in range(size):
        if records[i].key != 0:
            used += 1
            if records[i].slice == current:
                active[n_active] = i
                n_active += 1
    return used, n_active


@njit(nogil=True, cache=True)
def _refill(old, new):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    mask = np.uint64(new.size - 1)
    for i in range(old.size):
        if old[i] != 0:
            p = old[i] & mask
            while new[p] != 0:
                p = (p + np.uint64(1)) & mask
            new[p] = old[i]
