"""Other people's words made fit for a terminal: nothing that moves its cursor, of a known width.

Terminals disagree on how wide a joined emoji or an Indic vowel sign is. What they disagree on is
taken out, or counted as the widest of them draws it, so that no line ever wraps by surprise.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import get_character_cell_size

MOST_MARKS = 4
"""Combining marks that a letter may carry; a tower of them would cover the lines above."""
FALLBACKS = str.maketrans({"×": "x", "·": "-", "“": '"', "”": '"', "‘": "'", "’": "'"})


def clean(text: str) -> str:
    r"""Text on one line that cannot move the cursor, turn the line around or ring the bell.

    Joiners and variation selectors go too: a family becomes its people, one after the other.

    >>> clean("a\x1b[31mb\u202ec\nd")
    'a[31mbc d'
    """
    kept: list[str] = []
    marks = 0
    for character in " ".join(text.split()):
        kind = unicodedata.category(character)
        marks = marks + 1 if kind[0] == "M" else 0
        if kind[0] != "C" and marks <= MOST_MARKS and not _selects(character):
            kept.append(character)
    return "".join(kept)


def _selects(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def to_ascii(text: str) -> str:
    """The same for a terminal that knows ASCII only: letters without marks, ? for the rest.

    >>> to_ascii("café “東”…")
    'cafe "?"...'
    """
    return "".join(_ascii(character) for character in text.translate(FALLBACKS))


def _ascii(character: str) -> str:
    if character.isascii():
        return character
    if unicodedata.category(character) in {"Mn", "Me"}:
        return ""
    return "".join(c for c in unicodedata.normalize("NFKD", character) if c.isascii()) or "?"


@lru_cache(4096)
def _cell(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return get_character_cell_size(character)
    wide = unicodedata.east_asian_width(character) in "WF"
    return max(2 if wide else 1, get_character_cell_size(character))


def cells(text: str) -> int:
    """Cells that a line takes at most, on any terminal.

    >>> cells("né"), cells("東京"), cells("हिन्दी")
    (2, 4, 5)
    """
    return sum(map(_cell, text))


def within(text: str, width: int) -> int:
    """How many of a text's characters fit into `width` cells.

    >>> within("東京都", 5)
    2
    """
    used = 0
    for i, character in enumerate(text):
        used += _cell(character)
        if used > width:
            return i
    return len(text)


def fit(text: str, width: int, *, more: str = "") -> str:
    """A text of exactly `width` cells; where some had to go, `more` says so.

    >>> fit("ab", 4), fit("abcdef", 4, more="…"), fit("東京都", 4, more="…")
    ('ab  ', 'abc…', '東… ')
    """
    if cells(text) > width:
        text = text[: within(text, width - cells(more))] + more
    return text + " " * (width - cells(text))
