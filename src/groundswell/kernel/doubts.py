"""Reasons to distrust a story, each with its share and in words. A doubt demotes; it never hides.

The thresholds speak of the story's posts in the ranking window:

- few-authors: fewer than one person for every two posts, or one person wrote a fifth of them;
- copied-text: most people post a text that two others post too, up to small edits, or pass on
  somebody's post as it was;
- one-domain: most posts link to one registrable domain, or most people are of one instance, though
  the board has many;
- reply-campaign: most posts answer one account;
- deleted-after: many posts were deleted again.

Copies are found by MinHash (Broder, "On the resemblance and containment of documents", 1997) of a
post's pairs of neighbouring words, in four bands of four: two posts that share four fifths of
their pairs meet in a band with probability .88, two that share a fifth with .006. So people who say
the same words in sentences of their own are no copies. Texts under five words are nobody's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from groundswell.kernel.hashing import join, mix
from groundswell.model import Doubt

BANDS = 4
SEEDS = 16
LEAST_WORDS = 5
COPIES = 2
TAG = 1
"""Kinds of tokens up to this one are words and hashtags."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A story's posts in columns; hashes are 64 bits, 0 for none. All of one length."""

    authors: NDArray[np.uint64]
    bands: NDArray[np.uint64]
    """Signatures, shape (posts, BANDS); 0 where the text is too short to be a copy."""
    domains: NDArray[np.uint64]
    """First registrable domain of each post."""
    replies: NDArray[np.uint64]
    """Whom each post answers."""
    deleted: int
    """Posts of the story that were deleted in the same while."""
    named: Callable[[int], str] = lambda _: "one domain"
    """The domain of a post, in letters."""


Check = Callable[[Evidence], Doubt | None]


def doubts(evidence: Evidence, *, share: float, min_posts: int) -> tuple[Doubt, ...]:
    """All doubts about a story. `share` (0–1) is what "most" means."""
    if evidence.authors.size + evidence.deleted < min_posts:
        return ()
    checks: tuple[Check, ...] = (
        _few_authors,
        lambda e: _copied_text(e, share),
        lambda e: _one_domain(e, share),
        lambda e: _reply_campaign(e, share),
        _deleted_after,
    )
    return tuple(doubt for check in checks if (doubt := check(evidence)) is not None)


def weigh(
    doubted: dict[str, tuple[int, Doubt]], found: tuple[Doubt, ...], posts: int
) -> tuple[Doubt, ...]:
    """Doubts that hold over an episode: those found now, and those not yet outweighed.

    `doubted` remembers, by kind, how many more posts came under a doubt than came after it was no
    longer found; it is brought up to date with the `posts` of this slice. So a campaign of 500
    posts stays doubted when a few stragglers follow, and a story that looked odd with its first
    ten posts is cleared by the next ten.
    """
    now = {doubt.flag: doubt for doubt in found}
    for kind, (weight, last) in list(doubted.items()):
        if kind not in now and weight <= posts:
            del doubted[kind]
        elif kind not in now:
            doubted[kind] = (weight - posts, last)
    for kind, doubt in now.items():
        doubted[kind] = (doubted.get(kind, (0, doubt))[0] + max(posts, 1), doubt)
    return tuple(doubted[kind][1] for kind in sorted(doubted))


def _few_authors(evidence: Evidence) -> Doubt | None:
    posts = evidence.authors.size
    if posts == 0:
        return None
    people, counts = np.unique(evidence.authors, return_counts=True)
    loudest = float(counts.max()) / posts
    if 2 * people.size >= posts and (loudest < 0.2 or people.size < 10):
        return None
    reason = f"few people: {people.size} wrote {posts} posts, one of them {loudest:.0%}"
    return Doubt("few-authors", 1 - people.size / posts, reason)


def _copied_text(evidence: Evidence, share: float) -> Doubt | None:
    long_enough = evidence.bands[:, 0] != 0
    judged = int(long_enough.sum())
    if judged <= COPIES or 2 * judged < evidence.authors.size:
        return None
    copied = np.zeros(evidence.authors.size, np.bool_)
    for band in range(BANDS):
        _, group, sizes = np.unique(
            evidence.bands[:, band], return_inverse=True, return_counts=True
        )
        copied |= (sizes[group] > COPIES) & long_enough
    people = np.unique(evidence.authors).size
    part = np.unique(evidence.authors[copied]).size / people
    if part < share:
        return None
    return Doubt("copied-text", part, f"copied text: {part:.0%} of the people post the same words")


def _one_domain(evidence: Evidence, share: float) -> Doubt | None:
    linking = np.flatnonzero(evidence.domains)
    if linking.size == 0:
        return None
    _, first, counts = np.unique(evidence.domains[linking], return_index=True, return_counts=True)
    part = float(counts.max()) / evidence.domains.size
    if part < share:
        return None
    domain = evidence.named(int(linking[first[counts.argmax()]]))
    return Doubt("one-domain", part, f"one domain: {part:.0%} of the posts link to {domain}")


def _reply_campaign(evidence: Evidence, share: float) -> Doubt | None:
    answered = evidence.replies[evidence.replies != 0]
    if answered.size == 0:
        return None
    _, counts = np.unique(answered, return_counts=True)
    part = float(counts.max()) / evidence.replies.size
    if part < share:
        return None
    return Doubt("reply-campaign", part, f"reply campaign: {part:.0%} answer one account")


def _deleted_after(evidence: Evidence) -> Doubt | None:
    total = evidence.authors.size + evidence.deleted
    part = evidence.deleted / total
    if part < 0.3 or evidence.deleted < 5:
        return None
    return Doubt("deleted-after", part, f"deleted: {part:.0%} of {total} posts were deleted again")


def signatures(
    hashes: NDArray[np.uint64],
    kinds: NDArray[np.uint8],
    first: NDArray[np.int64],
    count: NDArray[np.int64],
) -> NDArray[np.uint64]:
    """Band signatures of posts, shape (posts, BANDS); 0 in a row whose post has too few words.

    `hashes` and `kinds` are the ring's token columns, words and hashtags count; a post's tokens are
    the `count` from position `first` on, modulo their size.
    """
    out = np.zeros((first.size, BANDS), np.uint64)
    _signatures(hashes, kinds, first, count, out)
    return out


@njit(nogil=True, cache=True)
def _signatures(hashes, kinds, first, count, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    size = hashes.size
    least = np.empty(SEEDS, np.uint64)
    top = np.uint64(0xFFFFFFFFFFFFFFFF)
    rows = SEEDS // BANDS
    for i in range(first.size):
        least[:] = top
        n = 0
        before = np.uint64(0)
        for j in range(first[i], first[i] + count[i]):
            if kinds[j % size] > TAG:
                continue
            n += 1
            h = join(before, hashes[j % size])
            before = hashes[j % size]
            if n == 1:
                continue
            for k in range(SEEDS):
                value = mix(h + np.uint64(k + 1) * np.uint64(0xA24BAED4963EE407))
                least[k] = min(least[k], value)
        if n < LEAST_WORDS:
            continue
        for band in range(BANDS):
            h = np.uint64(band + 1)
            for k in range(band * rows, (band + 1) * rows):
                h = mix(h ^ least[k])
            out[i, band] = h
