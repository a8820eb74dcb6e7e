"""Annotations of loops' arguments: what `compiling.kind` reads.

An array of one axis is an `NDArray` of its numbers; one of more axes, or of records, says so.
"""

from __future__ import annotations

from typing import Annotated

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
