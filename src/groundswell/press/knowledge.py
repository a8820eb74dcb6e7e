"""What open data has on works that an article names, and where the two disagree.

Off by default. A `Knowledge` is one small protocol: MusicBrainz and Wikidata are two, answers that
were recorded are another. Nothing is corrected: a discrepancy stands beside the printed words.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from groundswell.press.article import Article, Work

MOST_NAMES: Final = 20
"""Names of an article that are asked about: one may be long, and services are asked slowly."""
ALIKE: Final = 0.8
"""Likeness of two titles (Ratcliff and Obershelp's, 0 to 1) from which one may be the other."""


@dataclass(frozen=True, slots=True)
class KnownWork:
    """A work as open data has it."""

    title: str
    year: str
    """Of its first release; "" where that is not known."""
    source: str
    """Whose word it is: "MusicBrainz", "Wikidata"."""
    url: str


class Knowledge(Protocol):
    """Knows works by who made them. Calls may block for seconds, and are made off any hot path."""

    def works(self, creator: str) -> Sequence[KnownWork]:
        """Albums, songs … by a person or group of that name; empty where none is known.

        Raises:
            SourceError: nobody answers now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """What is printed, and what open data has instead."""

    printed: str
    printed_year: str
    known: KnownWork
    sentence: str

    def __str__(self) -> str:
        """As the page shows it.

        >>> known = KnownWork("Evolver", "2008", "MusicBrainz", "")
        >>> str(Discrepancy("Evolve", "2008", known, ""))
        'printed: Evolve, 2008; MusicBrainz: Evolver, 2008'
        """
        printed = ", ".join(part for part in (self.printed, self.printed_year) if part)
        known = ", ".join(part for part in (self.known.title, self.known.year) if part)
        return f"printed: {printed}; {self.known.source}: {known}"

    def to_dict(self) -> dict[str, str | None]:
        """As JSON has it."""
        return {
            "said": str(self), "printed": self.printed, "printed_year": self.printed_year or None,
            "known": self.known.title, "known_year": self.known.year or None,
            "source": self.known.source, "source_url": self.known.url, "sentence": self.sentence,
        }  # fmt: skip


def discrepancies(article: Article, knowledge: Knowledge) -> list[Discrepancy]:
    """Works of an article whose title or year open data has otherwise.

    Only works whose creator the article names are looked for. A title that is known as printed
    disagrees by its year alone; one that is not, where one is known that it may be a slip of.
    """
    found = []
    names = list(dict.fromkeys(work.creator for work in article.works if work.creator))[:MOST_NAMES]
    for work in article.works:
        if work.creator is None or work.creator not in names:
            continue
        other = _other(work, knowledge.works(work.creator))
        if other:
            found.append(Discrepancy(work.title, work.year or "", other, work.place.sentence))
    return found


def _other(work: Work, known: Sequence[KnownWork]) -> KnownWork | None:
    title = work.title.casefold()
    same = [one for one in known if one.title.casefold() == title]
    if same:
        years = {one.year for one in same if one.year}
        wrong = work.year and years and work.year not in years
        return same[0] if wrong else None
    near = [
        (difflib.SequenceMatcher(None, title, one.title.casefold()).ratio(), one) for one in known
    ]
    close = [
        (ratio, one) for ratio, one in near
        if ratio >= ALIKE and (not work.year or not one.year or one.year == work.year)
    ]  # fmt: skip
    return max(close, key=lambda pair: pair[0])[1] if close else None


class Recorded:
    """Answers that were recorded, or made by hand for a test: by a creator's name."""

    def __init__(self, answers: Mapping[str, Sequence[KnownWork]]) -> None:
        self._answers = answers

    def works(self, creator: str) -> Sequence[KnownWork]:
        """What was recorded for a name."""
        return self._answers.get(creator, ())
