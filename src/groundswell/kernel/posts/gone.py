"""What was taken back: deleted posts, edited posts, accounts that are hidden or gone.

Owns which posts may not be shown, whatever order the news comes in. Everything goes by event time:

- A deletion is about the versions of a post that are no later than it. So an edit is the deletion
  of what stood before and a later post of the same id, and a post that is written anew under an old
  id is a post again.
- An account is as the latest news says. While it is not active its posts are hidden; when it is
  active again they are back. What an account posted before it was deleted is gone for good.

A grave is kept for as long as a post that it forbids could still be taken: older posts are too late
anyway (`Rules.late_us`). So nothing comes back, and the graves of a few minutes are all there are.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct
from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.posts import ring
from groundswell.model import AccountState, Batch

Times = NDArray[np.int64]
Flags = NDArray[np.bool_]
Keys = NDArray[np.uint64]
Places = NDArray[np.int64]

MOST = 1 << 18
"""Graves, and accounts that are not active; beyond it the oldest are forgotten."""


def _keys() -> Keys:
    return np.empty(0, np.uint64)


def _times() -> Times:
    return np.empty(0, np.int64)


@dataclass(slots=True)
class Graves:
    """Hashes, sorted, and until when each is forbidden, µs of event time, inclusive."""

    keys: Keys = field(default_factory=_keys)
    until: Times = field(default_factory=_times)

    def dig(self, keys: Keys, until: Times) -> None:
        """Adds some; of two about the same key the later one holds."""
        keys, until = np.concatenate((self.keys, keys)), np.concatenate((self.until, until))
        order = _latest(keys, until)
        self.keys, self.until = keys[order], until[order]

    def forget(self, before: int) -> None:
        """Lets go of those that end before `before`, and of the oldest when there are too many."""
        if self.keys.size > MOST:
            before = max(before, int(np.partition(self.until, -MOST)[-MOST]))
        kept = self.until >= before
        if not kept.all():
            self.keys, self.until = self.keys[kept], self.until[kept]

    def hold(self, keys: Keys, times: Times) -> Flags:
        """Which of the posts, by key and time, are forbidden."""
        if not self.keys.size:
            return np.zeros(keys.size, np.bool_)
        at = np.minimum(np.searchsorted(self.keys, keys), self.keys.size - 1)
        held: Flags = (self.keys[at] == keys) & (times <= self.until[at])
        return held


@dataclass(slots=True)
class Gone:
    """The state: what came since the last close, and what is known from before."""

    deleted: list[tuple[int, int]] = field(default_factory=list)
    """Hash of a post's id, and when. No name is kept, for a snapshot may be taken any time."""
    news: list[tuple[int, AccountState, int]] = field(default_factory=list)
    """Hash of an account, its state, and when."""
    posts: Graves = field(default_factory=Graves)
    purged: Graves = field(default_factory=Graves)
    """Authors whose posts up to a time are gone for good."""
    authors: Keys = field(default_factory=_keys)
    """Accounts of which something is known, sorted."""
    since: Times = field(default_factory=_times)
    hidden: Flags = field(default_factory=lambda: np.empty(0, np.bool_))
    doubted: Flags = field(default_factory=lambda: np.empty(0, np.bool_))
    """Accounts that were not active at some time: old news of that may come over again."""

    def hear(self, batch: Batch) -> None:
        """Takes note of what a batch takes back: it holds from the next close on."""
        if batch.deleted:
            ids = hash_strings([post_id for post_id, _ in batch.deleted]).tolist()
            self.deleted += zip(ids, [time for _, time in batch.deleted], strict=True)
        if batch.accounts:
            authors = hash_strings([one.author for one in batch.accounts]).tolist()
            told = zip(authors, batch.accounts, strict=True)
            self.news += [(author, one.state, one.time_us) for author, one in told]

    def refuses(self, ids: Keys, authors: Keys, times: Times) -> Flags:
        """Which posts were taken back before they came."""
        return self.posts.hold(ids, times) | self.purged.hold(authors, times)

    def hides(self, authors: Keys) -> Flags:
        """Which authors are not active."""
        if not self.authors.size:
            return np.zeros(authors.size, np.bool_)
        at = np.minimum(np.searchsorted(self.authors, authors), self.authors.size - 1)
        found: Flags = (self.authors[at] == authors) & self.hidden[at]
        return found


