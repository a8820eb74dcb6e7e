"""Whether a loop is given what it was compiled for: looked at in tests, and never in a hot path.

Compiled code takes an array of other numbers of the same size, with gaps, or of more axes for its
own. That it writes into one that may not be written is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np

from groundswell.machine.arrays import array_of


def checked(function: FunctionType, code: Callable[..., Any]) -> Callable[..., Any]:
    """The same code, which raises a TypeError where an argument does not fit its annotation."""
    hints = get_type_hints(function, include_extras=True)
    hints.pop("return", None)

    def call(*args: Any) -> Any:
        for (name, hint), value in zip(hints.items(), args, strict=True):
            if not fits(hint, value):
                raise TypeError(f"expected {hint} for {name} of {function.__name__}, got {value!r}")
        return code(*args)

    return call


def fits(hint: Any, value: Any) -> bool:
    """Whether a value is what an annotation says.

    >>> from groundswell.machine.arrays import Float32Grid, UInt8s
    >>> numbers = np.zeros((2, 2), np.float32)
    >>> fits(Float32Grid, numbers), fits(Float32Grid, numbers.T[:1]), fits(UInt8s, numbers[0])
    (True, False, False)
    >>> fits(tuple[int, float], (1, 2.0)), fits(int, 1.5)
    (True, False)
    """
    if get_origin(hint) is tuple:
        parts = get_args(hint)
        return len(parts) == len(value) and all(map(fits, parts, value))
    if (array := array_of(hint)) is not None:
        return (
            isinstance(value, np.ndarray)
            and (value.dtype, value.ndim) == array
            and value.flags.c_contiguous
        )
    if hint in (float, np.float32):
        return isinstance(value, int | float | np.floating | np.integer)
    return isinstance(value, int | np.integer)
