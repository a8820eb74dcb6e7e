"""What a loop is made of: its own code, that of all it calls, and every constant in them.

As long as that stays, compiled code is good, whatever else changes around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, get_type_hints

import numpy as np

_OURS: Final = __name__.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The key changes with the code; `size` is octets of it, a guess at what compiling costs."""

    key: str
    size: int


def fingerprint(function: FunctionType) -> Fingerprint:
    """The fingerprint of a function and of all that it calls.

    >>> def one(): return 1
    >>> def two(): return 2
    >>> def also(): return 1
    >>> fingerprint(one) == fingerprint(also), fingerprint(one) == fingerprint(two)
    (True, False)
    """
    digest, size = blake2b(digest_size=12), 0
    for part in _parts(function, set()):
        digest.update(part + b"\0")
        size += len(part)
    return Fingerprint(digest.hexdigest(), size)


def _parts(function: FunctionType, met: set[FunctionType]) -> Iterator[bytes]:
    """All that matters of a function, in an order that is always the same."""
    met.add(function)
    yield repr(sorted(get_type_hints(function, include_extras=True).items(), key=str)).encode()
    yield repr((function.__defaults__, function.__kwdefaults__)).encode()
    yield from (_constant(cell.cell_contents) for cell in function.__closure__ or ())
    for code in _codes(function.__code__):
        yield code.co_code
        # without docstrings, which may be written anew
        yield repr([one for one in code.co_consts if not _is_said(one, function)]).encode()
        yield repr((code.co_names, code.co_varnames)).encode()
        for value in _globals(code, function.__globals__):
            called = getattr(value, "function", getattr(value, "py_func", value))
            if not isinstance(called, FunctionType):
                yield _constant(value)
            elif called.__module__.partition(".")[0] == _OURS and called not in met:
                yield from _parts(called, met)


def _is_said(constant: Any, function: FunctionType) -> bool:
    """Whether a constant is no value: a code within, or what is said of the function."""
    return constant is None or constant is function.__doc__ or isinstance(constant, CodeType)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _globals(code: CodeType, known: dict[str, Any]) -> Iterator[Any]:
    """What the names of a code stand for: its module's, and those of modules of ours it names."""
    for name in code.co_names:
        value = known.get(name)
        if not isinstance(value, ModuleType):
            yield value
        elif value.__name__.partition(".")[0] == _OURS:
            yield from (vars(value)[other] for other in code.co_names if other in vars(value))


def _constant(value: Any) -> bytes:
    """A value that is compiled in; how numpy writes numbers is set by whoever likes."""
    if isinstance(value, np.ndarray | np.generic):
        return f"{value.dtype} {value.shape} ".encode() + value.tobytes()
    if isinstance(value, tuple):
        return b"(" + b",".join(map(_constant, value)) + b")"
    if isinstance(value, bool | int | float | str | bytes | np.dtype):
        return f"{type(value).__name__} {value!r}".encode()
    if isinstance(value, type):
        return f"type {value.__module__}.{value.__qualname__}".encode()
    if isinstance(value, list | dict | set):
        raise TypeError(f"expected a constant in a loop, got {value!r}")
    return b""
