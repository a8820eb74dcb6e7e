"""Where terms stand in the posts that are held: exact posting lists, without an index of all terms.

The posts of any term are found by following the chain of its occurrences back through the ring. A
phrase is found along the chain of its rarest word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.pages import zeros
from groundswell.kernel.posts.ring import UNSEEN, Ring, oldest_token, owner
from groundswell.machine.arrays import Int32s, Int64s, UInt8s, UInt32s, UInt64s
from groundswell.machine.loops import inlined, loop
from groundswell.machine.memory import lent, prefetch

_LISTED: Final = 1 << 16
"""Occurrences that there is room for at first, and how many times as many are tried next."""
_MORE: Final = 16
_CHAINS: Final = 16
"""Chains that are followed at once."""


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
    now = ring.n_tokens - 1
    newest = now - (np.uint32(now % (1 << 32)) - last).astype(np.int64)
    lengths, oldest = words.astype(np.int64), oldest_token(ring, since)
    behind = np.zeros(last.size, np.int64)
    _behind(ring.hashes, ring.back, newest, lengths, oldest + 3, behind)
    room, n = _LISTED, -1
    while n < 0:
        terms, walks = zeros(room, np.int32), zeros(room, np.int64)
        n = _chains(ring.hashes, ring.back, newest - behind, oldest, terms, walks)
        room *= _MORE
    bounds = np.concatenate(([0], np.cumsum(np.bincount(terms[:n], minlength=last.size))))
    posts, tokens = zeros(n, np.int64), zeros(n, np.int64)
    _sort(terms[:n], walks, bounds[:-1].copy(), tokens)
    kept = _keep(
        (ring.hashes, ring.owners, ring.joins), (ring.flags, ring.first),
        (ring.n_tokens, ring.n_posts, oldest, 1 if deleted else 0),
        (newest, lengths, behind), bounds, posts, tokens,
    )  # fmt: skip
    return Postings(bounds, posts[:kept], tokens[:kept])


@inlined
def same(hashes: Any, joins: Any, mask: Any, a: Any, b: Any, words: Any) -> Any:
    """Whether the phrases that end at tokens a and b are one."""
    for g in range(words):
        if hashes[(a - g) & mask] != hashes[(b - g) & mask]:
            return False
        if g < words - 1 and not joins[(a - g) & mask]:
            return False
    return True


@inlined
def rarest(hashes: Any, back: Any, end: Any, words: Any, oldest: Any) -> Any:
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


@loop
def _behind(
    hashes: UInt64s, back: UInt32s, newest: Int64s, words: Int64s, oldest: int, behind: Int64s
) -> None:
    """How far behind the last word of each term the one stands whose chain is followed."""
    hashes, back = lent(hashes), lent(back)
    for i in range(newest.size):
        if words[i] > 1 and newest[i] >= oldest:
            behind[i] = rarest(hashes, back, newest[i], words[i], oldest)


@loop
def _chains(
    hashes: UInt64s, back: UInt32s, newest: Int64s, oldest: int, terms: Int32s, walks: Int64s
) -> int:
    """Lists the occurrences of tokens from the newest ones back to `oldest`, and the term of each.

    Returns how many there are, -1 where there is no room. Where a chain goes on is known only when
    memory has answered: so several are followed at once, and each is asked for before its turn.
    """
    hashes, back, terms, walks = lent(hashes), lent(back), lent(terms), lent(walks)
    mask = hashes.size - 1  # sizes are powers of two, and a division would cost as much as a step
    followed, at = np.empty(_CHAINS, np.int64), np.empty(_CHAINS, np.int64)
    begun, open_, n = 0, 0, 0
    while True:
        while open_ < _CHAINS and begun < newest.size:
            if newest[begun] >= oldest:
                followed[open_], at[open_] = begun, newest[begun]
                open_ += 1
            begun += 1
        if open_ == 0:
            return n
        if n + open_ > walks.size:
            return -1
        k = 0
        while k < open_:
            walk, term = at[k], followed[k]
            distance = np.int64(back[walk & mask])
            before = walk - distance
            prefetch(back, before & mask)
            prefetch(hashes, before & mask)
            goes_on = hashes[walk & mask] == hashes[newest[term] & mask]
            if goes_on:
                terms[n], walks[n] = term, walk
                n += 1
            if goes_on and distance != 0 and before >= oldest:
                at[k] = before
                k += 1
            else:  # the last one takes its place
                open_ -= 1
                followed[k], at[k] = followed[open_], at[open_]


@loop
def _sort(terms: Int32s, walks: Int64s, to: Int64s, tokens: Int64s) -> None:
    """Puts the occurrences of each term side by side, from place `to` of it on."""
    terms, walks, to, tokens = lent(terms), lent(walks), lent(to), lent(tokens)
    for k in range(terms.size):
        term = terms[k]
        tokens[to[term]] = walks[k]
        to[term] += 1


@loop
def _keep(
    token: tuple[UInt64s, UInt32s, UInt8s],
    post: tuple[UInt8s, Int64s],
    at: tuple[int, int, int, int],
    what: tuple[Int64s, Int64s, Int64s],
    bounds: Int64s,
    posts: Int64s,
    tokens: Int64s,
) -> int:
    """Finds the posts of occurrences, and keeps one of each post that has the whole term; how many.

    `bounds`, `posts` and `tokens` become those of `Postings`.
    """
    hashes, owners, joins = lent(token[0]), lent(token[1]), lent(token[2])
    flags, first = lent(post[0]), lent(post[1])
    newest, words, behind = lent(what[0]), lent(what[1]), lent(what[2])
    bounds, posts, tokens = lent(bounds), lent(posts), lent(tokens)
    n_tokens, n_posts, oldest, wanted = at
    mask, held = hashes.size - 1, first.size - 1
    oldest_post = max(n_posts - first.size, np.int64(0))
    for k in range(tokens.size):  # by itself: nothing else waits for it
        posts[k] = owner(owners, first, tokens[k], n_posts, oldest_post)
    n, begin = 0, bounds[0]
    for i in range(newest.size):
        end, bounds[i] = bounds[i + 1], n
        before, back = np.int64(-1), behind[i]
        for k in range(begin, end):
            p, last = posts[k], tokens[k] + back
            if (
                p != before
                and (flags[p & held] & UNSEEN) == wanted
                and last < n_tokens
                and last - (words[i] - 1) >= max(first[p & held], oldest)
                and (words[i] == 1 or same(hashes, joins, mask, last, newest[i], words[i]))
            ):
                posts[n], tokens[n] = p, last
                n += 1
                before = p
        begin = end
    bounds[newest.size] = n
    return n
