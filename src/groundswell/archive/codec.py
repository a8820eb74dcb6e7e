"""Dataclasses, named tuples, arrays and plain values as one checked file, and back.

Not pickle: a file that was tampered with can name nothing but the dataclasses that the reader
knows, and one of another version is told by its fields. The file is

    magic · zstd( length · header · arrays ) · BLAKE2b of all before

where the header is MessagePack of the tree and of the arrays' types and shapes. Of an array only
the part up to its last byte that is not zero is written, for most are tables that grow into their
room; it is read straight into the new array.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

import msgspec
import numpy as np
import zstandard
from numpy.typing import NDArray

from groundswell.errors import ArchiveError

MAGIC: Final = b"GSWSNAP1"
DIGEST: Final = 32
CHUNK: Final = 1 << 20
MANY: Final = 64
"""Numbers from which on a set of them is kept as an array."""

Resolve = Callable[[str], type[Any]]
"""The dataclass or named tuple of a name; raises KeyError for one that may not stand in a file."""

_Scalar = (bool, int, float, str, bytes)


class _Array(msgspec.Struct, frozen=True, array_like=True):
    kind: Any
    """As in the header of an .npy file."""
    shape: tuple[int, ...]
    used: int
    """Bytes that are written; all after them are zero."""


class _Header(msgspec.Struct, frozen=True, array_like=True):
    tree: Any
    arrays: list[_Array]


def name_of(kind: type[Any]) -> str:
    """What a dataclass is called in a file: not where it stands, for code moves and files stay.

    >>> name_of(_Header)
    '_Header'
    """
    return kind.__qualname__


@dataclass(frozen=True, slots=True)
class Still:
    """A value as it was: what is written of it, whatever becomes of it meanwhile."""

    header: bytes
    parts: list[NDArray[np.uint8]]


def still(value: Any, *, copied: bool = True) -> Still:
    """A value laid out for writing; copied, it may change before it is written.

    Raises:
        TypeError: something in it is neither a dataclass, an array nor a plain value.
    """
    arrays: list[NDArray[Any]] = []
    tree = _plain(value, arrays)
    octets = [_octets(array) for array in arrays]
    used = [_used(part) for part in octets]
    specs = [
        _Array(np.lib.format.dtype_to_descr(array.dtype), array.shape, size)
        for array, size in zip(arrays, used, strict=True)
    ]
    header = msgspec.msgpack.encode(_Header(tree, specs))
    parts = [part[:size] for part, size in zip(octets, used, strict=True)]
    return Still(header, [part.copy() for part in parts] if copied else parts)


def write(file: BinaryIO, value: Any, *, midway: Callable[[], None] = lambda: None) -> int:
    """Writes a value; returns the bytes written. `midway` is called between header and arrays.

    Raises:
        TypeError: something in it is neither a dataclass, an array nor a plain value.
        OSError: the file cannot be written.
    """
    laid = value if isinstance(value, Still) else still(value, copied=False)
    out = _Hashed(file)
    out.write(MAGIC)
    packer = zstandard.ZstdCompressor(level=1)
    with packer.stream_writer(cast("IO[bytes]", out), closefd=False) as packed:
        packed.write(len(laid.header).to_bytes(8, "little"))
        packed.write(laid.header)
        midway()
        for part in laid.parts:
            for begin in range(0, part.size, CHUNK):
                packed.write(part[begin : begin + CHUNK].data)
    file.write(out.hash.digest())
    return out.size + DIGEST


def read(path: Path, resolve: Resolve) -> Any:
    """The value in a file, checked before anything of it is used.

    Raises:
        ArchiveError: it is damaged, cut short, no such file, or of another version.
        OSError: it cannot be read.
    """
    check(path)
    with path.open("rb") as file:
        file.seek(len(MAGIC))
        unpacked = zstandard.ZstdDecompressor().stream_reader(file, closefd=False)
        size = int.from_bytes(_exactly(unpacked, 8), "little")
        header = msgspec.msgpack.decode(_exactly(unpacked, size), type=_Header)
        arrays = [_array(unpacked, spec) for spec in header.arrays]
    return _Builder(arrays, resolve, path.name).build(header.tree)


def check(path: Path) -> None:
    """Compares a file with its own checksum.

    Raises:
        ArchiveError: it is damaged, cut short or something else.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        left = path.stat().st_size - DIGEST
        found = hashlib.blake2b(digest_size=DIGEST)
        head = b""
        while left > 0 and (chunk := file.read(min(left, CHUNK))):
            head = head or chunk[: len(MAGIC)]
            found.update(chunk)
            left -= len(chunk)
        good = head == MAGIC and file.read(DIGEST) == found.digest()
    if not good:
        raise ArchiveError(
            f"expected a whole snapshot in {path.name}, found damage",
            hint="restore a backup; without one remove the snapshot, and the desk learns anew",
        )


class _Hashed:
    """Writes through, and hashes what goes by."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.hash = hashlib.blake2b(digest_size=DIGEST)
        self.size = 0

    def write(self, data: bytes) -> int:
        self._file.write(data)
        self.hash.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()


def _octets(array: NDArray[Any]) -> NDArray[np.uint8]:
    """The array's bytes, copied only where they do not lie in a row."""
    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(np.uint8) if flat.size else np.empty(0, np.uint8)


