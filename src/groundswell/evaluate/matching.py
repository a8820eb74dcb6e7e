"""When a story speaks of an event: words against words, after folding.

An event has groups of synonyms; a story hits a group when one of its terms holds one of the
synonyms as whole words, or is the same once spaces and punctuation are dropped ("peoples vote"
and #PeoplesVote). Folding ignores case, width (NFKC), accents, and a leading # or @.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from groundswell.model import Moment, Story

_WORD = re.compile(r"[^\W_]+")
_ACCENTS = dict.fromkeys(range(0x300, 0x370))


@dataclass(frozen=True, slots=True)
class Phrase:
    """A term or a synonym, folded."""

    spaced: str
    """Its words, one space before, between and after: ` this is for marguerite `."""
    solid: str
    """The same without spaces; an emoji stands for itself."""

    def within(self, term: Phrase) -> bool:
        """Whether this synonym hits the term.

        >>> fold("1-0").within(fold("1-0 to Chelsea")), fold("red").within(fold("Redmond"))
        (True, False)
        >>> fold("peoples vote").within(fold("#PeoplesVote"))
        True
        """
        return self.solid == term.solid or (self.spaced != "  " and self.spaced in term.spaced)


Group = tuple[Phrase, ...]
"""Synonyms: one of them is enough."""
Groups = tuple[Group, ...]
"""An event's words: a story tells of it when it hits every group."""


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> Phrase:
    """Words without case, width, accents and marks.

    >>> fold("#Müller’s  GOAL").spaced
    ' muller s goal '
    """
    plain = unicodedata.normalize("NFKD", text).translate(_ACCENTS).casefold()
    words = _WORD.findall(unicodedata.normalize("NFKC", plain))
    return Phrase(f" {' '.join(words)} ", "".join(words) or text.strip())


@dataclass(frozen=True, slots=True)
class Said:
    """All that a story, or a part of one, says: folded once, asked many times."""

    terms: tuple[Phrase, ...]
    text: str
    """All words of all terms, a bar between terms."""
    solid: frozenset[str]

    @classmethod
    def of(cls, terms: Iterable[str]) -> Said:
        """What these terms say; the same words twice count once."""
        phrases = tuple(dict.fromkeys(fold(term) for term in terms))
        return cls(
            phrases, "|".join(p.spaced for p in phrases), frozenset(p.solid for p in phrases)
        )

    def hits(self, group: Group) -> bool:
        """Whether one synonym hits one term."""
        return any(
            one.solid in self.solid or (one.spaced != "  " and one.spaced in self.text)
            for one in group
        )

    def share(self, groups: Groups) -> float:
        """Share of the groups hit, 0–1; 1 is a match.

        >>> event = ((fold("goal"), fold("1-0")), (fold("zouma"),))
        >>> Said.of(["Kurt Zouma", "header"]).share(event)
        0.5
        """
        return sum(self.hits(group) for group in groups) / len(groups)

    def to_the_point(self, groups: Groups) -> float:
        """Keyword precision: share of the terms that hit any group, 0–1."""
        hit = sum(any(one.within(term) for group in groups for one in group) for term in self.terms)
        return hit / len(self.terms) if self.terms else 0.0


def whole(story: Story) -> Said:
    """Everything that a story says on a board: title, terms, and those of its moments."""
    moments = [text for moment in story.moments for text in (moment.title, *moment.terms)]
    return Said.of((story.title, *story.terms, *moments))


def head(story: Story) -> Said:
    """Title and terms only: the strict reading."""
    return Said.of((story.title, *story.terms))


def instant(moment: Moment) -> Said:
    """What one moment says."""
    return Said.of((moment.title, *moment.terms))
