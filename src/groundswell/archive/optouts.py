"""Who wants to be left out: a list that names nobody, beside the archive of a data folder.

The list holds BLAKE2b tags, keyed with a secret of the folder, of the 64-bit hashes that the kernel
knows authors and posts by. So it can be asked whether one is on it, and cannot be read. Who has the
file can ask too: it is as secret as the archive, and only its owner may read it. It stands outside
the database, so that a database that is restored does not bring anybody back; a backup takes it
along, and what is restored is added to what stands.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from groundswell.archive import small_files
from groundswell.archive.database import told
from groundswell.errors import ArchiveError

LIST: Final = "optouts"
TAKEN: Final = "optouts.taken"
"""What the run that keeps this archive did about the list, for who waits for it."""
REMEMBERED: Final = 1 << 17
"""Hashes of which it is remembered whether they are on the list."""

Keys = NDArray[np.uint64]


class _Tags(msgspec.Struct):
    key: str
    tags: list[str]


class _List(msgspec.Struct):
    """Lists under keys of their own: one of this folder, others that came with backups."""

    lists: list[_Tags] = []


class OptOuts:
    """The list of a folder, as it stands; `reload` looks whether it changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stamp: tuple[int, int, int] | None = None
        self._lists: list[tuple[bytes, frozenset[bytes]]] = []
        self._known: dict[int, bool] = {}
        self.reload()

    def __bool__(self) -> bool:
        return any(tags for _, tags in self._lists)

    def reload(self) -> bool:
        """Reads the list again where it changed; returns whether it did.

        Raises:
            ArchiveError: it is damaged, or may not be read.
        """
        stamp = small_files.stamp(self._folder / LIST)
        if stamp == self._stamp:
            return False
        self._stamp, self._known = stamp, {}
        self._lists = [
            (bytes.fromhex(one.key), frozenset(map(bytes.fromhex, one.tags)))
            for one in _read(self._folder).lists
        ]
        return True

    def hold(self, hashes: Keys) -> NDArray[np.bool_]:
        """Which of the hashes are on the list, shape (n,)."""
        if not self:
            return np.zeros(hashes.size, np.bool_)
        unique, back = np.unique(hashes, return_inverse=True)
        held = np.array([self._holds(value) for value in unique.tolist()], np.bool_)
        return np.asarray(held[back] if held.size else held, np.bool_)

    def _holds(self, value: int) -> bool:
        known = self._known.get(value)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = any(_tag(key, value) in tags for key, tags in self._lists)
            self._known[value] = known
        return known


def add(folder: Path, hashes: Iterable[int]) -> None:
    """Puts hashes on the list.

    Raises:
        ArchiveError: it cannot be written.
    """
    with small_files.locked(folder):
        held = _read(folder)
        if not held.lists:
            held.lists.append(_Tags(secrets.token_hex(32), []))
        own = held.lists[0]
        more = {_tag(bytes.fromhex(own.key), value).hex() for value in hashes}
        own.tags = sorted({*own.tags, *more})
        _write(folder, held)


def remove(folder: Path, hashes: Iterable[int]) -> int:
    """Takes hashes off the list; returns how many were on it.

    Raises:
        ArchiveError: it cannot be written.
    """
    values, removed = list(hashes), 0
    with small_files.locked(folder):
        held = _read(folder)
        for one in held.lists:
            gone = {_tag(bytes.fromhex(one.key), value).hex() for value in values}
            removed += len(gone.intersection(one.tags))
            one.tags = sorted(set(one.tags) - gone)
        if removed:
            _write(folder, held)
    return removed


def merge(folder: Path, other: Path) -> None:
    """Adds what is on the list of another folder.

    Raises:
        ArchiveError: one of them is damaged or cannot be written.
    """
    more = _read(other)
    if not more.lists:
        return
    with small_files.locked(folder):
        by_key = {one.key: one for one in _read(folder).lists}
        for one in more.lists:
            own = by_key.setdefault(one.key, _Tags(one.key, []))
            own.tags = sorted({*own.tags, *one.tags})
        _write(folder, _List(list(by_key.values())))


def say_taken(folder: Path, **figures: int) -> None:
    """Says what was done about the list as it stands.

    Raises:
        ArchiveError: it cannot be written.
    """
    with told(folder):
        small_files.put(folder / TAKEN, json.dumps({"list": _digest(folder), **figures}).encode())


def taken(folder: Path) -> dict[str, Any] | None:
    """What was done about the list as it stands; None where nobody has taken it up yet."""
    try:
        said: dict[str, Any] = json.loads((folder / TAKEN).read_bytes())
    except (OSError, ValueError):
        return None
    return said if said.get("list") == _digest(folder) else None


def _tag(key: bytes, value: int) -> bytes:
    return hashlib.blake2b(value.to_bytes(8, "little"), key=key, digest_size=16).digest()


def _digest(folder: Path) -> str:
    with told(folder):
        return hashlib.blake2b((folder / LIST).read_bytes(), digest_size=16).hexdigest()


def _read(folder: Path) -> _List:
    path = folder / LIST
    try:
        with told(path):
            return msgspec.json.decode(path.read_bytes(), type=_List) if path.exists() else _List()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ArchiveError(
            f"expected the list of opt-outs in {path}, found damage: {error}",
            hint="restore it from a backup; while it is damaged nobody on it could be left out",
        ) from error


def _write(folder: Path, held: _List) -> None:
    small_files.put(folder / LIST, msgspec.json.encode(held))
