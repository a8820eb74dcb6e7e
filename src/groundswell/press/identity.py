"""Whom a phrase means: a person by name, a pronoun's person, an organisation, or nobody.

A pronoun is resolved from people of a fitting gender who were named just before it, outside of
quotes; where two come into question, it names nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from groundswell.press.article import SpeakerBy
from groundswell.press.lexicon import NOT_NAMES, PERSON_TITLES
from groundswell.press.names import Mention, People
from groundswell.press.passages import Passages
from groundswell.press.speakers import Source

_HEAD_END = re.compile(r"\s(?:of|for|at|from|with|in|on|to|about|against|near|who|which|that)\b|,")
_OWNED = re.compile(r"['’]s?\s+\S")
_APPOSED = re.compile(r",\s")
_SENTENCES_BACK = 3
_PRONOUN_GENDER = {"he": "m", "she": "f"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who speaks: full name or None, the words as printed, and what these are."""

    speaker: str | None
    printed: str
    by: SpeakerBy
    sure: bool = True
    """Of a pronoun: whether nobody else came into question."""


def identify(
    text: str, source: Source, people: People, passages: Passages, previous: str | None = None
) -> Identity:
    """Whom the words of a source mean; `previous` is who spoke the quote before it."""
    printed = text[source.start : source.end]
    low = printed.lower().strip()
    if low in _PRONOUN_GENDER:
        name, sure = _pronoun(low, source.start, people, passages, previous)
        return Identity(name, printed, "pronoun", sure)
    if low in ("they", "i", "we", "it", "who", "you"):
        return Identity(None, printed, "pronoun", sure=False)
    end = source.end
    cut = _HEAD_END.search(printed)
    if cut:
        end = source.start + cut.start()
    head = text[source.start : end]
    owned = [m.end() - 1 for m in _OWNED.finditer(head)]
    begin = source.start + (owned[-1] if owned else 0)
    named = [m for m in people.within(begin, end) if m.end == end]
    if named:
        return Identity(named[-1].name, printed, "name")
    if owned:
        return Identity(None, printed, "description")
    beside = _APPOSED.match(text, source.end)
    named = people.within(beside.end(), beside.end() + 60) if beside else []
    if beside and named and named[0].start == beside.end():
        return Identity(named[0].name, text[source.start : named[0].end], "name")
    return Identity(None, printed, _kind(head))


def _kind(head: str) -> SpeakerBy:
    """What words without a known person are: a bare name, an organisation, or a description."""
    parts = head.split()
    if not parts:
        return "none"
    last = parts[-1]
    if not (last[0].isupper() or last[0] == "@") or last.lower() in NOT_NAMES:
        return "description"
    lead = parts[0].lower().rstrip(".")
    if len(parts) == 1 or lead in PERSON_TITLES:
        return "name"
    return "organisation" if lead in ("the", "a", "an") else "name"


def _pronoun(
    low: str, at: int, people: People, passages: Passages, previous: str | None
) -> tuple[str | None, bool]:
    """The person whom "he" or "she" means, and whether nobody else fits."""
    wanted = _PRONOUN_GENDER[low]
    here = passages.sentences.index(at)
    back = max(0, here - _SENTENCES_BACK)
    start = passages.sentences.bounds[back][0]
    scores: dict[str, float] = {}
    for mention in people.within(start, at):
        if passages.quoted(mention.start):
            continue
        known = people.gender.get(mention.name, "")
        if known and known != wanted:
            continue
        score = _score(mention, here, passages) + (1.0 if known else 0.0)
        if mention.name == previous:
            score += 0.5
        scores[mention.name] = max(scores.get(mention.name, 0.0), score)
    if not scores:
        return None, False
    order = sorted(scores, key=lambda name: -scores[name])
    top = order[0]
    fits = bool(people.gender.get(top))
    if len(order) == 1:
        # an object of its sentence, as in "asked about Ann Lee", is seldom who goes on
        return top, fits and scores[top] >= 2.0
    lead = scores[top] - scores[order[1]]
    if top == previous and lead >= 0.5:
        return top, fits
    return (top, fits and lead >= 2.0) if lead >= 1.0 else (None, False)


def _score(mention: Mention, here: int, passages: Passages) -> float:
    """How likely a mention is to be taken up: near, and a subject rather than an owner."""
    index = passages.sentences.index(mention.start)
    text = passages.text
    score = 3.0 / (1 + here - index)
    begin = passages.sentences.bounds[index][0]
    if (
        mention.start - begin < 12
        or text[max(begin, mention.start - 2) : mention.start].strip() == ","
    ):
        score += 0.7
    if re.match(r"['’]", text[mention.end : mention.end + 1]):
        score -= 0.6
    if re.search(
        r"\b(?:to|with|for|of|by|about|against|than|and)\s+(?:[\w’-]+\.?\s+){0,3}$",
        text[begin : mention.start],
    ):
        score -= 0.8
    return score
