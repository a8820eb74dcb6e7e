"""One pass over good posts of Jetstream frames, straight into columns; compiled.

Most of what a network sends is posts of one shape, and to make objects of them only to take them
apart again costs more than all reading. So this takes what is plainly such a post (`plain_post`)
and leaves every other line alone, for the JSON decoder. It takes no line that the decoder would
refuse, and reads it alike.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from groundswell.machine.arrays import Int64Grid, Int64s, UInt8s
from groundswell.machine.loops import inlined, loop
from groundswell.machine.memory import eight, lent
from groundswell.sources.lines import NEWEST_US, OLDEST_US
from groundswell.sources.octets import NEWLINE, WORD, copy, is_ascii, line_end
from groundswell.sources.plain_post import frame

_ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_ID: Final = np.frombuffer(b"at:///app.bsky.feed.post/", np.uint8)
_TONGUES: Final = 64
"""Languages of a run; posts of further ones are left alone."""
Columns = tuple[UInt8s, UInt8s, UInt8s, UInt8s, UInt8s, UInt8s]
_SCHEME: Final = 5
"""Octets of an id before the account that wrote the post."""


@inlined
def _first(word: Any, size: Any) -> Any:
    """The first octets of eight, as many as `size`, from 1 on."""
    return word & (_ALL >> np.uint64(64 - 8 * size))


@inlined
def _entry(octets: Any, span: Any, out: Any, n: Any) -> Any:
    """Appends a span and NUL to a column; its new length."""
    n = copy(octets, span[0], span[1], out, n)
    out[n] = 0
    return n + 1


@inlined
def _tongue(octets: Any, span: Any, tongues: Any, n: Any) -> Any:
    """The number of a language among the `n` that were met; `n` for a new one, -1 for no room."""
    begin, size = span[0], span[1] - span[0]
    if size > 2 * WORD or begin + 2 * WORD > octets.size:
        return -1
    name, more = np.uint64(0), np.uint64(0)
    if size > WORD:
        name, more = eight(octets, begin), _first(eight(octets, begin + WORD), size - WORD)
    elif size:
        name = _first(eight(octets, begin), size)
    for known in range(n):
        if tongues[known, 0] == name and tongues[known, 1] == more:
            return known
    if n == tongues.shape[0]:
        return -1
    tongues[n, 0], tongues[n, 1] = name, more
    return n


@loop
def posts(
    octets: UInt8s,
    columns: Columns,
    times: Int64s,
    nested: Int64Grid,
    spoken: UInt8s,
    others: Int64Grid,
    n: Int64s,
) -> None:
    """Reads the good posts among lines; writes the lengths of the columns and of `others` into `n`.

    Columns are texts of ASCII, other texts, accounts, ids, addresses answered and languages, in
    UTF-8, each entry ended by NUL, with an empty entry for a text that stands among the others:
    each must have room for all octets and 32 more a line. Languages have an entry for each that was
    met. `others` are numbers of the lines that were left alone, and of the posts whose texts are
    not ASCII: shape (2, lines). Of the lines that were taken, in their order, `times` are event
    times, µs, `spoken` the numbers of languages, and `nested` begins and ends of facets and embeds,
    0 where there are none: shape (lines, 4). `n` has been zeros, shape (8,).
    """
    octets, times, nested, others = lent(octets), lent(times), lent(nested), lent(others)
    narrow, wide, dids = lent(columns[0]), lent(columns[1]), lent(columns[2])
    ids, parents, langs = lent(columns[3]), lent(columns[4]), lent(columns[5])
    prefix, spoken = _ID, lent(spoken)
    tongues = np.zeros((_TONGUES, 2), np.uint64)
    met, taken, start, size = 0, 0, 0, octets.size
    for line in range(times.size):
        i, text, time, spans = frame(octets, start, size, narrow, n[0], nested[taken])
        did, rkey, lang, parent = spans
        end = -1 if i < 0 or not OLDEST_US <= time <= NEWEST_US else line_end(octets, i, size)
        tongue = -1 if end < 0 else _tongue(octets, lang, tongues, met)
        if tongue < 0:
            others[0, n[6]] = line
            n[6] += 1
            end = start
            while end < size and octets[end] != NEWLINE:
                end += 1
            start = end + 1
            continue
        start = end + 1
        if not is_ascii(narrow, n[0], text):
            others[1, n[7]] = taken
            n[7] += 1
            n[1] = _entry(narrow, (n[0], text), wide, n[1])
            text = n[0]
        narrow[text] = 0
        n[0] = text + 1
        n[2] = _entry(octets, did, dids, n[2])
        k = copy(prefix, 0, _SCHEME, ids, n[3])
        k = copy(octets, did[0], did[1], ids, k)
        k = copy(prefix, _SCHEME, prefix.size, ids, k)
        n[3] = _entry(octets, rkey, ids, k)
        n[4] = _entry(octets, parent, parents, n[4])
        if tongue == met:
            n[5] = _entry(octets, lang, langs, n[5])
            met += 1
        spoken[taken] = tongue
        times[taken] = time
        taken += 1
