"""What the press says of a story: lines that can be checked, and whether they tell its cause.

Sentences are verbatim, with outlet, link and time. The cause is told only where two outlets that do
not copy each other tell of the story; else it is unknown, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from groundswell.model import MICROSECONDS, iso
from groundswell.press.article import Article
from groundswell.press.clippings import Clipping, Clippings
from groundswell.press.joining import Match, Subject, around, folded, matches
from groundswell.press.knowledge import Discrepancy
from groundswell.press.passages import Passages
from groundswell.press.reading import read_article
from groundswell.press.syndication import sources

Otherwise = Callable[[Clipping, Article], tuple[Discrepancy, ...]]
"""What is known to be otherwise in an article; must not wait for anybody."""

ARTICLES: Final = 8
"""Articles of a story that are told."""
LINES: Final = 3
"""Lines of an article that are told."""
LONGEST_LINE: Final = 600


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of an article, as printed."""

    sentence: str
    speaker: str
    """Whose words are quoted in it, by full name or as printed; "" where nobody's, or not sure."""
    through: str
    """The outlet that the article has it from; "" where it is its own."""
    post: bool = False
    """Whether the words quoted in it are a post."""
    dates: tuple[tuple[str, str], ...] = ()
    """Dates in it: as printed, and resolved."""


@dataclass(frozen=True, slots=True)
class Told:
    """An article of a story, with its lines."""

    outlet: str
    title: str
    url: str
    published_us: int
    modified_us: int | None
    score: float
    why: tuple[str, ...]
    lines: tuple[Line, ...]
    also: tuple[str, ...]
    """Outlets that print the same text."""
    otherwise: tuple[Discrepancy, ...] = ()
    """What open data has otherwise than it, as far as that is known."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence for the cause, with who printed it."""

    outlet: str
    url: str
    published_us: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """All that the press says of a story."""

    articles: tuple[Told, ...]
    sources: int
    """Of how many outlets that do not copy each other."""
    evidence: tuple[Evidence, ...]
    """For the cause, of at least two sources; empty where it is unknown."""
    unknown: str
    """Why the cause is unknown; "" where there is evidence."""
    simulated: bool

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "cause": {
                "known": bool(self.evidence),
                "why_unknown": self.unknown or None,
                "evidence": [
                    {"outlet": e.outlet, "url": e.url, "published_at": iso(e.published_us),
                     "sentence": e.sentence}
                    for e in self.evidence
                ],
            },
            "sources": self.sources,
            "simulated": self.simulated,
            "articles": [_article(one) for one in self.articles],
        }  # fmt: skip


def _article(one: Told) -> dict[str, Any]:
    return {
        "outlet": one.outlet, "title": one.title, "url": one.url,
        "published_at": iso(one.published_us),
        "modified_at": None if one.modified_us is None else iso(one.modified_us),
        "score": round(one.score, 2), "why": list(one.why), "also_in": list(one.also),
        "lines": [
            {"sentence": line.sentence, "speaker": line.speaker or None,
             "through": line.through or None, "post": line.post,
             "dates": [{"printed": p, "value": v} for p, v in line.dates]}
            for line in one.lines
        ],
        "discrepancies": [other.to_dict() for other in one.otherwise],
    }  # fmt: skip


def coverage(
    subject: Subject, held: Clippings, otherwise: Otherwise = lambda _, __: ()
) -> Coverage:
    """What the press says of a story, as far as its articles are held."""
    found = matches(subject, held.between(*around(subject)))[: 4 * ARTICLES]
    groups = sources([one.clipping for one in found])
    told = [_told([found[i] for i in group], otherwise) for group in groups[:ARTICLES]]
    evidence = tuple(_evidence(found[group[0]], subject) for group in groups)
    known = [one for one in evidence if one.sentence]
    unknown = "" if len(known) > 1 else _unknown(told, len(groups))
    return Coverage(
        articles=tuple(told),
        sources=len(groups),
        evidence=() if unknown else tuple(sorted(known, key=lambda one: one.published_us))[:4],
        unknown=unknown,
        simulated=any(one.clipping.simulated for one in found),
    )


