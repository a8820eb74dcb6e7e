"""`read_article`: a text in, everything that is found in it out."""

from __future__ import annotations

import re
from datetime import date, datetime

from groundswell.errors import UsageError
from groundswell.press.article import Article, Person
from groundswell.press.dates import dates
from groundswell.press.names import People, people
from groundswell.press.outlets import OUTLETS, attributions
from groundswell.press.passages import Passages
from groundswell.press.quoting import Quoting
from groundswell.press.works import dedications, organisations, works

_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\ua960-\ud7ff\uf900-\uffef"
"""Scripts that write without spaces: Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean."""
_NO_WORD = re.compile(rf"[^\s{_UNSPACED}]{{300,}}")
"""Longer than any word or address: only a text that wants to keep rules busy has it."""
LONGEST = 120_000
"""Characters of a text that are read: a long feature has 60,000."""


def read_article(
    text: str,
    *,
    published: str | date | None = None,
    title: str = "",
    publisher: str = "",
    url: str = "",
    modified: str | date | None = None,
) -> Article:
    """Reads an article's text: who is quoted, through which outlet, which dates, people and works.

    Args:
        text: paragraphs, each on a line of its own; the headline may be the first. What is longer
            than 120,000 characters is cut there, and 300 signs without a space between are blanked.
        published: the day of publication (`2020-10-15`, or a date or datetime). Without it only
            dates that are printed with their year are resolved.
        title: the headline; kept with what is found, as are the next three.
        publisher: who printed it.
        url: where it stands.
        modified: the day of its last change.

    The rules are English; in other languages marks, names and explicit dates are found at most.
    Rules alone, no model: the same text gives the same finds everywhere. How well they do is
    measured in docs/press.md.

    Raises:
        UsageError: `published` or `modified` is no date.

    >>> article = read_article('"We won," Ann Lee said on Monday.', published="2020-10-15")
    >>> [(q.text, q.speaker, q.confidence) for q in article.quotes]
    [('We won,', 'Ann Lee', 'medium')]
    >>> [(d.text, d.value, d.how) for d in article.dates]
    [('Monday', '2020-10-12', 'relative')]
    """
    text = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n")
    text = _NO_WORD.sub(lambda found: " " * len(found.group()), text)
    day = _day(published)
    passages = Passages(text)
    named = people(text, OUTLETS)
    outlets = attributions(passages)
    quoting = Quoting(passages, named, outlets)
    quotes = quoting.read()
    made = works(passages, named, quoting.spoken)
    return Article(
        text=text,
        title=title,
        publisher=publisher,
        url=url,
        published=day.isoformat() if day else None,
        modified=_iso(modified),
        quotes=tuple(quotes),
        attributions=tuple(outlets),
        dates=tuple(dates(passages, day)),
        people=tuple(_persons(passages, named)),
        organisations=tuple(organisations(passages, named)),
        works=tuple(made),
        dedications=tuple(dedications(passages, named, made)),
    )


def _day(given: str | date | None) -> date | None:
    if given is None or given == "":
        return None
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given[:10])
    except ValueError:
        raise UsageError(
            f"expected a day as 2020-10-15, got {given[:40]!r}", hint="write year, month and day"
        ) from None


def _iso(given: str | date | None) -> str | None:
    day = _day(given)
    return day.isoformat() if day else None


def _persons(passages: Passages, named: People) -> list[Person]:
    """People in the order of how often they are named, then of their first mention."""
    first: dict[str, int] = {}
    counts: dict[str, int] = {}
    for n, mention in enumerate(named.mentions):
        first.setdefault(mention.name, n)
        counts[mention.name] = counts.get(mention.name, 0) + 1
    order = sorted(counts, key=lambda name: (-counts[name], first[name]))
    found = []
    for name in order:
        mention = named.mentions[first[name]]
        found.append(Person(name, counts[name], passages.place(mention.start, mention.end)))
    return found
