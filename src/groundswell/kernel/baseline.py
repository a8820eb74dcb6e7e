"""What is usual for a term, in a window that ends now.

Expected people = long-run share × the board's own volume + an allowance:

    E = N · V / D + max(κ · max(1, V / D), κ' · V)

- N: the term's authors before the window, D: the board's, both decayed alike, so that N / D is a
  share and a busy hour lifts nobody;
- V: the board's authors in the window;
- κ (1 person): what a term without history may have by chance. While the desk knows less than one
  window of the past (V > D) the allowance grows: a word that was never seen in so little may well
  be ordinary. That is what "learning" costs, and it ends by itself;
- κ' (1 in 1,000 people): on a large board a handful of people say every odd thing at any time.

The window's own people are taken out of N and D: a burst does not become its own normality.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in each window; arrays have shape (terms, windows)."""

    expected: Floats
    known: NDArray[np.bool_]
    """Whether there is enough past outside a window to judge it by, shape (windows,)."""


def usual(  # noqa: PLR0913 -- the figures of one formula
    history: Floats,
    per_slice: Floats,
    volumes: Floats,
    past_volume: float,
    windows: tuple[int, ...],
    *,
    decay: float,
    kappa: float,
    kappa_share: float,
    least_past: float,
) -> Usual:
    """Expected authors per term and window.

    Args:
        history: authors before the open slice, decayed by `decay` a slice, shape (terms,).
        per_slice: authors a slice, newest first, shape (terms, ages).
        volumes: the board's authors a slice, newest first, shape (ages,).
        past_volume: the board's authors before the open slice, decayed like `history`.
        windows: lengths in slices.
        decay: in (0, 1].
        kappa: people allowed to a term without history, > 0.
        kappa_share: the same as a share of the board's people, in [0, 1).
        least_past: volume outside a window, as a share of the volume inside, that is needed.

    >>> import numpy as np
    >>> u = usual(np.array([100.0]), np.array([[30.0, 0.0]]), np.array([50.0, 50.0]),
    ...           1000.0, (1,), decay=1.0, kappa=1.0, kappa_share=0.001, least_past=0.5)
    >>> float(u.expected[0, 0])   # 100 of 1,000 is a tenth; a tenth of 50 is 5, and 1 allowed
    6.0
    """
    ages = per_slice.shape[1]
    weights = decay ** np.arange(ages, dtype=np.float64)
    weights[0] = 0.0  # the open slice is not in history
    expected = np.empty((history.size, len(windows)))
    known = np.zeros(len(windows), np.bool_)
    for i, window in enumerate(windows):
        span = slice(0, min(window, ages))
        inside = float(volumes[span].sum())
        past = past_volume - float((volumes[span] * weights[span]).sum())
        before = np.maximum(history - per_slice[:, span] @ weights[span], 0.0)
        known[i] = past >= least_past * inside > 0
        scale = inside / past if past > 0 else 0.0
        expected[:, i] = before * scale + max(kappa * max(1.0, scale), kappa_share * inside)
    return Usual(expected, known)
