"""What each Unicode character is to the tokeniser: its class, its folded form, its look-alike.

Three tables over all 1,114,112 code points, built once from the interpreter's own Unicode data:

- `classes` (uint8): one of the constants below.
- `folded` (uint32): case and width folded, so that `Ａ`, `A` and `a` are one.
- `lookalike` (uint32): the Latin letter that a Cyrillic or Greek one imitates. It is used only in
  words that mix scripts: a Russian word stays Russian, `сhelsea` with a Cyrillic `с` does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any, Final
from unicodedata import category, normalize

import numpy as np
from numpy.typing import NDArray

SEPARATOR: Final = 0
"""Ends a word and breaks a phrase: punctuation, line ends, symbols."""
SPACE: Final = 1
"""Ends a word, and a phrase goes on over it."""
SKIP: Final = 2
"""As if it were not there: zero-width, direction marks, variation selectors, stray accents."""
LETTER: Final = 3
"""A letter or mark of any script but the three below."""
LATIN: Final = 4
CYRILLIC: Final = 5
GREEK: Final = 6
DIGIT: Final = 7
EMOJI: Final = 8
REGIONAL: Final = 9
"""Half of a flag."""
HASH: Final = 10
AT: Final = 11
APOSTROPHE: Final = 12
LINK_PUNCTUATION: Final = 13
"""`-`, `:`, `.`, `/`, `,`: between digits they belong to a number (2-0, 20:41, 3.5)."""
SOFT: Final = 14
"""A word boundary that the segmenter put where the script writes none."""

SOFT_BREAK: Final = "\x1f"
ZERO_WIDTH_JOINER: Final = 0x200D

NEEDS_NORMALISING: Final = 1
NEEDS_SEGMENTING: Final = 2

_LOOKALIKES: Final = {
    "а": "a", "в": "b", "е": "e", "к": "k", "м": "m", "н": "h", "о": "o", "р": "p", "с": "c",
    "т": "t", "у": "y", "х": "x", "і": "i", "ј": "j", "ѕ": "s", "ԁ": "d", "ԛ": "q", "ԝ": "w",
    "һ": "h", "ӏ": "l", "ѵ": "v", "ɡ": "g", "α": "a", "β": "b", "ε": "e", "η": "n", "ι": "i",
    "κ": "k", "ν": "v", "ο": "o", "ρ": "p", "τ": "t", "υ": "u", "χ": "x", "ϲ": "c", "ϳ": "j",
}  # fmt: skip
_SKIPPED_RANGES: Final = (
    (0x00AD, 0x00AD), (0x0300, 0x036F), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160),
    (0x17B4, 0x17B5), (0x180B, 0x180F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x206F), (0x20D0, 0x20FF), (0x3164, 0x3164), (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0x1F3FB, 0x1F3FF), (0xE0000, 0xE0FFF),
)  # fmt: skip
_EMOJI_RANGES: Final = (
    (0x231A, 0x231B), (0x23E9, 0x23FF), (0x2600, 0x27BF), (0x2B05, 0x2B55), (0x1F000, 0x1F1E5),
    (0x1F300, 0x1F3FA), (0x1F400, 0x1FAFF),
)  # fmt: skip
_SEGMENTED_RANGES: Final = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3005, 0x3007),
    (0x3040, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F), (0x20000, 0x323AF),
)  # fmt: skip
_SCRIPTS: Final = (
    (LATIN, 0x0000, 0x024F), (LATIN, 0x1E00, 0x1EFF), (GREEK, 0x0370, 0x03FF),
    (GREEK, 0x1F00, 0x1FFF), (CYRILLIC, 0x0400, 0x052F),
)  # fmt: skip
"""Of folded forms."""
_LAST_LETTER: Final = 0x33480


@dataclass(frozen=True, slots=True)
class Characters:
    """The tables; each has one entry a code point, shape (0x110000,)."""

    classes: NDArray[np.uint8]
    folded: NDArray[np.uint32]
    lookalike: NDArray[np.uint32]
    care: NDArray[np.uint8]
    """Bits NEEDS_NORMALISING and NEEDS_SEGMENTING: posts with such a character are prepared."""


@lru_cache(maxsize=1)
def characters() -> Characters:
    """Builds the tables (about 0.1 s), once a process."""
    text = "".join(map(chr, range(_LAST_LETTER)))
    classes = np.zeros(0x110000, np.uint8)
    classes[:_LAST_LETTER] = np.frombuffer(bytes(map(_class, map(category, text))), np.uint8)
    folded = np.arange(0x110000, dtype=np.uint32)
    care = np.zeros(0x110000, np.uint8)
    for char in _changing(text):
        _fold(char, classes, folded, care)
    folded[ord("ς")] = ord("σ")
    _scripts(classes, folded)
    _ranges(classes, _EMOJI_RANGES, EMOJI)
    _ranges(classes, ((0x1F1E6, 0x1F1FF),), REGIONAL)
    _ranges(classes, _SKIPPED_RANGES, SKIP)
    _singles(classes)
    for low, high in (*_SEGMENTED_RANGES,):
        care[low : high + 1] |= NEEDS_SEGMENTING
    _ranges(care, ((0x0300, 0x036F), (0x1100, 0x11FF), (0x3099, 0x309A)), NEEDS_NORMALISING)
    lookalike = folded.copy()
    for code in range(0x0370, 0x0530):
        imitated = _LOOKALIKES.get(chr(int(folded[code])))
        if imitated:
            lookalike[code] = ord(imitated)
    return Characters(classes, folded, lookalike, care)


@cache
def _class(shape: str) -> int:
    """The class of a general category; letters are parted by script afterwards."""
    if shape[0] in "LM":
        return LETTER
    if shape[0] == "N":
        return DIGIT
    return SPACE if shape == "Zs" else SEPARATOR


def _changing(text: str) -> list[str]:
    """Characters whose NFKC form or lower case is another: about one in ten."""
    forms = zip(text, map(partial(normalize, "NFKC"), text), map(str.lower, text), strict=True)
    return [char for char, plain, lower in forms if not char == plain == lower]


def _fold(
    char: str,
    classes: NDArray[np.uint8],
    folded: NDArray[np.uint32],
    care: NDArray[np.uint8],
) -> None:
    """Folded form of a character, and the class of what it stands for."""
    code = ord(char)
    plain = char if code < 0x80 else normalize("NFKC", char)
    if len(plain) > 1 and category(char)[0] in "LN":
        care[code] |= NEEDS_NORMALISING
    base = plain if len(plain) == 1 else char
    lower = base.lower()
    folded[code] = ord("i") if char == "İ" else ord(lower if len(lower) == 1 else base)
    classes[code] = _class(category(base))


def _scripts(classes: NDArray[np.uint8], folded: NDArray[np.uint32]) -> None:
    letters = classes == LETTER
    for script, low, high in _SCRIPTS:
        classes[letters & (low <= folded) & (folded <= high)] = script


def _ranges(table: NDArray[Any], spans: tuple[tuple[int, int], ...], value: int) -> None:
    for low, high in spans:
        table[low : high + 1] = value


def _singles(classes: NDArray[np.uint8]) -> None:
    for chars, value in (
        ("#＃", HASH),
        ("@＠", AT),
        ("'’ʼ＇‘", APOSTROPHE),
        ("-:./,–−", LINK_PUNCTUATION),
        (SOFT_BREAK, SOFT),
        ("_", LATIN),
        ("\t", SPACE),
    ):
        for char in chars:
            classes[ord(char)] = value
