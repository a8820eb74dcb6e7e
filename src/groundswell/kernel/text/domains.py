"""The public suffix list as hash sets, so that `news.example.co.uk` is known as `example.co.uk`.

The rules are those of https://publicsuffix.org/list/: the longest matching rule wins, `*.ck`
covers one more label, `!www.ck` is an exception, and an unlisted ending counts as one label.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.hashing import FNV_OFFSET, mix, step
from groundswell.machine.arrays import UInt32s, UInt64s
from groundswell.machine.loops import inlined, loop


@dataclass(frozen=True, slots=True)
class Suffixes:
    """Three open-addressing sets of 64-bit hashes; sizes are powers of two, 0 is empty."""

    plain: NDArray[np.uint64]
    wildcard: NDArray[np.uint64]
    exception: NDArray[np.uint64]


def suffixes(rules: Iterable[str]) -> Suffixes:
    """Compiles rules, a line each as the list has them; comments and blank lines are passed over.

    >>> from groundswell.kernel.text.domains import registrable
    >>> s = suffixes(["com", "uk", "co.uk", "*.ck", "!www.ck"])
    >>> [registrable(h, s) for h in ("a.b.com", "news.b.co.uk", "x.y.z.ck", "www.ck", "a.nowhere")]
    ['b.com', 'b.co.uk', 'y.z.ck', 'www.ck', 'a.nowhere']
    """
    lines = [line.strip().split()[0].lower() for line in rules if _is_rule(line)]
    return Suffixes(
        _hash_set([line for line in lines if line[0] not in "*!"]),
        _hash_set([line[2:] for line in lines if line.startswith("*.")]),
        _hash_set([line[1:] for line in lines if line.startswith("!")]),
    )


def _is_rule(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("//")


def _hash_set(names: list[str]) -> NDArray[np.uint64]:
    size = 1 << max(3, (2 * len(names)).bit_length())
    table = np.zeros(size, np.uint64)
    _insert_lines(table, np.frombuffer("\n".join([*names, ""]).encode("utf-32-le"), np.uint32))
    return table


@loop
def _insert_lines(table: UInt64s, buffer: UInt32s) -> None:
    mask = np.uint64(table.size - 1)
    start = 0
    for i in range(buffer.size):
        if buffer[i] == 10:
            key = hash_span(buffer, start, i)
            slot = key & mask
            while table[slot] != 0 and table[slot] != key:
                slot = (slot + np.uint64(1)) & mask
            table[slot] = key
            start = i + 1


@inlined
def contains(table: Any, key: Any) -> Any:
    """Whether a set holds a hash."""
    mask = np.uint64(table.size - 1)
    slot = key & mask
    while table[slot] != 0:
        if table[slot] == key:
            return True
        slot = (slot + np.uint64(1)) & mask
    return False


@loop
def hash_span(buffer: UInt32s, start: int, end: int) -> np.uint64:
    """Hash of code points [start, end), ASCII letters lowered."""
    h: Any = FNV_OFFSET
    for i in range(start, end):
        c = buffer[i]
        if 65 <= c <= 90:
            c += 32
        h = step(h, c)
    found: np.uint64 = mix(h)
    return found


@loop
def registrable_start(
    buffer: UInt32s, start: int, end: int, plain: UInt64s, wildcard: UInt64s, exception: UInt64s
) -> int:
    """Where the registrable domain begins inside host [start, end)."""
    if end > start and 48 <= buffer[end - 1] <= 57:
        return start  # an IPv4 address has no suffix
    suffix = end  # begin of the public suffix found so far
    labels = 0
    position = end
    while position > start:
        begin = position
        while begin > start and buffer[begin - 1] != 46:
            begin -= 1
        key = hash_span(buffer, begin, end)
        labels += 1
        if contains(exception, key):
            return begin
        if labels == 1 or contains(plain, key):
            suffix = begin
        if position < end and contains(wildcard, hash_span(buffer, position + 1, end)):
            suffix = begin
        position = begin - 1
    if suffix <= start:
        return start
    begin = suffix - 1
    while begin > start and buffer[begin - 1] != 46:
        begin -= 1
    return begin


def is_domain(host: str, rules: Suffixes) -> bool:
    """Whether a host ends in a suffix that is listed, as `node.js` does not.

    >>> is_domain("example.com", suffixes(["com"])), is_domain("node.js", suffixes(["com"]))
    (True, False)
    """
    ending = np.frombuffer(host.rpartition(".")[2].encode("utf-32-le"), np.uint32)
    # loops give Python's own numbers, which do not go with numpy's of 64 bits
    key = np.uint64(hash_span(ending, 0, ending.size))
    return "." in host and bool(contains(rules.plain, key))


def registrable(host: str, rules: Suffixes) -> str:
    """The registrable domain of a host, or the host itself where it has none."""
    buffer = np.frombuffer(host.lower().encode("utf-32-le"), np.uint32)
    start = registrable_start(buffer, 0, buffer.size, rules.plain, rules.wildcard, rules.exception)
    return host.lower()[start:]
