"""Who does the saying: the noun phrase that is the subject of a verb, without a parser.

A phrase is looked for to the left of the verb, past auxiliaries, adverbs and what stands between
commas; or to its right where verb and subject changed places, as after a quote ("said the mayor").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from groundswell.press.lexicon import (
    ADVERBS,
    AUXILIARIES,
    CONJUNCTIONS,
    CUES,
    DETERMINERS,
    NOT_NAMES,
    PREPOSITIONS,
    SPEAKING_PRONOUNS,
    listed,
)
from groundswell.press.words import Word

_OPENERS = frozenset({",", "—", "–", "-", "--", "(", ";", ":", "…", "?", "!", "."})
_JOINS = frozenset({"and", "but", "or", "as", "that", "when", "while", "because", "although", "if"})
_NEVER = listed("it this that which what there these those")
_NO_HEAD = listed(
    "which whom whose what that where there how why however meanwhile minutes hours moments moment "
    "then still"
)
_SUBORDINATES = frozenset({"as", "when", "while", "because", "although", "though", "if", "whereas"})
_TIME_PREPOSITIONS = frozenset({"before", "after", "since", "until"})
_INSIDE = frozenset(
    {"of", "for", "at", "from", "with", "in", "on", "to", "about", "against", "near"}
)
_LONGEST = 14


class Phrase(NamedTuple):
    """Words `first` to `last`, both included, of the list that was searched."""

    first: int
    last: int


def before(words: Sequence[Word], verb: int) -> Phrase | None:
    """The subject to the left of a verb."""
    at = _skip_left(words, verb - 1)
    if at < 0:
        return None
    word = words[at]
    if word.form == ")":
        opening = _matching(words, at)
        return before(words, opening) if opening is not None else None
    if word.form in (",", "—", "–", "--", "-"):
        return _around_insert(words, at)
    if word.low in ("and", "but", "or", ";", "then"):
        return first(words, at)
    if word.low in ("who", "that", "which"):
        return _antecedent(words, at)
    if word.mark:
        return None
    return _phrase_ending(words, at)


def after(words: Sequence[Word], verb: int) -> Phrase | None:
    """The subject to the right of a verb that comes first: "said the mayor of Leeds"."""
    at = verb + 1
    while at < len(words) and words[at].low in ADVERBS:
        at += 1
    if at >= len(words) or words[at].mark:
        return None
    start = words[at]
    if start.low in SPEAKING_PRONOUNS:
        return Phrase(at, at) if start.low in ("he", "she", "they", "i", "we") else None
    if start.low in PREPOSITIONS or start.low in CONJUNCTIONS or start.calendar:
        return None
    last = at
    while last + 1 < len(words) and last - at < _LONGEST:
        following = words[last + 1]
        if following.mark or following.low in CONJUNCTIONS or following.calendar:
            break
        if following.low in PREPOSITIONS and following.low not in ("of", "for"):
            break
        if following.low in AUXILIARIES or following.low in ("who", "which", "after"):
            break
        last += 1
    if not any(w.capital or w.low in DETERMINERS for w in words[at : last + 1]) and last - at > 3:
        return None
    return Phrase(at, last)


def first(words: Sequence[Word], stop: int) -> Phrase | None:
    """The first phrase that can be the subject of a sentence, before `stop`.

    A main clause's comes before a subordinate one's: "As the crowd sang, Ann wept and" has Ann.
    """
    governed = None
    for at in range(stop):
        phrase = _opening(words, at, stop)
        if phrase is None:
            continue
        if not at or words[at - 1].low not in _SUBORDINATES:
            return phrase
        governed = governed or phrase
    return governed


def _opening(words: Sequence[Word], at: int, stop: int) -> Phrase | None:
    """The phrase that begins with a word, if one that can be a subject does."""
    word = words[at]
    if word.mark or word.low in _NO_HEAD or word.calendar or not _free(words, at):
        return None
    if at and words[at - 1].low in _TIME_PREPOSITIONS:
        return None
    if word.low in SPEAKING_PRONOUNS:
        return Phrase(at, at) if word.low not in ("it", "who") else None
    if word.low in DETERMINERS:
        if word.low in _NEVER and at + 1 < stop and not _continues(words[at + 1]):
            return None
    elif not word.capital or _is_opener(words, at):
        return None
    last = at
    while last + 1 < stop and _continues(words[last + 1]) and _goes_on(words, at, last + 1):
        last += 1
    if words[last].calendar or words[last].possessive or (word.low in DETERMINERS and last == at):
        return None
    return Phrase(at, last)


def _is_opener(words: Sequence[Word], at: int) -> bool:
    """Whether a capital is owed to the place: "Asked on …", "PARIS, May 3", "Appearing …"."""
    word = words[at]
    if word.low in NOT_NAMES or word.low in CUES or word.low in PREPOSITIONS:
        return True
    if at:
        return False
    return word.low.endswith(("ing", "ly")) or (word.form.isupper() and len(word.form) > 3)


def _goes_on(words: Sequence[Word], first: int, at: int) -> bool:
    """Whether a word behind a name still belongs to it: "Lee wept" no, "Lee aide Ann Bo" yes."""
    if not words[first].capital or words[at].capital or words[first].low in DETERMINERS:
        return True
    return any(word.capital for word in words[at + 1 : at + 3])


def _continues(word: Word) -> bool:
    return (word.capital and not word.mark) or not (
        word.mark
        or word.low in PREPOSITIONS
        or word.low in CONJUNCTIONS
        or word.low in AUXILIARIES
        or word.low in ADVERBS
        or word.low in CUES
        or word.low in SPEAKING_PRONOUNS
        or word.low.endswith(("ed", "ly", "ing"))
    )


def _skip_left(words: Sequence[Word], at: int) -> int:
    while at >= 0 and (
        words[at].low in AUXILIARIES
        or words[at].low in ADVERBS
        or words[at].calendar
        or (words[at].low == "on" and words[at + 1].calendar)
        or (words[at].low.endswith("ly") and not words[at].capital)
    ):
        at -= 1
    return at


def _matching(words: Sequence[Word], closing: int) -> int | None:
    for at in range(closing - 1, -1, -1):
        if words[at].form == "(":
            return at
    return None


def _around_insert(words: Sequence[Word], comma: int) -> Phrase | None:
    """The subject of "X, who was there, said": the first free phrase that ends before a comma."""
    for at in range(1, comma):
        if words[at].form not in (",", "—", "–", "--", "-", "("):
            continue
        found = _phrase_ending(words, at - 1)
        if found and _free(words, found.first) and not words[found.last].calendar:
            return found
    return first(words, comma)


def _antecedent(words: Sequence[Word], at: int) -> Phrase | None:
    """Whom "who" stands for, together with it."""
    left = at - 1
    if left >= 0 and words[left].form == ",":
        left -= 1
    if left < 0:
        return Phrase(at, at)
    found = _phrase_ending(words, left)
    return Phrase(found.first, at) if found else Phrase(at, at)


def _free(words: Sequence[Word], at: int) -> bool:
    """Whether nothing before a phrase governs it, so that it can be a subject."""
    if at <= 0:
        return True
    left = words[at - 1]
    return left.form in _OPENERS or left.low in _JOINS or left.low in CONJUNCTIONS


def _phrase_ending(words: Sequence[Word], last: int) -> Phrase | None:
    """The noun phrase that ends with a word, as far to the left as it goes."""
    if words[last].mark or words[last].low in CONJUNCTIONS:
        return None
    if words[last].low in SPEAKING_PRONOUNS:
        return Phrase(last, last)
    if not _nominal(words[last]) and words[last].low not in DETERMINERS:
        return None
    if words[last].calendar:
        return None
    at = last
    while at > 0 and last - at < _LONGEST:
        left = words[at - 1]
        if words[at].low in DETERMINERS and left.low not in _INSIDE:
            break
        if left.low in _INSIDE and at >= 2 and _nominal(words[at - 2]):
            at -= 2
            continue
        if left.form in ("&",):
            at -= 2
            continue
        if left.low in DETERMINERS:
            at -= 1
            continue
        if not _nominal(left) or (not left.capital and words[at].low in DETERMINERS):
            break
        at -= 1
    at = max(at, 0)
    if words[at].low.endswith("ing") and not words[at].capital and at:
        return None
    return Phrase(at, last)


def _nominal(word: Word) -> bool:
    return not (
        word.mark
        or word.low in PREPOSITIONS
        or word.low in CONJUNCTIONS
        or word.low in AUXILIARIES
        or word.low in ADVERBS
        or word.low in SPEAKING_PRONOUNS
        or word.low in _NO_HEAD
        or (word.low in CUES and not word.low.endswith("ing"))
        or word.low in DETERMINERS
        or (word.low.endswith("ly") and not word.capital)
    )