def _used(octets: NDArray[np.uint8]) -> int:
    """Bytes up to the end of the last stretch that is not all zero."""
    end = octets.size
    while end > 0:
        begin = (end - 1) // CHUNK * CHUNK
        if octets[begin:end].any():
            return end
        end = begin
    return 0


def _plain(value: Any, arrays: list[NDArray[Any]]) -> Any:  # noqa: PLR0911 -- one kind each
    """A tree that MessagePack can hold; a list is a node, its first entry says of what kind."""
    if value is None or type(value) in _Scalar:
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return ["array", len(arrays) - 1]
    if is_dataclass(value) and not isinstance(value, type):
        parts = [_plain(getattr(value, part.name), arrays) for part in fields(value)]
        return ["object", name_of(type(value)), [part.name for part in fields(value)], parts]
    if isinstance(value, dict):
        pairs = (list(value), list(value.values()))
        if all(map(_bare, pairs)):
            return ["dict", False, *pairs]
        return ["dict", True, *([_plain(one, arrays) for one in side] for side in pairs)]
    if isinstance(value, set | frozenset):
        return [type(value).__name__, *_members(value, arrays)]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        parts = [_plain(part, arrays) for part in value]
        return ["named", name_of(type(value)), list(value._fields), parts]
    if isinstance(value, list | tuple):
        kind = type(value).__name__
        if _bare(value):
            return [kind, False, value]
        return [kind, True, [_plain(one, arrays) for one in value]]
    raise TypeError(f"expected plain values, arrays and dataclasses, got {type(value)}")


def _bare(values: Any) -> bool:
    """Whether all of them stand for themselves, so that nobody need look at each again."""
    return all(one is None or type(one) in _Scalar for one in values)


def _members(values: set[Any] | frozenset[Any], arrays: list[NDArray[Any]]) -> list[Any]:
    if len(values) >= MANY and all(type(one) is int and 0 <= one < 1 << 64 for one in values):
        arrays.append(np.sort(np.fromiter(values, np.uint64, len(values))))
        return ["array", len(arrays) - 1]
    return [True, [_plain(one, arrays) for one in sorted(values)]]


def _exactly(stream: Any, size: int) -> bytes:
    data: bytes = stream.read(size)
    if len(data) != size:
        raise ArchiveError(
            "expected a whole snapshot, found one cut short", hint="restore a backup"
        )
    return data


def _array(stream: Any, spec: _Array) -> NDArray[Any]:
    kind = spec.kind
    if isinstance(kind, list):  # MessagePack has no tuples
        kind = [tuple(field) for field in kind]
    array: NDArray[Any] = np.zeros(spec.shape, np.lib.format.descr_to_dtype(kind))
    octets = _octets(array)
    at = 0
    while at < spec.used:
        got = stream.readinto(octets[at : min(at + CHUNK, spec.used)].data)
        if not got:
            raise ArchiveError("expected a whole array, found one cut short", hint="use a backup")
        at += got
    return array


@dataclass(slots=True)
class _Builder:
    """Builds the value of a tree."""

    arrays: list[NDArray[Any]]
    resolve: Resolve
    file: str

    def build(self, node: Any) -> Any:  # noqa: PLR0911 -- one kind each
        if not isinstance(node, list):
            return node
        kind = node[0]
        if kind == "array":
            return self.arrays[node[1]]
        if kind == "object":
            return self._object(*node[1:])
        if kind == "named":
            return self._class(*node[1:3])(*self._all(node[3]))
        if kind == "dict":
            keys, values = (self._all(side, built=node[1]) for side in node[2:])
            return dict(zip(keys, values, strict=True))
        if kind in {"set", "frozenset"}:
            held = self.arrays[node[2]].tolist() if node[1] == "array" else self._all(node[2])
            return set(held) if kind == "set" else frozenset(held)
        items = self._all(node[2], built=node[1])
        return items if kind == "list" else tuple(items)

    def _all(self, nodes: list[Any], *, built: bool = True) -> list[Any]:
        return [self.build(one) for one in nodes] if built else nodes

    def _class(self, name: str, names: list[str]) -> type[Any]:
        try:
            kind = self.resolve(name)
        except KeyError:
            raise self._other_version(f"no {name}") from None
        named = getattr(kind, "_fields", None)
        have = [part.name for part in fields(kind)] if named is None else list(named)
        if have != names:
            raise self._other_version(f"other fields of {kind.__name__}")
        return kind

    def _object(self, name: str, names: list[str], parts: list[Any]) -> Any:
        value = object.__new__(self._class(name, names))
        for part, node in zip(names, parts, strict=True):
            object.__setattr__(value, sys.intern(part), self.build(node))
        return value

    def _other_version(self, what: str) -> ArchiveError:
        return ArchiveError(
            f"expected a snapshot of this version in {self.file}, found one with {what}",
            hint="go on with the version that made it, or remove it to learn anew",
        )
