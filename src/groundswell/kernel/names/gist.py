"""What a story's words are: the terms that its posts say more than others do.

A term *tells* as much as it makes the story's posts unlike the board's: the posts that say it times
the logarithm of how much more often they say it than the board does, its part of the
Kullback-Leibler divergence. The bursts that made the story and the company that they keep are
weighed alike, and what tells little beside the best is left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.detection.detect import NAMED, general_use, rarest
from groundswell.kernel.memory import stories
from groundswell.kernel.memory.state import Floats, State
from groundswell.kernel.names import company
from groundswell.kernel.names.choosing import Telling
from groundswell.kernel.names.naming import written
from groundswell.kernel.names.tidying import tidy
from groundswell.kernel.rules import Rules
from groundswell.kernel.usual.usage import Lexicon

Ints = NDArray[np.int64]


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
    return tidy(rules, book, found)


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
    plain |= book.of_software(parts[:, 1])  # "crap RT"
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
