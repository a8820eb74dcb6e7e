"""The door: which functions are compiled, and what Python calls in their stead."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from types import FunctionType
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, cast

from groundswell.machine import arguments, linking, store
from groundswell.machine.fingerprint import fingerprint

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[..., Any])


class Compiler(Protocol):
    """Who makes of functions what its own loops can call."""

    def loop(self, function: FunctionType) -> Any:
        """What stands in the place of a loop."""

    def inlined(self, function: FunctionType) -> Any:
        """What stands in the place of a function that loops call."""


_compiler: Compiler | None = None
_checking = False
_LOADING = Lock()


def compile_with(compiler: Compiler) -> None:
    """From now on functions are the compiler's: before any module with loops is imported."""
    global _compiler  # noqa: PLW0603 -- a process compiles, or it does not
    _compiler = compiler


def check_arguments() -> None:
    """From now on loops refuse what they are not compiled for, and do not misread it: in tests."""
    global _checking  # noqa: PLW0603 -- of the process
    _checking = True


class Loop(Generic[P, R]):
    """A function of Python that runs as machine code, without Python's lock.

    Its arguments are what its annotations say, in their order: whole numbers and floats, flags,
    arrays of one row or as many as are noted, without gaps, and tuples of these.
    """

    def __init__(self, function: Callable[P, R]) -> None:
        self.function = cast("FunctionType", function)
        self.__doc__ = function.__doc__
        self.__name__ = self.function.__name__
        self.__module__ = function.__module__
        self._code: Callable[..., R] | None = None

    @property
    def name(self) -> str:
        """Where it stands: `module:function`."""
        return f"{self.__module__}:{self.__name__}"

    @property
    def key(self) -> str:
        """What it is made of."""
        return fingerprint(self.function).key

    def __call__(self, *args: P.args, **_: P.kwargs) -> R:
        """Runs it, of arguments in their order alone."""
        code = self._code or self._load()
        return code(*args)

    def _load(self) -> Callable[..., R]:
        with _LOADING:
            if self._code is None:
                key = self.key
                made = store.read(self.name, key)
                if made is None:
                    store.build()
                    made = store.read(self.name, key)
                if made is None:
                    raise store.MachineError(self.name)
                code = linking.link(self.name, made)
                self._code = arguments.checked(self.function, code) if _checking else code
        return self._code


def loop(function: Callable[P, R]) -> Callable[P, R]:
    """Before a function that Python calls, and that is compiled for the types that it names.

    It stands as `@loop` at the beginning of a line, in this package: so `building` finds it.
    """
    if _compiler is None:
        return Loop(function)
    return cast("Callable[P, R]", _compiler.loop(cast("FunctionType", function)))


def inlined(function: F) -> F:
    """Before a function that only loops call, and that becomes a part of them."""
    if _compiler is None:
        return function
    return cast("F", _compiler.inlined(cast("FunctionType", function)))
