"""Counting in sweeps over a run of posts: all words, then the pairs of living words, then triples.

Who asks a table of tens of megabytes for one record waits a hundred nanoseconds; who asks for many
side by side waits no longer. So each sweep goes along a list of terms and announces what it will
need a fixed distance ahead. A phrase is asked for only when it is known that its parts are alive:
two people said them, or somebody in an earlier slice; of a phrase, that it came twice. A sweep sees
each term's posts in their order, so counting in sweeps gives what counting post by post gives.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.hashing import join, mix
from groundswell.kernel.terms.authors import DONE, PAIRS_FULL, REGION_FULL, ROWS_FULL, enter
from groundswell.kernel.terms.counting import TRACKS
from groundswell.kernel.terms.doors import knock, leading
from groundswell.kernel.terms.table import GRAMS, RECORD, ROW, Records, home, place
from groundswell.machine.arrays import (
    Float32Grid,
    Int64Grid,
    Int64s,
    UInt8s,
    UInt16s,
    UInt32s,
    UInt64s,
)
from groundswell.machine.loops import inlined, loop
from groundswell.machine.memory import borrowed, lent, prefetch

PLACE: Final = np.dtype(
    [
        ("records", "u8"),  # address
        ("rows", "u8"),  # address
        ("size", "u8"),  # records
        ("most", "u8"),  # terms that it takes
        ("room", "u8"),  # rows of history
    ]
)
"""Where a region is."""
ITEM: Final = np.dtype([("key", "u8"), ("post", "u4"), ("token", "u4")])
"""A phrase to count: in which post of the run, and which token of it ends it."""
Places = Annotated[NDArray[Any], PLACE]
Items = Annotated[NDArray[Any], ITEM]
Where = tuple[tuple[UInt64s, UInt8s, UInt32s], int, int]
"""Hashes, joins and where distances go; the position of the first; and the mask of their place."""
AHEAD: Final = 24
"""Terms by which records are asked for before they are needed."""
_SOON: Final = 10
"""The same for their history, for which the record must be there."""
_LOOKED: Final = 8
"""Records that are asked for of each term: half of the phrases are not there, and looked past."""
ROW_MASK: Final = (1 << 62) - 1
"""Of tokens that stand in a row; of those in a ring it is the ring's size less one."""
_ACROSS: Final = np.uint64(TRACKS - 1)
"""Figures in a row of history."""
_ALIVE, _FULL = 1, 2


@inlined
def ask(places: Any, shift: Any, key: Any) -> Any:
    """Announces a term's record, and those beyond it that are looked at where it is not there."""
    region = places[key >> shift]
    records = borrowed(region.records, (region.size,), RECORD)
    s = home(key, region.size)
    for ahead in range(0, _LOOKED, 2):  # two stand in a line of the cache
        prefetch(records, s + np.uint64(ahead))


@inlined
def ask_history(places: Any, shift: Any, key: Any, current: Any) -> Any:
    """Announces the row of a term that was said in an earlier slice, by its record at hand.

    Without a branch, for half of them would be foreseen wrongly: of others it is nobody's row.
    """
    region = places[key >> shift]
    records = borrowed(region.records, (region.size,), RECORD)
    rows = borrowed(region.rows, (region.room * _ACROSS,), np.float32)
    r = records[home(key, region.size)]
    needed = (r.key == key) & (r.slice != current)
    prefetch(rows, np.uint64(r.words >> ROW) * np.uint64(needed) * _ACROSS)


@inlined
def visit(  # noqa: C901, PLR0913 -- one hot loop
    places: Any,
    used: Any,
    shift: Any,
    doors: Any,
    powers: Any,
    pairs: Any,
    totals: Any,
    key: Any,
    at: Any,
    words: Any,
) -> Any:
    """Counts one term of one post; (whether it is alive, distance to its last occurrence).

    `at` is its position, how many tokens of the post came before, the author's salt and the slice.
    A phrase that is said for the first time knocks at its door and is not counted; who comes again
    is alive. When the region has no room, nothing is counted and the first value says so.
    """
    here, before, salt, current = at
    number = key >> shift
    region = places[number]
    records = borrowed(region.records, (region.size,), RECORD)
    s = place(records, key, region.size)
    r = records[s]
    if r.key == 0:
        if words > 1 and not knock(doors[0], doors[1], key):
            return 0, np.uint32(0)
        if used[number, 0] >= region.most:
            return -REGION_FULL, np.uint32(0)
        used[number, 0] += 1
        r.key = key
        r.words = words
        r.slice = current
        r.posts = 1
        r.authors = 1
        r.past = 0
        r.last = here
        if salt:
            totals[0] += enter(pairs, mix(key ^ salt))
        return int(words > 1), np.uint32(0)
    distance = np.uint32(here - r.last)
    if r.slice != current:
        row = r.words >> ROW
        rows = borrowed(region.rows, (region.room, TRACKS - 1), np.float32)
        if row == 0:
            if used[number, 1] >= region.room:
                return -ROWS_FULL, np.uint32(0)
            row = np.uint32(used[number, 1])
            used[number, 1] += 1
            r.words |= row << ROW
        behind = min(np.int64(current) - np.int64(r.slice), powers.shape[1] - 1)
        r.past = (r.past + r.authors) * powers[0, behind]
        for t in range(TRACKS - 1):
            rows[row, t] = (rows[row, t] + r.authors) * powers[t + 1, behind]
        r.slice = current
        r.posts = 1
        r.authors = 1
        if salt:
            totals[0] += enter(pairs, mix(key ^ salt))
    elif distance > before:  # else the same post says it again
        r.posts += 1
        if not salt:
            r.authors += 1
        elif enter(pairs, mix(key ^ salt)):
            totals[0] += 1
            r.authors += 1
    r.last = here
    return int(r.authors > 1 or r.past > 0), distance


