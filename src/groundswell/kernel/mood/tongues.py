"""Feelings in languages besides English: Ekman's six, from pieces of words.

One linear reader a language, over what its posts are made of: words, pairs of words, and runs of
two to four characters, hashed into a table. Runs of characters do without knowing where words end,
so they do for every script. What each is good for was measured and stands in docs/model-card.md; a
language that was not good enough has none. Pure: nothing is read here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.hashing import GOLDEN
from groundswell.kernel.mood.feelings import Floats, scaled, sigmoid, sums
from groundswell.kernel.mood.packed import Weights
from groundswell.kernel.mood.wording import DRAWN_OUT, MOST_CHARS

_BITS: Final = 15
ROOM: Final = 1 << _BITS
"""Places of a table: pieces that meet in one share its weight."""
RUNS: Final = (2, 3, 4)

_SYMBOLS: Final = 0x2000
"""Characters after this are mostly punctuation, symbols, emoji and ideographs."""
_LEFT_OUT = re.compile(r"https?://\S+|www\.\S+|@\S+|<[^>]*>")


@dataclass(frozen=True, slots=True)
class Tongue:
    """The reader of one language."""

    weights: Weights
    """Shape (ROOM, labels), inverse frequencies multiplied in."""
    frequencies: NDArray[np.floating[Any]]
    """Those inverse frequencies, shape (ROOM,)."""
    bias: Floats

    def read(self, texts: Sequence[str]) -> Floats:
        """Probabilities, shape (texts, labels)."""
        found = [pieces(text) for text in texts]
        sizes = np.array([one.size for one in found], np.int64)
        flat = np.concatenate([np.empty(0, np.int64), *found])
        squares = sums(self.frequencies[flat, None].astype(np.float32) ** 2, sizes)
        return sigmoid(sums(self.weights[flat], sizes) * scaled(squares) + self.bias)


@dataclass(frozen=True, slots=True)
class Tongues:
    """All languages that were good enough, by their two-letter or three-letter codes."""

    labels: tuple[str, ...]
    by_language: Mapping[str, Tongue]
    prior: Floats
    """How frequent labels are where they were trained, shape (labels,)."""


def pieces(text: str) -> NDArray[np.int64]:
    """Places of all that a text is made of, ascending, each once."""
    plain = DRAWN_OUT.sub(r"\1\1", _LEFT_OUT.sub(" ", text[:MOST_CHARS].lower()))
    words = plain.split()
    joined = f" {' '.join(words)} "
    whole = [*words, *(f"{a} {b}" for a, b in pairwise(words))]
    places = [crc32(one.encode("utf-8", "surrogatepass")) % ROOM for one in whole]
    found = [np.array(places, np.int64)]
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    found += [_runs(codes, n) for n in RUNS if n <= codes.size]
    found.append(_runs(codes[codes > _SYMBOLS], 1))
    return np.unique(np.concatenate(found))


def _runs(codes: NDArray[np.uint64], n: int) -> NDArray[np.int64]:
    """Places of all runs of `n` characters: a polynomial of them, mixed, its upper bits."""
    total = np.full(codes.size - n + 1, n, np.uint64)
    for i in range(n):
        total = total * GOLDEN + codes[i : codes.size - n + 1 + i]
    total ^= total >> np.uint64(29)
    total *= GOLDEN
    return (total >> np.uint64(64 - _BITS)).astype(np.int64)
