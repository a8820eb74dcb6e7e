"""What a story's posts say for and against it: what doubts are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct, without
from groundswell.kernel.memory.state import State
from groundswell.kernel.posts import postings, ring
from groundswell.kernel.rules import Rules
from groundswell.kernel.text.kinds import DOMAIN, MENTION
from groundswell.kernel.trust import copies
from groundswell.kernel.trust.doubts import Evidence, doubts, suspected
from groundswell.model import Doubt

Ints = NDArray[np.int64]

EVIDENCE = 2_000
"""Posts of a story that are looked at, the newest."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What speaks against a story now."""

    doubts: tuple[Doubt, ...]
    suspected: bool
    """Whether it looks like one text, sure or not: no story starts so."""


def suspect(state: State, rules: Rules, heard: Ints, terms: tuple[int, ...]) -> Suspicion:
    """What speaks against a story, by all that it was heard to say in the ranking window.

    Not about the posts of this slice's bursts alone: when a story cools, a phrase that some passed
    on may stand above usual longer than the name that all said, and would speak for them.

    Args:
        state: the kernel's.
        rules: the kernel's.
        heard: positions of the story's posts, ascending, as `recent` gives them.
        terms: its terms; posts of them that were deleted again speak against it.
    """
    held = state.ring
    since = state.counts.slice - rules.rank_window + 1
    places = present(state, heard) % held.posts
    first, count = held.first[places], held.count[places].astype(np.int64)
    opening = first % held.tokens
    others = cache(lambda: without(_latest(state), places))
    named = (held.replies[places] == 0) & (count > 0) & (held.kinds[opening] == MENTION)
    texts = copies.read(held.hashes, held.kinds, first, count)
    evidence = Evidence(
        authors=held.authors[places],
        copied=copies.copied(texts, held.authors[places]),
        repeats=texts.repeats,
        domains=held.domains[places],
        named=lambda i: _domain(state, int(places[i])),
        replies=np.where(named, held.hashes[opening], held.replies[places]),
        hosts=held.hosts[places],
        elsewhere=lambda: held.hosts[others()],
        linked=lambda: held.domains[others()],
        deleted=_deleted(state, terms, since),
    )
    share = rules.doubt_share
    return Suspicion(
        doubts(evidence, share=share, min_posts=rules.doubt_posts),
        suspected(evidence, share=share),
    )


def present(state: State, posts: Ints) -> Ints:
    """Those of the posts that are still held and may be shown."""
    held = state.ring
    posts = posts[posts >= held.n_posts - held.posts]
    return np.asarray(posts[(held.flags[posts % held.posts] & ring.UNSEEN) == 0], np.int64)


def legible(state: State, posts: Ints) -> Ints:
    """Those of the posts that may be shown and whose texts are held."""
    posts = present(state, posts)
    return np.asarray(posts[state.ring.texts.holds(posts)], np.int64)


def recent(state: State, rules: Rules, posts: Ints) -> Ints:
    """The posts of the ranking window that are held whole, the newest, at most EVIDENCE."""
    held = state.ring
    held_posts = posts[posts >= ring.oldest_whole(held)]
    since = state.counts.slice - rules.rank_window + 1
    return held_posts[held.slices[held_posts % held.posts] >= since][-EVIDENCE:]


def _latest(state: State) -> Ints:
    """Places of the board's newest posts, as many as a story is judged by."""
    newest = np.arange(max(0, state.ring.n_posts - EVIDENCE), state.ring.n_posts)
    return np.asarray(newest % state.ring.posts, np.int64)


def _domain(state: State, place: int) -> str:
    """The first registrable domain that a post links to; without its text that it is one."""
    held = state.ring
    text = held.texts.at(place)
    begin = int(held.first[place])
    for token in range(begin, begin + int(held.count[place])):
        at = token % held.tokens
        if held.kinds[at] == DOMAIN and text is not None:
            return text[int(held.starts[at]) : int(held.ends[at])].lower()
    return "one domain"


def _deleted(state: State, terms: tuple[int, ...], since: int) -> int:
    """How many posts with any of the terms were deleted again."""
    if not ring.any_deleted(state.ring, since):
        return 0
    found = state.counts.find(np.array(terms, np.uint64))
    lists = postings.find(state.ring, found.last, found.words, since, deleted=True)
    return int(distinct(lists.posts).size)
