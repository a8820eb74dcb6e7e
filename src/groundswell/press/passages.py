"""A text cut once: its quotes, its sentences, and where any offset stands."""

from __future__ import annotations

from bisect import bisect_right

from groundswell.press.article import Place
from groundswell.press.marks import quoted
from groundswell.press.sentences import Sentences


class Passages:
    """What every reader of a part of the text shares."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.quotes = quoted(text)
        self.sentences = Sentences(text, self.quotes)
        self._starts = [q.start for q in self.quotes]

    def quoted(self, offset: int) -> bool:
        """Whether an offset lies within quotation marks."""
        at = bisect_right(self._starts, offset) - 1
        return at >= 0 and offset < self.quotes[at].end

    def place(self, start: int, end: int) -> Place:
        """The place of a stretch: its sentence is that of its begin, to that of its end."""
        begin = self.sentences.at(start)[0]
        stop = max(self.sentences.at(max(start, end - 1))[1], end)
        return Place(start, end, self.text[begin:stop], begin)
