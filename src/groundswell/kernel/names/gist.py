"""What a story's words are: the terms that carry it now, and the name that a person would choose.

A term *tells* as much as it makes the story's posts unlike the board's: the posts that say it times
the logarithm of how much more often they say it than the board does, its part of the
Kullback-Leibler divergence. The bursts that made the story and the company that they keep are
weighed alike, and what tells little beside the best is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.detection.detect import NAMED, general_use, rarest
from groundswell.kernel.memory import stories
from groundswell.kernel.memory.state import Floats, State
from groundswell.kernel.names import alike, company
from groundswell.kernel.names.naming import ordinary, written
from groundswell.kernel.rules import Rules
from groundswell.kernel.usual.usage import Lexicon

Ints = NDArray[np.int64]

WITHIN = 0.8
"""Share of the posts that say a word from which on a phrase around it says it all."""
AGAIN = 0.5
"""The same for the terms of a moment, which has room for little."""
PAIR = 2
"""Words of a phrase that may be a term and its article."""
LONG, MOSTLY = 3, 0.6
"""A phrase of so many words says nothing more when this share of them stands in another one."""
LONGER = 0.4
"""How much more each further word of a phrase speaks for it as a name."""
SCORE = re.compile(r"\d{1,3}[-–:]\d{1,3}")


@dataclass(frozen=True, slots=True)
class Telling:
    """A term of a story."""

    label: str
    weight: float
    """How much it tells, in nats."""
    posts: int
    """How many of the story's posts say it."""
    parts: frozenset[int]
    """Hashes of its words."""
    common: bool
    """Whether it begins and ends with everyday words."""
    familiar: bool
    """Whether all of its words are well known."""

    @property
    def ordinary(self) -> bool:
        """Whether it is well known and not written as a name, in a script that has capitals."""
        return ordinary(self.label, familiar=self.familiar)

    @property
    def key(self) -> int:
        """The same for the same words, however they are written."""
        return sum(self.parts) % (1 << 64)


def gist(
    state: State,
    rules: Rules,
    members: list[stories.Burst],
    recent: Ints,
    book: Lexicon,
) -> list[Telling]:
    """All that a story's posts say more than others', what tells most first.

    `members` are its bursts, the strongest first, and `recent` the positions of its posts in the
    ranking window. Never empty.
    """
    found = _own([b for b in members if not b.plain] or members, recent)
    found += _company(state, rules, members, recent, book)
    found.sort(key=lambda term: (-term.weight, term.label))
    found = _without_articles(rules, book, _not_cut_again(_whole(_once(found))))
    return _finished(rules, book, found)


def carrying(
    telling: list[Telling],
    share: float,
    most: int,
    *,
    ordinary: float = 1.0,
    stays: float = 1.0,
    before: frozenset[int] = frozenset(),
) -> list[Telling]:
    """The terms that carry a story: those that tell at least `share` of what the best one does.

    Ordinary words must tell `ordinary` times that: beside the names of a story they hardly ever
    say what it is. Of those that carried it `before`, given by their keys, `stays` of it is enough:
    or else words would come and go from slice to slice.
    """
    least = share * telling[0].weight if telling else 0.0

    def carries(term: Telling) -> bool:
        asked = least * (ordinary if term.ordinary else 1.0)
        return term.weight >= asked * (stays if term.key in before else 1.0)

    return [term for term in telling if carries(term)][:most]


