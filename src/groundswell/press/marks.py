"""Quotation marks: which stretches of a text are in quotes.

Paragraph by paragraph: “ ” „ “ « », straight ", ``two ticks'' of wire copy, and ‘ ’ where they are
not apostrophes. A quote that a paragraph leaves open goes on in the next one, which opens again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PARAGRAPH = re.compile(r"[^\n]+")
_PAIRS = {"“": "”", "«": "»", "„": "“”", "‘": "’", '"': '"', "``": "''", "''": "''"}
_MARK = re.compile(r"``|''|[“”„«»‘’\"]")
_LONGEST_OPEN = 4_000
"""A mark that is not closed within so many characters was no opening one."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """`text[start:end]` with its marks; `inner` and `outer` are the bounds between the marks."""

    start: int
    end: int
    inner: int
    outer: int
    closed: bool

    def body(self, text: str) -> str:
        """What stands between the marks."""
        return text[self.inner : self.outer]


def quoted(text: str) -> list[Quoted]:
    """The outermost quotes of a text, in order; they do not overlap.

    >>> [q.body('He said “yes,” and "no".') for q in quoted('He said “yes,” and "no".')]
    ['yes,', 'no']
    """
    found: list[Quoted] = []
    for paragraph in _PARAGRAPH.finditer(text):
        found += _of_paragraph(text, *paragraph.span())
    return found


def _of_paragraph(text: str, begin: int, end: int) -> list[Quoted]:
    found: list[Quoted] = []
    opened: re.Match[str] | None = None
    for mark in _MARK.finditer(text, begin, end):
        before = text[mark.start() - 1] if mark.start() > begin else " "
        after = text[mark.end()] if mark.end() < end else " "
        if opened is not None and mark.start() - opened.start() > _LONGEST_OPEN:
            opened = None
        if opened is None:
            if _may_open(mark.group(), before, after):
                opened = mark
        elif _closes(opened.group(), mark.group(), before, after):
            found.append(Quoted(opened.start(), mark.end(), opened.end(), mark.start(), True))
            opened = None
        elif _opens_again(opened.group(), mark.group(), before, after):
            opened = mark
    if opened is not None and (
        opened.group() in "“„``" or not text[begin : opened.start()].strip()
    ):
        found.append(Quoted(opened.start(), end, opened.end(), end, False))
    return found


def _may_open(mark: str, before: str, after: str) -> bool:
    if mark in ("”", "’", "»"):
        return False
    if after.isspace():
        return False
    return mark in ("“", "„", "«", "``") or not before.isalnum()


def _closes(opening: str, mark: str, before: str, after: str) -> bool:
    if mark not in _PAIRS[opening]:
        return False
    if opening == "‘":  # else an apostrophe
        return not after.isalnum() and not before.isspace()
    if opening == '"':
        return not (before.isspace() and after.isalnum())
    return True


def _opens_again(opening: str, mark: str, before: str, after: str) -> bool:
    """Whether the mark that was taken for an opening one never closed, and this one opens."""
    if opening == "‘":
        return mark in ("“", '"') and _may_open(mark, before, after)
    return opening == '"' == mark and before.isspace() and after.isalnum()
