"""Annotations of loops' arguments, and what they say.

An array of one axis is an `NDArray` of its numbers. `Annotated` with a number it has so many axes,
with a dtype it has records of that. Whether a loop writes into an array is not said: who calls
hands no array to it that may not be written.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

UInt8s = NDArray[np.uint8]
UInt16s = NDArray[np.uint16]
UInt32s = NDArray[np.uint32]
UInt64s = NDArray[np.uint64]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Float32s = NDArray[np.float32]
Float64s = NDArray[np.float64]
Bools = NDArray[np.bool_]

UInt64Grid = Annotated[UInt64s, 2]
"""Of two axes, as all grids."""
Int64Grid = Annotated[Int64s, 2]
Float32Grid = Annotated[Float32s, 2]
Float64Grid = Annotated[Float64s, 2]
BoolGrid = Annotated[Bools, 2]


class Array(NamedTuple):
    """What an annotation says of an array."""

    dtype: np.dtype[Any]
    axes: int


def array_of(hint: Any) -> Array | None:
    """The array that an annotation speaks of, None where it is of something else.

    >>> array_of(Float32Grid), array_of(int)
    (Array(dtype=dtype('float32'), axes=2), None)
    """
    if get_origin(hint) is Annotated:
        array, noted = get_args(hint)
        if isinstance(noted, np.dtype):
            return Array(noted, 1)
        of = array_of(array)
        return of and of._replace(axes=noted)
    if get_origin(hint) is not np.ndarray:
        return None
    (numbers,) = get_args(get_args(hint)[1])
    return Array(np.dtype(numbers), 1)
