"""Whether a loop is given what it was compiled for: looked at in tests, and never in a hot path.

Compiled code takes an array of other numbers of the same size, with gaps, or of more axes for its
own. That it writes into one that may not be written is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, Final, get_args, get_origin, get_type_hints

import numpy as np

from groundswell.machine.arrays import array_of

_WHOLE: Final = (int, np.integer)
_NUMBERS: Final = (*_WHOLE, float, np.floating)


def checked(function: FunctionType, code: Callable[..., Any]) -> Callable[..., Any]:
    """The same code, which raises a TypeError where an argument does not fit its annotation."""
    hints = get_type_hints(function, include_extras=True)
    hints.pop("return", None)
    tests = [(name, fitting(hint)) for name, hint in hints.items()]

    def call(*args: Any) -> Any:
        for (name, fits), value in zip(tests, args, strict=True):
            if not fits(value):
                said = f"{hints[name]} for {name} of {function.__name__}"
                raise TypeError(f"expected {said}, got {value!r}")
        return code(*args)

    return call


def fitting(hint: Any) -> Callable[[Any], bool]:
    """What tells whether a value is what an annotation says.

    >>> from groundswell.machine.arrays import Float32Grid, UInt8s
    >>> numbers, grid = np.zeros((2, 2), np.float32), fitting(Float32Grid)
    >>> grid(numbers), grid(numbers.T[:1]), fitting(UInt8s)(numbers[0])
    (True, False, False)
    >>> fitting(tuple[int, float])((1, 2.0)), fitting(int)(1.5)
    (True, False)
    """
    if get_origin(hint) is tuple:
        parts = [fitting(part) for part in get_args(hint)]
        return lambda value: (
            len(parts) == len(value)
            and all(fits(one) for fits, one in zip(parts, value, strict=True))
        )
    if (array := array_of(hint)) is not None:
        dtype, axes = array
        return lambda value: (
            isinstance(value, np.ndarray)
            and value.dtype == dtype
            and value.ndim == axes
            and value.flags.c_contiguous
        )
    if hint in (float, np.float32):
        return lambda value: isinstance(value, _NUMBERS)
    return lambda value: isinstance(value, _WHOLE)
