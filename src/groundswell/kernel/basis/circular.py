"""Arrays and lists that go round: what is put beyond their end stands at their beginning again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from groundswell.kernel.basis.pages import zeros


def put(column: NDArray[Any], position: int, new: NDArray[Any]) -> None:
    """Writes from a position on; of more than there is room for, the end.

    >>> import numpy as np
    >>> column = np.zeros(4, np.int64)
    >>> put(column, 3, np.array([7, 8])); column.tolist()
    [8, 0, 0, 7]
    """
    over = max(0, len(new) - len(column))
    at = (position + over) % len(column)
    fits = min(len(new) - over, len(column) - at)
    column[at : at + fits] = new[over : over + fits]
    column[: len(new) - over - fits] = new[over + fits :]


def put_all(column: list[Any], position: int, new: Sequence[Any]) -> None:
    """As `put`, for a list that is no shorter than what is put.

    >>> column = [0, 0, 0]
    >>> put_all(column, 5, [7, 8]); column
    [8, 0, 7]
    """
    at = position % len(column)
    fits = min(len(new), len(column) - at)
    column[at : at + fits] = new[:fits]
    column[: len(new) - fits] = new[fits:]


def stretch(column: NDArray[Any], position: int, size: int) -> NDArray[Any]:
    """What stands there from a position on: in place, or copied where it goes round the end.

    >>> import numpy as np
    >>> stretch(np.arange(4), 3, 2).tolist()
    [3, 0]
    """
    at = position % len(column)
    if at + size <= len(column):
        return column[at : at + size]
    found: NDArray[Any] = zeros(size, column.dtype)
    found[: len(column) - at] = column[at:]
    found[len(column) - at :] = column[: at + size - len(column)]
    return found