def _unknown(told: Sequence[Told], sources: int) -> str:
    if not told:
        return "no article that is held tells of it"
    if sources > 1:
        return f"{sources} tell of it, but no two of them with a sentence that names it"
    return f"{told[0].outlet} alone tells of it, and a cause needs two that do not copy each other"


def _told(group: Sequence[Match], otherwise: Otherwise) -> Told:
    """The articles of one source: the first of them, with the others' outlets."""
    first = min(group, key=lambda one: (one.clipping.published_us, one.clipping.url))
    clipping = first.clipping
    others = dict.fromkeys(
        one.clipping.publisher for one in group if one.clipping.publisher != clipping.publisher
    )
    return Told(
        clipping.publisher, clipping.title, clipping.url, clipping.published_us,
        clipping.modified_us, first.score, first.why, _lines(clipping, first), tuple(others),
        otherwise(clipping, _read(clipping)),
    )  # fmt: skip


def _lines(clipping: Clipping, match: Match) -> tuple[Line, ...]:
    """The sentences that tell most of the story: with its terms, with somebody's words."""
    article = _read(clipping)
    wanted = [folded(term) for term in match.shared]
    weighed: list[tuple[float, int, str]] = []
    begin = len(clipping.title)
    for start, end in _bounds(article.text):
        if start < begin:
            continue
        sentence = article.text[start:end]
        within = folded(sentence)
        weight = float(sum(term in within for term in wanted))
        if any(_sure(q.confidence) and start <= q.place.start < end for q in article.quotes):
            weight += 0.9
        if weight and len(sentence) <= LONGEST_LINE:
            weighed.append((-weight, start, sentence))
    best = sorted(weighed)[:LINES]
    return tuple(_line(article, start, sentence) for _, start, sentence in sorted(best, key=_place))


def _place(one: tuple[float, int, str]) -> int:
    return one[1]


def _sure(confidence: str) -> bool:
    return confidence != "low"


def _line(article: Article, start: int, sentence: str) -> Line:
    end = start + len(sentence)
    quotes = [q for q in article.quotes if start <= q.place.start < end and _sure(q.confidence)]
    speaker = (quotes[0].speaker or quotes[0].printed) if quotes else ""
    through = [a.outlet for a in article.attributions if start <= a.place.start < end]
    carried = [q.outlet for q in quotes if q.outlet]
    dates = tuple(
        (d.text, d.value)
        for d in article.dates
        if start <= d.place.start < end and d.value and not d.names_thing and not d.quoted
    )
    others = [name for name in (*through, *carried) if name != article.publisher]
    post = bool(quotes) and quotes[0].kind == "post"
    return Line(sentence, speaker, (others or [""])[0], post, dates)


def _evidence(match: Match, subject: Subject) -> Evidence:
    """The first sentence, in the article's own voice, with most of what it shares."""
    clipping = match.clipping
    article = _read(clipping)
    wanted = [folded(term) for term in match.shared] or [folded(subject.title)]
    best = ""
    most = 0
    for start, end in _bounds(article.text):
        sentence = article.text[start:end]
        if start < len(clipping.title) or len(sentence) > LONGEST_LINE:
            continue
        within = folded(sentence)
        count = sum(term in within for term in wanted) + (folded(subject.title) in within)
        if count > most:
            best, most = sentence, count
    return Evidence(clipping.publisher, clipping.url, clipping.published_us, best)


@lru_cache(512)
def _read(clipping: Clipping) -> Article:
    day = datetime.fromtimestamp(clipping.published_us // MICROSECONDS, UTC).date()
    return read_article(
        clipping.words, published=day, title=clipping.title, publisher=clipping.publisher,
        url=clipping.url,
    )  # fmt: skip


@lru_cache(512)
def _bounds(text: str) -> list[tuple[int, int]]:
    return Passages(text).sentences.bounds
