"""A story's identity over time: which group goes on with which story, what splits and merges.

Identity is by posts: a group goes on being the story with which it shares most of its posts.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct, union
from groundswell.kernel.memory.stories import Burst, Living
from groundswell.kernel.telling.grouping import together

Ints = NDArray[np.int64]

TOLD: Final = 0.5
"""Share of a group's posts that its story must have told for the group to bring nothing new."""
_NONE: Final[Mapping[int, Ints]] = {}
SAME: Final = 0.3
"""A group is the story that shares at least this part of the smaller one's posts."""


def story_id(key: int, started_us: int) -> str:
    """A permanent name, from what began it and when: the same posts give the same id.

    >>> story_id(12345, 0)
    'heyaaaaaaaaa'
    """
    raw = (key ^ (started_us * 0x9E3779B97F4A7C15)) & ((1 << 56) - 1)
    return base64.b32encode(raw.to_bytes(7, "little")).decode().rstrip("=").lower()


def known_by(members: list[Burst]) -> Ints:
    """Posts by which a group is known as a story: of what may begin one, or tells one that lives.

    Were it only what may begin one, a story that cools would be another one with each of its words
    that falls below the gate. What only joined a story, an everyday word, is said of others too;
    there may be nothing else, and no posts.
    """
    own = [one.posts for one in members if one.open or (one.told and not one.everyday)]
    own = own or [one.posts for one in members if tells(one)][:1]
    return distinct(np.concatenate(own)) if own else np.empty(0, np.int64)


def tells(burst: Burst) -> bool:
    """Whether a burst tells a story: it may begin one, or tells one that lives.

    Of what everybody knows and says anyway others speak too: alone it is no sign of a story.
    """
    return burst.open or (burst.told and not (burst.everyday and burst.familiar))


def match(
    groups: list[Ints], living: list[Living], untold: Mapping[int, Ints] = _NONE
) -> tuple[dict[int, int], dict[int, int]]:
    """Which group goes on which story, and which story another group split from.

    Returns ({group: story}, {group: story it split from}); a story goes on in the group that shares
    most posts with it, of those that it has now and those that it was heard to say before: late in
    a long story only a detail may be new, and has few posts. Groups that tell nothing, with the
    posts of their words, only keep what has ended: it may not begin again yet.
    """
    pairs = []
    told = [union(story.heard, story.posts) for story in living]
    groups = [untold.get(g, posts) for g, posts in enumerate(groups)]
    shared = together([*groups, *told])[: len(groups), len(groups) :].tolist()
    for g, posts in enumerate(groups):
        for s, both in enumerate(shared[g]):
            smaller = min(posts.size, told[s].size)
            if both >= SAME * smaller > 0 and (living[s].ended or g not in untold):
                pairs.append((g in untold, -both, s, g))
    goes_on: dict[int, int] = {}
    split: dict[int, int] = {}
    taken: set[int] = set()
    for *_, s, g in sorted(pairs):
        if g not in goes_on and s not in taken:
            goes_on[g] = s
            taken.add(s)
        elif g not in goes_on:
            split.setdefault(g, s)
    return goes_on, {g: s for g, s in split.items() if g not in goes_on}


def regrown(
    groups: list[Ints], split: dict[int, int], goes_on: dict[int, int], living: list[Living]
) -> dict[int, int]:
    """Groups that only seem to split off: {group: the group with which their story goes on}.

    A smaller group most of whose posts its story has told already brings nothing new.
    """
    home = {s: g for g, s in goes_on.items()}
    back = {}
    for g, s in split.items():
        both = np.intersect1d(groups[g], living[s].posts, assume_unique=True).size
        if s in home and both >= TOLD * groups[g].size and groups[home[s]].size > groups[g].size:
            back[g] = home[s]
    return back


def absorbed(groups: list[Ints], goes_on: dict[int, int], living: list[Living]) -> dict[int, int]:
    """Stories that another has taken in: {story: the group that holds most of its posts now}."""
    merged: dict[int, int] = {}
    for s, story in enumerate(living):
        if s in goes_on.values() or story.posts.size == 0:
            continue
        shares = [
            np.intersect1d(posts, story.posts, assume_unique=True).size / story.posts.size
            for posts in groups
        ]
        if shares and max(shares) >= 2 * SAME:
            merged[s] = int(np.argmax(shares))
    return merged
