"""The compiled loops over the term table: counting, first look, eviction. Pure array work.

`counts` owns the state and says what it means; here is what must be fast. A post costs one visit to
the table a term, and the visits of the next post are announced to the processor while this one is
counted: memory answers them side by side instead of one after the other.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

from groundswell.kernel.hashing import GOLDEN, join, mix
from groundswell.kernel.kinds import MAX_TOKENS
from groundswell.kernel.prefetch import prefetch

RECORD: Final = np.dtype(
    [
        ("key", "u8"),  # 0: empty
        ("posts", "u4"),  # in slice `slice`, each post once
        ("authors", "u4"),  # distinct, in slice `slice`
        ("past", "f4"),  # authors of slices before `slice`, decayed to it: the long run
        ("slice", "u4"),  # the slice that the counts speak of
        ("last", "u4"),  # token position of the newest occurrence, modulo 2³²
        ("words", "u4"),  # how many tokens the term has
    ]
)
PERSON: Final = np.dtype(
    [
        ("key", "u8"),  # 0: empty
        ("first", "u4"),  # token position of the author's first post of the slice, modulo 2³²
        ("tokens", "u4"),  # of that post; SPREAD when its terms are in the pair set
    ]
)
SPREAD: Final = np.uint32(0xFFFFFFFF)
GRAMS: Final = 3
"""Words of the longest phrase that is counted."""
UNHEARD: Final = np.float32(20)
"""Times the known past that a window may hold for anything in it to be called unusual."""
COUNTED, TABLE_FULL, PAIRS_FULL, PEOPLE_FULL = range(4)
"""Why counting stopped."""


@njit(inline="always")
def _announce(records, hashes, joins, begin, size, grams):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    """Hashes of all terms of a post into `grams`, 0 for none; their records are asked for."""
    ring = hashes.size - 1
    mask = np.uint64(records.size - 1)
    one = two = np.uint64(0)  # the hash of the token, and of the two tokens, before
    joined = False
    for i in range(size):
        at = (begin + i) & ring
        h = hashes[at]
        pair = triple = np.uint64(0)
        if i and joins[at]:
            pair = join(h, one)
            if joined:
                triple = join(pair, two)
            joined = True
        else:
            joined = False
        two, one = one, h
        grams[i, 0] = h
        grams[i, 1] = pair
        grams[i, 2] = triple
        prefetch(records, np.int64(h & mask))  # type: ignore[call-arg]
        if pair:
            prefetch(records, np.int64(pair & mask))
        if triple:
            prefetch(records, np.int64(triple & mask))


@njit(inline="always")
def _pair(pairs, key):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    """Puts a pair into the set; whether it was new."""
    mask = np.uint64(pairs.size - 1)
    p = key & mask
    while pairs[p] != key and pairs[p] != 0:
        p = (p + np.uint64(1)) & mask
    if pairs[p] == key:
        return False
    pairs[p] = key
    return True


@njit(inline="always")
def _spread(pairs, hashes, joins, begin, size, author):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    """Puts all terms of a post into the pair set as its author's; how many were new."""
    ring = hashes.size - 1
    salt = author * GOLDEN
    new = 0
    for i in range(size):
        h = hashes[(begin + i) & ring]
        new += _pair(pairs, mix(h ^ salt))
        for back in range(1, GRAMS):
            if back > i or not joins[(begin + i - back + 1) & ring]:
                break
            h = join(h, hashes[(begin + i - back) & ring])
            new += _pair(pairs, mix(h ^ salt))
    return new


@njit(nogil=True, cache=True)
def let_go(people, pairs, hashes, joins, first, sizes, authors, at):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, PLR0913 -- numba infers
    """Puts what the posts' authors said first into the pair set, before the rings drop it.

    Returns the next post, after as many as the pair set has room for, and its pairs.
    """
    post, n_pairs, most_pairs = at
    mask = np.uint64(people.size - 1)
    while post < first.size:
        size = np.int64(sizes[post])
        if n_pairs + GRAMS * size > most_pairs:
            break
        author = authors[post]
        p = author & mask
        while people[p].key != author and people[p].key != 0:
            p = (p + np.uint64(1)) & mask
        if people[p].tokens != SPREAD and people[p].first == np.uint32(first[post]):
            n_pairs += _spread(pairs, hashes, joins, first[post], size, author)
            people[p].tokens = SPREAD
        post += 1
    return post, n_pairs


