"""Each peer against numbers that a person can check by hand, and against a slow second way."""

from __future__ import annotations

import math

import numpy as np
import pytest

from groundswell.evaluate.corpus import Slice
from groundswell.evaluate.peers.bursts import Kleinberg, Mabed
from groundswell.evaluate.peers.door import Peer, Window
from groundswell.evaluate.peers.ratios import BNgram, Counts, Gnip, Mastodon
from groundswell.evaluate.peers.signitrend import SigniTrend

HOUR = 3_600_000_000


def said(number: int, counts: dict[int, float], volume: float = 100.0, day: int = 0) -> Slice:
    """A slice in which everyone says a term for the first time that day."""
    terms = np.array(sorted(counts), np.int64)
    values = np.array([counts[term] for term in sorted(counts)], np.float64)
    return Slice(number, day, terms, values, values, volume)


def score(peer: Peer, now: Slice, term: int = 0) -> float:
    ranked = peer.rank(now)
    return dict(zip(ranked.terms.tolist(), ranked.scores.tolist(), strict=True)).get(term, 0.0)


def test_mastodon_gives_144_for_13_against_1() -> None:
    """(13 − 1)² / 1; with nobody the day before, one is expected."""
    assert score(Mastodon(1, HOUR), said(1, {0: 13})) == 144.0
    peer = Mastodon(1, HOUR)
    peer.rank(said(1, {0: 1}, day=0))
    assert score(peer, said(25, {0: 13}, day=1)) == 144.0


def test_mastodon_counts_the_day_so_far_and_wants_five() -> None:
    """4 are too few; 3 more make 7 of the same day: (7 − 1)² = 36."""
    peer = Mastodon(1, HOUR)
    assert score(peer, said(1, {0: 4})) == 0.0
    assert score(peer, said(2, {0: 3})) == 36.0


def test_mastodon_halves_a_score_in_four_hours_and_drops_it_below_one() -> None:
    """144 → 72 after four silent hours, gone after more than 4 · log2(144) ≈ 28.7."""
    peer = Mastodon(1, HOUR)
    peer.rank(said(1, {0: 13}))
    assert score(peer, said(5, {})) == 72.0
    assert score(peer, said(30, {}, day=1)) == 0.0


def test_a_day_of_silence_is_no_yesterday() -> None:
    """20 of more than two days ago are neither expected nor the best any more: 144 again."""
    peer = Mastodon(1, HOUR)
    peer.rank(said(1, {0: 20}, day=0))
    peer.rank(said(25, {}, day=1))
    assert score(peer, said(60, {0: 13}, day=2)) == 144.0


def test_counts_are_counts() -> None:
    """Seven people are seven."""
    assert score(Counts(), said(1, {0: 7})) == 7.0


def test_gnip_is_the_distance_in_poisson_deviations() -> None:
    """4 a slice before, 10 now: (10 − 4) / √4 = 3; nothing is known in the first slice."""
    peer = Gnip(1)
    assert score(peer, said(1, {0: 4})) == 0.0
    peer.rank(said(2, {0: 4}))
    assert score(peer, said(3, {0: 10})) == 3.0


def test_bngram_is_df_idf_with_a_boost_for_names() -> None:
    """Nobody before: (9 + 1) / (log 1 + 1) = 10, a name 15; 4 before over 4 slices: mean 1."""
    assert score(BNgram(1, np.array([False])), said(1, {0: 9})) == 10.0
    peer = BNgram(1, np.array([True]))
    assert score(peer, said(1, {0: 4})) == 7.5
    assert score(peer, said(2, {0: 9})) == pytest.approx(10 / (math.log(2) + 1) * 1.5)


def test_bngram_forgets_after_four_slices() -> None:
    """The fifth slice back does not count any more."""
    peer = BNgram(1, np.array([False]))
    peer.rank(said(1, {0: 50}))
    for number in range(2, 6):
        peer.rank(said(number, {}))
    assert score(peer, said(6, {0: 9})) == 10.0


