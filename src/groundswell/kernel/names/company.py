"""The company that a story's words keep: what else its posts say far more often than others do.

Words of one moment rarely all burst: people say *deal* all day, and in the posts about one speech
three times as often. Such terms begin nothing, but they tell what a story is about.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import begins
from groundswell.kernel.basis.hashing import join
from groundswell.kernel.text.kinds import TAG
from groundswell.machine.arrays import Int64s, UInt8s, UInt64s
from groundswell.machine.loops import loop

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Said:
    """Terms of one or two tokens in a story's posts; shapes (terms,)."""

    keys: Hashes
    words: Ints
    posts: Ints
    """How many of the posts say it."""
    begin: Ints
    """Where its occurrences begin in `occurrences`."""
    occurrences: Ints
    """Positions of the last tokens of all terms' occurrences, one a post, in the posts' order."""

    @property
    def ends(self) -> Ints:
        """Position of the last token of one occurrence of each, shape (terms,)."""
        return self.occurrences[self.begin]

    def of(self, i: int) -> Ints:
        """Positions of the last tokens of the occurrences of term i."""
        return self.occurrences[self.begin[i] : self.begin[i] + self.posts[i]]

    def only(self, which: NDArray[np.bool_]) -> Said:
        """Some of the terms."""
        return Said(
            self.keys[which], self.words[which], self.posts[which], self.begin[which],
            self.occurrences,
        )  # fmt: skip


def said(
    hashes: Hashes, kinds: NDArray[np.uint8], joins: NDArray[np.uint8], first: Ints, count: Ints
) -> Said:
    """Counts the terms of posts whose tokens are the `count` from position `first` on.

    `hashes`, `kinds` and `joins` are the ring's token columns; positions are taken modulo their
    size. A term counts once a post.
    """
    room = int(count.sum())
    keys = np.empty(2 * room, np.uint64)
    owners, ends = np.empty(2 * room, np.int64), np.empty(2 * room, np.int64)
    words = np.empty(2 * room, np.int64)
    n = _said(hashes, kinds, joins, first, count, keys, owners, ends, words)
    order = np.argsort(keys[:n], kind="stable")  # the posts of a term stay in their order
    keys, owners, ends, words = keys[order], owners[order], ends[order], words[order]
    fresh = begins(keys) | begins(owners)
    keys, ends, words = keys[fresh], ends[fresh], words[fresh]
    begin = np.flatnonzero(begins(keys))
    posts = np.diff(begin, append=keys.size)
    return Said(keys[begin], words[begin], posts, begin, ends)


@loop
def _said(  # noqa: PLR0913 -- one hot loop
    hashes: UInt64s,
    kinds: UInt8s,
    joins: UInt8s,
    first: Int64s,
    count: Int64s,
    keys: UInt64s,
    owners: Int64s,
    ends: Int64s,
    words: Int64s,
) -> int:
    ring = hashes.size
    n = 0
    for i in range(first.size):
        for j in range(count[i]):
            at = (first[i] + j) % ring
            if kinds[at] > TAG:
                continue
            keys[n] = hashes[at]
            owners[n], ends[n], words[n] = i, first[i] + j, 1
            n += 1
            if j and joins[at]:
                keys[n] = join(hashes[at], hashes[(first[i] + j - 1) % ring])
                owners[n], ends[n], words[n] = i, first[i] + j, 2
                n += 1
    return n


def telling(posts: Ints, usual: Floats, total: int) -> Floats:
    """Nats by which each term makes a story's posts unlike the board's, ≥ 0, shape (terms,).

    Its part of the Kullback-Leibler divergence: the posts that say it times the logarithm of how
    much more often they do than is usual.

    Args:
        posts: how many of the story's posts say each term, shape (terms,).
        usual: the share of people who usually say it, in (0, 1], shape (terms,).
        total: the story's posts.

    >>> telling(np.array([10, 1, 0]), np.array([0.1, 0.1, 0.1]), 20).round(2).tolist()
    [16.09, 0.0, 0.0]
    """
    here = posts / max(total, 1)
    above = here > usual
    return np.where(above, posts * np.log(np.where(above, here, 1.0) / usual), 0.0)
