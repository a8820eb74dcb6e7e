"""Object code into a process: LLVM places it, and numba's own C modules give what it calls.

The modules are loaded from their files: `import numba` would load the whole compiler. It is what
numba does with the code in its own cache, without the types that it needs to compile more.
"""

from __future__ import annotations

import builtins
import ctypes
import sys
from collections.abc import Callable
from functools import lru_cache
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

import llvmlite.binding as llvm

from groundswell.machine.store import MachineCode

_PREFIXES: Final = {
    "_dynfunc": "numba_",
    "_helperlib": "numba_",
    "core.runtime._nrt_python": "NRT_",
}
"""numba's C modules, and what the names begin with by which code calls their functions."""


def link(name: str, made: MachineCode) -> Callable[..., Any]:
    """What Python calls to run a loop."""
    return _linker().link(name, made)


@lru_cache(maxsize=1)
def _linker() -> Linker:
    return Linker()


class Linker:
    """Holds all code of a process, for as long as the process lives."""

    def __init__(self) -> None:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        modules = {name: _c_module(name) for name in _PREFIXES}
        for name, prefix in _PREFIXES.items():
            for function, address in modules[name].c_helpers.items():
                llvm.add_symbol(function if function[0] == "_" else prefix + function, address)
        llvm.add_symbol("_Py_NoneStruct", id(None))
        for name, found in vars(builtins).items():
            if isinstance(found, type) and issubclass(found, BaseException):
                llvm.add_symbol(f"PyExc_{name}", id(found))
        target = llvm.Target.from_default_triple().create_target_machine(jit=True)
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target)
        self._functions = modules["_dynfunc"]
        self._environments: list[Any] = []

    def link(self, name: str, made: MachineCode) -> Callable[..., Any]:
        """Places code in memory; what Python calls to run it."""
        module, _, short = name.partition(":")
        engine = self._engine
        engine.add_object_file(llvm.ObjectFileRef.from_data(made.object_code))
        engine.finalize_object()
        environment = self._functions.Environment({"__name__": module})
        self._environments.append(environment)  # code points to it
        place = engine.get_global_value_address(made.environment)
        if place:  # code that raises nothing has none
            ctypes.c_void_p.from_address(place).value = id(environment)
        address = engine.get_function_address(made.wrapper)
        found: Callable[..., Any] = self._functions.make_function(
            sys.modules[__name__], short, "", address, environment, (engine,)
        )
        return found


def _c_module(name: str) -> Any:
    """A C module of numba's, without numba.

    It stands among the modules of the process, where `import numba` finds it if it comes later.
    """
    whole = find_spec("numba")
    if whole is None or whole.origin is None:
        raise ImportError("expected numba to be installed")
    path = Path(whole.origin).parent.joinpath(*name.split("."))
    for ending in EXTENSION_SUFFIXES:
        file = path.with_name(path.name + ending)
        if file.exists():
            loader = ExtensionFileLoader(f"numba.{name}", str(file))
            spec = spec_from_file_location(f"numba.{name}", file, loader=loader)
            assert spec is not None  # noqa: S101 -- the loader is given
            module = module_from_spec(spec)
            loader.exec_module(module)
            return module
    raise ImportError(f"expected numba.{name} to be a C module beside {whole.origin}")
