"""JSON as octets, for compiled loops: strings passed over or copied, and where a value ends.

They refuse, with -1, whatever is not plainly well formed.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from groundswell.machine.loops import inlined
from groundswell.machine.memory import eight, put_eight

QUOTE, BACK, COMMA, COLON, OPEN, CLOSE, LIST, END = b'"\\,:{}[]'
NEWLINE, RETURN = b"\n\r"
WORD: Final = 8
_ONES: Final = np.uint64(0x0101010101010101)
_HIGH: Final = np.uint64(0x8080808080808080)
_QUOTES: Final = np.uint64(QUOTE) * _ONES
_BACKS: Final = np.uint64(BACK) * _ONES
_ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_CONTROLS: Final = np.uint64(0x20) * _ONES


@inlined
def _odd(word: Any) -> Any:
    """Other than 0 where one of eight octets is a quote, a backslash or a control character.

    Seldom also where none is: a difference borrows from the octet above.
    """
    quote, back = word ^ _QUOTES, word ^ _BACKS
    found = ((quote - _ONES) & ~quote) | ((back - _ONES) & ~back)
    return (found | ((word - _CONTROLS) & ~word)) & _HIGH


@inlined
def before_quote(word: Any) -> Any:
    """Which of eight octets come before the first quote: (mask of their bits, how many, fine).

    Fine where they are plain ASCII.
    """
    quote = word ^ _QUOTES
    found = (quote - _ONES) & ~quote & _HIGH
    mask, size = _ALL, np.int64(WORD)
    if found:
        mask = ((found & (~found + np.uint64(1))) >> np.uint64(7)) - np.uint64(1)
        size = np.int64(((mask & _ONES) * _ONES) >> np.uint64(56))
    letters = (word & mask) | (_CONTROLS & ~mask)
    return mask, size, not ((_odd(letters) | letters) & _HIGH)


@inlined
def plain(octets: Any, i: Any, end: Any) -> Any:
    """Where a string of plain ASCII ends that begins at i; -1 where it is anything else."""
    while i + WORD <= end:
        word = eight(octets, i)
        if _odd(word) or word & _HIGH:
            break
        i += WORD
    while i < end:
        c = octets[i]
        if c == QUOTE:
            return i
        if c == BACK or c < 0x20 or c >= 0x80:
            return -1
        i += 1
    return -1


@inlined
def _hex(octets: Any, i: Any) -> Any:
    """The number of four hexadecimal digits; -1 where they are none."""
    found = np.int64(0)
    for j in range(i, i + 4):
        c = np.int64(octets[j])
        if 48 <= c <= 57:
            c -= 48
        elif 97 <= (c | 32) <= 102:
            c = (c | 32) - 87
        else:
            return -1
        found = found << 4 | c
    return found


@inlined
def _put(out: Any, n: Any, code: Any) -> Any:
    """Writes a code point as UTF-8; the new length."""
    if code < 0x80:
        out[n] = code
        return n + 1
    if code < 0x800:
        out[n] = 0xC0 | code >> 6
        out[n + 1] = 0x80 | code & 63
        return n + 2
    if code < 0x10000:
        out[n] = 0xE0 | code >> 12
        out[n + 1] = 0x80 | code >> 6 & 63
        out[n + 2] = 0x80 | code & 63
        return n + 3
    out[n] = 0xF0 | code >> 18
    out[n + 1] = 0x80 | code >> 12 & 63
    out[n + 2] = 0x80 | code >> 6 & 63
    out[n + 3] = 0x80 | code & 63
    return n + 4


@inlined
def _escape(octets: Any, i: Any, end: Any, out: Any, n: Any) -> Any:  # noqa: PLR0911 -- each way out is one refusal
    """Reads the escape at i: (where it ends, the new length of `out`), or (-1, …).

    A lone surrogate is none, and NUL stands between texts.
    """
    if i + 12 > end:  # as long as a pair of surrogates
        return -1, n
    c = octets[i + 1]
    if c in (QUOTE, BACK, 47):
        return i + 2, _put(out, n, np.int64(c))
    if c == 110:
        return i + 2, _put(out, n, 10)
    if c == 116:
        return i + 2, _put(out, n, 9)
    if c == 114:
        return i + 2, _put(out, n, 13)
    if c != 117:
        return -1, n
    code = _hex(octets, i + 2)
    if code <= 0:
        return -1, n
    if code < 0xD800 or code > 0xDFFF:
        return i + 6, _put(out, n, code)
    low = _hex(octets, i + 8)
    if code > 0xDBFF or octets[i + 6] != BACK or octets[i + 7] != 117 or low >> 10 != 0x37:
        return -1, n
    return i + 12, _put(out, n, 0x10000 + ((code & 0x3FF) << 10 | low & 0x3FF))


@inlined
def copy_text(octets: Any, i: Any, end: Any, out: Any, n: Any) -> Any:
    """Copies the string that begins at i, in UTF-8: (where its quote is or -1, the new length)."""
    while i < end:
        if i + WORD <= end:
            word = eight(octets, i)
            if not _odd(word):
                put_eight(out, n, word)
                n += WORD
                i += WORD
                continue
        stop = min(i + WORD, end)
        while i < stop:
            c = octets[i]
            if c == QUOTE:
                return i, n
            if c == BACK:
                i, n = _escape(octets, i, end, out, n)
                if i < 0:
                    return -1, n
            elif c < 0x20:
                return -1, n
            else:
                out[n] = c
                n += 1
                i += 1
    return -1, n


@inlined
def copy(octets: Any, begin: Any, end: Any, out: Any, n: Any) -> Any:
    """Appends octets to a column; its new length."""
    i = begin
    while i + WORD <= end:
        put_eight(out, n, eight(octets, i))
        n += WORD
        i += WORD
    while i < end:
        out[n] = octets[i]
        n += 1
        i += 1
    return n


@inlined
def is_ascii(octets: Any, begin: Any, end: Any) -> Any:
    """Whether octets [begin, end) are all ASCII."""
    seen, i = np.uint64(0), begin
    while i + WORD <= end:
        seen |= eight(octets, i)
        i += WORD
    while i < end:
        seen |= np.uint64(octets[i])
        i += 1
    return seen & _HIGH == 0


@inlined
def value(octets: Any, i: Any, end: Any) -> Any:
    """Where the object or list at i ends, if it is well formed; -1 where it surely is not."""
    if octets[i] != OPEN and octets[i] != LIST:
        return -1
    depth = 0
    while i < end:
        c = octets[i]
        i += 1
        if c == NEWLINE:  # what stands on one line is one line's
            return -1
        if c == QUOTE:
            while i < end and octets[i] != QUOTE and octets[i] != NEWLINE:
                i += 2 if octets[i] == BACK and i + 1 < end and octets[i + 1] != NEWLINE else 1
            if i >= end or octets[i] == NEWLINE:
                return -1
            i += 1
        elif c in (OPEN, LIST):
            depth += 1
        elif c in (CLOSE, END):
            depth -= 1
            if depth == 0:
                return i
    return -1


@inlined
def line_end(octets: Any, i: Any, end: Any) -> Any:
    """Where the line ends if nothing more stands on it; -1 where something does."""
    if i < end and octets[i] == RETURN:
        i += 1
    return i if i == end or octets[i] == NEWLINE else -1
