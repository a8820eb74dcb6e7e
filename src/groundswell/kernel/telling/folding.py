"""What only stirs has no row while its people speak of an announced story.

"Icon behaviour" is said of one thing after another. While it is said of this one it is no news
beside it, though the posts of an hour ago have nothing to do with it: what counts is what people
say in the ranking window, since both began. It lives on, and has its row when that is over.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.memory.state import State
from groundswell.kernel.memory.stories import Living
from groundswell.kernel.posts import ring
from groundswell.kernel.rules import Rules

Ints = NDArray[np.int64]

OTHERS: Final = 0.5
"""Share of a story's people, beyond chance, who speak of the other one too, from which on it says
nothing of its own."""


def folded(
    state: State, rules: Rules, listed: Iterable[Living], *, doubtful: Container[str]
) -> dict[str, str]:
    """Stories whose people speak of an announced one: {id: id of the story that they speak of}.

    Args:
        state: the kernel's.
        rules: the kernel's.
        listed: what has a row else, the largest first.
        doubtful: ids of what is doubted, or looks like one text: it keeps its row, and nothing is
            told in it.
    """
    homes: list[Living] = []
    gone: dict[str, str] = {}
    for story in listed:
        if story.id in doubtful:
            continue
        if story.confirmed:
            homes.append(story)
            continue
        home = next((one for one in homes if _is_said_of(state, rules, story, one)), None)
        if home:
            gone[story.id] = home.id
    return gone


def _is_said_of(state: State, rules: Rules, story: Living, home: Living) -> bool:
    """Whether most of a story's people speak of `home` too, beyond chance.

    Fewer people than can begin a story say nothing about that.
    """
    window = state.counts.slice - rules.rank_window + 1
    first = ring.first_post(state.ring, max(story.started, home.started, window))
    said, theirs = _since(story.posts, first), _since(home.posts, first)
    people, posts = _people(state, said)
    if people.size < rules.min_authors:
        return False
    both, _ = _people(state, np.intersect1d(said, theirs, assume_unique=True))
    share = theirs.size / (state.ring.n_posts - first)
    chance = float((1.0 - (1.0 - share) ** posts).sum())
    return both.size - chance >= OTHERS * max(people.size - chance, 1.0)


def _since(posts: Ints, first: int) -> Ints:
    return posts[np.searchsorted(posts, first) :]


def _people(state: State, posts: Ints) -> tuple[NDArray[np.uint64], Ints]:
    """Who wrote them, and how many each."""
    return np.unique(state.ring.authors[posts % state.ring.posts], return_counts=True)
