"""The protocol of a peer, and the sums over slices that several of them need."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from groundswell.evaluate.corpus import Slice

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Terms with a score above 0; arrays have one entry a term, in no order that means anything."""

    terms: Ints
    scores: Floats

    @classmethod
    def above(cls, terms: Ints, scores: Floats) -> Ranked:
        """Those of the terms with a score above 0."""
        kept = scores > 0
        return cls(terms[kept], scores[kept])


class Peer(Protocol):
    """A measure. `rank` is called once for each slice, in order, empty ones too."""

    gate: float
    """The score from which its authors, or else this comparison, would tell a term as a trend."""

    def rank(self, now: Slice) -> Ranked:
        """Scores of the terms at the close of a slice."""


class Window:
    """The counts of the last slices: as a matrix for some terms, or summed for all.

    Memory: one number a term, and what was said in `slices` slices.
    """

    def __init__(self, terms: int, slices: int) -> None:
        self.slices = slices
        self.sums: Floats = np.zeros(terms)
        """Sum over the slices held, by term."""
        self._held: deque[Slice] = deque()

    def __len__(self) -> int:
        return len(self._held)

    def push(self, now: Slice) -> None:
        """Takes a slice in; the oldest leaves when there are more than `slices`."""
        self._held.append(now)
        self.sums[now.terms] += now.counts
        if len(self._held) > self.slices:
            gone = self._held.popleft()
            self.sums[gone.terms] -= gone.counts

    def matrix(self, terms: Ints) -> Floats:
        """Counts of some terms, oldest slice first, shape (terms, slices held); terms ascend."""
        out = np.zeros((terms.size, len(self._held)))
        for column, held in enumerate(self._held):
            if held.terms.size:
                at = np.minimum(np.searchsorted(held.terms, terms), held.terms.size - 1)
                out[:, column] = np.where(held.terms[at] == terms, held.counts[at], 0.0)
        return out

    def volumes(self) -> Floats:
        """The board's volume a slice, oldest first."""
        return np.array([held.volume for held in self._held])
