"""Windows that end now, and what was before them: sums that decay, with the window taken out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Span:
    """One window."""

    ages: slice
    """Its slices, newest first."""
    inside: float
    """The board's people in it."""
    exposure: float
    """The board's people before it, decayed."""
    weights: Floats
    """What a slice of it weighs in sums over the past; the open one is not in them."""

    def before(self, history: Floats, per_slice: Floats) -> Floats:
        """People before it: `history` (terms,) without those of `per_slice` (terms, ages)."""
        return np.maximum(history - per_slice[:, self.ages] @ self.weights, 0.0)


def spans(
    windows: tuple[int, ...], volumes: Floats, past_volume: float, decay: float
) -> Iterator[Span]:
    """The windows of these lengths in slices.

    Args:
        windows: lengths, ≥ 1.
        volumes: the board's people a slice, newest first, shape (ages,).
        past_volume: those before the open slice, decayed by `decay` a slice.
        decay: in (0, 1].

    >>> [span] = spans((2,), np.array([5.0, 4.0, 3.0]), 10.0, 0.5)
    >>> span.inside, span.exposure
    (9.0, 8.0)
    """
    weights = decay ** np.arange(volumes.size, dtype=np.float64)
    weights[0] = 0.0
    for window in windows:
        ages = slice(0, min(window, volumes.size))
        inside = float(volumes[ages].sum())
        gone = float((volumes[ages] * weights[ages]).sum())
        yield Span(ages, inside, max(past_volume - gone, 0.0), weights[ages])
