"""The language of a post, where the network does not say or says it wrongly.

Apps name the language that their user has set, not the one of the post. Chromium's Compact Language
Detector 2 (`pycld2`) knows when it does not know, which matters more here than knowing always: on
short posts of 28 languages it was sure of 83 %, and then wrong of 3 in 100, mostly where a post is
of two languages (docs/model-card.md). So the network's word stands, unless the detector is sure of
a language that nobody takes for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pycld2

SHORTEST: Final = 30
"""Bytes of words without which nothing is sure."""
WHOLE: Final = 90
"""Percent of a post that must be in one language."""
REMEMBERED: Final = 1 << 14
"""Posts whose language is remembered, by a hash of theirs: those of a story are read each slice."""
RELATED: Final = tuple(
    map(
        frozenset,
        (
            ("id", "ms", "su", "jv"),
            ("no", "nb", "nn", "da", "sv"),
            ("ru", "uk", "be", "bg", "mk", "sr"),
            ("tt", "ba", "kk", "ky"),
            ("es", "gl", "pt", "ca"),
            ("hr", "bs", "sr", "sl"),
            ("cs", "sk"),
            ("nl", "af"),
            ("am", "ti"),
            ("rw", "rn"),
            ("zu", "xh"),
        ),
    )
)
"""Languages that the detector takes for each other: between them the network's word stands."""
_CODES: Final = {"iw": "he", "jw": "jv", "un": "", "xxx": ""}
_LEFT_OUT = re.compile(r"https?://\S+|www\.\S+|@\S+|#")


class Namer:
    """Languages of texts, from the texts and what the network says of each."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], str] = {}

    def __call__(self, texts: Sequence[str], langs: Sequence[str]) -> list[str]:
        """Primary language tags; "" where nobody knows."""
        return [self._named(text, said) for text, said in zip(texts, langs, strict=True)]

    def _named(self, text: str, said: str) -> str:
        key = (hash(text), said)  # no text is kept: what is deleted must be gone
        found = self._known.get(key)
        if found is None:
            while len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
            found = self._known[key] = language(text, said)
        return found


def language(text: str, said: str = "") -> str:
    """The primary language tag of one text; `said` is the network's, "" for none.

    >>> language("Das ist das schönste Lied, das ich seit Jahren gehört habe", "en")
    'de'
    >>> language("ok", "en"), language("ok")
    ('en', '')
    """
    detected = _detected(text)
    if not said or not detected or detected == said:
        return detected or said
    related = any(detected in family and said in family for family in RELATED)
    return said if related else detected


def _detected(text: str) -> str:
    """The language that a text is surely in; "" where that is not sure."""
    plain = _LEFT_OUT.sub(" ", text)
    if not plain.isprintable():
        plain = "".join(c for c in plain if c.isprintable())
    raw = plain.encode("utf-8", "ignore")
    if len(raw) < SHORTEST:
        return ""
    try:
        sure, read, found = pycld2.detect(raw)
    except pycld2.error:  # it takes some rare characters for no UTF-8
        return ""
    _, code, percent, _ = found[0]
    if not sure or percent < WHOLE or read < SHORTEST:
        return ""
    primary = str(code).partition("-")[0]
    return _CODES.get(primary, primary)
