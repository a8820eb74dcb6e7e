"""What is found in an article: every find keeps its words, its offsets and its sentence.

Offsets count code points of the text that was given. `to_dict()` is what users read as JSON.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Confidence = Literal["high", "medium", "low"]
SpeakerBy = Literal["name", "pronoun", "organisation", "description", "none"]
QuoteKind = Literal["speech", "post"]
Resolution = Literal["explicit", "inferred", "relative", "vague"]
Precision = Literal["day", "week", "month", "season", "quarter", "year", "decade", "time", "none"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: `text[start:end]`, and the sentence around it."""

    start: int
    end: int
    sentence: str
    sentence_start: int
    """Offset of the sentence's first character."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words in quotation marks that somebody is said to have said or written."""

    text: str
    """Between the marks, verbatim."""
    kind: QuoteKind
    """`post`: the press quotes a post of a social network, by somebody without a name."""
    speaker: str | None
    """Full name as the text has it; None when the text's words do not name one person."""
    printed: str
    """The words that say who speaks: "he", "Clarkson", "a spokesman"; "" where there are none."""
    speaker_span: tuple[int, int] | None
    """Where these words stand, which may be in an earlier sentence."""
    by: SpeakerBy
    confidence: Confidence
    """`low`: show the sentence only."""
    rule: str
    """Which of the rules of `speakers.py` found the speaker."""
    cue: str
    """The verb of saying, as printed."""
    outlet: str | None
    """Through whom the publisher has it: "according to Us Weekly"."""
    platform: str | None
    """The social network that the sentence names, for posts."""
    place: Place


@dataclass(frozen=True, slots=True)
class Attribution:
    """An outlet through which a claim comes."""

    outlet: str
    """The name, also where the text has "the same outlet"."""
    printed: str
    how: str
    """The words before or after it: "according to", "per", "reported"."""
    place: Place


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date with its original words, resolved against the day of publication."""

    text: str
    value: str | None
    """`2020-10-14`, `2013-09`, `2008`, `2020-W41`, `2020-W41-WE` (its weekend), `2020-SU`,
    `2020-Q3`, `199` (a decade); with `T` and MO, AF, EV or NI for a part of a day. None where it
    stays vague."""
    how: Resolution
    """`explicit` as printed; `inferred` a year was added; `relative` counted from publication."""
    precision: Precision
    quoted: bool
    """Whether somebody quoted says it: then it is no date of the article's own time line."""
    names_thing: bool
    """A year before a name or a work, as in "2020 Billboard Music Awards": no event's date."""
    place: Place


_PARTS = {"MO": "morning", "AF": "afternoon", "EV": "evening", "NI": "night"}
_SEASONS = {"SP": "spring", "SU": "summer", "FA": "autumn", "WI": "winter"}


def in_words(value: str) -> str:
    """A resolved date for people to read: days and months stay as they are, codes become words.

    >>> in_words("2026-03-17TNI"), in_words("2020-SU"), in_words("199"), in_words("2020-10-14")
    ('2026-03-17, night', 'summer 2020', '1990s', '2020-10-14')
    >>> in_words("2020-W41"), in_words("2020-W41-WE"), in_words("2020-Q3")
    ('week 41 of 2020', 'weekend of week 41 of 2020', 'quarter 3 of 2020')
    """
    day, _, part = value.partition("T")
    year, _, rest = day.removesuffix("-WE").partition("-")
    if rest in _SEASONS:
        day = f"{_SEASONS[rest]} {year}"
    elif rest[:1] in {"W", "Q"} and rest[1:].isdigit():
        day = f"{'week' if rest[0] == 'W' else 'quarter'} {int(rest[1:])} of {year}"
        day = f"weekend of {day}" if value.endswith("-WE") else day
    elif len(value) == 3 and value.isdigit():
        day = f"{value}0s"
    return f"{day}, {_PARTS[part]}" if part in _PARTS else day


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose full name the text has."""

    name: str
    mentions: int
    """By full name, or by a part of it that names nobody else in the text."""
    place: Place
    """The first."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A name that the text shows to be of an organisation, show or prize."""

    name: str
    mentions: int
    place: Place


@dataclass(frozen=True, slots=True)
class Work:
    """A song, album, film, book … as printed."""

    title: str
    kind: str
    """The noun that the text has for it: "song", "album", "single"; "work" without one."""
    year: str | None
    """As printed beside it: "2008 album Evolve"."""
    creator: str | None
    """Whose work the same phrase says that it is, by full name."""
    mentions: int
    place: Place


@dataclass(frozen=True, slots=True)
class Dedication:
    """A sentence that says for whom a work or an appearance was made."""

    words: str
    """What says so: "dedicated", "wrote for"."""
    whom: str | None
    """A person of the article whom the words are followed by."""
    works: tuple[str, ...]
    """Titles in that sentence."""
    place: Place


@dataclass(frozen=True, slots=True)
class Article:
    """An article as read. See `groundswell.press.read_article`."""

    text: str
    title: str
    publisher: str
    url: str
    published: str | None
    """Day of publication, `YYYY-MM-DD`."""
    modified: str | None
    quotes: tuple[Quote, ...]
    attributions: tuple[Attribution, ...]
    dates: tuple[DateMention, ...]
    people: tuple[Person, ...]
    organisations: tuple[Organisation, ...]
    works: tuple[Work, ...]
    dedications: tuple[Dedication, ...]

    @property
    def timeline(self) -> tuple[DateMention, ...]:
        """Dates of the article's own voice that are resolved, the earliest first."""
        own = [d for d in self.dates if d.value and not d.quoted and not d.names_thing]
        return tuple(sorted(own, key=lambda d: (d.value or "", d.place.start)))

    def to_dict(self) -> dict[str, Any]:
        """All of it but the text, as JSON values."""
        found = asdict(self)
        del found["text"]
        found["timeline"] = [
            {"value": d.value, "text": d.text, "sentence": d.place.sentence} for d in self.timeline
        ]
        return found
