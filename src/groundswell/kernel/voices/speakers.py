"""Which posts of a story are looked at: one of each person and text, a sample of bounded size."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.memory.state import State
from groundswell.kernel.memory.stories import Living
from groundswell.kernel.posts import origins, postings
from groundswell.kernel.rules import Rules
from groundswell.kernel.trust import copies
from groundswell.kernel.trust.evidence import legible

Ints = NDArray[np.int64]


WIDER: Final = 2
"""Times as many posts as are wanted are looked at for copies: to do so for all would cost more than
reading."""


def about(state: State, rules: Rules, one: Living) -> Ints:
    """The posts of the ranking window that say what a story is about, ascending.

    An everyday word may carry a story for a while; who says no more than that does not speak of it.
    """
    heard = legible(state, one.heard)
    names = state.names
    keys = [key for key in one.terms if key in names and not names[key][1]]
    if not keys:
        return heard
    found = state.counts.find(np.array(keys, np.uint64))
    since = state.counts.slice - rules.rank_window + 1
    lists = postings.find(state.ring, found.last, found.words, since)
    return np.intersect1d(heard, lists.posts)


def speakers(state: State, posts: Ints, most: int) -> Ints:
    """At most so many of the posts, each of another person and, where it is long, another text."""
    return sampled(
        state, _texts_once(state, sampled(state, each(state, posts), WIDER * most)), most
    )


def each(state: State, posts: Ints) -> Ints:
    """One post of each person: that with the least hash."""
    held = state.ring
    places = posts % held.posts
    order = np.argsort(held.ids[places], kind="stable")
    _, first = np.unique(held.authors[places[order]], return_index=True)
    return np.asarray(posts[np.sort(order[first])], np.int64)


def _texts_once(state: State, posts: Ints) -> Ints:
    """The posts without copies: what was said in the same words, and all but one of a paste."""
    held = state.ring
    places = posts % held.posts
    texts = copies.read(
        held.hashes, held.kinds, held.first[places], held.count[places].astype(np.int64)
    )
    said = np.zeros(posts.size, np.uint64)
    np.add.at(said, texts.owners, texts.pairs)
    shout = ~texts.judged | (said == 0)  # each one's own, however many cry it
    said[shout] = np.arange(1, posts.size + 1, dtype=np.uint64)[shout]
    kept = np.zeros(posts.size, np.bool_)
    kept[np.unique(said, return_index=True)[1]] = True
    pasted = np.flatnonzero(copies.copied(texts, held.authors[places]) & kept)
    kept[pasted[1:]] = False
    return np.asarray(posts[kept], np.int64)


def sampled(state: State, posts: Ints, most: int) -> Ints:
    """At most so many of the posts, those with the least hashes, in their order."""
    if posts.size <= most:
        return posts
    keys = state.ring.ids[posts % state.ring.posts]
    return np.sort(posts[np.argsort(keys, kind="stable")[:most]])


def texts_of(state: State, posts: Ints) -> tuple[list[str], list[str]]:
    """Verbatim texts of posts, and their languages."""
    found = [origin_of(state, place) for place in (posts % state.ring.posts).tolist()]
    return [one.text for one in found], [one.lang for one in found]


_NOWHERE = origins.Origin("", bluesky=False, url="", text="")


def origin_of(state: State, place: int) -> origins.Origin:
    """Where the post at a place of the ring came from."""
    held = state.ring
    origin, text = held.texts.origin(place), held.texts.at(place)
    return _NOWHERE if origin is None else origins.read(origin, held.langs[place], text or "")
