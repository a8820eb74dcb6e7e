"""Measures that hold a count against one expected number: plain counts, Mastodon, Gnip, BNgram."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.evaluate.corpus import Slice
from groundswell.evaluate.peers.door import Floats, Ranked, Window
from groundswell.times import HOUR_US


class Counts:
    """Most said: people (or posts) in the slice. What a board without any measure shows."""

    gate = 5.0
    """As the kernel's least number of people."""

    def rank(self, now: Slice) -> Ranked:
        """The counts."""
        return Ranked.above(now.terms, now.counts)


class Mastodon:
    """(o − e)² / e on the accounts of the UTC day so far (o) and of the day before (e, at least 1).

    0 below 5 accounts and where o < e. The best score of the last two days is kept and halves
    every 4 hours; what has fallen below 1 is dropped.

    Source: mastodon/mastodon, `app/models/trends/tags.rb` (threshold 5, max_score_cooldown 2 days,
    max_score_halflife 4 hours, decay_threshold 1). It counts hashtags; here every term is counted.
    """

    gate = 1.0
    THRESHOLD = 5.0
    COOLDOWN_US = 48 * HOUR_US
    HALF_LIFE_US = 4 * HOUR_US

    def __init__(self, terms: int, slice_us: int) -> None:
        self._slice_us = slice_us
        self._day = -1
        self._today, self._yesterday = np.zeros(terms), np.zeros(terms)
        self._best = np.zeros(terms)
        self._best_at = np.zeros(terms, np.int64)
        self._lit = np.zeros(0, np.int64)
        """Terms whose decayed score is not below the gate."""

    def rank(self, now: Slice) -> Ranked:
        """Decayed best scores of all terms that still have one, said now or not."""
        at = (now.number + 1) * self._slice_us
        self._turn(now.day)
        self._today[now.terms] += now.fresh
        observed = self._today[now.terms]
        expected = np.maximum(self._yesterday[now.terms], 1.0)
        counts = (observed >= self.THRESHOLD) & (observed >= expected)
        score = np.where(counts, (observed - expected) ** 2 / expected, 0.0)
        stale = self._best_at[now.terms] < at - self.COOLDOWN_US
        better = score > np.where(stale, 0.0, self._best[now.terms])
        best = now.terms[better]
        self._best[best], self._best_at[best] = score[better], at
        lit = np.union1d(self._lit, best)
        decayed = self._best[lit] * 0.5 ** ((at - self._best_at[lit]) / self.HALF_LIFE_US)
        stays = decayed >= self.gate
        self._lit = lit[stays]
        return Ranked(self._lit, decayed[stays])

    def _turn(self, day: int) -> None:
        """Today becomes yesterday, or, after a longer silence, nothing is known of it."""
        if day != self._day:
            follows = day == self._day + 1
            self._yesterday = self._today if follows else np.zeros_like(self._today)
            self._today = np.zeros_like(self._today)
            self._day = day


class Gnip:
    """η = (o − e) / √e: how many standard deviations of a Poisson background above the mean.

    Source: S. Hendrickson, J. Kolb, B. Lehman, J. Montague, "Trend Detection in Social Data",
    Gnip/Twitter white paper, 2015. There η is the relative change over the relative width of the
    Poisson interval; √e stands for that width here, which ranks the same but for very small e.
    Chosen: e is the mean of the last 60 slices, and at least 1, as a mean of 0 gives no η at all.
    """

    gate = 3.0
    BASELINE = 60

    def __init__(self, terms: int) -> None:
        self._past = Window(terms, self.BASELINE)

    def rank(self, now: Slice) -> Ranked:
        """η of what is said now; nothing in the first slice, which has no background."""
        scores = np.zeros(now.terms.size)
        if len(self._past):
            expected = np.maximum(self._past.sums[now.terms] / len(self._past), 1.0)
            scores = (now.counts - expected) / np.sqrt(expected)
        self._past.push(now)
        return Ranked.above(now.terms, scores)


class BNgram:
    """df-idf_t = (df_i + 1) / (log(Σ_{j=1…t} df_{i−j} / t + 1) + 1), times 1.5 for names.

    Source: L. M. Aiello et al., "Sensing trending topics in Twitter", IEEE Transactions on
    Multimedia 15(6), 2013. The boost is for n-grams that hold a named entity; a term counts as one
    here when it is a tag, a mention, or written with capitals in most of its posts (no recogniser
    is run). Chosen: t = 4 slices; n-grams of one to three words, as for every method here. The
    measure ranks and has no gate: each slice's best are told.
    """

    gate = 0.0
    BOOST = 1.5
    SLICES = 4

    def __init__(self, terms: int, names: NDArray[np.bool_]) -> None:
        self._boost: Floats = np.where(names, self.BOOST, 1.0)
        self._past = Window(terms, self.SLICES)

    def rank(self, now: Slice) -> Ranked:
        """df-idf_t of what is said now; slices before the first count as empty ones."""
        before = np.maximum(self._past.sums[now.terms], 0.0) / self.SLICES
        scores = (now.counts + 1) / (np.log(before + 1) + 1) * self._boost[now.terms]
        scores[now.counts < 2] = 0.0  # one person's words are not a topic
        self._past.push(now)
        return Ranked.above(now.terms, scores)
