"""Who posts one text: shares of pairs of neighbouring words that most people have in common.

What most people say in the same order is the *common text*: the pairs of neighbouring words that
many of them use. A post is a copy of it when hardly anything else is in it. So a paste stays one
whatever a few people drop, swap or add; a quote, a headline or a score with words of one's own
around it does not become one; and many different texts, each passed on by a few, are none either.

Pairs of words are the shingles of Broder ("On the resemblance and containment of documents", 1997)
with w = 2, and the measure is his containment, of a post in the common text. Since there is one
text to compare with, it is exact: nothing is sketched.

Hashtags, emoji, links and mentions are no part of the text, for they are what a campaign shuffles.
A shout is no text: thousands cry the same three words when a goal falls. Words in common mean
something from LONG on, or from LINKED on with a link, which nobody shouts. A repeated post
("RT @name: …") is a copy at any length: it says itself that it is one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct
from groundswell.kernel.basis.hashing import hash_strings, join
from groundswell.kernel.text.kinds import LINK, MENTION, WORD
from groundswell.machine.arrays import BoolGrid, Bools, Int64s, UInt8s, UInt64Grid, UInt64s
from groundswell.machine.loops import loop

LONG = 8
"""Words of a text that is no shout."""
LINKED = 5
"""Words of one that has a link."""
COMMON = 0.4
"""Share of people who use a pair of the common text. A paste of which every tenth word is changed
keeps a pair in 0.9² = 0.81 of its posts: COMMON is that part of the least "most", one half."""
FEW = 3
"""People that it takes at least."""
COPIED = 0.6
"""Share of a post's pairs in the common text from which on it may be a copy."""
OWN = 5
"""Pairs in a row, of one's own, from which on it is none: a sentence of one's own before or behind
what all say. Words changed or filled in here and there leave shorter runs."""

Hashes = NDArray[np.uint64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Texts:
    """What posts say, as pairs of neighbouring words."""

    pairs: Hashes
    """Of all posts, post by post, shape (pairs,)."""
    owners: NDArray[np.int64]
    """The post of each pair, ascending."""
    judged: Flags
    """Whether a post is long enough to be a copy, shape (posts,)."""
    repeats: Flags
    """Whether it passes on another's post, "RT @name: …", shape (posts,)."""


def read(
    hashes: Hashes,
    kinds: NDArray[np.uint8],
    first: NDArray[np.int64],
    count: NDArray[np.int64],
) -> Texts:
    """Pairs of posts.

    Args:
        hashes: the ring's token column.
        kinds: their kinds.
        first: position of each post's first token, taken modulo the ring's size.
        count: its tokens.
    """
    found = np.empty((2, int(count.sum())), np.uint64)
    flags = np.zeros((2, first.size), np.bool_)
    n = _read(hashes, kinds, first, count, _repeat(), found, flags)
    return Texts(found[0, :n], found[1, :n].astype(np.int64), flags[0], flags[1])


def copied(texts: Texts, authors: Hashes) -> Flags:
    """Which posts are copies of what most people say, shape (posts,)."""
    out = np.zeros(authors.size, np.bool_)
    names, person = np.unique(authors, return_inverse=True)
    people = names.size
    enough = max(COMMON * people, FEW)
    if np.count_nonzero(texts.judged) < enough:  # too few long posts to have anything in common
        return out
    kept = texts.judged[texts.owners]
    pairs, owners = texts.pairs[kept], texts.owners[kept]
    _, kind, uses = np.unique(pairs, return_inverse=True, return_counts=True)
    often = (uses >= enough)[kind]  # no pair has more people than uses: few are left to count
    said = distinct(kind[often] * people + person[owners[often]]) // max(people, 1)
    common = np.bincount(said, minlength=uses.size) >= enough
    _copied(common[kind], owners, out)
    return out


@lru_cache(maxsize=1)
def _repeat() -> np.uint64:
    """What begins a repeated post."""
    return np.uint64(hash_strings(["rt"])[0])


@loop
def _copied(common: Bools, owners: Int64s, out: Bools) -> None:
    begin = 0
    while begin < owners.size:
        end, has, run, longest = begin, 0, 0, 0
        while end < owners.size and owners[end] == owners[begin]:
            run = 0 if common[end] else run + 1
            has += common[end]
            longest = max(longest, run)
            end += 1
        out[owners[begin]] = longest < OWN and has >= COPIED * (end - begin)
        begin = end


@loop
def _read(
    hashes: UInt64s,
    kinds: UInt8s,
    first: Int64s,
    count: Int64s,
    repeat: np.uint64,
    found: UInt64Grid,
    flags: BoolGrid,
) -> int:
    size = hashes.size
    n = 0
    for i in range(first.size):
        begin = first[i]
        repeats = (
            count[i] > 1 and hashes[begin % size] == repeat and kinds[(begin + 1) % size] == MENTION
        )
        words = 0
        linked = False
        before = np.uint64(0)
        for j in range(begin, begin + count[i]):
            kind = kinds[j % size]
            linked |= kind == LINK
            named = repeats and j == begin + 1  # whose post it is belongs to it
            if kind != WORD and not named:
                continue
            if words:
                found[0, n] = join(before, hashes[j % size])
                found[1, n] = i
                n += 1
            before = hashes[j % size]
            words += 1
        flags[0, i] = repeats or words >= LONG or (linked and words >= LINKED)
        flags[1, i] = repeats
    return n
