"""Stories that say nothing of their own have no row beside the one that they are said of.

"Icon behaviour" is said of one thing after another. While it is said of this one it is no news
beside it, though the posts of an hour ago have nothing to do with it: what a story says is what it
says since both began. It lives on, and has its row again when it says something else; what was
announced or is doubted keeps its row.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct
from groundswell.kernel.memory.state import State
from groundswell.kernel.memory.stories import Living
from groundswell.kernel.posts import ring
from groundswell.kernel.rules import Rules

Ints = NDArray[np.int64]

OTHERS: Final = 0.5
"""Share of a story's people since both began, beyond chance, whose posts are a larger story's too,
from which on it says nothing of its own."""


def folded(state: State, rules: Rules, listed: Iterable[Living]) -> dict[str, str]:
    """Stories, of those listed, largest first, that say nothing of their own: {id: whose they say}.

    Nothing is said of a doubted story: who answers a campaign is not a part of it.
    """
    homes: list[Living] = []
    gone: dict[str, str] = {}
    for story in listed:
        if story.doubted:
            continue
        larger = () if story.confirmed else homes
        home = next((one for one in larger if _is_said_of(state, rules, story, one)), None)
        if home:
            gone[story.id] = home.id
        else:
            homes.append(story)
    return gone


def _is_said_of(state: State, rules: Rules, story: Living, home: Living) -> bool:
    """Whether most of a story's people since both began say what `home` says, beyond chance.

    Fewer people than can begin a story say nothing about that.
    """
    first = ring.first_post(state.ring, max(story.started, home.started))
    now, theirs = _since(story.posts, first), _since(home.posts, first)
    people = _people(state, now)
    if people < rules.min_authors:
        return False
    both = _people(state, np.intersect1d(now, theirs, assume_unique=True))
    chance = people * theirs.size / (state.ring.n_posts - first)
    return both - chance >= OTHERS * max(people - chance, 1.0)


def _since(posts: Ints, first: int) -> Ints:
    return posts[np.searchsorted(posts, first) :]


def _people(state: State, posts: Ints) -> int:
    return distinct(state.ring.authors[posts % state.ring.posts]).size
