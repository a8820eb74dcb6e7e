"""From a loop to object code, by numba. Imported in processes that do nothing else (`building`)."""

from __future__ import annotations

import gc
from importlib import import_module
from types import FunctionType
from typing import Any, Final, get_args, get_origin, get_type_hints

import numba
import numpy as np
from numba.core import types as numba_types

from groundswell.machine import instructions, loops
from groundswell.machine.arrays import array_of
from groundswell.machine.fingerprint import fingerprint
from groundswell.machine.store import MachineCode

types: Any = numba_types
_KNOWN: Final = {int: types.int64, float: types.float64, bool: types.boolean}


class Numba:
    """Makes of functions what numba compiles."""

    def loop(self, function: FunctionType) -> Any:
        """A loop: without Python's lock, for nothing in it is Python's."""
        return numba.njit(nogil=True)(function)

    def inlined(self, function: FunctionType) -> Any:
        """A part of loops: inlined by LLVM, which is quicker done than by numba."""
        return numba.njit(forceinline=True)(function)


def prepare() -> None:
    """Makes this a process that compiles."""
    assert instructions  # noqa: S101 -- imported for what it registers
    loops.compile_with(Numba())  # before any module with loops
    gc.disable()  # it lives for a minute, and numba makes objects by the million


def compile_loop(name: str) -> tuple[str, MachineCode]:
    """Compiles the loop `module:function`; what it is made of here, and its code.

    Its source may be another one by now than that of who asked.
    """
    module, _, function = name.partition(":")
    made = getattr(import_module(module), function)
    asked = signature(made.py_func)
    made.compile(asked)
    found = made.overloads[asked]  # other loops may have had it compiled for other types
    if found.environment.consts:  # objects of Python, which are not in the code
        raise TypeError(f"expected {name} to return numbers, tuples of them, or nothing")
    described, octets = found.fndesc, found.library._get_compiled_object()
    code = MachineCode.of(described.llvm_cpython_wrapper_name, described.env_name, octets)
    return fingerprint(made.py_func).key, code


def signature(function: FunctionType) -> tuple[Any, ...]:
    """The types that a loop is compiled for, by its annotations."""
    hints = get_type_hints(function, include_extras=True)
    hints.pop("return", None)
    return tuple(kind(hint) for hint in hints.values())


def kind(hint: Any) -> Any:
    """The type that an annotation says.

    >>> from groundswell.machine.arrays import Float32Grid, UInt8s
    >>> str(kind(UInt8s)), str(kind(Float32Grid)), str(kind(tuple[int, np.uint64]))
    ('array(uint8, 1d, C)', 'array(float32, 2d, C)', 'Tuple(int64, uint64)')
    """
    if hint in _KNOWN:
        return _KNOWN[hint]
    if get_origin(hint) is tuple:
        return types.Tuple([kind(one) for one in get_args(hint)])
    if (array := array_of(hint)) is not None:
        return types.Array(numba.from_dtype(array.dtype), array.axes, "C")
    return numba.from_dtype(np.dtype(hint))
