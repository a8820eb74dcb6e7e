"""Where compiled loops are kept: a file each, beside the package or in the user's cache."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import llvmlite.binding as llvm
import msgspec

from groundswell.errors import GroundswellError

_HERE: Final = Path(__file__).parent
_ENDING: Final = ".loop"
_KEPT_S: Final = 90 * 86_400
INTERRUPTED: Final = 130
"""How a process exits that was interrupted."""
_BUILDING: Final = "groundswell.machine.building"
_COMPILERS: Final = ("compiling.py", "instructions.py")
"""What of this package code is made by."""


class MachineError(GroundswellError):
    """A loop that could not be compiled, or whose code could not be kept."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"expected compiled code of {what}, found none",
            hint=f"`python -m {_BUILDING}` says why",
        )


class MachineCode(msgspec.Struct, frozen=True, array_like=True):
    """A compiled loop: object code, and what in it Python calls, and where its environment goes."""

    wrapper: str
    environment: str
    object_code: bytes
    digest: bytes
    """Of the object code: to run what a disk has lost a part of would end the process."""

    @classmethod
    def of(cls, wrapper: str, environment: str, object_code: bytes) -> MachineCode:
        """Code that was compiled just now."""
        return cls(wrapper, environment, object_code, _digest(object_code))

    @property
    def is_whole(self) -> bool:
        """Whether the object code is what was compiled."""
        return self.digest == _digest(self.object_code)


def _digest(octets: bytes) -> bytes:
    return blake2b(octets, digest_size=16).digest()


def _installed(name: str) -> bytes:
    """What a package says of its version; to read its metadata takes as long as all the rest."""
    found = find_spec(name)
    if found is None or found.origin is None:
        raise MachineError(f"anything without {name}")
    return Path(found.origin).with_name("_version.py").read_bytes()


@dataclass(frozen=True, slots=True)
class _Host:
    """What compiled code is good for: this processor, these versions, this way of compiling."""

    tag: str
    digest: str


@lru_cache(maxsize=1)
def _host() -> _Host:
    digest = blake2b(digest_size=6)
    for name in ("numba", "llvmlite"):
        digest.update(_installed(name))
    digest.update(f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}".encode())
    for name in _COMPILERS:
        digest.update((_HERE / name).read_bytes())
    return _Host(sys.implementation.cache_tag or "python", digest.hexdigest())


_kept_in: Path | None = None
_passing: Final = list[Path]()
"""Folders of this process alone."""


def keep_in(place: Path) -> None:
    """Code is kept there from now on."""
    global _kept_in  # noqa: PLW0603 -- one place a process
    _kept_in = place


def folder() -> Path:
    """Where code is kept."""
    return _kept_in or _own_folder()


def lasting() -> tuple[Path, ...]:
    """Where code may be kept from one run to the next, the first choice first."""
    beside = _HERE / "__pycache__"
    try:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # a user without a home
        return (beside,)
    return beside, cache / "groundswell"


@lru_cache(maxsize=1)
def _own_folder() -> Path:
    """Beside the package where that can be written, else in the user's cache.

    Where neither can be, a folder of this process alone.
    """
    for place in lasting():
        try:
            place.mkdir(mode=0o755, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place):
                return place
        except OSError:
            continue
    _passing.append(Path(tempfile.mkdtemp(prefix="groundswell-")))
    atexit.register(shutil.rmtree, _passing[-1], ignore_errors=True)
    return _passing[-1]


def read(name: str, key: str) -> MachineCode | None:
    """The code of a loop, or None where it was not compiled yet.

    It may be where this process could not write it: who installed the package compiled it there.
    """
    for place in (*([_kept_in] if _kept_in else []), *lasting(), *_passing):
        try:
            raw = (place / _file(name, key)).read_bytes()
            found = msgspec.msgpack.decode(raw, type=MachineCode)
        except (OSError, msgspec.DecodeError):
            continue
        if found.is_whole:
            return found
    return None


def write(name: str, key: str, made: MachineCode) -> None:
    """Keeps the code of a loop, for every user of the package.

    What was made of other source, or for other machines, stays: a process may run that has yet to
    read it.
    """
    path = folder() / _file(name, key)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as out:
        half = Path(out.name)
        try:
            out.write(msgspec.msgpack.encode(made))
            out.flush()
            half.chmod(0o644)
            half.replace(path)
        except BaseException:
            half.unlink()
            raise


def tidy(current: Collection[tuple[str, str]]) -> None:
    """Lets go of code that was compiled `_KEPT_S` ago, but for that of these names and keys."""
    since, kept = time.time() - _KEPT_S, {_file(name, key) for name, key in current}
    for old in folder().glob(f"*{_ENDING}"):
        with suppress(OSError):  # somebody else may have tidied
            if old.name not in kept and old.stat().st_mtime < since:
                old.unlink()


def _file(name: str, key: str) -> str:
    return f"{name.replace(':', '.')}.{_host().tag}-{_host().digest}{key}{_ENDING}"


def build() -> None:
    """Compiles all loops that are not compiled yet, in processes of their own.

    Raises:
        MachineError: where that fails; what failed stands on stderr.
        KeyboardInterrupt: where it was interrupted, whoever heard of it first.
    """
    found = [str(_HERE.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    # compiled code is to be the same whatever else is set, and a core has one thread
    mine = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    mine |= {"PYTHONPATH": os.pathsep.join(found), "OPENBLAS_NUM_THREADS": "1"}
    mine |= {"NUMBA_DISABLE_INTEL_SVML": "1"}  # a library that who links it would not load
    as_here = ["-P", *(["-" + "O" * sys.flags.optimize] if sys.flags.optimize else [])]
    command = [sys.executable or "python3", *as_here, "-m", _BUILDING, str(folder())]
    try:
        done = subprocess.run(command, env=mine, check=False)  # noqa: S603 -- our own module
    except OSError as error:
        raise MachineError("the loops that count posts") from error
    if done.returncode in {INTERRUPTED, -signal.SIGINT}:
        raise KeyboardInterrupt
    if done.returncode:
        raise MachineError("the loops that count posts")


@contextmanager
def only_builder() -> Iterator[None]:
    """Waits until no other process builds; where nothing can be locked, both do."""
    lock = None
    with suppress(OSError):
        lock = os.open(folder() / "building.lock", os.O_RDONLY | os.O_CREAT, 0o644)
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)
