"""Paragraphs and sentences, by their offsets. A quote is never cut: it belongs to one sentence."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from groundswell.press.lexicon import ABBREVIATIONS, is_cue
from groundswell.press.marks import Quoted

_END = re.compile(r"(?<![.!?…])[.!?…]++[)\]”\"’'»]*+(?=\s)|\n+")
_LAST_WORD = re.compile(r"([\w.]*\w)\.$")
_LONGEST = 3_000
"""Characters of a sentence, besides a quote that it ends in."""
_WORDS = re.compile(r"[\w’'.-]+")


class Sentences:
    """The sentences of a text; `at(offset)` is the one that holds an offset."""

    def __init__(self, text: str, quotes: Sequence[Quoted]) -> None:
        self._text = text
        self._quotes = quotes
        self._starts = [q.start for q in quotes]
        self.bounds: list[tuple[int, int]] = []
        begin = 0
        for end in self._cut([m.end() for m in _END.finditer(text) if self._ends(m)]):
            stretch = text[begin:end]
            start = begin + len(stretch) - len(stretch.lstrip())
            stop = begin + len(stretch.rstrip())
            if start < stop:
                self.bounds.append((start, stop))
            begin = end
        self._begins = [start for start, _ in self.bounds]

    def index(self, offset: int) -> int:
        """Which sentence holds an offset (0 for what stands before the first)."""
        return max(0, bisect_right(self._begins, offset) - 1)

    def at(self, offset: int) -> tuple[int, int]:
        """Bounds of the sentence that holds an offset."""
        return self.bounds[self.index(offset)]

    def _ends(self, mark: re.Match[str]) -> bool:
        if mark.group().startswith("\n"):
            return True
        inside = self._inside(mark.start(), mark.end())
        if inside:
            return False
        text = self._text
        after = text[mark.end() : mark.end() + 80].lstrip()
        if not after:
            return True
        if after[0].islower():
            return False
        word = _LAST_WORD.search(text[max(0, mark.start() - 20) : mark.start() + 1])
        if mark.group() == "." and word:
            short = word.group(1)
            if short.lower() in ABBREVIATIONS or (len(short) == 1 and short.isupper()):
                return False
            if "." in short and after[0].isupper() and not _begins_anew(after):
                return False
        return not (mark.group()[-1] in "”\"’'»" and _says(after))

    def _cut(self, ends: list[int]) -> list[int]:
        """Ends of sentences, and of pieces of what is too long to be one: no work may explode."""
        cut: list[int] = []
        begin = 0
        for end in [*ends, len(self._text)]:
            while end - begin > _LONGEST:
                at = self._text.rfind(" ", begin, begin + _LONGEST) + 1 or begin + _LONGEST
                i = bisect_right(self._starts, at) - 1
                if i >= 0 and at < self._quotes[i].end:
                    at = self._quotes[i].end
                if at >= end:
                    break
                cut.append(at)
                begin = at
            cut.append(end)
            begin = end
        return cut

    def _inside(self, start: int, end: int) -> bool:
        i = bisect_right(self._starts, start) - 1
        return i >= 0 and end < self._quotes[i].end


def _begins_anew(after: str) -> bool:
    return after.split(maxsplit=1)[0] in {"The", "He", "She", "It", "They", "But", "In", "And", "A"}


def _says(after: str) -> bool:
    """Whether what follows a quote that ended in "?" or "!" says who spoke: "Trump asked"."""
    words = _WORDS.findall(after)[:5]
    for word in words[1:]:
        if is_cue(word):
            return True
        if word.islower():
            return False
    return False