def name(telling: list[Telling], taken: Collection[str] = ()) -> tuple[str, float]:
    """The name that a person would choose, and how much speaks for it.

    Of the terms, the one that tells most, longer phrases first; one of everyday words, or without a
    letter, only where there is nothing else. A score (1-0) has a meaning of its own. What another
    story is called, `taken` in small letters, it is called only where it has no other word.

    >>> one, two = frozenset({1}), frozenset({2})
    >>> name([Telling("53", 9.0, 5, one, False, True), Telling("Zouma", 8.0, 4, two, False, False)])
    ('Zouma', 8.0)
    >>> red = Telling("red", 8.0, 4, two, False, True)
    >>> both = [Telling("Cazorla", 9.0, 5, one, False, False), red]
    >>> name(both, {"cazorla"}), name(both[:1], {"cazorla"})
    (('red', 8.0), ('Cazorla', 9.0))
    """
    free = [t for t in telling if t.label.casefold() not in taken] or telling
    named = [t for t in free if _names(t.label)] or free
    named = [t for t in named if not t.common] or named
    weights = {t.label: t.weight * (1 + LONGER * (len(t.parts) - 1)) for t in named}
    return min(weights.items(), key=lambda item: (-item[1], item[0]))


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

    Those are phrases that end in a function word ("killed by"), unless it is written as a name, and
    letters that do not stand alone: of "R.I.P." and "F.B.I.", while X is a name.
    """
    last = hash_strings([term.label.rpartition(" ")[2].casefold() for term in telling])
    most = book.frequencies(last).max(axis=1, initial=0.0)
    goes_on = [
        " " in term.label and term.label.rpartition(" ")[2][:1].islower() and bool(open_ended)
        for term, open_ended in zip(telling, most >= rules.function_word, strict=True)
    ]
    letter = [len(t.label) == 1 and t.label.lower() != t.label.upper() for t in telling]
    many = sum(letter) > 1
    kept = [not (end or (many and one)) for end, one in zip(goes_on, letter, strict=True)]
    return list(compress(telling, kept)) or telling


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


def _names(label: str) -> bool:
    return any(c.isalpha() for c in label) or SCORE.fullmatch(label) is not None


def _own(members: list[stories.Burst], recent: Ints) -> list[Telling]:
    """The bursts, by their people expected on the board."""
    said = np.array([np.intersect1d(b.posts, recent, assume_unique=True).size for b in members])
    usual = np.array([burst.expected / max(burst.board, 1.0) for burst in members])
    weights = company.telling(said, usual, recent.size).tolist()
    return [
        Telling(burst.label, weight, posts, frozenset(burst.parts), burst.common, burst.familiar)
        for burst, weight, posts in zip(members, weights, said.tolist(), strict=True)
    ]


def _company(
    state: State, rules: Rules, members: list[stories.Burst], recent: Ints, book: Lexicon
) -> list[Telling]:
    """What else its posts say far more often than others do, each word once."""
    held = state.ring
    places = recent % held.posts
    said = company.said(
        held.hashes, held.kinds, held.joins, held.first[places],
        held.count[places].astype(np.int64),
    )  # fmt: skip
    said = said.only(said.posts >= max(2, rules.company_share * recent.size))
    parts = _parts(state, said)
    known = book.frequencies(parts)
    usual, most = _usual_share(state, rules, said, known)
    least = rarest(known, said.words)
    plain = (most > rules.stop_share) | (least >= rules.function_word)
    plain |= book.of_software(parts).any(axis=1)  # "crap RT"
    here = said.posts / max(recent.size, 1)
    weights = company.telling(said.posts, usual, recent.size)
    chosen = np.flatnonzero((here >= rules.company_lift * usual) & ~plain)
    best = chosen[np.lexsort((chosen, -weights[chosen]))]
    taken = {part for burst in members for part in burst.parts}
    out: list[Telling] = []
    for i in best.tolist():
        words = int(said.words[i])
        own = frozenset(parts[i, :words].tolist())
        if len(out) == rules.company_terms:
            break
        if own & taken:
            continue
        ends = said.of(i)[-NAMED:]
        label = written(state, ends - words + 1, ends)
        if label:
            posts, familiar = int(said.posts[i]), bool(least[i] >= rules.familiar_word)
            out.append(
                Telling(label, float(weights[i]), posts, own, common=False, familiar=familiar)
            )
            taken |= own
    return out


def _parts(state: State, said: company.Said) -> NDArray[np.uint64]:
    """Hashes of the words of each term in order, 0 after them, shape (terms, 2)."""
    size = state.ring.tokens
    two = said.words == 2
    parts = np.zeros((said.keys.size, 2), np.uint64)
    parts[:, 0] = state.ring.hashes[(said.ends - two) % size]
    parts[two, 1] = state.ring.hashes[said.ends[two] % size]
    return parts


def _usual_share(
    state: State, rules: Rules, said: company.Said, known: Floats
) -> tuple[Floats, Floats]:
    """Share of people who usually say each term; and, of its words, the most used in general."""
    found = state.counts.find(said.keys)
    history = np.zeros(said.keys.size)
    history[np.searchsorted(said.keys, found.keys)] = found.history
    general = general_use(state, known, said.words)
    people = float(state.tracks[0]) + rules.prior
    one = np.ones(said.keys.size, np.int64)
    each = [general_use(state, known[:, g : g + 1], one) for g in range(2)]
    return (history + rules.prior * general + 0.5) / people, np.maximum(*each)
