"""The posts of the last while, and where each term stands in them: exact posting lists.

A ring of bounded size holds recent posts and their tokens. Every token points back to the same
token's last occurrence, so that the posts of any term are found by following a chain, without an
index of all terms. A phrase is found along the chain of its rarest word.

Positions are counted from the first token and the first post ever; they map to places by modulo.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from groundswell.kernel.hashing import join

DELETED: Final = 1


@dataclass(slots=True)
class Ring:
    """The state: `posts` and `tokens` are capacities."""

    posts: int
    tokens: int
    n_posts: int = 0
    """Posts ever; the newest has position n_posts - 1."""
    n_tokens: int = 1
    """Position of the next token; 0 is never one, so that a distance of 0 means none."""
    # a post
    first: NDArray[np.int64] = field(init=False)
    count: NDArray[np.uint16] = field(init=False)
    slices: NDArray[np.int32] = field(init=False)
    authors: NDArray[np.uint64] = field(init=False)
    ids: NDArray[np.uint64] = field(init=False)
    replies: NDArray[np.uint64] = field(init=False)
    flags: NDArray[np.uint8] = field(init=False)
    texts: list[str | None] = field(init=False)
    # a token
    hashes: NDArray[np.uint64] = field(init=False)
    back: NDArray[np.uint32] = field(init=False)
    owner: NDArray[np.uint32] = field(init=False)
    starts: NDArray[np.uint16] = field(init=False)
    ends: NDArray[np.uint16] = field(init=False)
    kinds: NDArray[np.uint8] = field(init=False)
    joins: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        self.first = np.zeros(self.posts, np.int64)
        self.count = np.zeros(self.posts, np.uint16)
        self.slices = np.zeros(self.posts, np.int32)
        self.authors = np.zeros(self.posts, np.uint64)
        self.ids = np.zeros(self.posts, np.uint64)
        self.replies = np.zeros(self.posts, np.uint64)
        self.flags = np.zeros(self.posts, np.uint8)
        self.texts = [None] * self.posts
        self.hashes = np.zeros(self.tokens, np.uint64)
        self.back = np.zeros(self.tokens, np.uint32)
        self.owner = np.zeros(self.tokens, np.uint32)
        self.starts = np.zeros(self.tokens, np.uint16)
        self.ends = np.zeros(self.tokens, np.uint16)
        self.kinds = np.zeros(self.tokens, np.uint8)
        self.joins = np.zeros(self.tokens, np.uint8)


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


@dataclass(frozen=True, slots=True)
class Posts:
    """Columns of a run of posts of one slice, ready to be kept."""

    texts: list[str]
    authors: NDArray[np.uint64]
    ids: NDArray[np.uint64]
    replies: NDArray[np.uint64]


def append(  # noqa: PLR0913 -- the columns of one batch
    ring: Ring,
    posts: Posts,
    hashes: NDArray[np.uint64],
    starts: NDArray[np.uint16],
    ends: NDArray[np.uint16],
    kinds: NDArray[np.uint8],
    joins: NDArray[np.uint8],
    back: NDArray[np.uint32],
    first: NDArray[np.int64],
    slice_: int,
) -> None:
    """Keeps a run of posts; the oldest fall out. A run is far smaller than the ring."""
    n = len(posts.texts)
    base = int(first[0])
    tokens = int(first[n]) - base
    for low, high, at in _places(ring.n_tokens, tokens, ring.tokens):
        span = slice(at, at + high - low)
        given = slice(base + low, base + high)
        ring.hashes[span] = hashes[given]
        ring.starts[span] = starts[given]
        ring.ends[span] = ends[given]
        ring.kinds[span] = kinds[given]
        ring.joins[span] = joins[given]
        ring.back[span] = back[low:high]
    counts = np.diff(first).astype(np.uint16)
    owners = np.repeat(np.arange(ring.n_posts, ring.n_posts + n, dtype=np.int64), counts)
    for low, high, at in _places(ring.n_tokens, tokens, ring.tokens):
        ring.owner[at : at + high - low] = owners[low:high].astype(np.uint32)
    for low, high, at in _places(ring.n_posts, n, ring.posts):
        span = slice(at, at + high - low)
        ring.first[span] = first[low:high] - base + ring.n_tokens
        ring.count[span] = counts[low:high]
        ring.slices[span] = slice_
        ring.authors[span] = posts.authors[low:high]
        ring.ids[span] = posts.ids[low:high]
        ring.replies[span] = posts.replies[low:high]
        ring.flags[span] = 0
        ring.texts[span] = posts.texts[low:high]
    ring.n_posts += n
    ring.n_tokens += tokens


def _places(position: int, n: int, size: int) -> list[tuple[int, int, int]]:
    """(from, to, place) of the one or two runs that n items take in a ring from a position on."""
    at = position % size
    fits = min(n, size - at)
    return [(0, fits, at)] if fits == n else [(0, fits, at), (fits, n, 0)]


def delete(ring: Ring, ids: NDArray[np.uint64]) -> int:
    """Marks posts as deleted and drops their text; returns how many were still held."""
    held = np.flatnonzero(np.isin(ring.ids[: min(ring.n_posts, ring.posts)], ids))
    for place in held.tolist():
        ring.texts[place] = None
    ring.flags[held] |= DELETED
    return int(held.size)


def postings(
    ring: Ring,
    last: NDArray[np.uint32],
    words: NDArray[np.uint32],
    since: int,
    *,
    deleted: bool = False,
) -> Postings:
    """Posts of terms, from the newest back to slice `since`.

    A term is given by its newest occurrence (`last`, token position modulo 2³²) and its number of
    words. Posts that were deleted are left out, or are all that is given.
    """
    bounds = np.zeros(last.size + 1, np.int64)
    room = max(1024, 4 * last.size)
    while True:
        posts = np.empty(room, np.int64)
        tokens = np.empty(room, np.int64)
        full = _postings(
            (ring.hashes, ring.back, ring.owner, ring.joins),
            (ring.slices, ring.flags, ring.first),
            (ring.n_tokens, ring.n_posts, since, 1 if deleted else 0),
            last, words.astype(np.int64), bounds, posts, tokens,
        )  # fmt: skip
        if not full:
            return Postings(bounds, posts[: bounds[-1]], tokens[: bounds[-1]])
        room *= 4


@njit(inline="always")
def _same(hashes, joins, size, a, b, words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    """Whether the phrases that end at tokens a and b are one."""
    for g in range(words):
        if hashes[(a - g) % size] != hashes[(b - g) % size]:
            return False
        if g < words - 1 and not joins[(a - g) % size]:
            return False
    return True


@njit(inline="always")
def _rarest(hashes, back, end, words, oldest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    """Which word of the phrase ending at `end` has the shortest chain (looking 64 steps back)."""
    size = hashes.size
    best = 0
    reach = np.int64(-1)
    for g in range(words):
        at = end - g
        steps = 0
        while steps < 64:
            distance = np.int64(back[at % size])
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
def _postings(token, post, at, last, words, bounds, posts, tokens):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, PLR0913 -- numba infers
    hashes, back, owner, joins = token
    slices, flags, first = post
    n_tokens, n_posts, since, wanted = at
    size = hashes.size
    held = slices.size
    oldest = max(n_tokens - size, np.int64(1))
    oldest_post = max(n_posts - held, np.int64(0))
    n = 0
    for i in range(last.size):
        bounds[i] = n
        newest = n_tokens - 1 - np.int64(np.uint32(np.uint32(n_tokens - 1) - last[i]))
        if newest < oldest:
            continue
        g = _rarest(hashes, back, newest, words[i], oldest + 3) if words[i] > 1 else 0
        walk = newest - g
        key = hashes[walk % size]
        before = np.int64(-1)
        while walk >= oldest and hashes[walk % size] == key:
            p = n_posts - 1 - np.int64(np.uint32(np.uint32(n_posts - 1) - owner[walk % size]))
            if p < oldest_post or slices[p % held] < since:
                break
            end = walk + g
            if (
                p != before
                and (flags[p % held] & DELETED) == wanted
                and end < n_tokens
                and walk - (words[i] - 1 - g) >= first[p % held]
                and _same(hashes, joins, size, end, newest, words[i])
            ):
                if n == posts.size:
                    return True
                posts[n] = p
                tokens[n] = end
                n += 1
                before = p
            distance = np.int64(back[walk % size])
            if distance == 0:
                break
            walk -= distance
    bounds[last.size] = n
    return False


@njit(nogil=True, cache=True)
def phrase_key(hashes, end, words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 -- numba infers
    """The table's key of the phrase of `words` tokens that ends at token position `end`."""
    h = hashes[end % hashes.size]
    for g in range(1, words):
        h = join(h, hashes[(end - g) % hashes.size])
    return h
