"""64-bit hashes of terms: FNV-1a over code points, then a finaliser that spreads the bits.

A term is known by its hash alone. With 2⁶⁴ values, ten million live terms meet by chance with
probability 3·10⁻⁶ (birthday bound), which is taken.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.machine.arrays import UInt8s, UInt64s
from groundswell.machine.loops import inlined, loop

FNV_OFFSET: Final = np.uint64(0xCBF29CE484222325)
FNV_PRIME: Final = np.uint64(0x100000001B3)
GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xD6E8FEB86659FD93)
_HALF: Final = np.uint64(32)


@inlined
def step(h: Any, c: Any) -> Any:
    """One code point into a running FNV-1a hash."""
    return (h ^ np.uint64(c)) * FNV_PRIME


@inlined
def mix(h: Any) -> Any:
    """Spreads the bits of a hash: every input bit reaches every output bit."""
    h ^= h >> _HALF
    h *= _MIX
    h ^= h >> _HALF
    h *= _MIX
    h ^= h >> _HALF
    if h == np.uint64(0):  # zero marks an empty slot in every table
        h = GOLDEN
    return h


@inlined
def join(left: Any, right: Any) -> Any:
    """The hash of a phrase from those of its parts; the order matters."""
    return mix(left * GOLDEN + right)


@inlined
def _begins(buffer: Any, i: Any, prefix: Any) -> Any:
    k = 0
    while k < prefix.size and i + k < buffer.size and buffer[i + k] == prefix[k]:
        k += 1
    return k == prefix.size


@loop
def hash_lines(buffer: UInt8s, prefix: UInt8s, out: UInt64s) -> bool:
    """Hashes NUL-separated items: uint8 `buffer` → uint64 `out`; whether all begin so."""
    k = 0
    h = FNV_OFFSET
    alike: bool = _begins(buffer, 0, prefix)
    for i in range(buffer.size):
        c = buffer[i]
        if c == 0:
            out[k] = mix(h)
            k += 1
            h = FNV_OFFSET
            alike &= _begins(buffer, i + 1, prefix)
        else:
            h = step(h, c)
    out[k] = mix(h)
    return alike


def hash_strings(items: list[str]) -> NDArray[np.uint64]:
    """One 64-bit hash a string, shape (len(items),).

    >>> a, b, c = hash_strings(["x", "y", "x"])
    >>> bool(a == c), bool(a == b)
    (True, False)
    """
    return hash_alike(items, "")[0]


def hash_alike(items: list[str], prefix: str) -> tuple[NDArray[np.uint64], bool]:
    """Hashes of strings, and whether all of them begin with a prefix: a look at each.

    >>> hash_alike(["at://a", "at://b"], "at:")[1], hash_alike(["at:", ""], "at:")[1]
    (True, False)
    """
    out = np.empty(len(items), np.uint64)
    if not items:
        return out, True
    joined = "\0".join(items)
    if joined.count("\0") != len(items) - 1:
        joined = "\0".join([item.replace("\0", "\x01") for item in items])
    row, begin = (
        np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8) for text in (joined, prefix)
    )
    return out, bool(hash_lines(row, begin, out))
