"""Who speaks a quote: rules over the words around it, the surest first.

Names of the rules, as `Quote.rule` has them:

after         "…," the mayor said            inverted   "…," said the mayor
before        The mayor said, "…"            according  "…," according to the mayor
inside        The mayor said it was "…"      colon      The mayor, on Monday: "…"
continued     "…," he said. "…"              split      "…," he said, "…"
open          a quote that its paragraph left open goes on
announced     The mayor said this:  (and the quote in the next paragraph)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell.press import subjects
from groundswell.press.lexicon import (
    DETERMINERS,
    NOUN_LIKE,
    PAIRED_CUES,
    PREPOSITIONS,
    SPEAKING_PRONOUNS,
    STRONG_FORMS,
    THINKING,
    is_cue,
)
from groundswell.press.marks import Quoted
from groundswell.press.sentences import Sentences
from groundswell.press.words import Word, words

_NO_VERB_AFTER = PREPOSITIONS - {"to"}
_PASSIVE = frozenset({"was", "were", "been", "being", "is", "are", "be", "when", "if"})
_REACH = 120
"""Words of a sentence that are looked at on either side of a quote."""
_NEAR = 9
"""Words between verb and quote up to which they surely belong together."""


@dataclass(frozen=True, slots=True)
class Source:
    """The words that say who speaks: `text[start:end]`, and how they were found."""

    start: int
    end: int
    rule: str
    cue: str
    strong: bool
    near: bool
    """Verb, speaker and quote stand together."""


class Surroundings:
    """A sentence's words, each quote in it being one of them."""

    def __init__(self, text: str, bounds: tuple[int, int], quotes: Sequence[Quoted]) -> None:
        self.words: list[Word] = []
        self.places: dict[int, int] = {}
        at, end = bounds
        for quote in quotes:
            if quote.end <= at or quote.start >= end:
                continue
            self.words += words(text, at, quote.start)
            self.places[quote.start] = len(self.words)
            self.words.append(Word(quote.start, quote.end, '"', '"'))
            at = quote.end
        self.words += words(text, at, end)


def of_sentence(text: str, quote: Quoted, around: Surroundings) -> Source | None:
    """The speaker whom the quote's own sentence names."""
    here = around.places[quote.start]
    ending = quote.body(text).rstrip()[-1:]
    following = around.words[here + 1] if here + 1 < len(around.words) else None
    behind = None
    if following and _may_follow(ending, following):
        behind = _after(around.words, here)
    ahead = _before(around.words, here)
    part = quote.body(text).lstrip("[( .…")[:1].islower() and here > 0
    comma = ending in ",?!-—–" or (following is not None and following.form == ",")
    doubtful = part and ahead and ahead.strong and not (behind and behind.strong and behind.near)
    if behind and comma and not doubtful:
        return behind
    return ahead or behind


def _may_follow(ending: str, following: Word) -> bool:
    if ending in ".…":
        return not following.capital and following.form not in (".", ";")
    return following.form not in (".", ";", ":")


def _after(found: Sequence[Word], here: int) -> Source | None:
    start = here + 1
    while start < len(found) and found[start].form in (",", "-", "--", "—", "–"):
        start += 1
    rest = found[start : start + _REACH]
    stop = next((n for n, w in enumerate(rest) if w.form in ('"', ";")), len(rest))
    rest = rest[:stop]
    if not rest:
        return None
    named = _according(rest, 0)
    if named:
        return named
    if is_cue(rest[0].form) and rest[0].low not in ("told", "tells"):
        phrase = subjects.after(rest, 0)
        if phrase:
            return _source(rest, phrase, 0, "inverted", near=True)
    for strong in (True, False):
        for verb in range(1, min(len(rest), 32)):
            if not _verb(rest, verb) or (rest[verb].low in STRONG_FORMS) != strong:
                continue
            phrase = subjects.before(rest, verb)
            if phrase and phrase.first <= 2:
                return _source(rest, phrase, verb, "after", near=phrase.first == 0)
    return None


