"""How much a word or name tells, by how rarely it is used in general: for joining, never counting.

A word weighs 7 less its Zipf frequency (`wordfreq`; 7 is one in a hundred words), over 7: nothing
for everyday words, about .4 for "harbour", .6 for a rare name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from groundswell.kernel.names.alike import spelled

ENOUGH: Final = 0.65
"""Weight that what two things share must have: two everyday words join nothing."""
PHRASE: Final = 0.25
"""What a phrase adds: two words meet in it that seldom do."""
_COMMON: Final = 5.3
"""Zipf frequency from which a word says nothing by itself: "night", "just"."""
_FUNCTION: Final = 5.8
"""Zipf frequency from which a word holds sentences together: "this", "is", "for"."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def words(text: str) -> list[str]:
    """A text's words in lower case; a hashtag's, where its capitals show them.

    >>> words("Harbour—Light's on"), words("#ThisIsForMarguerite")
    (['harbour', "light's", 'on'], ['this', 'is', 'for', 'marguerite'])
    """
    return _WORD.findall(spelled(text).replace("’", "'").casefold())


@lru_cache(20_000)
def _zipf(word: str) -> float:
    """How common a word is in English: the logarithm of its uses in 10⁹ words."""
    from wordfreq import zipf_frequency  # noqa: PLC0415 -- .3 s, and few runs join anything

    return float(zipf_frequency(word, "en"))


def rare(word: str) -> float:
    """The weight of a word, 0 to 1."""
    common = _zipf(word)
    return 0.0 if common >= _COMMON else (7.0 - common) / 7.0


def is_phrase(label: str) -> bool:
    """Whether two words of a label are no function words.

    >>> is_phrase("harbour light"), is_phrase("this is for")
    (True, False)
    """
    return sum(_zipf(word) < _FUNCTION for word in words(label)) > 1


def together(labels: Iterable[str]) -> float:
    """What labels weigh together: each word once, and once for a phrase among them.

    >>> together(["tonight"]) < together(["piano"]) < ENOUGH < together(["harbour light"])
    True
    """
    held = list(labels)
    whole = sum(rare(word) for word in {word for label in held for word in words(label)})
    return whole + (PHRASE if any(map(is_phrase, held)) else 0.0)
