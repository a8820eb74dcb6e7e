"""The posts of the last while: a ring of bounded size holds them and their tokens.

Every token points back to the same token's last occurrence; `postings` follows these chains.

Positions are counted from the first token and the first post ever; they map to places by modulo.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.circular import put, put_all, stretch
from groundswell.kernel.basis.pages import zeros
from groundswell.kernel.posts.texts import A_TOKEN, Texts
from groundswell.kernel.text.kinds import DOMAIN
from groundswell.machine.arrays import Int64s, UInt8s, UInt32s, UInt64s
from groundswell.machine.loops import inlined, loop

DELETED: Final = 1
HIDDEN: Final = 2
"""Of an account that is not active: not shown, and perhaps back one day."""
UNQUOTED: Final = 4
"""Counts like any other, and its words are never shown as a voice."""
UNSEEN: Final = DELETED | HIDDEN
STRIDE: Final = 16
"""Tokens from one whose post is written down to the next: the others are counted off from there."""


@dataclass(slots=True)
class Ring:
    """The state: `posts` and `tokens` are capacities, powers of two."""

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
    times: NDArray[np.int64] = field(init=False)
    """Event times, µs: what was taken back goes by them."""
    authors: NDArray[np.uint64] = field(init=False)
    ids: NDArray[np.uint64] = field(init=False)
    replies: NDArray[np.uint64] = field(init=False)
    hosts: NDArray[np.uint64] = field(init=False)
    """Instance of the author; 0 where it is not known."""
    domains: NDArray[np.uint64] = field(init=False)
    """Hash of the first domain that a post links to; 0 for none."""
    flags: NDArray[np.uint8] = field(init=False)
    texts: Texts = field(init=False)
    langs: list[str] = field(init=False)
    spoken: NDArray[np.uint8] = field(init=False)
    """Its number in `rhythm`."""
    # a token
    hashes: NDArray[np.uint64] = field(init=False)
    back: NDArray[np.uint32] = field(init=False)
    owners: NDArray[np.uint32] = field(init=False)
    """Of every `STRIDE`th token the post it is of; twice as many as there are stretches held."""
    starts: NDArray[np.uint16] = field(init=False)
    ends: NDArray[np.uint16] = field(init=False)
    kinds: NDArray[np.uint8] = field(init=False)
    joins: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        if self.posts.bit_count() != 1 or self.tokens.bit_count() != 1:
            raise ValueError(f"expected powers of two, got {self.posts} and {self.tokens}")
        self.first = np.zeros(self.posts, np.int64)
        self.count = np.zeros(self.posts, np.uint16)
        self.slices = np.zeros(self.posts, np.int32)
        self.times = np.zeros(self.posts, np.int64)
        self.authors = np.zeros(self.posts, np.uint64)
        self.ids = np.zeros(self.posts, np.uint64)
        self.replies = np.zeros(self.posts, np.uint64)
        self.hosts = np.zeros(self.posts, np.uint64)
        self.domains = np.zeros(self.posts, np.uint64)
        self.flags = np.zeros(self.posts, np.uint8)
        self.texts = Texts(self.posts, A_TOKEN * self.tokens)
        self.langs = [""] * self.posts
        self.spoken = np.zeros(self.posts, np.uint8)
        self.hashes = zeros(self.tokens, np.uint64)
        self.back = zeros(self.tokens, np.uint32)
        self.owners = zeros(2 * max(1, self.tokens // STRIDE), np.uint32)
        self.starts = zeros(self.tokens, np.uint16)
        self.ends = zeros(self.tokens, np.uint16)
        self.kinds = zeros(self.tokens, np.uint8)
        self.joins = zeros(self.tokens, np.uint8)


@dataclass(frozen=True, slots=True)
class Posts:
    """Columns of a run of posts of one slice, ready to be kept."""

    texts: list[str]
    origins: list[str]
    langs: list[str]
    spoken: NDArray[np.uint8]
    times: NDArray[np.int64]
    flags: NDArray[np.uint8]
    authors: NDArray[np.uint64]
    ids: NDArray[np.uint64]
    replies: NDArray[np.uint64]
    hosts: NDArray[np.uint64]


def falling_out(ring: Ring, posts: int, tokens: int, slice_: int) -> NDArray[np.int64]:
    """Places of posts of slice `slice_` that room for `posts` and `tokens` more pushes out."""
    held = _held(ring)
    if not held or ring.slices[held[0] % ring.posts] != slice_:
        return np.empty(0, np.int64)  # posts come in the order of their slices
    crowded = min(held.stop, max(held.start, ring.n_posts + posts - ring.posts))
    whole = max(crowded, oldest_whole(ring))
    short = _since(ring, ring.n_tokens + tokens - ring.tokens)
    fall = np.concatenate((np.arange(held.start, crowded), np.arange(whole, short)))
    return np.asarray(fall % ring.posts)


def oldest_whole(ring: Ring) -> int:
    """Position of the oldest post that is held with all of its tokens.

    Where posts are long, older ones are held that have lost theirs: newer tokens stand there.
    """
    return _since(ring, ring.n_tokens - ring.tokens)


def oldest_token(ring: Ring, slice_: int) -> int:
    """Position of the oldest token that is held of the posts from slice `slice_` on."""
    post = first_post(ring, slice_)
    first = int(ring.first[post % ring.posts]) if post < ring.n_posts else ring.n_tokens
    return max(1, ring.n_tokens - ring.tokens, first)


def _since(ring: Ring, token: int) -> int:
    """The first post that is held and whose tokens begin there or later."""
    held = _held(ring)
    return held.start + bisect_left(held, token, key=lambda p: int(ring.first[p % ring.posts]))


def _held(ring: Ring) -> range:
    """Positions of the posts that are held."""
    return range(max(0, ring.n_posts - ring.posts), ring.n_posts)


def append(  # noqa: PLR0913 -- the columns of one batch
    ring: Ring,
    posts: Posts,
    hashes: NDArray[np.uint64],
    starts: NDArray[np.uint16],
    ends: NDArray[np.uint16],
    kinds: NDArray[np.uint8],
    joins: NDArray[np.uint8],
    first: NDArray[np.int64],
    slice_: int,
) -> NDArray[np.int64]:
    """Keeps a run of posts, far smaller than the ring; the oldest fall out. Returns its places."""
    n = len(posts.texts)
    base, tokens = int(first[0]), int(first[n] - first[0])
    marked = np.arange(-ring.n_tokens % STRIDE, tokens, STRIDE)
    owners = ring.n_posts - 1 + np.searchsorted(first - base, marked, "right")
    put(ring.owners, -(-ring.n_tokens // STRIDE), owners)
    columns: tuple[tuple[NDArray[Any], NDArray[Any]], ...] = (
        (ring.hashes, hashes), (ring.starts, starts), (ring.ends, ends), (ring.kinds, kinds),
        (ring.joins, joins),
    )  # fmt: skip
    for column, given in columns:
        put(column, ring.n_tokens, given[base : base + tokens])
    _domains(hashes, kinds, first, ring.n_posts, ring.domains)
    columns = (
        (ring.first, first[:n] - base + ring.n_tokens), (ring.count, np.diff(first)),
        (ring.slices, np.full(n, slice_)), (ring.authors, posts.authors), (ring.ids, posts.ids),
        (ring.replies, posts.replies), (ring.hosts, posts.hosts), (ring.times, posts.times),
        (ring.flags, posts.flags), (ring.spoken, posts.spoken),
    )  # fmt: skip
    for column, given in columns:
        put(column, ring.n_posts, given)
    ring.texts.keep(ring.n_posts, posts.texts, posts.origins, np.diff(first))
    put_all(ring.langs, ring.n_posts, posts.langs)
    places = np.arange(ring.n_posts, ring.n_posts + n) % ring.posts
    ring.n_posts += n
    ring.n_tokens += tokens
    ring.texts.let_go(oldest_whole(ring))
    return places


@loop
def _domains(hashes: UInt64s, kinds: UInt8s, first: Int64s, post: int, domains: UInt64s) -> None:
    """The first domain of each post, 0 for none."""
    for i in range(first.size - 1):
        domain = np.uint64(0)
        for j in range(first[i], first[i + 1]):
            if kinds[j] == DOMAIN:
                domain = hashes[j]
                break
        domains[(post + i) & (domains.size - 1)] = domain


def open_slice(ring: Ring, slice_: int) -> NDArray[np.int64]:
    """Places of the posts of slice `slice_`, the newest one."""
    return np.arange(first_post(ring, slice_), ring.n_posts) % ring.posts


def any_deleted(ring: Ring, slice_: int) -> bool:
    """Whether any post that is held of slice `slice_` or a later one is marked as deleted."""
    first = first_post(ring, slice_)
    return bool((stretch(ring.flags, first, ring.n_posts - first) & DELETED).any())


def first_post(ring: Ring, slice_: int) -> int:
    """Position of the first post that is held of slice `slice_` or a later one."""
    held = _held(ring)
    return held.start + bisect_left(held, slice_, key=lambda p: int(ring.slices[p % ring.posts]))


def of(ring: Ring, column: NDArray[np.uint64], keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Places of the posts that are held and have one of the keys in a column of the ring."""
    return np.flatnonzero(np.isin(column[: min(ring.n_posts, ring.posts)], keys))


