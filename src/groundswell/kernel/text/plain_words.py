"""Plain words of ASCII, eight characters at a time; compiled.

Where a word ends is seen in eight octets at once, and they are hashed without a branch: of fewer
than eight the steps that are too many come first, over zeros, and are taken back beforehand by a
product. What is no plain word — an apostrophe, an underscore, a number with marks, an address, any
character beyond ASCII — is left to the loop that goes by single characters (`lexer`).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from groundswell.kernel.basis.hashing import FNV_OFFSET, FNV_PRIME, step
from groundswell.kernel.text import characters as ch
from groundswell.machine.loops import inlined
from groundswell.machine.memory import eight, trailing

WORD: Final = 8
"""Octets that are read at once."""
AFTER: Final = WORD
"""Octets that must follow on the end of a buffer's last post, for they may be read."""
_EIGHT, _OCTET = np.uint64(8), np.uint64(0xFF)
_ONES: Final = np.uint64(0x0101010101010101)
_HIGH: Final = np.uint64(0x80) * _ONES
_SMALL: Final = np.uint64(0x20) * _ONES
"""The bit that a small letter has and its capital has not; digits have it as well."""
_FROM_A, _BEYOND_Z = (np.uint64(0x80 - ord(letter)) * _ONES for letter in "a{")
_FROM_0, _BEYOND_9 = (np.uint64(0x80 - ord(digit)) * _ONES for digit in "0:")
_HTTP: Final = np.uint64(int.from_bytes(b"http", "little"))
_FOUR_OCTETS: Final = np.uint64(0xFFFFFFFF)
_UNDERSCORE: Final = ord("_")
_AFTER_DIGITS: Final = ord(":")
"""Of what words are made, digits stand before it and letters after it."""
_BACK: Final = np.array(
    [pow(int(FNV_PRIME), steps - WORD, 1 << 64) for steps in range(WORD + 1)], np.uint64
)
"""What takes back the steps that are too many, by how many are right; shape (WORD + 1,)."""


@inlined
def _steps(h: Any, letters: Any, size: Any) -> Any:
    """So many letters (0 to 8, the first one lowest) into a running hash."""
    h *= _BACK[size]
    letters = letters << (_EIGHT * np.uint64(WORD - size)) if size else np.uint64(0)
    for _ in range(WORD):
        h = step(h, letters & _OCTET)
        letters >>= _EIGHT
    return h


@inlined
def _word(octets: Any, i: Any, classes: Any) -> Any:
    """(hash, end) of the word at i of a buffer of ASCII; the end is i where it is no plain one."""
    begin, size, h = i, WORD, FNV_OFFSET
    while size == WORD:
        word = eight(octets, i)
        letters = word | _SMALL
        other = (letters + _BEYOND_Z) | ~(letters + _FROM_A)
        other &= (word + _BEYOND_9) | ~(word + _FROM_0)
        size = trailing(other & _HIGH) >> 3
        if i == begin and letters & _FOUR_OCTETS == _HTTP:
            return h, begin
        h = _steps(h, letters, size)
        i += size
    t = classes[octets[i]]
    marked = t == ch.LINK_PUNCTUATION and octets[i - 1] < _AFTER_DIGITS
    if marked or t == ch.APOSTROPHE or octets[i] == _UNDERSCORE:
        return h, begin
    return h, i


@inlined
def plain_word(buffer: Any, i: Any, classes: Any) -> Any:
    """(hash, end) of the plain word at i; the end is i where there is none.

    Nothing is plain but in a buffer of octets: what is not is cut by single characters.
    """
    return _word(buffer, i, classes) if buffer.itemsize == 1 else (FNV_OFFSET, i)
