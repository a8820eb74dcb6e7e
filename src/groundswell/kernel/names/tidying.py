"""Terms without those that say again what others do, or only a part of it."""

from __future__ import annotations

from itertools import compress

import numpy as np

from groundswell.kernel.names import alike
from groundswell.kernel.names.choosing import Telling
from groundswell.kernel.rules import Rules
from groundswell.kernel.text.tokens import words_of
from groundswell.kernel.usual.usage import Lexicon

WITHIN = 0.8
"""Share of the posts that say a word from which on a phrase around it says it all."""
AGAIN = 0.5
"""The same for the terms of a moment, which has room for little."""
PAIR = 2
"""Words of a phrase that may be a term and its article."""
LONG, MOSTLY = 3, 0.6
"""A phrase of so many words says nothing more when this share of them stands in another one."""


def tidy(rules: Rules, book: Lexicon, telling: list[Telling]) -> list[Telling]:
    """What a story says, each thing once and whole; never empty where it was not."""
    once = _without_articles(rules, book, _not_cut_again(_whole(_once(telling))))
    return _finished(rules, book, once)


def briefly(telling: list[Telling], most: int) -> list[Telling]:
    """Terms of which none says what another one does: what a moment is told by, `most` at most.

    Bursts that were given one name are one term; and of a phrase and a part of it that is said no
    more than twice as often, the part says nothing more.

    >>> one, few = frozenset({1}), frozenset({2})
    >>> whole = Telling("Giroud benched", 9.0, 6, one, False, False)
    >>> part = Telling("benched", 8.0, 7, few, False, True)
    >>> [term.label for term in briefly([part, whole, whole], 8)]
    ['Giroud benched']
    """
    once = _once(telling)
    words = [frozenset(term.label.casefold().split()) for term in once]
    return [
        term
        for term, own in zip(once, words, strict=True)
        if not any(
            own < others and other.posts >= AGAIN * term.posts
            for other, others in zip(once, words, strict=True)
        )
    ][:most]


def _once(telling: list[Telling]) -> list[Telling]:
    """The first term of each name, in whatever way it is spelled."""
    by_label = {term.label: term for term in reversed(telling)}
    return [by_label[label] for label in alike.once(term.label for term in telling)]


def _whole(telling: list[Telling]) -> list[Telling]:
    """The terms without parts of phrases that are hardly ever said without the rest.

    A long phrase is named by more words than burst: those of its name count too.
    """
    words = [frozenset(term.label.casefold().split()) for term in telling]
    return [
        term
        for term, own in zip(telling, words, strict=True)
        if not any(
            (term.parts < other.parts or (own < others and len(others) > LONG))
            and other.posts >= WITHIN * term.posts
            for other, others in zip(telling, words, strict=True)
        )
    ]


def _without_articles(rules: Rules, book: Lexicon, telling: list[Telling]) -> list[Telling]:
    """The terms without a function word and a term that stands beside it: "the ref", "a foul"."""
    alone = {term.parts for term in telling if len(term.parts) == 1}
    return [
        term
        for term in telling
        if len(term.parts) != PAIR
        or len(term.label.split()) != PAIR
        or _telling_parts(rules, book, term) not in alone
    ]


def _telling_parts(rules: Rules, book: Lexicon, term: Telling) -> frozenset[int]:
    """The words of a term that are no function words."""
    parts = sorted(term.parts)
    most = book.frequencies(np.array(parts, np.uint64)).max(axis=1, initial=0.0)
    return frozenset(compress(parts, most < rules.function_word))


def _finished(rules: Rules, book: Lexicon, telling: list[Telling]) -> list[Telling]:
    """The terms without those that say a part of something, where there are others.

    Those are phrases that end in a function word ("killed by"), and letters that do not stand
    alone: of "R.I.P." and "F.B.I.", while X is a name.
    """
    letters = {t.label for t in telling if len(t.label) == 1 and t.label.lower() != t.label.upper()}
    apart = letters if len(letters) > 1 else set()
    open_ended = _go_on(rules, book, [term.label for term in telling])
    return [
        term
        for term, goes_on in zip(telling, open_ended, strict=True)
        if not goes_on and term.label not in apart
    ] or telling


def goes_on(rules: Rules, book: Lexicon, label: str) -> bool:
    """Whether a label is the beginning of something: its last word is a function word.

    One with a capital belongs to a name ("The Who").
    """
    return _go_on(rules, book, [label])[0]


def _go_on(rules: Rules, book: Lexicon, labels: list[str]) -> list[bool]:
    words = [words_of(label) if _is_phrase(label) else () for label in labels]
    keys = np.array([own[-1] if own else 0 for own in words], np.uint64)
    found: list[bool] = (
        book.frequencies(keys).max(axis=1, initial=0.0) >= rules.function_word
    ).tolist()
    return found


def _is_phrase(label: str) -> bool:
    """Whether a label has several words, of which the last one is not written as a name."""
    first, _, last = label.rpartition(" ")
    return bool(first) and not last[:1].isupper()


def _not_cut_again(telling: list[Telling]) -> list[Telling]:
    """The terms without long phrases of which most stands in one before them.

    A headline that many copy is a burst wherever it is cut.

    >>> cut = ["Plant Explosion Shows Up on", "Explosion Shows Up on Google", "Google"]
    >>> told = [Telling(label, 9.0, 5, frozenset(), False, False) for label in cut]
    >>> [term.label for term in _not_cut_again(told)]
    ['Plant Explosion Shows Up on', 'Google']
    """
    kept: list[Telling] = []
    before: list[frozenset[str]] = []
    for term in telling:
        words = frozenset(term.label.casefold().split())
        again = any(len(words & others) >= MOSTLY * len(words) for others in before)
        if len(words) < LONG or not again:
            kept.append(term)
            before.append(words)
    return kept
