"""The compiled loops of a shard: which terms of a run of posts are its own, and counting them.

As `sweep`, of the terms of some regions: a shard need know of the others no more than whether they
are alive.
"""

from __future__ import annotations

import numpy as np

from groundswell.kernel.basis.hashing import GOLDEN, join, mix
from groundswell.kernel.terms.authors import DONE, PAIRS_FULL, SPREAD, People, enter
from groundswell.kernel.terms.doors import leading
from groundswell.kernel.terms.regions import SHIFT
from groundswell.kernel.terms.sweep import AHEAD, Items, Places, ask, visit
from groundswell.machine.arrays import (
    Bools,
    Float32Grid,
    Int64Grid,
    Int64s,
    UInt8s,
    UInt16s,
    UInt32s,
    UInt64s,
)
from groundswell.machine.loops import loop
from groundswell.machine.memory import lent, prefetch


@loop
def own_words(hashes: UInt64s, first: Int64s, mine: Bools, items: Items) -> int:
    """Lists the words of regions that are `mine`; how many."""
    hashes, first, mine, items = lent(hashes), lent(first), lent(mine), lent(items)
    n = 0
    for post in range(first.size - 1):
        for t in range(first[post], first[post + 1]):
            items[n].key = hashes[t]  # written in any case: whose it is cannot be foreseen
            items[n].post = post
            items[n].token = t
            n += mine[hashes[t] >> SHIFT]
    return n


@loop
def own_phrases(
    length: int,
    hashes: UInt64s,
    joins: UInt8s,
    first: Int64s,
    alive: UInt8s,
    mine: Bools,
    items: Items,
) -> int:
    """Lists the phrases of `length` words (2 or 3) that are `mine`, by their last token; how many.

    `alive` says of each token whether the word, or the pair, that ends there is: of a phrase both
    parts must be. An empty one asks for all phrases that there are.
    """
    hashes, joins, first, alive = lent(hashes), lent(joins), lent(first), lent(alive)
    mine, items = lent(mine), lent(items)
    n = 0
    every = alive.size == 0
    for post in range(first.size - 1):
        for t in range(first[post] + length - 1, first[post + 1]):
            if every:
                counts = joins[t] and (length == 2 or joins[t - 1])
            else:
                counts = alive[t] and alive[t - 1] and joins[t]
            if counts:
                key = join(hashes[t], hashes[t - 1])
                if length == 3:
                    key = join(key, hashes[t - 2])
                items[n].key = key
                items[n].post = post
                items[n].token = t
                n += mine[key >> SHIFT]
    return n


@loop
def spread(
    pairs: UInt64s, totals: Int64s, items: Items, salts: UInt64s, at: int, most_pairs: int
) -> tuple[int, int]:
    """Puts terms into the pair set, of the posts' authors; (the next one, why it stopped)."""
    pairs, totals, items, salts = lent(pairs), lent(totals), lent(items), lent(salts)
    mask = np.uint64(pairs.size - 1)
    while at < items.size:
        if totals[0] >= most_pairs:
            return at, PAIRS_FULL
        if at + AHEAD < items.size:
            later = items[at + AHEAD]
            prefetch(pairs, mix(later.key ^ salts[later.post]) & mask)
        totals[0] += enter(pairs, mix(items[at].key ^ salts[items[at].post]))
        at += 1
    return at, DONE


@loop
def count(  # noqa: PLR0913 -- one hot loop
    places: Places,
    used: Int64Grid,
    doors: UInt8s,
    powers: Float32Grid,
    pairs: UInt64s,
    totals: Int64s,
    items: Items,
    first: Int64s,
    salts: UInt64s,
    alive: UInt8s,
    back: UInt32s,
    what: tuple[int, np.uint32, int, np.uint32, int],
) -> tuple[int, int]:
    """Counts terms from number `what[0]` on; (the next one, why it stopped there).

    `first` are the bounds of posts in tokens of the run. Written: `alive` by token, and `back`, the
    distance to the term's last occurrence, by item.
    """
    places, used, powers, pairs = lent(places), lent(used), lent(powers), lent(pairs)
    totals, items, first, salts = lent(totals), lent(items), lent(first), lent(salts)
    alive, back, doors = lent(alive), lent(back), lent(doors)
    item, words, base, current, most_pairs = what
    pair_mask = np.uint64(pairs.size - 1)
    leads = leading(doors)
    for k in range(item, min(item + AHEAD, items.size)):
        ask(places, SHIFT, items[k].key)
    while item < items.size:
        if item + AHEAD < items.size:
            key = items[item + AHEAD].key
            ask(places, SHIFT, key)
            prefetch(doors, key >> leads)
            salt = salts[items[item + AHEAD].post]
            if salt:
                prefetch(pairs, mix(key ^ salt) & pair_mask)
        post, t = items[item].post, items[item].token
        salt = salts[post]
        if salt and totals[0] >= most_pairs:
            return item, PAIRS_FULL
        lives, distance = visit(
            places, used, SHIFT, (doors, leads), powers, pairs, totals, items[item].key,
            (np.uint32(base + t), np.uint32(t - first[post]), salt, current), words,
        )  # fmt: skip
        if lives < 0:
            return item, -lives
        alive[t] = lives
        back[item] = distance
        item += 1
    return item, DONE


