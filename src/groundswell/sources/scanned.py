"""The good posts of a run of Jetstream frames as columns of Python strings (see `scan`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.sources import scan

_ROOM: Final = 32
"""Octets that an id has besides the account and the key, and its end."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """All lists have an entry a good line, in order."""

    others: NDArray[np.int64]
    """Numbers of the other lines, from 0 on."""
    texts: list[str]
    authors: list[str]
    ids: list[str]
    langs: list[str]
    replies: list[str]
    times: list[int]
    nested: NDArray[np.int64]
    """Begins and ends of facets and embed, 0 for none: shape (good lines, 4)."""


class Scanner:
    """Reads runs; keeps the memory that it writes to. Not thread-safe."""

    def __init__(self) -> None:
        self._columns: tuple[NDArray[np.uint8], ...] = ()

    def read(self, data: memoryview, lines: int) -> Scanned | None:
        """The good posts among so many lines; None where some text is not UTF-8."""
        octets = np.frombuffer(data, np.uint8)
        room = octets.size + _ROOM * lines
        if not self._columns or self._columns[0].size < room:
            self._columns = tuple(np.empty(room, np.uint8) for _ in range(6))
        times = np.empty(lines, np.int64)
        nested = np.empty((lines, 4), np.int64)
        shape = np.empty(lines, np.uint8)
        sizes = scan.posts(octets, self._columns, times, nested, shape).tolist()
        taken = lines - int(np.count_nonzero(shape == scan.ODD))
        wide = np.flatnonzero(shape[shape != scan.ODD] == scan.WIDE).tolist()
        texts, others, authors, ids, langs, replies = self._columns
        try:
            found = _entries(texts, sizes[0], taken)
            for post, text in zip(wide, _entries(others, sizes[1], len(wide)), strict=True):
                found[post] = text
        except UnicodeDecodeError:
            return None
        known: dict[str, str] = {}
        return Scanned(
            np.flatnonzero(shape == scan.ODD),
            found,
            _entries(authors, sizes[2], taken),
            _entries(ids, sizes[3], taken),
            [known.setdefault(lang, lang) for lang in _entries(langs, sizes[4], taken)],
            _entries(replies, sizes[5], taken),
            times[:taken].tolist(),
            nested[:taken],
        )


def _entries(column: NDArray[Any], size: int, entries: int) -> list[str]:
    """Strings that are each ended by NUL."""
    if size == entries:
        return [""] * entries
    return column[: size - 1].tobytes().decode().split("\0")
