"""Texts of posts in one stretch of octets, instead of a Python object each.

Strings come and go in the order of the posts. They stand one behind the other, as UTF-8, in
segments of a mebibyte, and are decoded where somebody asks. A Python string of a post's length is a
quarter larger, and a hundred thousand of them keep whole pages of Python's memory alive that hold
little else by then.

What is taken back is overwritten where it stands, and so is all that fell out: no octet of it is in
memory that is held here, nor in a snapshot of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

SEGMENT: Final = 1 << 20
"""Octets of a segment."""


@dataclass(slots=True)
class Octets:
    """The state. Positions are counted from the first octet ever."""

    segments: list[NDArray[np.uint8]] = field(default_factory=list)
    begin: int = 0
    """Position of the oldest octet that is held."""
    end: int = 0
    """Position of the next one."""
    spare: list[NDArray[np.uint8]] = field(default_factory=list)
    """A segment that fell out, all zeros: memory that the system need not find anew."""

    def put(self, data: bytes) -> None:
        """Writes octets behind all others."""
        left = np.frombuffer(data, np.uint8)
        while left.size:
            segment, at = self._place(self.end)
            part = left[: SEGMENT - at]
            segment[at : at + part.size] = part
            self.end += part.size
            left = left[part.size :]

    def get(self, at: int, size: int) -> str:
        """The string of `size` octets at a position."""
        found = b""
        while size:
            segment, begin = self._place(at)
            part = segment[begin : begin + size].tobytes()
            found += part
            at, size = at + len(part), size - len(part)
        return found.decode("utf-8", "surrogatepass")

    def wipe(self, at: int, size: int) -> None:
        """Overwrites octets with zeros."""
        while size:
            segment, begin = self._place(at)
            part = min(size, SEGMENT - begin)
            segment[begin : begin + part] = 0
            at, size = at + part, size - part

    def let_go(self, before: int) -> None:
        """Forgets what stands before a position."""
        gone = before // SEGMENT - self.begin // SEGMENT
        self.wipe(self.begin, before - self.begin)
        if gone:
            self.spare = self.segments[:1]
            del self.segments[:gone]
        self.begin = before

    def _place(self, position: int) -> tuple[NDArray[np.uint8], int]:
        """The segment that a position is in, and where in it; a new one behind the last."""
        number = position // SEGMENT - self.begin // SEGMENT
        if number == len(self.segments):
            self.segments.append(self.spare.pop() if self.spare else np.zeros(SEGMENT, np.uint8))
        return self.segments[number], position % SEGMENT


def encoded(strings: list[str]) -> list[bytes]:
    """UTF-8 of each; half a surrogate pair, as JSON may bring, goes through as it is."""
    try:
        return list(map(str.encode, strings))
    except UnicodeEncodeError:
        return [one.encode("utf-8", "surrogatepass") for one in strings]
