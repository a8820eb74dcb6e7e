"""Tables of weights in as few octets as they were shipped in: a byte a number, and a scale.

A close reads some thousand rows of them, so only these are made into numbers of four bytes, each
time the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Packed:
    """Rows of numbers, each `values` times `scale`."""

    values: NDArray[np.int8]
    """Shape (rows, columns)."""
    scale: Floats
    """Of each row or of each column: shape (rows, 1) or (1, columns)."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and columns."""
        return self.values.shape

    def __getitem__(self, rows: NDArray[np.int64] | slice) -> Floats:
        """Some rows, as numbers.

        >>> table = Packed(np.array([[1, 2], [3, 4]], np.int8), np.array([[1], [0.5]], np.float32))
        >>> table[np.array([1, 1])].tolist()
        [[1.5, 2.0], [1.5, 2.0]]
        """
        found = self.values[rows].astype(np.float32)
        found *= self.scale if len(self.scale) == 1 else self.scale[rows]
        return found


Weights = Floats | Packed
"""A table as it was trained, or as it was shipped: both give rows."""
