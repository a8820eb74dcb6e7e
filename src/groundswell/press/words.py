"""A text's words outside of quotes, with their offsets: what the rules of speakers walk over."""

from __future__ import annotations

import re
from typing import NamedTuple

from groundswell.press.lexicon import CALENDAR

_WORD = re.compile(
    r"(?:[A-Z]\.){2,}|[A-Z]\.(?=\s[A-Z])|(?:Mr|Mrs|Ms|Dr|Sen|Gov|Rep|Gen|Col|Lt|Sgt|Capt|Rev|Prof|Jr|Sr|St)\."
    r"|[@#]?\w+(?:[’'\-.&]\w+)*[’']?|--+|[^\w\s]"
)


class Word(NamedTuple):
    """A word or punctuation mark: `text[start:end]`."""

    start: int
    end: int
    form: str
    low: str

    @property
    def capital(self) -> bool:
        """Whether it may be a part of a name."""
        return self.form[0].isupper() or self.form[0] == "@"

    @property
    def mark(self) -> bool:
        """Whether it is no word."""
        return not self.form[0].isalnum() and self.form[0] not in "@#"

    @property
    def calendar(self) -> bool:
        """Whether it is a weekday, a month or a part of a day."""
        return self.low.rstrip(".") in CALENDAR

    @property
    def possessive(self) -> bool:
        """Whether it ends in an 's, or in an apostrophe alone."""
        return self.low.endswith(("'s", "s'", "’s", "s’"))


def words(text: str, start: int, end: int) -> list[Word]:
    """The words of a stretch, in order.

    >>> [w.form for w in words("Mr. Obama said:", 0, 15)]
    ['Mr.', 'Obama', 'said', ':']
    """
    return [
        Word(m.start(), m.end(), m.group(), m.group().lower().replace("’", "'"))
        for m in _WORD.finditer(text, start, end)
    ]
