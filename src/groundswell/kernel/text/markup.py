"""What of a text is no words: HTML entities, and where an address begins and ends.

For the compiled loop of the tokeniser (`lexer`), into which all of it is inlined: `buffer` is texts
in octets or in UTF-32, and i a place in it.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from groundswell.machine.loops import inlined

_ENTITIES: Final = np.array(
    [list(name.ljust(5)) for name in (b"amp;", b"lt;", b"gt;", b"quot;", b"apos;", b"nbsp;")],
    np.uint8,
)
_LONGEST: Final = 8
"""Characters of an entity by its number, at most: `&#x1f600`."""


@inlined
def _is_number(c: Any, hexed: Any) -> Any:
    return 48 <= c <= 57 or (hexed and 97 <= (c | 32) <= 102)


@inlined
def entity_end(buffer: Any, i: Any) -> Any:
    """Where the HTML entity at i ends; after the one character where there is none.

    Recordings of some networks have texts as a page would: `&amp;` is no word, and neither is amp.
    """
    n = buffer.size
    end = i + 1
    if end + 1 < n and buffer[end] == 35:
        end += 1
        hexed = (buffer[end] | 32) == 120
        first = end + hexed
        end = first
        while end < n and end < i + _LONGEST and _is_number(buffer[end], hexed):
            end += 1
        return end + 1 if end < n and end > first and buffer[end] == 59 else i + 1
    for k in range(_ENTITIES.shape[0]):
        j = 0
        while i + 1 + j < n and buffer[i + 1 + j] == _ENTITIES[k, j]:
            if buffer[i + 1 + j] == 59:
                return i + 2 + j
            j += 1
    return i + 1


@inlined
def is_www(buffer: Any, i: Any) -> Any:
    """Whether `www.` stands there; three characters follow i."""
    w = 119
    letters = (buffer[i] | 32) == w and (buffer[i + 1] | 32) == w and (buffer[i + 2] | 32) == w
    return letters and buffer[i + 3] == 46


@inlined
def is_utm(buffer: Any, i: Any) -> Any:
    """Whether `utm` stands there; two characters follow i."""
    return buffer[i] == 117 and buffer[i + 1] == 116 and buffer[i + 2] == 109


@inlined
def link_body(buffer: Any, i: Any) -> Any:
    """Where the address after `http://` or `https://` at i begins; 0 where there is none."""
    n = buffer.size
    if i + 6 >= n or (buffer[i] | 32) != 104 or (buffer[i + 1] | 32) != 116:
        return 0
    if (buffer[i + 2] | 32) != 116 or (buffer[i + 3] | 32) != 112:
        return 0
    j = i + 4
    if (buffer[j] | 32) == 115:
        j += 1
    if j + 2 < n and buffer[j] == 58 and buffer[j + 1] == 47 and buffer[j + 2] == 47:
        return j + 3
    return 0


@inlined
def link_end(buffer: Any, i: Any) -> Any:
    """End of an address: white space, a quote or bracket; closing punctuation is not part of it."""
    n = buffer.size
    begin = i
    while i < n and buffer[i] > 32 and buffer[i] not in (34, 60, 62, 0x3000, 0x300D, 0xFF09):
        i += 1
    while i > begin and buffer[i - 1] in (46, 44, 33, 63, 41, 39, 58, 59, 0x2026, 0x201D, 0x2019):
        i -= 1
    return i
