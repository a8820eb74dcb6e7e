"""The texts of the posts that are held: of bounded length together, so that no flood grows them.

Where posts are long, the texts of the oldest fall out before the posts do: they count as before,
but are neither quoted nor asked how a word is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.circular import put, stretch


@dataclass(slots=True)
class Texts:
    """The texts of as many posts as the ring holds, in so many code points as there is room for."""

    posts: int
    room: int
    used: int = 0
    """Code points of the texts that are there."""
    ever: int = 0
    """Posts ever."""
    oldest: int = 0
    """Position of a post before which no text is there."""
    held: list[str | None] = field(init=False)
    sizes: NDArray[np.uint32] = field(init=False)
    """Code points of each; 0 of what is not there."""

    def __post_init__(self) -> None:
        self.held = [None] * self.posts
        self.sizes = np.zeros(self.posts, np.uint32)

    def keep(self, texts: list[str]) -> None:
        """Puts the texts of no more posts than are held in the place of the oldest."""
        sizes = np.fromiter(map(len, texts), np.uint32, len(texts))
        self.used += int(sizes.sum()) - int(stretch(self.sizes, self.ever, len(texts)).sum())
        put(self.sizes, self.ever, sizes)
        at = self.ever % self.posts
        fits = min(len(texts), self.posts - at)
        self.held[at : at + fits] = texts[:fits]
        self.held[: len(texts) - fits] = islice(texts, fits, None)
        self.ever += len(texts)
        self.oldest = max(self.oldest, self.ever - self.posts)
        while self.used > self.room:
            self.forget(self.oldest % self.posts)
            self.oldest += 1

    def let_go(self, before: int) -> None:
        """Drops the texts of the posts before a position."""
        gone = before - self.oldest
        if gone > 0:
            self.used -= int(stretch(self.sizes, self.oldest, gone).sum())
            put(self.sizes, self.oldest, np.zeros(gone, np.uint32))
            at = self.oldest % self.posts
            fits = min(gone, self.posts - at)
            self.held[at : at + fits] = [None] * fits
            self.held[: gone - fits] = [None] * (gone - fits)
            self.oldest = before

    def at(self, place: int) -> str | None:
        """What was tokenised of a post; None where it was taken back or has fallen out."""
        return self.held[place]

    def forget(self, place: int) -> None:
        """Drops the text of a post."""
        self.used -= int(self.sizes[place])
        self.held[place], self.sizes[place] = None, 0
