"""Compiles what is not compiled yet, one loop after the other on each core; `python -m` runs it.

The first command on a machine waits for it, and says so.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib import import_module
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Final

from groundswell.machine import store
from groundswell.machine.fingerprint import fingerprint
from groundswell.machine.loops import Loop

_PACKAGE: Final = Path(__file__).parents[1]
_MARK: Final = "@loop\n"
_MOST_WORKERS: Final = 4
"""Each takes some 250 MB, and the longest loop as long as all others on three cores."""


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
    """Compiles what is missing, after whoever else does so at this moment.

    Raises:
        MachineError: some loops could not be compiled; the others are kept.
    """
    with store.only_builder():
        waiting = [name for name, _ in missing()]
        if not waiting:
            return
        _say(f"groundswell: compiling {len(waiting)} loops, once on this machine: half a minute\n")
        workers, spawn = min(_MOST_WORKERS, _cores(), len(waiting)), get_context("spawn")
        pool = ProcessPoolExecutor(workers, mp_context=spawn, initializer=_prepare)
        try:
            failed = _keep(pool, waiting)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown()
        store.tidy([(loop.name, loop.key) for loop in all_loops()])
        if failed:
            raise store.MachineError(f"{len(failed)} loops, the first of them {failed[0]}")


def _keep(pool: ProcessPoolExecutor, waiting: list[str]) -> list[str]:
    """Keeps what a pool compiles; what could not be compiled, and why."""
    failed = []
    names = {pool.submit(_compile, name): name for name in waiting}
    for count, done in enumerate(as_completed(names), 1):
        try:
            store.write(names[done], *done.result())
        except Exception as error:  # told when the others are kept
            failed.append(f"{names[done]} ({type(error).__name__}: {error})")
        if sys.stderr and sys.stderr.isatty():
            _say(f"\r{count} of {len(waiting)}{'' if count < len(waiting) else chr(10)}")
    return failed


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _prepare() -> None:
    """Makes a worker of this process, which ends with the one that it works for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()

    from groundswell.machine import compiling  # noqa: PLC0415 -- numba, only here

    compiling.prepare()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None  # noqa: S101 -- a worker has one
    parent.join()
    os._exit(1)


def _compile(name: str) -> tuple[str, store.MachineCode]:
    from groundswell.machine import compiling  # noqa: PLC0415 -- numba, only here

    return compiling.compile_loop(name)


def _say(text: str) -> None:
    if sys.stderr:
        sys.stderr.write(text)
        sys.stderr.flush()


def main() -> None:
    """Builds, into the folder that is named, or where this user's code is kept."""
    if len(sys.argv) > 1:
        store.keep_in(Path(sys.argv[1]))
    try:
        build()
    except KeyboardInterrupt:
        os._exit(store.INTERRUPTED)  # workers end with it, without what they are at
    except store.MachineError as error:
        _say(f"groundswell: {error.problem}\n")
        sys.exit(error.exit_code)
    except OSError as error:
        _say(f"groundswell: {error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