def _before(found: Sequence[Word], here: int) -> Source | None:
    ahead = found[max(0, here - _REACH) : here]
    if not ahead:
        return None
    named = _according_before(ahead)
    if named:
        return named
    touching = ahead[-1].form in (",", ":", "—", "–") or is_cue(ahead[-1].form)
    verbs = [n for n in range(len(ahead)) if _verb(ahead, n)]
    for verb in sorted(verbs, key=lambda n: (_cost(ahead, n), -n)):
        phrase = _subject(ahead, verb)
        if phrase is None:
            continue
        gap = len(ahead) - 1 - verb
        rule = "before" if touching else "inside"
        near = touching and gap <= _NEAR and verb - phrase.last <= 3 and verb == min(verbs)
        return _source(ahead, phrase, verb, rule, near=near)
    if ahead[-1].form == ":":
        phrase = subjects.first(ahead, len(ahead) - 1)
        if phrase:
            return _source(ahead, phrase, None, "colon", near=False)
    return None


def _subject(ahead: Sequence[Word], verb: int) -> subjects.Phrase | None:
    if ahead[verb].low.endswith("ing"):
        for earlier in range(verb - 1, 0, -1):
            if ahead[earlier].low in STRONG_FORMS and _verb(ahead, earlier):
                return _subject(ahead, earlier)
        return subjects.first(ahead, verb)
    if verb and ahead[verb - 1].low == "to":
        return subjects.first(ahead, verb)
    return subjects.before(ahead, verb)


def _cost(ahead: Sequence[Word], verb: int) -> int:
    """How unlikely a verb is to govern the quote at the end: weak ones and far ones."""
    gap = len(ahead) - 1 - verb
    cost = gap // 6
    if ahead[verb].low not in STRONG_FORMS:
        cost += 2
    if ahead[verb].low in THINKING:
        cost += 2
    cost += 2 * sum(1 for w in ahead[verb:] if w.form == '"')
    return cost


def _verb(found: Sequence[Word], at: int) -> bool:
    word = found[at]
    if word.capital and at:
        return False
    if at + 1 < len(found) and (word.low, found[at + 1].low) in PAIRED_CUES:
        return True
    if not is_cue(word.form):
        return False
    left = found[at - 1].low if at else ""
    if left in DETERMINERS or (left in _NO_VERB_AFTER and (left, word.low) != ("as", "saying")):
        return False
    if left in _PASSIVE and word.low.endswith(("ed", "told", "quoted")):
        return False
    if word.low in NOUN_LIKE and at and not _speaks(found[at - 1]):
        return False
    return not (at and found[at - 1].possessive)


def _speaks(left: Word) -> bool:
    """Whether a word is surely the end of a subject, so that a noun-like form is a verb."""
    return (
        (left.capital and not left.calendar)
        or left.low in SPEAKING_PRONOUNS
        or left.low in ("also", "then", "will", "would", "to", "later", "and", ")", ",")
    )


def _according(found: Sequence[Word], at: int) -> Source | None:
    if found[at].low == "according" and at + 1 < len(found) and found[at + 1].low == "to":
        phrase = subjects.after(found, at + 1)
        if phrase:
            return _source(found, phrase, at, "according", near=True)
    return None


def _according_before(ahead: Sequence[Word]) -> Source | None:
    for at in range(len(ahead) - 1, -1, -1):
        if ahead[at].low == "according" and at + 1 < len(ahead):
            found = _according(ahead, at)
            if found and not any(_verb(ahead, n) for n in range(at, len(ahead))):
                return found
    return None


def _source(
    found: Sequence[Word], phrase: subjects.Phrase, verb: int | None, rule: str, *, near: bool
) -> Source:
    cue = found[verb] if verb is not None else None
    return Source(
        found[phrase.first].start, found[phrase.last].end, rule, cue.form if cue else "",
        cue is None or cue.low in STRONG_FORMS or cue.low == "according", near,
    )  # fmt: skip


def announced(
    text: str, sentences: Sentences, quote: Quoted, quotes: Sequence[Quoted]
) -> Source | None:
    """The speaker of a quote that begins a paragraph, if the sentence before it ends in ":"."""
    index = sentences.index(quote.start)
    if not index:
        return None
    bounds = sentences.bounds[index - 1]
    if not text[bounds[0] : bounds[1]].endswith(":"):
        return None
    around = Surroundings(text, bounds, quotes)
    found = _before(around.words, len(around.words))
    if found is None:
        return None
    return Source(found.start, found.end, "announced", found.cue, found.strong, found.near)