@njit(nogil=True, cache=True)
def count(  # type: ignore[no-untyped-def]  # noqa: ANN201, C901, PLR0912, PLR0913, PLR0915 -- one hot loop
    records, history, powers, active, pairs, people, totals,  # noqa: ANN001
    hashes, joins, back, first, sizes, authors, at,  # noqa: ANN001
):  # fmt: skip
    """Counts posts from `at[0]` on; returns the next post to count and why it stopped there.

    `hashes`, `joins` and `back` are rings; `first` are positions in them. A post is counted whole
    or not at all.
    """
    post, current, most, most_pairs, most_people = at
    ring = hashes.size - 1
    mask = np.uint64(records.size - 1)
    person_mask = np.uint64(people.size - 1)
    one = np.uint64(1)
    used, n_active, n_pairs, n_people = totals[0], totals[1], totals[2], totals[3]
    posts = first.size
    now = np.empty((MAX_TOKENS, GRAMS), np.uint64)
    ahead = np.empty((MAX_TOKENS, GRAMS), np.uint64)
    why = COUNTED
    if post < posts:
        _announce(records, hashes, joins, first[post], np.int64(sizes[post]), ahead)
    while post < posts:
        begin, size = first[post], np.int64(sizes[post])
        if used + GRAMS * size > most:
            why = TABLE_FULL
            break
        author = authors[post]
        person = author & person_mask
        while people[person].key != author and people[person].key != 0:
            person = (person + one) & person_mask
        fresh = people[person].key == 0
        if fresh:
            if n_people >= most_people:
                why = PEOPLE_FULL
                break
            people[person].key = author
            people[person].first = np.uint32(begin)
            people[person].tokens = np.uint32(size)
            n_people += 1
        else:
            tokens = people[person].tokens
            earlier = 0 if tokens == SPREAD else np.int64(tokens)
            if n_pairs + GRAMS * (size + earlier) > most_pairs:
                why = PAIRS_FULL
                break
            if tokens != SPREAD:
                start = begin - np.int64(np.uint32(np.uint32(begin) - people[person].first))
                n_pairs += _spread(pairs, hashes, joins, start, earlier, author)
                people[person].tokens = SPREAD
        now, ahead = ahead, now
        if post + 1 < posts:
            _announce(records, hashes, joins, first[post + 1], np.int64(sizes[post + 1]), ahead)
        salt = author * GOLDEN
        word_lives = pair_lives = False  # whether the word, and the two words, before are alive
        for i in range(size):
            here = np.uint32(begin + i)
            lives = True
            for words in range(GRAMS):
                h = now[i, words]
                if h == 0 or not lives:
                    if words == 1:
                        pair_lives = False
                    break
                s = h & mask
                while records[s].key != h and records[s].key != 0:
                    s = (s + one) & mask
                r = records[s]
                alive = False
                if r.key == 0:
                    r.key = h
                    r.words = words + 1
                    r.slice = current
                    r.posts = 1
                    r.authors = 1
                    r.past = 0
                    r.last = here
                    used += 1
                    active[n_active] = s
                    n_active += 1
                    if not fresh:
                        n_pairs += _pair(pairs, mix(h ^ salt))
                else:
                    distance = np.uint32(here - r.last)
                    r.last = here
                    if words == 0:
                        back[(begin + i) & ring] = distance
                    if r.slice != current:
                        behind = min(np.int64(current) - np.int64(r.slice), powers.shape[1] - 1)
                        r.past = (r.past + r.authors) * powers[0, behind]
                        for t in range(history.shape[1]):
                            history[s, t] = (history[s, t] + r.authors) * powers[t + 1, behind]
                        r.slice = current
                        r.posts = 1
                        r.authors = 1
                        active[n_active] = s
                        n_active += 1
                        if not fresh:
                            n_pairs += _pair(pairs, mix(h ^ salt))
                    elif distance > np.uint32(i):  # else the same post says it again
                        r.posts += 1
                        if fresh:
                            r.authors += 1
                        elif _pair(pairs, mix(h ^ salt)):
                            n_pairs += 1
                            r.authors += 1
                    alive = r.authors > 1 or r.past > 0
                if words == 0:
                    lives = alive and word_lives
                    word_lives = alive
                elif words == 1:
                    lives = alive and pair_lives
                    pair_lives = alive
        post += 1
    totals[0], totals[1], totals[2], totals[3] = used, n_active, n_pairs, n_people
    return post, why