@loop
def lookup(places: Places, shift: np.uint64, keys: UInt64s, out: Records) -> None:
    """Copies the records of terms into `out`; of a term that is not there nothing."""
    for i in range(keys.size):
        region = places[keys[i] >> shift]
        records = borrowed(region.records, (region.size,), RECORD)
        s = place(records, keys[i], region.size)
        if records[s].key != 0:
            out[i] = records[s]


@loop
def words(  # noqa: PLR0913 -- one hot loop
    places: Places,
    used: Int64Grid,
    shift: np.uint64,
    powers: Float32Grid,
    pairs: UInt64s,
    totals: Int64s,
    where: Where,
    posts: tuple[Int64s, UInt16s],
    salts: UInt64s,
    offsets: Int64s,
    alive: UInt8s,
    at: tuple[int, int, np.uint32, int],
) -> tuple[int, int, int]:
    """Counts all tokens of posts, from post `at[0]`, token `at[1]` on; (post, token, why it ended).

    `where` are hashes, joins and where distances go; the position of the first; and the mask of
    what they stand in. `alive[offsets[post] + token]` becomes whether the token is alive.
    """
    places, used, powers, pairs = lent(places), lent(used), lent(powers), lent(pairs)
    (hashes, _, back), origin, ring = where
    hashes, back, alive = lent(hashes), lent(back), lent(alive)
    last = hashes.size - 1
    totals, salts, offsets = lent(totals), lent(salts), lent(offsets)
    first, sizes = lent(posts[0]), lent(posts[1])
    post, i, current, most_pairs = at
    pair_mask = np.uint64(pairs.size - 1)
    while post < first.size:
        begin, size, salt = first[post] - origin, np.int64(sizes[post]), salts[post]
        if salt:
            if totals[0] + size > most_pairs:
                return post, i, PAIRS_FULL
            for j in range(i, size):
                key = mix(hashes[(begin + j) & ring] ^ salt)
                prefetch(pairs, key & pair_mask)
        offset = offsets[post]
        while i < size:
            ask(places, shift, hashes[min((begin + i + AHEAD) & ring, last)])
            place_ = (begin + i) & ring
            lives, distance = visit(
                places, used, shift, (alive, shift), powers, pairs, totals, hashes[place_],
                (np.uint32(origin + begin + i), np.uint32(i), salt, current), np.uint32(1),
            )  # fmt: skip
            if lives < 0:
                return post, i, -lives
            back[place_] = distance
            alive[offset + i] = lives
            i += 1
        i = 0
        post += 1
    return post, i, DONE


@loop
def gather(
    length: int,
    where: Where,
    posts: tuple[Int64s, UInt16s],
    offsets: Int64s,
    alive: UInt8s,
    items: Items,
) -> int:
    """Lists the phrases of `length` words (2 or 3) whose parts are alive; how many."""
    (hashes, joins, _), origin, ring = where
    hashes, joins, items = lent(hashes), lent(joins), lent(items)
    first, sizes = lent(posts[0]), lent(posts[1])
    part = np.uint8(_ALIVE if length == 2 else _FULL)
    n = 0
    for post in range(first.size):
        begin, offset = first[post] - origin, offsets[post]
        for i in range(1, sizes[post]):
            at = (begin + i) & ring
            if alive[offset + i] & alive[offset + i - 1] & part and joins[at]:
                key = join(hashes[at], hashes[(at - 1) & ring])
                if length == GRAMS:
                    key = join(key, hashes[(at - 2) & ring])
                items[n].key = key
                items[n].post = post
                items[n].token = i
                n += 1
    return n


@loop
def phrases(  # noqa: PLR0913 -- one hot loop
    places: Places,
    used: Int64Grid,
    shift: np.uint64,
    doors: UInt8s,
    powers: Float32Grid,
    pairs: UInt64s,
    totals: Int64s,
    posts: tuple[Int64s, UInt16s],
    salts: UInt64s,
    offsets: Int64s,
    alive: UInt8s,
    items: Items,
    at: tuple[int, int, np.uint32, int],
) -> tuple[int, int]:
    """Counts phrases from number `at[0]` on; (the next one, why it stopped there)."""
    places, used, powers, pairs = lent(places), lent(used), lent(powers), lent(pairs)
    totals, salts, offsets = lent(totals), lent(salts), lent(offsets)
    first, alive, items, doors = lent(posts[0]), lent(alive), lent(items), lent(doors)
    leads = leading(doors)
    item, length, current, most_pairs = at
    pair_mask = np.uint64(pairs.size - 1)
    for k in range(item, min(item + AHEAD, items.size)):
        ask(places, shift, items[k].key)
        prefetch(doors, items[k].key >> leads)
    while item < items.size:
        if item + AHEAD < items.size:
            key = items[item + AHEAD].key
            ask(places, shift, key)
            prefetch(doors, key >> leads)
            salt = salts[items[item + AHEAD].post]
            if salt:
                prefetch(pairs, mix(key ^ salt) & pair_mask)
        if item + _SOON < items.size:
            ask_history(places, shift, items[item + _SOON].key, current)
        post, i = items[item].post, items[item].token
        salt = salts[post]
        if salt and totals[0] >= most_pairs:
            return item, PAIRS_FULL
        lives, _ = visit(
            places, used, shift, (doors, leads), powers, pairs, totals, items[item].key,
            (np.uint32(first[post] + i), np.uint32(i), salt, current), np.uint32(length),
        )  # fmt: skip
        if lives < 0:
            return item, -lives
        if lives:
            alive[offsets[post] + i] |= np.uint8(_FULL)
        item += 1
    return item, DONE
