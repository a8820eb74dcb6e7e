"""What posts of a story were read as: state of a story while it lives."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Felt:
    """Posts by their positions, ascending, and what each was read as."""

    posts: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    values: Floats = field(default_factory=lambda: np.empty((0, 0), np.float32))
    """Probabilities, shape (posts, labels)."""
    levels: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    """How each was read; see `moods`."""

    def only(self, posts: Ints) -> Felt:
        """What is known of these posts alone."""
        kept = np.isin(self.posts, posts)
        return Felt(self.posts[kept], self.values[kept], self.levels[kept])

    def with_more(self, posts: Ints, values: Floats, levels: NDArray[np.uint8]) -> Felt:
        """With other posts besides."""
        if not posts.size:
            return self
        known = self.values if self.posts.size else values[:0]
        places = np.concatenate((self.posts, posts))
        order = np.argsort(places, kind="stable")
        return Felt(
            places[order],
            np.concatenate((known, values))[order],
            np.concatenate((self.levels, levels))[order],
        )

    def of(self, posts: Ints, labels: int) -> tuple[Floats, NDArray[np.uint8]]:
        """Probabilities and levels of some posts, zeros where one was not looked at."""
        out = np.zeros((posts.size, labels), np.float32)
        levels = np.zeros(posts.size, np.uint8)
        if self.posts.size and posts.size:
            at = np.minimum(np.searchsorted(self.posts, posts), self.posts.size - 1)
            own = self.posts[at] == posts
            out[own], levels[own] = self.values[at[own]], self.levels[at[own]]
        return out, levels
