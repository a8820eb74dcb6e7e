"""Groups that say nothing of their own are told in the one that says it.

"Icon behaviour" is said of one thing after another. While it is said of this one it is no story
beside it, though the posts of an hour ago have nothing to do with it: what a group says is what it
says since both began.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct, union
from groundswell.kernel.memory.stories import Burst
from groundswell.kernel.telling.grouping import MOMENT

Ints = NDArray[np.int64]

OTHERS: Final = 0.5
"""Share of a group's newer posts, beyond chance, that say what a larger one says, from which on it
says nothing of its own."""


@dataclass(frozen=True, slots=True)
class Held:
    """The posts that a board looks at, by position; they come in the order of their slices."""

    since: Callable[[int], int]
    """Position of the first post of a slice or a later one."""
    end: int
    """Position after the last one."""


@dataclass(slots=True)
class _Row:
    members: list[int]
    began: int
    """Slice in which its seed began."""
    oldest: int
    """Slice in which its first burst began."""
    posts: Ints

    def take(self, other: _Row) -> None:
        self.members += other.members
        self.posts = union(self.posts, other.posts)


def fold(
    bursts: list[Burst], groups: list[list[int]], held: Held, *, least: int, doubted: Container[str]
) -> list[list[int]]:
    """Groups, largest first, without those that say nothing of their own.

    A group of at least `least` posts since both began is judged. If all of it began with the larger
    one or after it, its bursts are told there; what is older brings it nothing, for most that it
    ever said is of something else. A group that goes on a story of `doubted` has a row in any case:
    a campaign that takes up the name of the night does not hide in it.
    """
    rows: list[_Row] = []
    for members in groups:
        row = _row([bursts[i] for i in members], members)
        own = any(bursts[i].home in doubted for i in members)
        homes = () if own else rows
        home = next((one for one in homes if _is_said_in(row, one, held, least)), None)
        if home is None:
            rows.append(row)
        elif row.oldest >= home.began - MOMENT:
            home.take(row)
    return [row.members for row in rows]


def _row(bursts: list[Burst], members: list[int]) -> _Row:
    posts = distinct(np.concatenate([burst.posts for burst in bursts]))
    oldest = min(burst.started for burst in bursts)
    return _Row(list(members), bursts[0].started, oldest, posts)


def _is_said_in(row: _Row, home: _Row, held: Held, least: int) -> bool:
    """Whether most of what a group says since both began is said in `home`, beyond chance."""
    first = held.since(max(row.oldest, home.began))
    now, theirs = _from(row.posts, first), _from(home.posts, first)
    if min(now.size, theirs.size) < least:
        return False
    both = np.intersect1d(now, theirs, assume_unique=True).size
    chance = now.size * theirs.size / (held.end - first)
    return bool(both - chance >= OTHERS * max(now.size - chance, 1.0))


def _from(posts: Ints, first: int) -> Ints:
    return posts[np.searchsorted(posts, first) :]
