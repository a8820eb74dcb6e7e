"""The door of counting: what the kernel asks of terms, whoever holds them.

`counts.Counts` answers in one table. Terms may as well be shared out among several that each hold
the whole truth of their own: everything that is answered here is a sum or a union over them, in an
order that does not depend on who holds what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

TRACKS: Final = 4
"""Decaying sums a term: the long run, then up to three windows longer than a slice."""
MISSED: Final = 2.0
"""People whom the count of a pair may lack, because its parts were not alive yet and it came for
the first time; that of a triple, one more."""


@dataclass(frozen=True, slots=True)
class Said:
    """Where tokens are read: rings of one size, a power of two, by token position.

    `counts.Counts.count_terms` takes rows instead.
    """

    hashes: NDArray[np.uint64]
    joins: NDArray[np.uint8]
    """1 where a phrase goes on from the token before."""
    back: NDArray[np.uint32]
    """Written: the distance back to the same token's last occurrence, 0 for none."""


@dataclass(frozen=True, slots=True)
class Found:
    """Terms at the close of a slice, in order of their keys."""

    keys: NDArray[np.uint64]
    words: NDArray[np.uint32]
    last: NDArray[np.uint32]
    """Token position of the newest occurrence, modulo 2³²."""
    history: NDArray[np.float32]
    """Long-run authors before this slice, decayed to it: shape (n,)."""


@dataclass(frozen=True, slots=True)
class Common:
    """A word of the open slice that many said."""

    key: int
    last: int
    """Token position of the newest occurrence, modulo 2³²."""
    posts: int
    people: int


class Counting(Protocol):
    """Posts and distinct authors of terms, slice by slice.

    Call order: `count` for the posts of the open slice in their order, with `let_go` before posts
    of it leave `Said`; then questions; then `next_slice`. To be kept in a snapshot it is a
    dataclass of the kernel or an engine.
    """

    @property
    def slice(self) -> int:
        """Number of the open slice, from 1 on."""

    @property
    def authors(self) -> int:
        """Distinct authors of the open slice."""

    @property
    def evicted(self) -> int:
        """Terms forgotten since the beginning."""

    @property
    def used(self) -> int:
        """Terms that are known."""

    def count(
        self,
        said: Said,
        first: NDArray[np.int64],
        sizes: NDArray[np.uint16],
        authors: NDArray[np.uint64],
    ) -> None:
        """Counts a run of posts of the open slice, whose tokens `said` holds already.

        `first` gives the position of each post's first token, `sizes` how many it has (at most
        `kinds.MAX_TOKENS`), `authors` who wrote it: shape (posts,). Earlier posts of the slice must
        still be in `said`, or have been given to `let_go`.
        """

    def let_go(
        self,
        said: Said,
        first: NDArray[np.int64],
        sizes: NDArray[np.uint16],
        authors: NDArray[np.uint64],
    ) -> None:
        """Takes from posts of the open slice what counting needs, before `said` drops them."""

    def next_slice(self, steps: int = 1) -> None:
        """Closes the open slice and opens the one `steps` later."""

    def find(self, keys: NDArray[np.uint64]) -> Found:
        """Looks terms up; those that are not known are left out, and none comes twice."""

    def said_now(self, keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Posts and people of terms in the open slice; 0 for unknown ones, shapes (keys,)."""

    def people_now(self, keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
        """People of terms in the open slice; 0 for unknown ones, shape (keys,)."""

    def commonest_now(self, *, most: int, least: int) -> list[Common]:
        """The single words of the open slice that most people said, at least `least` of them.

        Most people first, of equally many by key.
        """

    def words_now(self, least: float = 0) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
        """Single words that `least` people said in the open slice, by key, and how many did."""

    def candidates(
        self,
        volumes: NDArray[np.float32],
        *,
        min_authors: float,
        z: float,
        share: float,
        prior: float,
    ) -> Found:
        """Terms of the open slice that a first look finds above usual.

        A window here is a decaying sum, which is cheap and near; posting lists decide afterwards.
        `volumes[t]` is the board's own authors before this slice, decayed as track t;
        `volumes[TRACKS]` those of this slice: shape (TRACKS + 1,). `share` is what the baseline
        allows to any term, `prior` the people of history that it adds.
        """

    def apart(self) -> Counting:
        """The same terms for a close of its own, good until more is counted."""