def test_signitrend_is_significance_with_a_bias() -> None:
    """A constant 4: μ = 4, σ = 0, so 10 now is (10 − 4) / (0 + 1) = 6; a new word (10 − 1) / 1."""
    peer = SigniTrend(2)
    for number in range(5):
        peer.rank(said(number, {0: 4}))
    assert score(peer, said(5, {0: 10, 1: 10}), 0) == pytest.approx(6.0)
    fresh = SigniTrend(1)
    fresh.rank(said(0, {}))
    assert score(fresh, said(1, {0: 10})) == pytest.approx(9.0)


def test_signitrends_silent_slices_are_zeros_of_the_plain_recursion() -> None:
    """Weighted mean and variance over 0, 5, 0, 0, 3, 0 worked out one by one give the same."""
    series = [0.0, 5.0, 0.0, 0.0, 3.0, 0.0]
    peer = SigniTrend(1)
    for number, x in enumerate(series):
        peer.rank(said(number, {0: x} if x else {}))
    weights = np.array([peer._keep ** (len(series) - 1 - i) for i in range(len(series))])
    mean = np.average(series, weights=weights)
    deviation = math.sqrt(np.average((np.array(series) - mean) ** 2, weights=weights))
    expected = (8 - max(mean, 1.0)) / (deviation + 1.0)
    assert score(peer, said(6, {0: 8})) == pytest.approx(expected)


def test_mabed_sums_the_best_run_of_anomalies_that_ends_now() -> None:
    """0, 0, 6, 4 of ten each: share 1/4, so −2.5, −2.5, 3.5, 1.5; the last two make 5."""
    peer = Mabed(1)
    for number, count in enumerate([0, 0, 6]):
        peer.rank(said(number, {0: count} if count else {}, volume=10.0))
    assert score(peer, said(3, {0: 4}, volume=10.0)) == pytest.approx(5.0)


def slow_kleinberg(counts: list[float], d: float, p0: float) -> float:
    """All paths of two states, by brute force: weight of the burst the cheapest one ends in."""
    p1, tau = 2 * p0, math.log(len(counts))

    def cost(p: float, r: float) -> float:
        return -(r * math.log(p) + (d - r) * math.log(1 - p))

    best, path = math.inf, 0
    for states in range(1 << len(counts)):
        total, before = 0.0, 0
        for t, r in enumerate(counts):
            state = states >> t & 1
            total += cost(p1 if state else p0, r) + tau * (state > before)
            before = state
        if total < best:
            best, path = total, states
    weight = 0.0
    for t in reversed(range(len(counts))):
        if not path >> t & 1:
            break
        weight += cost(p0, counts[t]) - cost(p1, counts[t])
    return weight


@pytest.mark.parametrize(
    "counts", [[2, 2, 2, 2, 2], [2, 2, 9, 9, 2], [0, 9, 9, 0, 9], [2, 2, 2, 9, 9], [9, 9, 9, 2, 8]]
)
def test_kleinberg_weighs_the_burst_of_the_cheapest_path(counts: list[float]) -> None:
    """The same as trying all 32 paths."""
    fast = Kleinberg(1).weigh(np.array([counts], float), np.full(5, 20.0), np.array([0.15]))
    assert fast[0] == pytest.approx(max(slow_kleinberg(counts, 20.0, 0.15), 0.0))


def test_a_window_holds_the_last_slices_and_their_sum() -> None:
    """Three slices pushed into a window of two: the first has left."""
    window = Window(3, 2)
    for number, counts in enumerate([{0: 5.0}, {0: 1.0, 2: 2.0}, {2: 4.0}]):
        window.push(said(number, counts))
    assert window.sums.tolist() == [1.0, 0.0, 6.0]
    assert window.matrix(np.array([0, 1, 2])).tolist() == [[1.0, 0.0], [0.0, 0.0], [2.0, 4.0]]
