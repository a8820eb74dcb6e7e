"""Names that are one thing said in several ways: #SOTU, #SOTU2023 and "State of the Union".

Spelling only; what shares posts is another question (`grouping`).
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_SHOUT = re.compile(r"(.)\1{2,}")
_YEAR = re.compile(r"(?<=\D)(?:19|20)\d\d$|(?<=[^\W\d])\d\d$")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
"""Thai, Lao, Khmer, kana, Han."""
_HUMP = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])|(?<=\D)(?=\d)")
LEAST_PLURAL = 5
"""Letters of a word whose last s may be taken for a plural."""
LEAST_PIECE = 3
"""Letters of a piece of a name in a script without spaces."""
PIECE = 0.7
"""Share of the shorter of two such names that the other must hold."""
LEAST_INITIALS = 3
"""Letters of an abbreviation; shorter ones mean too many things."""


@lru_cache(maxsize=1 << 14)
def solid(label: str) -> str:
    """The letters and digits of a name: one case, no marks, no shouting, no year at the end.

    >>> solid("#SOTU2023"), solid("Zoumaaaaa!"), solid("This is for Chrissy")
    ('sotu', 'zouma', 'thisisforchrissy')
    """
    plain = unicodedata.normalize("NFKD", label.lstrip("#@").replace("’", "'")).casefold()
    letters = "".join(c for c in plain if c.isalnum())
    if not any(c.isalpha() for c in letters):
        return label  # an emoji stands for itself, and 1-0 is not 10
    quiet = _SHOUT.sub(r"\1", letters)
    return _YEAR.sub("", quiet) if label.startswith("#") else quiet


@lru_cache(maxsize=1 << 14)
def initials(label: str) -> str:
    """First letters of a phrase of three words or more, else nothing.

    >>> initials("State of the Union"), initials("full time")
    ('sotu', '')
    """
    words = label.split()
    return "".join(word[0] for word in words).casefold() if len(words) >= LEAST_INITIALS else ""


def names(label: str) -> set[str]:
    """What another name must have in common to be the same: its letters, its singular, initials.

    >>> sorted(names("Goals")), names("BBC")
    (['goal', 'goals'], {'bbc'})
    """
    whole = solid(label)
    single = whole[:-1] if whole.endswith("s") and len(whole) >= LEAST_PLURAL else whole
    return {whole, single, initials(label)} - {""}


def pieces(one: str, other: str) -> bool:
    """Whether two names in a script without spaces are one, cut in two ways.

    Where a dictionary cuts what it does not know, the end of a name is another word after its
    beginning than alone.

    >>> pieces("ラストキートロコ", "キートロコ"), pieces("東京", "東京都"), pieces("abc", "abcd")
    (True, False, False)
    """
    short, long = sorted((one, other), key=len)
    if not (_UNSPACED.fullmatch(short) and _UNSPACED.fullmatch(long)):
        return False
    length = max(LEAST_PIECE, math.ceil(PIECE * len(short)))
    return any(short[i : i + length] in long for i in range(len(short) - length + 1))


def once(labels: Iterable[str]) -> tuple[str, ...]:
    """The labels without those that say again what one before them says.

    >>> once(["#Brexit", "Brexit", "deal", "BREXIT"])
    ('#Brexit', 'deal')
    """
    seen: set[str] = set()
    kept = []
    for label in labels:
        if solid(label) not in seen:
            kept.append(label)
            seen |= {solid(label)} | names(label)
    return tuple(kept)


def spelled(label: str) -> str:
    """A hashtag as words, where its capitals or digits show them; anything else as it is.

    >>> spelled("#ThisIsForChrissy"), spelled("#SOTU2023"), spelled("#brexit"), spelled("Zouma")
    ('This Is For Chrissy', 'SOTU 2023', '#brexit', 'Zouma')
    """
    if not label.startswith("#"):
        return label
    words = _HUMP.sub(" ", label[1:]).replace("_", " ").split()
    return " ".join(words) if len(words) > 1 else label
