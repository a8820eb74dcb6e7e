"""Who wrote in the open slice, and what those said who wrote twice: compiled loops.

An author's first post is remembered by its place alone. With the second one its terms go into a set
of (term, author) pairs, so that nobody counts twice.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.hashing import GOLDEN, join, mix
from groundswell.kernel.terms.table import GRAMS
from groundswell.machine.arrays import Int64s, UInt8s, UInt16s, UInt64s
from groundswell.machine.loops import inlined, loop
from groundswell.machine.memory import lent, prefetch

PERSON: Final = np.dtype(
    [
        ("key", "u8"),  # 0: empty
        ("first", "u4"),  # token position of the author's first post of the slice, modulo 2³²
        ("tokens", "u4"),  # of that post; SPREAD when its terms are in the pair set
    ]
)
People = Annotated[NDArray[Any], PERSON]
SPREAD: Final = np.uint32(0xFFFFFFFF)
DONE, PAIRS_FULL, PEOPLE_FULL, REGION_FULL, ROWS_FULL = range(5)
"""Why a loop stopped."""
AHEAD: Final = 8
"""Posts by which authors are asked for before they are needed."""
_ONE: Final = np.uint64(1)


@inlined
def enter(pairs: Any, key: Any) -> Any:
    """Puts a pair into the set; whether it was new."""
    mask = np.uint64(pairs.size - 1)
    p = key & mask
    while pairs[p] != key and pairs[p] != 0:
        p = (p + _ONE) & mask
    if pairs[p] == key:
        return False
    pairs[p] = key
    return True


@inlined
def _spread(pairs: Any, hashes: Any, joins: Any, begin: Any, size: Any, author: Any) -> Any:
    """Puts all terms of a post into the pair set as its author's; how many were new."""
    ring = hashes.size - 1
    salt = author * GOLDEN
    keys = np.empty((size, GRAMS), np.uint64)
    mask = np.uint64(pairs.size - 1)
    for i in range(size):
        h = hashes[(begin + i) & ring]
        keys[i, :] = 0
        keys[i, 0] = mix(h ^ salt)
        for back in range(1, GRAMS):
            if back > i or not joins[(begin + i - back + 1) & ring]:
                break
            h = join(h, hashes[(begin + i - back) & ring])
            keys[i, back] = mix(h ^ salt)
        for back in range(GRAMS):
            prefetch(pairs, np.int64(keys[i, back] & mask))
    new = 0
    for i in range(size):
        for back in range(GRAMS):
            if keys[i, back]:
                new += enter(pairs, keys[i, back])
    return new


@loop
def meet(  # noqa: PLR0913 -- one hot loop
    people: People,
    pairs: UInt64s,
    totals: Int64s,
    hashes: UInt64s,
    joins: UInt8s,
    posts: tuple[Int64s, UInt16s, UInt64s],
    salts: UInt64s,
    at: int,
    most_pairs: int,
) -> tuple[int, int]:
    """Takes note of who wrote posts, from `at` on; returns the next one and why it stopped there.

    `posts` are first positions, sizes and authors. `salts` of a post becomes 0 where its author
    writes for the first time in the slice, else what the author's pairs are made with. `totals` are
    pairs and people.
    """
    people, pairs, totals, salts = lent(people), lent(pairs), lent(totals), lent(salts)
    hashes, joins = lent(hashes), lent(joins)
    first, sizes, authors = lent(posts[0]), lent(posts[1]), lent(posts[2])
    mask = np.uint64(people.size - 1)
    most = people.size * 3 // 4
    while at < first.size:
        if at + AHEAD < first.size:
            prefetch(people, np.int64(authors[at + AHEAD] & mask))
        author = authors[at]
        p = author & mask
        while people[p].key != author and people[p].key != 0:
            p = (p + _ONE) & mask
        if people[p].key == 0:
            if totals[1] >= most:
                return at, PEOPLE_FULL
            people[p].key = author
            people[p].first = np.uint32(first[at])
            people[p].tokens = np.uint32(sizes[at])
            totals[1] += 1
            salts[at] = 0
        else:
            size = people[p].tokens
            if size != SPREAD:
                if totals[0] + GRAMS * np.int64(size) > most_pairs:
                    return at, PAIRS_FULL
                gone = np.uint32(np.uint32(first[at]) - people[p].first)
                begin = first[at] - np.int64(gone)
                totals[0] += _spread(pairs, hashes, joins, begin, np.int64(size), author)
                people[p].tokens = SPREAD
            salts[at] = author * GOLDEN
        at += 1
    return at, DONE


@loop
def let_go(  # noqa: PLR0913 -- one hot loop
    people: People,
    pairs: UInt64s,
    totals: Int64s,
    hashes: UInt64s,
    joins: UInt8s,
    posts: tuple[Int64s, UInt16s, UInt64s],
    at: int,
    most_pairs: int,
) -> int:
    """Puts what the posts' authors said first into the pair set, before the rings drop it.

    Returns the next post, after as many as the pair set has room for.
    """
    people, pairs, totals = lent(people), lent(pairs), lent(totals)
    hashes, joins = lent(hashes), lent(joins)
    first, sizes, authors = lent(posts[0]), lent(posts[1]), lent(posts[2])
    mask = np.uint64(people.size - 1)
    while at < first.size:
        size = np.int64(sizes[at])
        if totals[0] + GRAMS * size > most_pairs:
            break
        author = authors[at]
        p = author & mask
        while people[p].key != author and people[p].key != 0:
            p = (p + _ONE) & mask
        if people[p].tokens != SPREAD and people[p].first == np.uint32(first[at]):
            totals[0] += _spread(pairs, hashes, joins, first[at], size, author)
            people[p].tokens = SPREAD
        at += 1
    return at


@loop
def refill(old: UInt64s, new: UInt64s) -> None:
    """Puts every pair of one set into a larger one."""
    old, new = lent(old), lent(new)
    for i in range(old.size):
        if old[i] != 0:
            enter(new, old[i])


@loop
def rehouse(old: People, new: People) -> None:
    """Puts every person of one table into a larger one."""
    mask = np.uint64(new.size - 1)
    for i in range(old.size):
        if old[i].key != 0:
            p = old[i].key & mask
            while new[p].key != 0:
                p = (p + _ONE) & mask
            new[p] = old[i]
