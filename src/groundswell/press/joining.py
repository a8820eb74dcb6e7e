"""Which articles tell of a story, by what they share with it; scored, and said why.

A story's terms are looked for in an article's headline and text. Their words weigh as they are rare
in general (see `rarity`): "harbour" more than "light", "tonight" nothing. The score is the share of
the weight of a story's words that the article has within its terms. An address that the story's
posts share is evidence by itself. What was printed long before or after it is another matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from groundswell import rarity
from groundswell.model import MICROSECONDS
from groundswell.press.clippings import Clipping
from groundswell.times import HOUR_US

BEFORE_US: Final = 12 * HOUR_US
AFTER_US: Final = 36 * HOUR_US
ENOUGH: Final = 0.4
"""Share of a story's weight that an article must have."""
IN_TEXT: Final = 0.7
"""What a term in the text counts, against one in the headline."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of a story when articles are looked for."""

    title: str
    terms: tuple[str, ...]
    began_us: int
    last_us: int
    """When it was last listed."""


@dataclass(frozen=True, slots=True)
class Match:
    """An article of a story."""

    clipping: Clipping
    score: float
    """0 to 1; a shared address is 1."""
    shared: tuple[str, ...]
    """The terms that both have, the weightiest first."""
    why: tuple[str, ...]
    """In words."""


def folded(text: str) -> str:
    """A text's words in lower case with a space around each, for phrases to be looked for.

    >>> folded("Harbour—Light's on")
    " harbour light's on "
    """
    return f" {' '.join(rarity.words(text))} "


def matches(subject: Subject, clippings: Iterable[Clipping]) -> list[Match]:
    """The articles that tell of a story, the best first."""
    weighed = _weighed(subject)
    found = [one for one in (_match(subject, weighed, c) for c in clippings) if one]
    return sorted(found, key=lambda one: (-one.score, one.clipping.published_us, one.clipping.url))


def around(subject: Subject) -> tuple[int, int]:
    """The stretch of time, µs, in which an article of a story is printed."""
    return subject.began_us - BEFORE_US, subject.last_us + AFTER_US


def _match(subject: Subject, weighed: _Weighed, clipping: Clipping) -> Match | None:
    begin, end = around(subject)
    if not begin <= clipping.published_us < end:
        return None
    if shares_link(subject.terms, clipping.url):
        return Match(clipping, 1.0, (), ("posts share its address",))
    title, text = folded(clipping.title), folded(clipping.words)
    shared: list[str] = []
    counts: dict[str, float] = {}
    for term, words in weighed.terms:
        if words in text:
            shared.append(term)
            where = 1.0 if words in title else IN_TEXT
            counts |= {word: max(where, counts.get(word, 0.0)) for word in words.split()}
    score = sum(weighed.words[word] * where for word, where in counts.items())
    whole = sum(weighed.words.values())
    if not whole or rarity.together(shared) < rarity.ENOUGH or score / whole < ENOUGH:
        return None
    said = ", ".join(f"“{term}”" for term in shared[:4])
    why = [f"has {said}: {score / whole:.0%} of the story's words by weight"]
    minutes = (clipping.published_us - subject.began_us) / (60 * MICROSECONDS)
    when = f"{abs(minutes):,.0f} min {'after' if minutes >= 0 else 'before'} it began"
    why.append(f"printed {when}")
    return Match(clipping, min(1.0, score / whole), tuple(shared), tuple(why))


class _Weighed(NamedTuple):
    """A story's terms, each with its words as they are looked for; and what each word weighs."""

    terms: list[tuple[str, str]]
    words: dict[str, float]


def _weighed(subject: Subject) -> _Weighed:
    found: dict[str, str] = {}
    for term in (subject.title, *subject.terms):
        if "/" in term or "." in term.strip("."):
            continue  # links are looked for as such
        found.setdefault(folded(term), term)
    words = {word: rarity.rare(word) for phrase in found for word in phrase.split()}
    heavy = sorted(found, key=lambda phrase: -sum(words[word] for word in phrase.split()))
    return _Weighed([(found[phrase], phrase) for phrase in heavy if phrase.strip()], words)


def shares_link(terms: Sequence[str], url: str) -> bool:
    """Whether a story's posts share an address: the same place and path.

    >>> shares_link(("https://news.example/1?from=feed",), "http://www.news.example/1/")
    True
    >>> shares_link(("news.example",), "https://news.example/1")
    False
    """
    wanted = _plain(url)
    return any(_plain(term) == wanted for term in terms if "/" in term)


def _plain(url: str) -> str:
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:
        return url
    return parts.netloc.casefold().removeprefix("www.") + parts.path.rstrip("/")
