"""The texts of the posts that are held: of bounded length together, so that no flood grows them.

Where posts are long, the texts of the oldest fall out before the posts do. One that is far longer
than its words are is cut, or a few thousand of them would push out what all others said. Such posts
count as before, but are neither quoted nor read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.circular import put, put_all, stretch

A_TOKEN: Final = 8
"""Code points for each token that is held: people write six and a half, with the spaces."""
LONGEST: Final = (1_024, 32)
"""Code points that a post may have, and for each of its tokens: its address and its verbatim text,
where that is kept besides, count too."""


@dataclass(slots=True)
class Texts:
    """The texts of as many posts as the ring holds, in so many code points as there is room for.

    Positions and places are the ring's.
    """

    posts: int
    room: int
    used: int = 0
    """Code points of the posts from the oldest on, also of those that were forgotten since: or what
    is there would hang on when they were."""
    oldest: int = 0
    """Position of a post before which no text is there."""
    prepared: list[str | None] = field(init=False)
    """What was tokenised."""
    origins: list[str | None] = field(init=False)
    """Where each came from, as `origins.written` has it: mostly one and the same letter."""
    sizes: NDArray[np.uint32] = field(init=False)
    whole: NDArray[np.bool_] = field(init=False)
    """Whether the text was not cut."""

    def __post_init__(self) -> None:
        self.prepared = [None] * self.posts
        self.origins = [None] * self.posts
        self.sizes = np.zeros(self.posts, np.uint32)
        self.whole = np.zeros(self.posts, np.bool_)

    def keep(
        self, position: int, prepared: list[str], origins: list[str], tokens: NDArray[np.int64]
    ) -> None:
        """Puts those of new posts, no more than are held, in the place of the oldest.

        `position` is the first one's; `tokens` is how many each has.
        """
        n, end = len(prepared), position + len(prepared)
        self.let_go(end - self.posts)
        sizes = np.fromiter(map(len, prepared), np.uint32, n)
        sizes += np.fromiter(map(len, origins), np.uint32, n)
        most = LONGEST[0] + LONGEST[1] * tokens
        whole = sizes <= most
        sizes = np.minimum(sizes, most).astype(np.uint32)
        put(self.sizes, position, sizes)
        put(self.whole, position, whole)
        self.used += int(sizes.sum())
        put_all(self.prepared, position, prepared)
        put_all(self.origins, position, origins)
        for i in np.flatnonzero(~whole).tolist():
            place = (position + i) % self.posts
            self.prepared[place], self.origins[place] = prepared[i][: most[i]], None
        over = self.used - self.room
        if over > 0:
            held = stretch(self.sizes, self.oldest, end - self.oldest)
            ends = np.cumsum(held, dtype=np.int64)
            self.let_go(self.oldest + int(np.searchsorted(ends, over)) + 1)

    def let_go(self, before: int) -> None:
        """Drops those of the posts before a position."""
        gone = before - self.oldest
        if gone > 0:
            self.used -= int(stretch(self.sizes, self.oldest, gone).sum())
            put_all(self.prepared, self.oldest, [None] * gone)
            put_all(self.origins, self.oldest, [None] * gone)
            self.oldest = before

    def holds(self, posts: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Of which of the posts at these positions a whole text was kept and has not fallen out."""
        return (posts >= self.oldest) & self.whole[posts % self.posts]

    def at(self, place: int) -> str | None:
        """What was tokenised of a post, or its beginning; None where it is not there any more."""
        return self.prepared[place]

    def origin(self, place: int) -> str | None:
        """Where a post came from; None where that is not there any more."""
        return self.origins[place]

    def forget(self, place: int) -> None:
        """Drops those of a post."""
        self.prepared[place] = self.origins[place] = None
