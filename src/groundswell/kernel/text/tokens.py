"""Text → tokens: hashtags, words in any script, emoji, links, domains, mentions.

One pass of compiled code (`lexer`) over a batch of posts in a row, each ended by NUL. No string is
made for a token: it is a 64-bit hash and a span. Two spellings have one hash when they differ only
in case, width, zero-width or direction marks, stray accents, a possessive `'s`, the skin tone of an
emoji, or in look-alike letters mixed into a word of another script. The last word of a repeat that
was cut ("RT @name: … one thre ...") is none.

Posts that need it (and only those) are prepared first: normalised to NFKC, and cut into words
where the script writes no spaces (Japanese, Chinese, Thai, Lao, Burmese, Khmer), by ICU.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress
from typing import Final

import numpy as np
from icu4py.breakers import WordBreaker
from numpy.typing import NDArray

from groundswell.kernel.text import characters as ch
from groundswell.kernel.text import lexer
from groundswell.kernel.text.characters import Characters
from groundswell.kernel.text.domains import Suffixes, suffixes
from groundswell.kernel.text.plain_words import AFTER

MAX_CHARS: Final = 8_000
"""Longer posts are cut (NFKC can grow a text 18 times): Mastodon's default limit is 500."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What the tokeniser looks things up in: constant, shared by all kernels."""

    characters: Characters
    suffixes: Suffixes


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of a batch in order. All arrays but `first` have one entry a token."""

    hashes: NDArray[np.uint64]
    starts: NDArray[np.uint16]
    """Span within the prepared text, in code points."""
    ends: NDArray[np.uint16]
    kinds: NDArray[np.uint8]
    joins: NDArray[np.uint8]
    """1 where a phrase goes on from the token before: two words, only space between them."""
    first: NDArray[np.int64]
    """Index of each post's first token, and the end: shape (posts + 1,)."""


def prepare(texts: list[str], links: list[tuple[str, ...]], tables: Tables) -> list[str]:
    """What is tokenised instead of each text: mostly the text itself, the same object.

    Addresses that a post carries outside its text are appended on lines of their own.
    """
    prepared = list(texts)
    for i in _careful(texts, tables.characters):
        prepared[i] = _normalise(texts[i])
    if any(links):
        for i, addresses in enumerate(links):
            if addresses:
                prepared[i] = "\n".join((prepared[i], *addresses))
    return prepared


def _careful(texts: list[str], tables: Characters) -> list[int]:
    """Indexes of posts with a character that needs normalising or segmenting, or that are long."""
    narrow = bytes(map(str.isascii, texts))
    wide = np.flatnonzero(np.frombuffer(narrow, np.uint8) == 0).tolist()
    if max(map(len, texts), default=0) > MAX_CHARS:
        wide = [i for i, text in enumerate(texts) if not narrow[i] or len(text) > MAX_CHARS]
    if not wide:
        return []
    flags = np.zeros(len(wide), np.uint8)
    lexer.flag(_points([texts[i] for i in wide]), tables.care, flags)
    return [
        i for i, flag in zip(wide, flags.tolist(), strict=True) if flag or len(texts[i]) > MAX_CHARS
    ]


def _normalise(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARS])[:MAX_CHARS]
    return "".join(
        [
            ch.SOFT_BREAK.join(WordBreaker(run, "ja")) if needs else run
            for needs, run in _script_runs(plain)
        ]
    )


def _script_runs(text: str) -> list[tuple[bool, str]]:
    """Runs of characters that do and do not need a segmenter, in order."""
    care = ch.characters().care
    runs: list[tuple[bool, str]] = []
    start = 0
    state = False
    for i, char in enumerate(text):
        needs = bool(care[ord(char)] & ch.NEEDS_SEGMENTING)
        if needs != state:
            if i > start:
                runs.append((state, text[start:i]))
            start, state = i, needs
    runs.append((state, text[start:]))
    return runs


def _ended(texts: Iterable[str]) -> str:
    """Texts in a row, each ended by NUL."""
    return "\0".join([*texts, ""])


def _buffers(
    texts: list[str],
) -> tuple[NDArray[np.uint8], NDArray[np.uint32], NDArray[np.bool_]]:
    """Texts of ASCII, all others, and which are which, as `lexer.cut` takes them."""
    is_narrow = bytes(map(str.isascii, texts))
    is_wide = np.frombuffer(is_narrow, np.bool_) == 0
    octets = (_ended(compress(texts, is_narrow)) + "\0" * AFTER).encode("ascii")
    wide = list(compress(texts, is_wide.tobytes()))
    return np.frombuffer(octets, np.uint8), _points(wide), is_wide


def _points(texts: list[str]) -> NDArray[np.uint32]:
    """The code points of texts, each ended by NUL; one that a text has of its own is a line end."""
    joined = _ended(texts)
    if joined.count("\0") != len(texts):
        joined = _ended([text.replace("\0", "\n") for text in texts])
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)


@lru_cache(maxsize=1 << 14)
def words_of(label: str) -> tuple[int, ...]:
    """The hashes of the tokens of a label that holds no address, in order."""
    bare = Tables(ch.characters(), suffixes(()))
    return tuple(tokenize(prepare([label], [()], bare), bare).hashes.tolist())


def tokenize(prepared: list[str], tables: Tables) -> Tokens:
    """Tokens of prepared texts, in order.

    Complexity: linear in characters; no allocation but the result.
    """
    narrow, wide, is_wide = _buffers(prepared)
    # a link makes two tokens of at least eight characters
    room = narrow.size + wide.size + len(prepared)
    hashes = np.empty(room, np.uint64)
    starts = np.empty(room, np.uint16)
    ends = np.empty(room, np.uint16)
    kinds = np.empty(room, np.uint8)
    joins = np.empty(room, np.uint8)
    first = np.zeros(len(prepared) + 1, np.int64)
    chars, rules = tables.characters, tables.suffixes
    count = lexer.cut(
        narrow,
        wide,
        is_wide,
        (chars.classes, chars.folded, chars.lookalike),
        (rules.plain, rules.wildcard, rules.exception),
        (hashes, starts, ends, kinds, joins),
        first,
    )
    if count < 0:
        return tokenize([text.replace("\0", "\n") for text in prepared], tables)
    return Tokens(hashes[:count], starts[:count], ends[:count], kinds[:count], joins[:count], first)