def saying(ring: Ring, words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Places of the posts that are held whole and have one of the tokens; some may come twice."""
    tokens = np.flatnonzero(np.isin(ring.hashes[: min(ring.n_tokens, ring.tokens)], words))
    newest = ring.n_tokens - 1
    posts = owners_of(ring, newest - (newest - tokens) % ring.tokens)
    return np.asarray(posts[posts >= 0] % ring.posts)


def owners_of(ring: Ring, tokens: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of the posts that tokens are of; -1 where token or post is not held any more."""
    oldest = max(0, ring.n_posts - ring.posts)
    posts = np.empty(tokens.size, np.int64)
    _owners(ring.owners, ring.first, tokens, (ring.n_posts, oldest), posts)
    held = (tokens >= ring.n_tokens - ring.tokens) & (tokens < ring.n_tokens) & (posts >= oldest)
    return np.where(held, posts, -1)


@inlined
def owner(owners: Any, first: Any, at: Any, n_posts: Any, oldest: Any) -> Any:
    """Position of the post that the token at `at` is of; before `oldest` where it fell out."""
    marked = owners[(at // STRIDE) & (owners.size - 1)]
    p = n_posts - 1 - np.int64(np.uint32(np.uint32(n_posts - 1) - marked))
    p = max(p, oldest - 1)  # of older ones it is not known any more where they begin
    while p + 1 < n_posts and first[(p + 1) & (first.size - 1)] <= at:
        p += 1
    return p


@loop
def _owners(
    owners: UInt32s, first: Int64s, tokens: Int64s, posts: tuple[int, int], out: Int64s
) -> None:
    for i in range(tokens.size):
        out[i] = owner(owners, first, tokens[i], posts[0], posts[1])


def bury(ring: Ring, places: NDArray[np.int64]) -> int:
    """Marks posts as deleted, drops their strings; returns how many they are."""
    for place in places.tolist():
        ring.texts.forget(place)
        ring.langs[place] = ""
    ring.flags[places] |= DELETED
    return int(places.size)


def hide(ring: Ring, places: NDArray[np.int64], hidden: NDArray[np.bool_]) -> None:
    """Hides posts, or shows them again."""
    flags = ring.flags[places]
    ring.flags[places] = np.where(hidden, flags | HIDDEN, flags & ~np.uint8(HIDDEN))
