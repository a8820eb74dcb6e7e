"""How far above usual a term is: gate, then rank, and since when.

    z = √(2 · (A · ln(A / E) − (A − E)))   for A > E, else 0

is the signed root of the Poisson log-likelihood ratio of A people where E are expected. The gate
asks whether (z and people enough, in any window); the rank asks how much (people above usual in
one window, the same for all, so that places can be compared).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from groundswell.kernel.hashing import GOLDEN, mix

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Profiles:
    """People of several terms over the last slices, newest first; shape (terms, ages)."""

    per_slice: Floats
    """Distinct authors within each slice."""
    within: Floats
    """Distinct authors from the newest slice back to this one: a window's exact count."""


@dataclass(frozen=True, slots=True)
class Scores:
    """How terms stand; one entry a term."""

    z: Floats
    """Largest over the windows."""
    window: NDArray[np.int64]
    """Slices of the window with that z."""
    authors: Floats
    """People in the ranking window."""
    expected: Floats
    """Expected people in it."""
    excess: Floats
    """authors − expected."""
    open: NDArray[np.bool_]
    """Whether the gate is open."""


def profile(
    bounds: NDArray[np.int64], authors: NDArray[np.uint64], ages: NDArray[np.int64], depth: int
) -> Profiles:
    """Counts distinct authors per slice and per window, exactly.

    The posts of term i are `[bounds[i], bounds[i + 1])`, newest first; `ages` are slices back from
    the open one, 0 … depth − 1.
    """
    n = bounds.size - 1
    per_slice = np.zeros((n, depth))
    within = np.zeros((n, depth))
    longest = int(np.diff(bounds).max(initial=1))
    size = 1 << (4 * longest + 4).bit_length()
    _profile(bounds, authors, ages, per_slice, within, np.zeros(size, np.uint64))
    return Profiles(per_slice, np.cumsum(within, axis=1))


def llr(authors: Floats, expected: Floats) -> Floats:
    """z, the signed root of the Poisson log-likelihood ratio; 0 at or below expected.

    >>> import numpy as np
    >>> [round(float(x), 2) for x in llr(np.array([6.0, 1.0]), np.array([1.0, 2.0]))]
    [3.39, 0.0]
    """
    above = authors > expected
    a = np.where(above, authors, 1.0)
    e = np.where(above, np.maximum(expected, 1e-9), 1.0)
    return np.asarray(np.sqrt(2 * np.maximum(a * np.log(a / e) - (a - e), 0.0)), np.float64)


def score(  # noqa: PLR0913 -- the figures of one decision
    within: Floats,
    expected: Floats,
    known: NDArray[np.bool_],
    windows: tuple[int, ...],
    *,
    rank_window: int,
    gate: float,
    min_authors: int,
    min_lift: float,
) -> Scores:
    """Gate and rank of each term.

    `within` is a profile's, shape (terms, ages); `expected` has shape (terms, windows). A window
    counts when it has `min_authors` people and `min_lift` times as many as usual: in a long window
    of a busy board a word of everyday use drifts by some percent, which is sure and no news.
    Windows that are not `known` are passed over; the ranking window is the longest known one up
    to `rank_window`.
    """
    n, ages = within.shape
    usable = [i for i in range(len(windows)) if known[i]]
    if not usable:
        zero = np.zeros(n)
        return Scores(zero, np.ones(n, np.int64), zero, zero, zero, np.zeros(n, np.bool_))
    authors = np.stack([within[:, min(windows[i], ages) - 1] for i in usable], axis=1)
    usual = expected[:, usable]
    enough = (authors >= min_authors) & (authors >= min_lift * usual)
    z = np.where(enough, llr(authors, usual), 0.0)
    best = z.argmax(axis=1)
    rank = max([k for k, i in enumerate(usable) if windows[i] <= rank_window], default=0)
    return Scores(
        z=z.max(axis=1),
        window=np.array([windows[usable[k]] for k in best.tolist()], np.int64),
        authors=authors[:, rank],
        expected=usual[:, rank],
        excess=authors[:, rank] - usual[:, rank],
        open=(z.max(axis=1) >= gate) & (within[:, 0] > 0),
    )


def onset(per_slice: Floats, rate: Floats, volumes: Floats) -> NDArray[np.int64]:
    """How many slices ago each burst began: argmax over s of the likelihood ratio of s … now.

    `rate` is the usual share of the board's volume (authors per author), shape (terms,).
    """
    observed = np.cumsum(per_slice, axis=1)
    expected = np.maximum(rate[:, None] * np.cumsum(volumes)[None, :], 0.05)
    return np.asarray(llr(observed, expected).argmax(axis=1), np.int64)


@njit(nogil=True, cache=True)
def _profile(bounds, authors, ages, per_slice, within, seen):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    mask = np.uint64(seen.size - 1)
    touched = np.empty(seen.size, np.uint64)
    for i in range(bounds.size - 1):
        n = 0
        for j in range(bounds[i], bounds[i + 1]):
            age = ages[j]
            for kind in range(2):
                what = np.uint64(age + 2) if kind else np.uint64(1)
                key = mix(authors[j] * GOLDEN + what * np.uint64(0x9FB21C651E98DF25))
                s = key & mask
                while seen[s] != key and seen[s] != 0:
                    s = (s + np.uint64(1)) & mask
                if seen[s] == 0:
                    seen[s] = key
                    touched[n] = s
                    n += 1
                    if kind:
                        per_slice[i, age] += 1
                    else:
                        within[i, age] += 1
        for k in range(n):
            seen[touched[k]] = 0