@loop
def meet(
    people: People,
    first: Int64s,
    sizes: UInt16s,
    authors: UInt64s,
    salts: UInt64s,
    again: Int64Grid,
    at: tuple[int, int, int, int],
) -> tuple[int, int, int]:
    """Enters who wrote posts: `salts` of one becomes 0 where it is the author's first of the slice.

    Into `again` goes, of authors who write for the second time, where their first post stands:
    (position, tokens, index of the post that is their second). Returns the next post, after as many
    as `people` has room for, the people, and the rows of `again`.
    """
    people, first, sizes, authors = lent(people), lent(first), lent(sizes), lent(authors)
    salts, again = lent(salts), lent(again)
    post, n_people, n_again, most = at
    mask = np.uint64(people.size - 1)
    one = np.uint64(1)
    while post < first.size:
        author = authors[post]
        p = author & mask
        while people[p].key != author and people[p].key != 0:
            p = (p + one) & mask
        if people[p].key == 0:
            if n_people >= most:
                break
            people[p].key = author
            people[p].first = np.uint32(first[post])
            people[p].tokens = np.uint32(sizes[post])
            n_people += 1
            salts[post] = 0
        else:
            salts[post] = author * GOLDEN
            if people[p].tokens != SPREAD:
                ago = np.int64(np.uint32(np.uint32(first[post]) - people[p].first))
                again[n_again, 0] = first[post] - ago
                again[n_again, 1] = np.int64(people[p].tokens)
                again[n_again, 2] = post
                n_again += 1
                people[p].tokens = SPREAD
        post += 1
    return post, n_people, n_again


@loop
def leave(people: People, first: Int64s, sizes: UInt16s, authors: UInt64s, again: Int64Grid) -> int:
    """Finds those of the posts that are somebody's only one so far; into `again` as `meet` does."""
    mask = np.uint64(people.size - 1)
    n_again = 0
    for post in range(first.size):
        author = authors[post]
        p = author & mask
        while people[p].key != author and people[p].key != 0:
            p = (p + np.uint64(1)) & mask
        only = people[p].key == author and people[p].tokens != SPREAD
        if only and people[p].first == np.uint32(first[post]):
            again[n_again, 0] = first[post]
            again[n_again, 1] = np.int64(sizes[post])
            again[n_again, 2] = post
            n_again += 1
            people[p].tokens = SPREAD
    return n_again


@loop
def gather(
    hashes: UInt64s,
    joins: UInt8s,
    begin: Int64s,
    size: Int64s,
    out_hashes: UInt64s,
    out_joins: UInt8s,
) -> int:
    """Copies stretches of the rings one after the other; returns how many tokens they have."""
    ring = hashes.size - 1
    n = 0
    for i in range(begin.size):
        for k in range(size[i]):
            out_hashes[n] = hashes[(begin[i] + k) & ring]
            out_joins[n] = joins[(begin[i] + k) & ring]
            n += 1
    return n


@loop
def link(
    back: UInt32s, hashes: UInt64s, base: int, owner: Int64s, given: UInt32s, starts: Int64s
) -> None:
    """Writes distances that shards found into the ring, at the tokens from position `base` on.

    `owner` says which shard has a region; `given` are the answers of all, those of shard i from
    `starts[i]` on, in the order of the tokens.
    """
    ring = back.size - 1
    next_ = starts.copy()
    for t in range(hashes.size):
        shard = owner[hashes[t] >> SHIFT]
        back[(base + t) & ring] = given[next_[shard]]
        next_[shard] += 1
