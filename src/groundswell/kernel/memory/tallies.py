"""How many posts and people a story has, while some of its posts may yet be taken back.

A post that is still in the ring counts as its flags say at each look, so a deletion or a hidden
account lowers the numbers and an account that is back raises them. A post that has left the ring
counts for good as it was seen last.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]
Flags = NDArray[np.bool_]


@dataclass(slots=True)
class Tally:
    """State of a story: `add` its new posts, `look` at what became of those in the ring."""

    past: int = 0
    """Posts that have left the ring."""
    people: set[int] = field(default_factory=set)
    """Who wrote them."""
    positions: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    """Posts that the ring may still hold, in the order in which they were counted."""
    authors: Keys = field(default_factory=lambda: np.empty(0, np.uint64))
    seen: Flags = field(default_factory=lambda: np.empty(0, np.bool_))
    """Whether each was there to be seen at the last look."""

    def add(self, positions: Ints, authors: Keys) -> None:
        """Counts posts, by their positions in the ring; each once."""
        self.positions = np.concatenate((self.positions, positions))
        self.authors = np.concatenate((self.authors, authors))
        self.seen = np.concatenate((self.seen, np.ones(positions.size, np.bool_)))

    def look(self, flags: NDArray[np.uint8], n_posts: int, unseen: int) -> tuple[int, int]:
        """Brings it up to the ring's `flags`, of `n_posts` ever; returns posts and people.

        `unseen` are the bits of a post that may not be shown.
        """
        held = self.positions >= n_posts - flags.size
        if not held.all():
            left = ~held & self.seen
            self.past += int(left.sum())
            self.people.update(self.authors[left].tolist())
            self.positions, self.authors = self.positions[held], self.authors[held]
        self.seen = (flags[self.positions % flags.size] & unseen) == 0
        return self._sum(self.seen)

    def count(self, flags: NDArray[np.uint8], n_posts: int, unseen: int) -> tuple[int, int]:
        """What `look` would say; nothing is brought up to date.

        >>> one = Tally()
        >>> one.add(np.array([0, 1, 2]), np.array([7, 7, 8], np.uint64))
        >>> one.count(np.array([0, 0, 1, 0], np.uint8), 3, unseen=1)
        (2, 1)
        """
        held = self.positions >= n_posts - flags.size
        now = (flags[self.positions % flags.size] & unseen) == 0
        return self._sum(np.where(held, now, self.seen))

    def _sum(self, seen: Flags) -> tuple[int, int]:
        here, posts = distinct(self.authors[seen]), self.past + int(seen.sum())
        if not self.people:
            return posts, here.size
        return posts, len(self.people) + len(set(here.tolist()) - self.people)
