"""The compiled loops over one region of terms: looking up, moving, forgetting, the first look.

A region is an open-addressing table of 32-byte records, in which a term's home is its hash's low
half times the region's size: so a region may have any size. What a term had in earlier slices
stands apart, in rows of `history`, for most terms are said in one slice only and have none.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.machine.arrays import Float32Grid, Float32s
from groundswell.machine.loops import inlined, loop
from groundswell.machine.memory import lent

RECORD: Final = np.dtype(
    [
        ("key", "u8"),  # 0: empty
        ("posts", "u4"),  # in slice `slice`, each post once
        ("authors", "u4"),  # distinct, in slice `slice`
        ("past", "f4"),  # authors of slices before `slice`, decayed to it: the long run
        ("slice", "u4"),  # the slice that the counts speak of
        ("last", "u4"),  # token position of the newest occurrence, modulo 2³²
        ("words", "u4"),  # how many tokens the term has; above, its row of history, 0 for none
    ]
)
WINDOW: Final = np.dtype(
    [
        ("track", "i8"),  # whose row of history is in it; 0: none, the open slice alone
        ("scale", "f4"),  # its people as a share of those outside it
        ("floor", "f4"),  # people who are expected of a term that was never said before
        ("few", "f4"),  # people from which on a term can be unusual in it, or a step below that
    ]
)
"""A window in which terms are looked at."""
WORDS: Final = np.uint32(3)
"""The bits of `words` that are the number of tokens."""
ROW: Final = np.uint32(2)
"""How far above them the row of history stands."""
GRAMS: Final = 3
"""Words of the longest phrase that is counted."""
Records = Annotated[NDArray[Any], RECORD]
Windows = Annotated[NDArray[Any], WINDOW]
UNHEARD: Final = np.float32(20)
"""Times the known past that a window may hold for anything in it to be called unusual."""
_STEP: Final = np.float32(1e-6)
"""Share of so many people that is surely more than none, as numbers of 32 bits go."""
NEVER: Final = 255
"""The weight of what is not forgotten while anything else can be."""
_LOW: Final = np.uint64(0xFFFFFFFF)
_HALF: Final = np.uint64(32)
_ONE: Final = np.uint64(1)


@inlined
def home(key: Any, size: Any) -> Any:
    """Where a term stands in a region of `size` (uint64) records if nothing is in its way."""
    return ((key & _LOW) * size) >> _HALF


@inlined
def place(records: Any, key: Any, size: Any) -> Any:
    """Where a term stands, or the empty place where it would."""
    s = home(key, size)
    while records[s].key != key and records[s].key != 0:
        s += _ONE
        if s == size:
            s = np.uint64(0)
    return s


@inlined
def _weight(record: Any, current: Any) -> Any:
    """0–255: how much is lost when a term is forgotten: its people, half as many 16 slices on.

    Eight times the binary logarithm of the people, drawn straight between powers of two: the
    exponent of the number and three bits of its mantissa.
    """
    if record.slice == current and record.authors > 1:
        return NEVER
    people = np.float32(record.past + np.float32(record.authors))
    level = (np.int64(people.view(np.int32)) >> 20) - 888
    age = np.int64(current) - np.int64(record.slice)
    return min(max(level - (age >> 1), 0), NEVER - 1)


@inlined
def _ago(record: Any, position: Any) -> Any:
    """0–255: how long ago a term was said, in steps of 2¹⁴ tokens."""
    return min(np.int64(np.uint32(np.uint32(position) - record.last)) >> 14, np.int64(255))


@loop
def lightest(records: Records, current: np.uint32, position: int, share: float) -> tuple[int, int]:
    """Where to cut so that about a share of the terms stays: (weight, since when it was said).

    Lighter terms go, and of those of just that weight the ones said at least so long ago. It is
    judged by the terms whose home is in the first eighth of the region.
    """
    records = lent(records)
    size = np.uint64(records.size)
    weights = np.zeros((256, 256), np.int32)
    looked = max(size >> np.uint64(3), np.uint64(1))
    n = 0
    for i in range(records.size):
        r = records[i]
        if r.key == 0:
            if i >= looked:
                break
        elif home(r.key, size) < looked:
            weights[_weight(r, current), 255 - _ago(r, position)] += 1
            n += 1
    stay = np.int64(n * share)
    for weight in range(255, -1, -1):
        for recent in range(255, -1, -1):
            stay -= weights[weight, recent]
            if stay < 0:
                return weight, 255 - recent
    return 0, 256


@loop
def forget(
    records: Records,
    rows: Float32Grid,
    new_rows: Float32Grid,
    cut: tuple[int, int],
    current: np.uint32,
    position: int,
) -> tuple[int, int]:
    """Takes out the terms that `cut` says (`lightest`), in place: later ones of a run move up.

    The rows of those that stay go into new ones. Returns how many terms there are, and rows, with
    the one that nobody has.
    """
    records, rows, new_rows = lent(records), lent(rows), lent(new_rows)
    level, ago = cut
    size = np.uint64(records.size)
    start = np.uint64(0)
    while records[start].key != 0:  # runs go round the end: an empty place is where one can begin
        start += _ONE
    used, row = 0, 1
    s = start
    for _ in range(records.size):
        s += _ONE
        if s == size:
            s = np.uint64(0)
        key = records[s].key
        if key == 0:
            continue
        weight = _weight(records[s], current)
        if weight < level or (weight == level and _ago(records[s], position) >= ago):
            records[s].key = 0
            continue
        before = records[s].words >> ROW
        if before:
            for t in range(rows.shape[1]):
                new_rows[row, t] = rows[before, t]
            records[s].words = (records[s].words & WORDS) | (np.uint32(row) << ROW)
            row += 1
        used += 1
        records[s].key = 0
        to = place(records, key, size)
        if to != s:
            records[to] = records[s]
        records[to].key = key
    return used, row


@loop
def fill(records: Records, old: Records) -> None:
    """Puts terms into an empty region."""
    records, old = lent(records), lent(old)
    size = np.uint64(records.size)
    for i in range(old.size):
        if old[i].key != 0:
            records[place(records, old[i].key, size)] = old[i]


@loop
def pack(
    records: Records, rows: Float32Grid, out: Records, out_rows: Float32Grid, at: tuple[int, int]
) -> tuple[int, int]:
    """Copies all terms into `out` and their rows into `out_rows`, from `at` on; where both end.

    A term's row becomes its number there.
    """
    records, rows, out, out_rows = lent(records), lent(rows), lent(out), lent(out_rows)
    n, row = at
    for s in range(records.size):
        if records[s].key == 0:
            continue
        out[n] = records[s]
        before = records[s].words >> ROW
        if before:
            for t in range(rows.shape[1]):
                out_rows[row, t] = rows[before, t]
            out[n].words = (records[s].words & WORDS) | (np.uint32(row) << ROW)
            row += 1
        n += 1
    return n, row


@loop
def said(records: Records, current: np.uint32, least: float, out: Records) -> int:
    """Copies single words that `least` people said in the open slice into `out`; how many."""
    records, out = lent(records), lent(out)
    n = 0
    for s in range(records.size):
        r = records[s]
        # in one but for the first, which mostly fails: which of the others does cannot be foreseen
        one = (r.key != 0) & (r.slice == current) & ((r.words & WORDS) == 1)
        if r.authors >= least and one:
            out[n] = r
            n += 1
    return n


@inlined
def _unusual(seen: Any, before: Any, window: Any, bar: Any) -> Any:
    """Whether so many people in a window are unusual after so many before it."""
    expected = before * window.scale + window.floor
    if seen <= expected:
        return False
    return seen * np.log(seen / expected) - (seen - expected) >= bar


@loop
def windows(
    volumes: Float32s,
    least: np.float32,
    bar: np.float32,
    share: np.float32,
    prior: np.float32,
    out: Windows,
) -> int:
    """Fills in what is asked of a term in each window that can be judged; how many these are.

    `volumes` are the board's people: before the open slice by tracks, and in it.
    """
    tracks = volumes.size - 1
    n = 0
    for t in range(tracks):
        if t and volumes[t] <= 0:
            continue
        passed = volumes[t] if t else np.float32(0)
        inside = volumes[tracks] + passed
        scale = inside / (max(volumes[0] - passed, np.float32(0)) + prior)
        if scale > UNHEARD:
            continue
        out[n].track, out[n].scale = t, scale
        out[n].floor = max(np.float32(1), scale, share * inside)
        few = np.floor(max(least, out[n].floor))
        step = max(np.float32(1), few * _STEP)
        while not _unusual(few + step, np.float32(0), out[n], bar):
            few += step
        out[n].few = max(least, few)
        n += 1
    return n


@loop
def candidates(
    records: Records,
    rows: Float32Grid,
    current: np.uint32,
    windows: Windows,
    few: np.float32,
    bar: np.float32,
    out: Records,
) -> int:
    """Copies terms that a first look finds above usual into `out`; how many.

    Terms with fewer than `few` people, in the open slice and before it, are passed over.
    """
    records, rows, windows, out = lent(records), lent(rows), lent(windows), lent(out)
    n = 0
    for s in range(records.size):
        r = records[s]
        a = np.float32(r.authors)
        if r.words & WORDS > 1:
            a += np.float32(1)  # of a phrase, who said it first is not counted
        if a + r.past < few or r.slice != current or r.key == 0:
            continue
        row = r.words >> ROW
        for w in range(windows.size):
            window = windows[w]
            recent = rows[row, window.track - 1] if window.track else np.float32(0)
            seen = a + recent
            if seen < window.few:
                continue
            if _unusual(seen, max(r.past - recent, np.float32(0)), window, bar):
                out[n] = r
                n += 1
                break
    return n
