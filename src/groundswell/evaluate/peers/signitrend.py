"""SigniTrend: significance against an exponentially weighted mean and variance."""

from __future__ import annotations

import numpy as np

from groundswell.evaluate.corpus import Slice
from groundswell.evaluate.peers.door import Floats, Ints, Ranked


class SigniTrend:
    """(x − max(μ, β)) / (σ + β), x the term's people in the slice.

    μ and σ² are the exponentially weighted mean and variance of x up to the slice before; β keeps
    rare terms from being significant by one mention.

    Source: E. Schubert, M. Weiler, H.-P. Kriegel, "SigniTrend: scalable detection of emerging
    topics in textual streams by hashed significance thresholds", KDD 2014. Exact here: no hashing.
    Chosen, as the best of 12 variants on the 2014 World Cup: x in people and not as a share of the
    slice (which is noise where a slice has few posts), a half-life of 96 slices, β = 1. Told from
    3 σ on.

    A term that is not said has x = 0; its moments are brought up to date when it is said again:
    k silent slices multiply both raw moments by (1 − α)^k, which is what k steps of the recursion
    give. The weights of the slices so far sum to 1 − (1 − α)^n, by which the moments are divided.
    """

    gate = 3.0
    HALF_LIFE = 96.0
    BIAS = 1.0

    def __init__(self, terms: int) -> None:
        self._keep = 0.5 ** (1 / self.HALF_LIFE)
        self._first, self._second = np.zeros(terms), np.zeros(terms)
        """Raw moments of x as of the slice in `_seen`."""
        self._seen = np.zeros(terms, np.int64)
        self._slices = 0

    def rank(self, now: Slice) -> Ranked:
        """Significance of what is said now; nothing in the first slice."""
        scores: Floats = np.zeros(now.terms.size)
        self._silence(now.terms)
        if self._slices:
            weight = 1 - self._keep**self._slices
            mean = self._first[now.terms] / weight
            variance = np.maximum(self._second[now.terms] / weight - mean**2, 0.0)
            scores = (now.counts - np.maximum(mean, self.BIAS)) / (np.sqrt(variance) + self.BIAS)
        self._learn(now.terms, now.counts)
        return Ranked.above(now.terms, scores)

    def _silence(self, terms: Ints) -> None:
        """Brings moments up to the slice before this one."""
        factor = self._keep ** (self._slices - self._seen[terms])
        self._first[terms] *= factor
        self._second[terms] *= factor
        self._seen[terms] = self._slices

    def _learn(self, terms: Ints, x: Floats) -> None:
        alpha = 1 - self._keep
        self._first[terms] = self._keep * self._first[terms] + alpha * x
        self._second[terms] = self._keep * self._second[terms] + alpha * x**2
        self._slices += 1
        self._seen[terms] = self._slices