def settle(gone: Gone, held: ring.Ring, oldest_us: int) -> Places:
    """Applies what came since the last close; posts before `oldest_us` can come no more.

    Returns the places of the posts that are gone for good.
    """
    buried = [np.empty(0, np.int64)]
    if gone.deleted:
        ids = np.array([post_id for post_id, _ in gone.deleted], np.uint64)
        until = np.array([time for _, time in gone.deleted], np.int64)
        gone.posts.dig(ids, until)
        places = ring.of(held, held.ids, ids)
        buried.append(places[gone.posts.hold(held.ids[places], held.times[places])])
        gone.deleted = []
    if gone.news:
        buried.append(_settle_accounts(gone, held))
        gone.news = []
    gone.posts.forget(oldest_us)
    gone.purged.forget(oldest_us)
    _forget_accounts(gone, oldest_us)
    places = distinct(np.concatenate(buried))
    ring.bury(held, places)
    return places


def foresee(gone: Gone, held: ring.Ring) -> Places:
    """Marks in the ring now what the next close will, for those who look.

    Nothing counts differently for it: between two closes nobody else reads the marks, and a post
    that still comes is taken or refused by what was known at the last close.
    """
    return settle(copy.deepcopy(gone), held, -(1 << 62))


def _settle_accounts(gone: Gone, held: ring.Ring) -> Places:
    """The latest news of each account, and its posts as that says; returns those to be buried."""
    authors = np.array([author for author, _, _ in gone.news], np.uint64)
    times = np.array([time for _, _, time in gone.news], np.int64)
    hidden = np.array([state != "active" for _, state, _ in gone.news], np.bool_)
    ended = np.array([state == "gone" for _, state, _ in gone.news], np.bool_)
    if ended.any():
        gone.purged.dig(authors[ended], times[ended])
    before = gone.hides(authors)
    keys = np.concatenate((gone.authors, authors))
    since = np.concatenate((gone.since, times))
    order = _latest(keys, since)
    gone.authors, gone.since = keys[order], since[order]
    doubted = keys[np.concatenate((gone.doubted, hidden))]
    gone.hidden = np.concatenate((gone.hidden, hidden))[order]
    gone.doubted = np.isin(gone.authors, doubted)
    # most news is of accounts that were active all along: it changes nothing. One that was hidden
    # and is back since the last close may have been seen hidden in between
    places = ring.of(held, held.authors, authors[before | gone.hides(authors) | hidden])
    ring.hide(held, places, gone.hides(held.authors[places]))
    by_author: Flags = gone.purged.hold(held.authors[places], held.times[places])
    return places[by_author]


def _forget_accounts(gone: Gone, oldest_us: int) -> None:
    """Lets go of accounts that were always active, and of the oldest of too many others."""
    kept = gone.doubted | (gone.since >= oldest_us)
    if kept.sum() > MOST:
        kept &= gone.since >= int(np.partition(gone.since, -MOST)[-MOST])
    if not kept.all():
        gone.authors, gone.since = gone.authors[kept], gone.since[kept]
        gone.hidden, gone.doubted = gone.hidden[kept], gone.doubted[kept]


def _latest(keys: Keys, times: Times) -> NDArray[np.int64]:
    """Places of the latest entry of each key, by key; of two of one time the last one given."""
    order = np.lexsort((times, keys))
    ordered = keys[order]
    last = np.ones(order.size, np.bool_)
    last[:-1] = ordered[1:] != ordered[:-1]
    found: NDArray[np.int64] = order[last]
    return found