@njit(nogil=True, cache=True)
def candidates(records, history, active, volumes, least, bar, share, prior, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, PLR0913 -- numba infers
    """Slots of terms that a first look finds above usual, into `out`; how many."""
    n = 0
    tracks = volumes.size - 1
    now = volumes[tracks]
    for i in range(active.size):
        slot = active[i]
        r = records[slot]
        a = np.float32(r.authors)
        for t in range(tracks):
            recent = history[slot, t - 1] if t else np.float32(0)
            passed = volumes[t] if t else np.float32(0)
            seen = a + recent
            if seen < least:
                continue
            exposure = max(volumes[0] - passed, np.float32(0)) + prior
            if t > 0 and volumes[t] <= 0:
                continue
            before = max(r.past - recent, np.float32(0))
            inside = now + passed
            scale = inside / exposure
            if scale > UNHEARD:
                continue
            expected = before * scale + max(np.float32(1), scale, share * inside)
            if seen > expected:
                score = seen * np.log(seen / expected) - (seen - expected)
                if score >= bar:
                    out[n] = slot
                    n += 1
                    break
    return n


@njit(nogil=True, cache=True)
def lookup(records, keys, slots):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 -- numba infers
    """The slot of each key, −1 where the table does not know it."""
    mask = np.uint64(records.size - 1)
    for i in range(keys.size):
        s = keys[i] & mask
        while records[s].key != keys[i] and records[s].key != 0:
            s = (s + np.uint64(1)) & mask
        slots[i] = s if records[s].key == keys[i] else -1


@njit(inline="always")
def _weight(record, current):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    """0–255: how much is lost when a term is forgotten; 255 is never forgotten."""
    if record.slice == current and record.authors > 1:
        return 255
    age = np.float32(np.int64(current) - np.int64(record.slice))
    value = np.log2(record.past + np.float32(record.authors)) - age / np.float32(16)
    return int(min(max(value * 8 + 128, 0), 254))


@njit(nogil=True, cache=True)
def weigh(records, current, histogram):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 -- numba infers
    """How many terms have each weight, shape (256,)."""
    for s in range(records.size):
        if records[s].key != 0:
            histogram[_weight(records[s], current)] += 1


@njit(nogil=True, cache=True)
def copy(old, old_history, records, history, active, current):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 -- numba infers
    """Moves all terms into an empty, larger table; returns how many are active."""
    mask = np.uint64(records.size - 1)
    n_active = 0
    for i in range(old.size):
        if old[i].key == 0:
            continue
        s = old[i].key & mask
        while records[s].key != 0:
            s = (s + np.uint64(1)) & mask
        records[s] = old[i]
        for t in range(history.shape[1]):
            history[s, t] = old_history[i, t]
        if old[i].slice == current:
            active[n_active] = s
            n_active += 1
    return n_active


@njit(nogil=True, cache=True)
def evict(records, history, active, current, level):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 -- numba infers
    """Takes out what weighs no more than `level`, in place: later ones of a run move up.

    Returns how many terms are left, and how many of them are active.
    """
    size = records.size
    mask = size - 1
    for start in range(size):
        while records[start].key != 0 and _weight(records[start], current) <= level:
            hole = start
            at = start
            while True:
                at = (at + 1) & mask
                if records[at].key == 0:
                    break
                home = np.int64(records[at].key & np.uint64(mask))
                if ((at - home) & mask) >= ((at - hole) & mask):
                    records[hole] = records[at]
                    for t in range(history.shape[1]):
                        history[hole, t] = history[at, t]
                    hole = at
            records[hole].key = 0
            for t in range(history.shape[1]):
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
def refill(old: Any, new: Any) -> None:
    """Puts every pair of one set into a larger one."""
    for i in range(old.size):
        if old[i] != 0:
            _pair(new, old[i])


@njit(nogil=True, cache=True)
def rehouse(old: Any, new: Any) -> None:
    """Puts every person of one table into a larger one."""
    mask = np.uint64(new.size - 1)
    for i in range(old.size):
        if old[i].key != 0:
            p = old[i].key & mask
            while new[p].key != 0:
                p = (p + np.uint64(1)) & mask
            new[p] = old[i]
