"""Compiles what is not compiled yet, one loop after the other on each core; `python -m` runs it.

The first command on a machine waits for it, and says so.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from groundswell.machine import store
from groundswell.machine.fingerprint import fingerprint
from groundswell.machine.loops import Loop

_PACKAGE: Final = Path(__file__).parents[1]
_MARK: Final = "@loop\n"


def all_loops() -> Iterator[Loop[..., object]]:
    """Every loop of the package, found by what stands before it."""
    for path in sorted(_PACKAGE.rglob("*.py")):
        if f"\n{_MARK}" in path.read_text("utf-8"):
            inside = path.relative_to(_PACKAGE.parent).with_suffix("")
            module = import_module(".".join(inside.parts))
            yield from (found for found in vars(module).values() if _stands(found, module.__name__))


def _stands(found: object, module: str) -> bool:
    return isinstance(found, Loop) and found.__module__ == module


def missing() -> list[tuple[str, str]]:
    """Names and keys of loops that are not compiled yet, the longest first."""
    found = []
    for loop in all_loops():
        made_of = fingerprint(loop.function)
        if store.read(loop.name, made_of.key) is None:
            found.append((made_of.size, loop.name, made_of.key))
    return [(name, key) for _, name, key in sorted(found, reverse=True)]


def build() -> None:
    """Compiles what is missing, after whoever else does so at this moment."""
    with store.alone():
        waiting = missing()
        if not waiting:
            return
        _say(f"groundswell: compiling {len(waiting)} loops, once on this machine: half a minute\n")
        spawn = get_context("spawn")
        with ProcessPoolExecutor(_cores(), mp_context=spawn, initializer=_prepare) as pool:
            keys = {pool.submit(_compile, name): (name, key) for name, key in waiting}
            for count, done in enumerate(as_completed(keys), 1):
                store.write(*keys[done], done.result())
                if sys.stderr.isatty():
                    _say(f"\r{count} of {len(waiting)}{'' if count < len(waiting) else chr(10)}")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _prepare() -> None:
    from groundswell.machine import compiling  # noqa: PLC0415 -- numba, only here

    compiling.prepare()


def _compile(name: str) -> store.MachineCode:
    from groundswell.machine import compiling  # noqa: PLC0415 -- numba, only here

    return compiling.compile_loop(name)


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


if __name__ == "__main__":
    store.keep_in(Path(sys.argv[1])) if len(sys.argv) > 1 else None
    build()
