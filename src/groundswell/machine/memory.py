"""What loops do with memory that Python has no words for.

In a loop each of these is an instruction or two (`instructions`). Python itself never gets here: a
loop is always compiled.
"""

from __future__ import annotations

from typing import Any, TypeVar

# ruff: noqa: ARG001 -- in a loop they are used

Array = TypeVar("Array")


class NotCompiledError(RuntimeError):
    """Something that only compiled loops can do was called from Python."""


def lent(array: Array) -> Array:
    """The same array, to which nobody counts references: good while the function's own one is.

    A reference is counted to each array that is handed to an inlined function, with an atomic
    addition, and taken back: in a loop of a few nanoseconds that is most of the work.
    """
    raise NotCompiledError


def borrowed(address: Any, shape: tuple[Any, ...], dtype: Any) -> Any:
    """The array of a shape and type that stands at an address. Who calls keeps it alive."""
    raise NotCompiledError


def prefetch(array: Any, index: Any) -> None:
    """Asks for the memory of `array[index]` without waiting for it.

    A table of tens of megabytes answers in about a hundred nanoseconds, whether it is asked for one
    record or for ten at once.
    """
    raise NotCompiledError


def eight(array: Any, index: Any) -> Any:
    """The eight octets from `array[index]` on as one number, the first one lowest."""
    raise NotCompiledError


def put_eight(array: Any, index: Any, word: Any) -> None:
    """Writes what `eight` reads."""
    raise NotCompiledError


def trailing(number: Any) -> Any:
    """How many zeros a number of 64 bits ends in; 64 of zero."""
    raise NotCompiledError
