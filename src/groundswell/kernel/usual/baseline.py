"""What is usual for a term, in a window that ends now.

    E = V · max(L · (N + m · p) / (D + m), S) + max(κ · max(1, V / (D + m)), κ' · V)

- V: the board's people in the window;
- N: the term's people before the window, D: the board's, both decayed alike, so that N / D is a
  share and a busy hour lifts nobody;
- p: the share of people who use the term in general (`usage`), worth m people of history: it is
  most of what is known in the first minutes and next to nothing after an hour;
- L: how many times busier than on the average the term's language is (`rhythm`), at least 1;
- S: the share at this time on the days and in the week before (`season`), 0 while there are none;
- κ (1 person): what a term without history may have by chance. While the desk knows less than one
  window of the past the allowance grows: that is what "learning" costs, and it ends by itself;
- κ' (1 in 1,000 people): on a large board a handful of people say every odd thing at any time.

The window's own people are taken out of N and D: a burst does not become its own normality.
Empirical Bayes in form: the posterior mean of a Gamma-Poisson rate with m people of prior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.usual.spans import spans

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in each window; arrays have shape (terms, windows), but for `known`."""

    expected: Floats
    past: Floats
    """The part of it that history and general use account for."""
    season: Floats
    """People at this time on earlier days; it counts where it is more than `past`."""
    allowed: Floats
    """The part allowed to chance, shape (windows,)."""
    general: Floats
    """How much of the share comes from general use, 0–1, shape (windows,)."""
    known: NDArray[np.bool_]
    """Whether there is enough past outside a window to be sure by it, shape (windows,)."""


def usual(  # noqa: PLR0913 -- the figures of one formula
    history: Floats,
    per_slice: Floats,
    general: Floats,
    season: Floats,
    lifts: Floats,
    volumes: Floats,
    past_volume: float,
    windows: tuple[int, ...],
    *,
    decay: float,
    prior: float,
    kappa: float,
    kappa_share: float,
    least_past: float,
) -> Usual:
    """Expected people per term and window.

    Args:
        history: people before the open slice, decayed by `decay` a slice, shape (terms,).
        per_slice: people a slice, newest first, shape (terms, ages).
        general: the share of people who use each term in general, shape (terms,).
        season: its share at this time on earlier days, shape (terms,).
        lifts: times that others of its language are busier than on the average, at least 1, shape
            (terms, windows).
        volumes: the board's people a slice, newest first, shape (ages,).
        past_volume: the board's people before the open slice, decayed like `history`.
        windows: lengths in slices.
        decay: in (0, 1].
        prior: people of history that general use is worth, > 0.
        kappa: people allowed to a term without history, > 0.
        kappa_share: the same as a share of the board's people, in [0, 1).
        least_past: volume outside a window, as a share of the volume inside, that is needed.

    >>> u = usual(np.array([100.0]), np.array([[30.0, 0.0]]), np.zeros(1), np.zeros(1),
    ...           np.ones((1, 1)), np.array([50.0, 50.0]), 1000.0, (1,), decay=1.0, prior=1e-9,
    ...           kappa=1.0, kappa_share=0.001, least_past=0.5)
    >>> round(float(u.expected[0, 0]), 6)  # 100 of 1,000 is a tenth; of 50 it is 5, and 1 allowed
    6.0
    """
    shape = (history.size, len(windows))
    past, seasonal = np.empty(shape), np.empty(shape)
    allowed, share_general = np.empty(len(windows)), np.empty(len(windows))
    known = np.zeros(len(windows), np.bool_)
    for i, span in enumerate(spans(windows, volumes, past_volume, decay)):
        inside, exposure = span.inside, span.exposure
        before = span.before(history, per_slice)
        known[i] = exposure >= least_past * inside > 0
        past[:, i] = lifts[:, i] * inside * (before + prior * general) / (exposure + prior)
        seasonal[:, i] = inside * season
        share_general[i] = prior / (exposure + prior)
        allowed[i] = max(kappa * max(1.0, inside / (exposure + prior)), kappa_share * inside)
    expected = np.maximum(past, seasonal) + allowed
    return Usual(expected, past, seasonal, allowed, share_general, known)
