"""Where compiled loops are kept: a file each, beside the package or in the user's cache."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
    """A compiled loop: object code, and the names in it of what Python calls and of its world."""

    wrapper: str
    environment: str
    object_code: bytes


def _installed(name: str) -> tuple[int, int]:
    """Size and time of a package's first file: another version has others, without its metadata."""
    found = find_spec(name)
    if found is None or found.origin is None:
        raise MachineError(f"anything without {name}")
    file = Path(found.origin).stat()
    return file.st_size, file.st_mtime_ns


@dataclass(frozen=True, slots=True)
class _Host:
    """What compiled code is good for: this processor, these versions, this way of compiling."""

    tag: str
    digest: str


@lru_cache(maxsize=1)
def _host() -> _Host:
    digest = blake2b(digest_size=6)
    for name in ("numba", "llvmlite"):
        digest.update(f"{name} {_installed(name)} ".encode())
    digest.update(f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}".encode())
    for name in _COMPILERS:
        digest.update((_HERE / name).read_bytes())
    return _Host(sys.implementation.cache_tag or "python", digest.hexdigest())


_kept_in: Path | None = None


def keep_in(place: Path) -> None:
    """Code is kept there from now on."""
    global _kept_in  # noqa: PLW0603 -- one place a process
    _kept_in = place


def folder() -> Path:
    """Where code is kept."""
    return _kept_in or _own_folder()


def lasting() -> tuple[Path, ...]:
    """Where code may be kept from one run to the next, the first choice first."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return _HERE / "__pycache__", Path(cache) / "groundswell"


@lru_cache(maxsize=1)
def _own_folder() -> Path:
    """Beside the package where that can be written, else in the user's cache.

    Where neither can be, a folder of this process alone.
    """
    for place in lasting():
        try:
            place.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=place):
                return place
        except OSError:
            continue
    return Path(tempfile.mkdtemp(prefix="groundswell-"))


def read(name: str, key: str) -> MachineCode | None:
    """The code of a loop, or None where it was not compiled yet."""
    try:
        return msgspec.msgpack.decode(_path(name, key).read_bytes(), type=MachineCode)
    except (OSError, msgspec.DecodeError):
        return None


def write(name: str, key: str, made: MachineCode) -> None:
    """Keeps the code of a loop, in the place of what it was made of before."""
    path = _path(name, key)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as out:
        out.write(msgspec.msgpack.encode(made))
    Path(out.name).replace(path)
    for old in path.parent.glob(f"{_stem(name)}-*{_ENDING}"):
        if old != path:
            old.unlink(missing_ok=True)


def _stem(name: str) -> str:
    return f"{name.replace(':', '.')}.{_host().tag}"


def _path(name: str, key: str) -> Path:
    return folder() / f"{_stem(name)}-{_host().digest}{key}{_ENDING}"


def build() -> None:
    """Compiles all loops that are not compiled yet, in processes of their own.

    Raises:
        MachineError: where that fails; what failed stands on stderr.
    """
    found = [str(_HERE.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    command = [sys.executable, "-P", "-m", _BUILDING, str(folder())]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(found)}
    done = subprocess.run(command, env=environment, check=False)  # noqa: S603 -- our own module
    if done.returncode:
        raise MachineError("the loops that count posts")


@contextmanager
def alone() -> Iterator[None]:
    """Waits until no other process builds."""
    import fcntl  # noqa: PLC0415 -- not everywhere

    with (folder() / "building.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
