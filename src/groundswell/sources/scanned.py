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
        self._columns: scan.Columns | None = None

    def read(self, data: memoryview, lines: int) -> Scanned | None:
        """The good posts among so many lines; None where some text is not UTF-8."""
        octets = np.frombuffer(data, np.uint8)
        room = octets.size + _ROOM * lines
        if self._columns is None or self._columns[0].size < room:
            a, b, c, d, e, f = (np.empty(room, np.uint8) for _ in range(6))
            self._columns = a, b, c, d, e, f
        times, spoken = np.empty(lines, np.int64), np.empty(lines, np.uint8)
        nested, others = np.empty((lines, 4), np.int64), np.empty((2, lines), np.int64)
        counted = np.zeros(8, np.int64)
        scan.posts(octets, self._columns, times, nested, spoken, others, counted)
        *sizes, odd, wide = counted.tolist()
        taken = lines - odd
        narrow, widened, authors, ids, replies, langs = self._columns
        try:
            texts = _entries(narrow, sizes[0], taken)
            for post, text in zip(
                others[1, :wide].tolist(), _entries(widened, sizes[1], wide), strict=True
            ):
                texts[post] = text
        except UnicodeDecodeError:
            return None
        named = langs[: sizes[5]].tobytes().decode().split("\0")
        return Scanned(
            others[0, :odd],
            texts,
            _entries(authors, sizes[2], taken),
            _entries(ids, sizes[3], taken),
            np.array(named, object)[spoken[:taken]].tolist(),
            _entries(replies, sizes[4], taken),
            times[:taken].tolist(),
            nested[:taken],
        )


def _entries(column: NDArray[Any], size: int, entries: int) -> list[str]:
    """Strings that are each ended by NUL."""
    if size == entries:
        return [""] * entries
    return column[: size - 1].tobytes().decode().split("\0")
