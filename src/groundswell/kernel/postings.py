"""Where terms stand in the posts that are held: exact posting lists, without an index of all terms.

The posts of any term are found by following the chain of its occurrences back through the ring. A
phrase is found along the chain of its rarest word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from groundswell.kernel.hashing import join
from groundswell.kernel.pointers import lent
from groundswell.kernel.ring import UNSEEN, Ring, owner

_LISTED: Final = 1 << 22
"""Entries of posting lists that there is room for at once: the system gives what is used of it."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Posts of several terms: those of term i are `[bounds[i], bounds[i + 1])`, newest first."""

    bounds: NDArray[np.int64]
    posts: NDArray[np.int64]
    """Positions of posts."""
    tokens: NDArray[np.int64]
    """Position of the last token of the term in that post."""

    def of(self, i: int) -> NDArray[np.int64]:
        """Positions of the posts of term i, newest first."""
        return self.posts[self.bounds[i] : self.bounds[i + 1]]

    def places(self, i: int) -> NDArray[np.int64]:
        """Positions of the last tokens of term i."""
        return self.tokens[self.bounds[i] : self.bounds[i + 1]]


def find(
    ring: Ring,
    last: NDArray[np.uint32],
    words: NDArray[np.uint32],
    since: int,
    *,
    deleted: bool = False,
) -> Postings:
    """Posts of terms, from the newest back to slice `since`.

    A term is given by its newest occurrence (`last`, token position modulo 2³²) and its number of
    words. Posts that were deleted are left out, or are all that is given; hidden ones always are
    left out.
    """
    bounds = np.zeros(last.size + 1, np.int64)
    posts = np.empty(max(_LISTED, 4 * last.size), np.int64)
    tokens = np.empty_like(posts)
    done = 0
    while True:
        done = _postings(
            (ring.hashes, ring.back, ring.owners, ring.joins),
            (ring.slices, ring.flags, ring.first),
            (ring.n_tokens, ring.n_posts, since, 1 if deleted else 0),
            last, words.astype(np.int64), bounds, posts, tokens, done,
        )  # fmt: skip
        if done == last.size:
            return Postings(bounds, posts[: bounds[-1]], tokens[: bounds[-1]])
        posts, tokens = (
            np.concatenate((a, np.empty(3 * a.size, np.int64))) for a in (posts, tokens)
        )


@njit(inline="always")
def same(hashes, joins, mask, a, b, words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 -- numba infers
    """Whether the phrases that end at tokens a and b are one."""
    for g in range(words):
        if hashes[(a - g) & mask] != hashes[(b - g) & mask]:
            return False
        if g < words - 1 and not joins[(a - g) & mask]:
            return False
    return True


@njit(inline="always")
def rarest(hashes, back, end, words, oldest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 -- numba infers
    """Which word of the phrase ending at `end` has the shortest chain (looking 64 steps back)."""
    mask = hashes.size - 1  # sizes are powers of two
    best = 0
    reach = np.int64(-1)
    for g in range(words):
        at = end - g
        steps = 0
        while steps < 64:
            distance = np.int64(back[at & mask])
            if distance == 0 or at - distance < oldest:
                steps = 64
                at = oldest
                break
            at -= distance
            steps += 1
        gone = end - at
        if gone > reach:
            reach = gone
            best = g
    return best


@njit(nogil=True, cache=True)
def _postings(token, post, at, last, words, bounds, posts, tokens, done):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913 -- numba infers
    """Fills the lists of terms from number `done` on; returns how many are, when room runs out."""
    hashes, back, owners, joins = lent(token[0]), lent(token[1]), lent(token[2]), lent(token[3])
    slices, flags, first = lent(post[0]), lent(post[1]), lent(post[2])
    bounds, posts, tokens = lent(bounds), lent(posts), lent(tokens)
    n_tokens, n_posts, since, wanted = at
    mask = hashes.size - 1  # sizes are powers of two, and a division would cost as much as a step
    held = slices.size - 1
    oldest = max(n_tokens - hashes.size, np.int64(1))
    oldest_post = max(n_posts - slices.size, np.int64(0))
    n = bounds[done]
    for i in range(done, last.size):
        bounds[i] = n
        newest = n_tokens - 1 - np.int64(np.uint32(np.uint32(n_tokens - 1) - last[i]))
        if newest < oldest:
            continue
        g = rarest(hashes, back, newest, words[i], oldest + 3) if words[i] > 1 else 0
        walk = newest - g
        key = hashes[walk & mask]
        before = np.int64(-1)
        while walk >= oldest and hashes[walk & mask] == key:
            p = owner(owners, first, walk, n_posts, oldest_post)
            if p < oldest_post or slices[p & held] < since:
                break
            end = walk + g
            if (
                p != before
                and (flags[p & held] & UNSEEN) == wanted
                and end < n_tokens
                and walk - (words[i] - 1 - g) >= first[p & held]
                and same(hashes, joins, mask, end, newest, words[i])
            ):
                if n == posts.size:
                    return i
                posts[n] = p
                tokens[n] = end
                n += 1
                before = p
            distance = np.int64(back[walk & mask])
            if distance == 0:
                break
            walk -= distance
    bounds[last.size] = n
    return last.size


@njit(nogil=True, cache=True)
def phrase_key(hashes, end, words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 -- numba infers
    """The table's key of the phrase of `words` tokens that ends at token position `end`."""
    h = hashes[end % hashes.size]
    for g in range(1, words):
        h = join(h, hashes[(end - g) % hashes.size])
    return h
