"""Measures of a whole burst, from its beginning to now: MABED and Kleinberg's automaton."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from groundswell.evaluate.corpus import Slice
from groundswell.evaluate.peers.door import Floats, Ranked, Window

WINDOW = 60
"""Slices that a burst is looked for in."""
LEAST = 3.0
"""People in the slice that a term needs to be looked at."""


class _Burst(ABC):
    """What both need: a window of counts, and totals since the beginning."""

    def __init__(self, terms: int) -> None:
        self._window = Window(terms, WINDOW)
        self._totals = np.zeros(terms)
        self._volume = 0.0

    def rank(self, now: Slice) -> Ranked:
        """Weight of the burst that each term is in now, if it is in one."""
        self._window.push(now)
        self._totals[now.terms] += now.counts
        self._volume += now.volume
        terms = now.terms[now.counts >= LEAST]
        if not terms.size or len(self._window) < 2:
            return Ranked(terms[:0], np.zeros(0))
        share = self._totals[terms] / self._volume
        weights = self.weigh(self._window.matrix(terms), self._window.volumes(), share)
        return Ranked.above(terms, weights)

    @abstractmethod
    def weigh(self, counts: Floats, volumes: Floats, share: Floats) -> Floats:
        """Weight by term; `counts` has shape (terms, slices), oldest slice first."""


class Mabed(_Burst):
    """Magnitude of impact: the sum of (observed − expected) over the best run of slices up to now.

    Expected is the slice's volume times the term's share of all that was said; the run is the
    contiguous subsequence with the largest sum.

    Source: A. Guille, C. Favre, "Mention-anomaly-based event detection and tracking in Twitter",
    ASONAM 2014. There the data is complete and mentions are counted; here shares are of what was
    said so far, the run must end in this slice, within the last 60, and every post counts.
    """

    gate = 5.0

    def weigh(self, counts: Floats, volumes: Floats, share: Floats) -> Floats:
        """Largest sum of anomalies of a run that ends now.

        >>> counts = np.array([[0.0, 0, 6, 4]])
        >>> Mabed(1).weigh(counts, np.full(4, 10.0), np.array([0.25])).tolist()
        [5.0]
        """
        anomaly = counts - share[:, None] * volumes[None, :]
        return np.asarray(np.cumsum(anomaly[:, ::-1], axis=1).max(axis=1))


class Kleinberg(_Burst):
    """Weight of the burst state that the cheapest path of a two-state automaton is in now.

    A slice with r of d posts costs −ln(pᵢʳ (1 − pᵢ)^(d−r)) in state i, p₀ the term's share, p₁ = s
    times as much; to rise costs γ ln n, n slices. The weight of a burst is what its slices save by
    the burst state.

    Source: J. Kleinberg, "Bursty and hierarchical structure in streams", Data Mining and Knowledge
    Discovery 7(4), 2003, section 4 (enumerating bursts in batched data). s = 2 and γ = 1 as there.
    Online: p₀ is the share of what was said so far; the path is over the last 60 slices.
    """

    gate = 1e-9
    S = 2.0
    GAMMA = 1.0

    def weigh(self, counts: Floats, volumes: Floats, share: Floats) -> Floats:
        """Weight of the current burst, 0 where the cheapest path is in the base state now.

        >>> calm, burst = [2.0, 2, 2, 2], [2.0, 2, 9, 9]
        >>> k = Kleinberg(1)
        >>> k.weigh(np.array([calm, burst]), np.full(4, 20.0), np.full(2, 0.1)).round(2).tolist()
        [0.0, 9.89]
        """
        low = np.clip(share, 1e-9, 0.499)
        high = self.S * low
        said, silent = np.log(high / low), np.log((1 - high) / (1 - low))
        rise = self.GAMMA * np.log(counts.shape[1])
        base, up, weight = np.zeros(low.size), np.full(low.size, rise), np.zeros(low.size)
        for r, d in zip(counts.T, volumes, strict=True):
            gain = r * said + np.maximum(d - r, 0.0) * silent
            entering = base + rise < up
            weight = np.where(entering, 0.0, weight) + gain
            base, up = np.minimum(base, up), np.where(entering, base + rise, up) - gain
        return np.where(up < base, weight, 0.0)
