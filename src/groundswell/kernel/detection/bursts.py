"""How far above usual a term is: gate, then rank, and since when.

    z = √(2 · (A · ln(A / E) − (A − E)))   for A > E, else 0

is the signed root of the Poisson log-likelihood ratio of A people where E are expected. The gate
asks whether (z and people enough, in any window); the rank asks how much (people above usual in
one window, the same for all, so that places can be compared). `sizing` has the size of a story of
several words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.hashing import GOLDEN, mix
from groundswell.kernel.usual.baseline import Usual
from groundswell.machine.arrays import Float64Grid, Int64s, UInt64s
from groundswell.machine.loops import loop

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
    span: int
    """Slices of the ranking window."""
    authors: Floats
    """People in it."""
    expected: Floats
    """Expected people in it."""
    chance: float
    """How many of them chance may bring, whatever the term."""
    board: float
    """The board's people in it."""
    excess: Floats
    """authors − expected."""
    strength: Floats
    """Largest over the known windows of people above usual, in √(the board's people in it)."""
    unseasoned: Floats
    """z if no habits were known."""
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


@dataclass(frozen=True, slots=True)
class Gate:
    """What opens the gate: z, people (`few` on a small board), and times above usual."""

    z: float
    least: float
    """z that is enough on a very small board: fewer terms are tried, so chance makes fewer odd."""
    people: int
    few: int
    lift: float

    def least_people(self, inside: float) -> int:
        """People that a window of `inside` people needs."""
        return self.few if inside < 100 * self.people else self.people


def score(
    within: Floats,
    usual: Usual,
    dispersion: Floats,
    volumes: Floats,
    windows: tuple[int, ...],
    rank_window: int,
    gate: Gate,
) -> Scores:
    """Gate and rank of each term.

    `within` is a profile's, shape (terms, ages); `usual` has shape (terms, windows); `dispersion`
    (φ ≥ 1, shape (terms,)) makes a restless term less sure: z² is divided by it; `volumes` are the
    board's people a slice, newest first. A window counts when it has people enough and `gate.lift`
    times as many as usual: in a long window of a busy board a word of everyday use drifts by some
    percent, which is sure and no news. A window is passed over while the past outside it is too
    short to judge by. The ranking window is the longest up to `rank_window`.
    """
    ages = within.shape[1]
    spans = [min(window, ages) for window in windows]
    authors = np.stack([within[:, span - 1] for span in spans], axis=1)
    inside = np.array([volumes[:span].sum() for span in spans])
    people = np.array([gate.least_people(volume) for volume in inside.tolist()])
    usable = usual.known.copy()
    usable[0] |= not usable.any()  # at first the newest slice is held against general use alone
    quiet = usual.past + usual.allowed
    z, unseasoned = (
        np.where(
            usable & (authors >= people) & (authors >= gate.lift * expected),
            llr(authors, expected) / np.sqrt(dispersion)[:, None],
            0.0,
        )
        for expected in (usual.expected, quiet)
    )
    best = z.argmax(axis=1)
    excess = authors - usual.expected
    sure = (z >= gate.z) & usual.known
    strength = np.where(sure, excess / np.sqrt(np.maximum(inside, 1.0)), 0.0).max(axis=1)
    ranking = [i for i, window in enumerate(windows) if window <= rank_window and usable[i]]
    rank = max(ranking, default=0)
    return Scores(
        z=z.max(axis=1),
        window=np.array([windows[i] for i in best.tolist()], np.int64),
        span=spans[rank],
        authors=authors[:, rank],
        expected=usual.expected[:, rank],
        chance=float(usual.allowed[rank]),
        board=float(inside[rank]),
        excess=excess[:, rank],
        strength=strength,
        unseasoned=unseasoned.max(axis=1),
        open=(z >= gates(gate, inside)).any(axis=1) & (within[:, 0] > 0),
    )


def gates(gate: Gate, inside: Floats) -> Floats:
    """Z that each window needs: the full gate from 1,000 people on."""
    return np.clip(gate.z * (inside / 1_000) ** 0.3, gate.least, gate.z)


def onset(per_slice: Floats, rate: Floats, volumes: Floats) -> NDArray[np.int64]:
    """How many slices ago each burst began: argmax over s of the likelihood ratio of s … now.

    `rate` is the usual share of the board's volume (authors per author), shape (terms,).
    """
    observed = np.cumsum(per_slice, axis=1)
    expected = np.maximum(rate[:, None] * np.cumsum(volumes)[None, :], 0.05)
    return np.asarray(llr(observed, expected).argmax(axis=1), np.int64)


@loop
def _profile(
    bounds: Int64s,
    authors: UInt64s,
    ages: Int64s,
    per_slice: Float64Grid,
    within: Float64Grid,
    seen: UInt64s,
) -> None:
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
