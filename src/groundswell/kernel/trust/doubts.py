"""Reasons to distrust a story, each with its share and in words. A doubt demotes; it never hides.

The thresholds speak of the story's posts in the ranking window:

- few-authors: fewer than one person for every two posts, or one person wrote a fifth of them;
- copied-text: surely most people post one text, up to small edits, or pass on one post as it was
  (`copies` says what a copy is);
- one-domain: most posts link to one registrable domain, or most people are of one instance, and
  hardly any of the board's others are;
- reply-campaign: most posts answer one account;
- deleted-after: many posts were deleted again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct
from groundswell.kernel.basis.shares import wilson
from groundswell.kernel.trust.copies import FEW
from groundswell.model import Doubt

SURE = 2.33
"""Standard deviations of a one-sided interval of 99 %."""
UNUSUAL = 4.0
"""How many times as common as on the board a domain or an instance must be to speak against it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A story's posts in columns; hashes are 64 bits, 0 for none. All of one length."""

    authors: NDArray[np.uint64]
    copied: NDArray[np.bool_]
    """Which posts are copies of what most people say (`copies`)."""
    repeats: NDArray[np.bool_]
    """Which pass on another's post."""
    domains: NDArray[np.uint64]
    """First registrable domain of each post."""
    replies: NDArray[np.uint64]
    """Whom each post answers."""
    hosts: NDArray[np.uint64]
    """Instance of each author, 0 where it is not known."""
    elsewhere: Callable[[], NDArray[np.uint64]]
    """Instances of the board's newest posts but the story's, of any length; few stories need it."""
    linked: Callable[[], NDArray[np.uint64]]
    """First registrable domains of the same posts."""
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
        lambda e: _one_domain(e, share) or _one_instance(e, share),
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


def suspected(evidence: Evidence, *, share: float) -> bool:
    """Whether most people seem to post one text, be they still too few to say so.

    It is no doubt to show, but a story that starts under it may be a campaign's first minutes.
    """
    if not evidence.copied.any():
        return False
    people, copying = _copying(evidence)
    return copying >= FEW and copying >= share * people


def _copying(evidence: Evidence) -> tuple[int, int]:
    """People of the story, and those of them who posted a copy."""
    authors = evidence.authors
    return distinct(authors).size, distinct(authors[evidence.copied]).size


def _copied_text(evidence: Evidence, share: float) -> Doubt | None:
    if not evidence.copied.any():
        return None
    people, copying = _copying(evidence)
    if wilson(copying, people, SURE)[0] < share:  # chance brings eight copies among the first ten
        return None
    part = copying / people
    if 2 * int((evidence.copied & evidence.repeats).sum()) > int(evidence.copied.sum()):
        reason = f"retweet wave: {part:.0%} of the people pass on one post"
    else:
        reason = f"copied text: {part:.0%} of the people post the same words"
    return Doubt("copied-text", part, reason)


def _one_domain(evidence: Evidence, share: float) -> Doubt | None:
    """Most posts link to one domain, and the others do not: a shortener says nothing."""
    found = _unusual(evidence.domains, evidence.linked, share)
    if found is None:
        return None
    part, _, first = found
    domain = evidence.named(first)
    return Doubt("one-domain", part, f"one domain: {part:.0%} of the posts link to {domain}")


def _one_instance(evidence: Evidence, share: float) -> Doubt | None:
    """Most people are of one instance, and the board's others are not."""
    if not evidence.hosts.any():
        return None
    _, first = np.unique(evidence.authors, return_index=True)
    found = _unusual(evidence.hosts[first], evidence.elsewhere, share)
    if found is None:
        return None
    part, usual, _ = found
    reason = f"one instance: {part:.0%} of the people are of one, {usual:.0%} are usual"
    return Doubt("one-domain", part, reason)


def _unusual(
    values: NDArray[np.uint64], others: Callable[[], NDArray[np.uint64]], share: float
) -> tuple[float, float, int] | None:
    """The commonest value: its share here and on the board, and where it stands first.

    Nothing where it is less than `share` of them, or less than UNUSUAL times as common as on the
    board. 0 is no value, and counts among those that lack it.
    """
    given = np.flatnonzero(values)
    if given.size == 0:
        return None
    names, first, counts = np.unique(values[given], return_index=True, return_counts=True)
    most = int(counts.argmax())
    part = float(counts[most]) / values.size
    if part < share:
        return None
    board = others()
    usual = float((board == names[most]).mean()) if board.size else 0.0
    return (part, usual, int(given[first[most]])) if part >= UNUSUAL * usual else None


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
