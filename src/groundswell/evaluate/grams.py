"""Tokens → terms of one to three words, as the kernel counts them: the same keys."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.hashing import join
from groundswell.kernel.text.kinds import MENTION, TAG, WORD
from groundswell.kernel.text.tokens import Tables, Tokens, prepare, tokenize
from groundswell.machine.arrays import Int64s, UInt8s, UInt64s
from groundswell.machine.loops import loop

Keys = NDArray[np.uint64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

LONGEST: Final = 3
"""Words of the longest phrase."""


@dataclass(frozen=True, slots=True)
class Grams:
    """Terms of a run of posts, every occurrence; arrays have one entry each."""

    keys: Keys
    posts: Ints
    """Which post of the run."""
    ends: Ints
    """Index of the last token."""
    words: Ints
    """1 to 3."""
    names: Flags
    """Whether it looks like a name: a tag, a mention, or a capital at the head of every word."""


@dataclass(frozen=True, slots=True)
class Named:
    """A term as people wrote it."""

    label: str
    parts: tuple[int, ...]
    """Keys of its words, in order."""
    kind: int


def grams(texts: list[str], links: list[tuple[str, ...]], tables: Tables, stop: Keys) -> Grams:
    """All terms of the posts. Words of `stop` are left out, and phrases that begin or end so."""
    prepared = prepare(texts, links, tables)
    tokens = tokenize(prepared, tables)
    posts = np.repeat(np.arange(len(texts)), np.diff(tokens.first))
    named = _names(prepared, tokens, posts)
    stopped = np.isin(tokens.hashes, stop) & (tokens.kinds == WORD)
    begins = np.zeros(LONGEST * tokens.hashes.size, np.int64)
    ends = np.zeros_like(begins)
    keys = np.zeros(begins.size, np.uint64)
    n = _grams(tokens.hashes, tokens.joins, keys, begins, ends)
    keys, begins, ends = keys[:n], begins[:n], ends[:n]
    kept = ~(stopped[begins] | stopped[ends])
    keys, begins, ends = keys[kept], begins[kept], ends[kept]
    middle = (begins + ends) // 2
    names = named[begins] & named[middle] & named[ends]
    return Grams(keys, posts[ends], ends, ends - begins + 1, names)


def surface(text: str, links: tuple[str, ...], key: int, tables: Tables) -> Named:
    """A term as a post writes it; the post must have it."""
    prepared = prepare([text], [links], tables)
    found = grams([text], [links], tables, np.zeros(0, np.uint64))
    tokens = tokenize(prepared, tables)
    at = int(np.flatnonzero(found.keys == np.uint64(key))[0])
    end = int(found.ends[at])
    begin = end - int(found.words[at]) + 1
    label = prepared[0][int(tokens.starts[begin]) : int(tokens.ends[end])]
    parts = tuple(int(one) for one in tokens.hashes[begin : end + 1])
    return Named(" ".join(label.split()), parts, int(tokens.kinds[end]))


def _names(prepared: list[str], tokens: Tokens, posts: Ints) -> Flags:
    """Whether each token looks like a name."""
    lengths = np.array([len(text) + 1 for text in prepared], np.int64)
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    raw = "\0".join(prepared).encode("utf-32-le", "surrogatepass")
    letters = np.frombuffer(raw, np.uint32)
    heads = letters[offsets[posts] + tokens.starts] if posts.size else letters[:0]
    capital = _capitals()[np.minimum(heads, 0xFFFF)]
    return np.asarray(
        (tokens.kinds == TAG) | (tokens.kinds == MENTION) | (capital & (tokens.kinds == WORD))
    )


@lru_cache(maxsize=1)
def _capitals() -> Flags:
    """Whether a code point of the first plane is a capital letter; shape (65536,)."""
    return np.array([unicodedata.category(chr(c)) in {"Lu", "Lt"} for c in range(1 << 16)])


@loop
def _grams(hashes: UInt64s, joins: UInt8s, keys: UInt64s, begins: Int64s, ends: Int64s) -> int:
    k = 0
    for i in range(hashes.size):
        h = hashes[i]
        for back in range(LONGEST):
            if back > 0:
                if i - back < 0 or joins[i - back + 1] != 1:
                    break
                h = join(h, hashes[i - back])
            keys[k] = h
            begins[k] = i - back
            ends[k] = i
            k += 1
    return k
