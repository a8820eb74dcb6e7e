"""From terms to bursts: candidates → posting lists → expected → gate and rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.detection import bursts
from groundswell.kernel.memory import stories
from groundswell.kernel.memory.state import Floats, State
from groundswell.kernel.posts import postings
from groundswell.kernel.rules import Rules
from groundswell.kernel.terms.counting import MISSED, Found
from groundswell.kernel.usual import baseline, rhythm, season, usage

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]

NAMED = 64
"""Newest occurrences of a term that its name is taken from."""


HEARD = 0.5
"""z from which on a name is told on a board with one subject."""


@dataclass(frozen=True, slots=True)
class Measured:
    """All that is known of several terms at the close of a slice; shapes (terms, …)."""

    found: Found
    lists: postings.Postings
    parts: Hashes
    """Hashes of each term's words in order, shape (terms, GRAMS); 0 beyond them."""
    kinds: NDArray[np.uint8]
    people: bursts.Profiles
    general: Floats
    plain: NDArray[np.bool_]
    """Whether all of its words are function words of some language."""
    familiar: NDArray[np.bool_]
    """Whether all of its words are well known in some language."""
    frequent: NDArray[np.bool_]
    """Whether all of its words are among the most used of some language."""
    habits: season.Habits
    lifts: Floats
    """Times that others of a term's language are busier, shape (terms, windows)."""
    usual: baseline.Usual
    scores: bursts.Scores


def detect(state: State, rules: Rules, volumes: Floats, book: usage.Lexicon) -> list[stories.Burst]:
    """Terms past the gate, and those of living stories, strongest first."""
    tracks = np.append(state.tracks, state.counts.authors).astype(np.float32)
    new = state.counts.candidates(
        tracks, min_authors=0.6 * rules.few_authors, z=0.7 * rules.least_gate,
        share=rules.kappa_share, prior=rules.prior,
    )  # fmt: skip
    told = [np.array(story.terms, np.uint64) for story in state.living]
    seen = measure(state, rules, volumes, book, np.concatenate([new.keys, *told]))
    if seen is None:
        return []
    found, scores = seen.found, seen.scores
    season.follow(state.week, found.keys[scores.unseasoned >= rules.gate])
    strong = scores.authors >= rules.everyday_lift * scores.expected
    everyday = ~(rare(state, rules, seen) | strong) | seen.plain
    habit = (scores.unseasoned >= rules.gate) & (scores.z < rules.gate)
    opens = (scores.open | habit) & ~everyday
    old = (scores.z >= rules.gate / 2) & np.isin(found.keys, np.concatenate([[], *told]))
    chosen = np.flatnonzero(scores.open | old | habit)
    order = chosen[np.lexsort((found.keys[chosen], -scores.excess[chosen]))]
    usual = np.maximum(seen.usual.past[:, 0], seen.usual.season[:, 0])
    rate = (usual + rules.onset_chance * seen.usual.allowed[0]) / max(volumes[0], 1.0)
    ago = bursts.onset(seen.people.per_slice, rate, volumes)
    return [
        _burst(
            state, rules, seen, i, int(ago[i]), opens=bool(opens[i]), told=bool(old[i]),
            habit=bool(habit[i]), everyday=bool(everyday[i]),
        )
        for i in order[: rules.most_bursts].tolist()
    ]  # fmt: skip


def follow(
    state: State, rules: Rules, volumes: Floats, book: usage.Lexicon, keys: Hashes
) -> list[stories.Burst]:
    """These terms as they stand now, above usual or not; those that nobody holds are left out."""
    seen = measure(state, rules, volumes, book, keys)
    if seen is None:
        return []
    return [
        _burst(state, rules, seen, i, 0, opens=False, told=True, habit=False)
        for i in range(seen.found.keys.size)
    ]


def heard(state: State, rules: Rules, volumes: Floats, book: usage.Lexicon) -> list[stories.Burst]:
    """Terms that more people say now than usual, whether or not it may be chance, surest first."""
    tracks = np.append(state.tracks, state.counts.authors).astype(np.float32)
    new = state.counts.candidates(
        tracks, min_authors=rules.few_authors, z=HEARD, share=0.0, prior=rules.prior
    )
    seen = measure(state, rules, volumes, book, new.keys)
    if seen is None:
        return []
    scores = seen.scores
    enough = (scores.authors >= rules.few_authors) & (scores.z >= HEARD)
    chosen = np.flatnonzero(enough & ~seen.plain)
    order = chosen[np.lexsort((seen.found.keys[chosen], -scores.z[chosen]))]
    return [
        _burst(state, rules, seen, i, 0, opens=False, told=False, habit=False)
        for i in order[: rules.most_bursts].tolist()
    ]


def measure(
    state: State, rules: Rules, volumes: Floats, book: usage.Lexicon, keys: Hashes
) -> Measured | None:
    """Everything about some terms, from the ring's posts; None when none of them is held."""
    found = state.counts.find(keys)
    since = state.counts.slice - rules.depth + 1
    lists = postings.find(state.ring, found.last, found.words, since)
    has = np.diff(lists.bounds) > 0
    if not has.any():
        return None
    if not has.all():
        found = Found(found.keys[has], found.words[has], found.last[has], found.history[has])
        bounds = np.concatenate(([0], lists.bounds[1:][has]))  # the others have no posts
        lists = postings.Postings(bounds, lists.posts, lists.tokens)
    held = lists.posts % state.ring.posts
    ages = state.counts.slice - state.ring.slices[held].astype(np.int64)
    people = bursts.profile(lists.bounds, state.ring.authors[held], ages, rules.depth)
    parts, kinds = _parts(state, found, lists)
    known = book.frequencies(parts)
    general = general_use(state, known, found.words)
    least = rarest(known, found.words)
    plain, familiar = least >= rules.function_word, least >= rules.familiar_word
    frequent = least >= rules.frequent_word
    habits = season.habits(state.week, found.keys)
    missed = np.where(found.words > 1, MISSED, 0.0)
    history = found.history.astype(np.float64) + missed
    lifts = rhythm.lifts(
        state.rhythm, rhythm.languages_of(lists.bounds, state.ring.spoken[held]), history,
        people.per_slice, volumes, float(state.tracks[0]), rules.windows,
        decay=float(state.decays[0]), prior=rules.prior,
    )  # fmt: skip
    usual = baseline.usual(
        history, people.per_slice, general, habits.share, lifts, volumes,
        float(state.tracks[0]), rules.windows,
        decay=float(state.decays[0]), prior=rules.prior, kappa=rules.kappa,
        kappa_share=rules.kappa_share, least_past=rules.least_past,
    )  # fmt: skip
    scores = bursts.score(
        people.within, usual, habits.dispersion, volumes, rules.windows, rules.rank_window,
        gate_of(rules),
    )  # fmt: skip
    return Measured(
        found, lists, parts, kinds, people, general, plain, familiar, frequent, habits, lifts,
        usual, scores,
    )  # fmt: skip


def gate_of(rules: Rules) -> bursts.Gate:
    """The gate that the rules ask for."""
    return bursts.Gate(
        rules.gate, rules.least_gate, rules.min_authors, rules.few_authors, rules.min_lift
    )


def _parts(
    state: State, found: Found, lists: postings.Postings
) -> tuple[Hashes, NDArray[np.uint8]]:
    """Hashes of each term's words in order, and the kind of its last token."""
    size = state.ring.tokens
    end = lists.tokens[lists.bounds[:-1]]
    words = found.words.astype(np.int64)
    parts = np.zeros((end.size, int(words.max(initial=1))), np.uint64)
    for g in range(parts.shape[1]):
        inside = g < words
        parts[inside, g] = state.ring.hashes[(end - words + 1 + g)[inside] % size]
    return parts, state.ring.kinds[end % size]


def general_use(state: State, known: Floats, words: NDArray[np.uint32] | Ints) -> Floats:
    """Share of people who use each term in general, in the board's own languages.

    Args:
        state: the kernel's.
        known: frequencies of the words of each term, shape (terms, most words, languages).
        words: words a term, shape (terms,).
    """
    if known.shape[2] == 0:
        return np.zeros(words.size)
    tokens = state.ring.n_tokens / max(state.ring.n_posts, 1)
    return usage.shares(known @ state.languages, words.astype(np.int64), tokens)


def rarest(known: Floats, words: NDArray[np.uint32] | Ints) -> Floats:
    """How frequent the rarest word of each term is, in the language that uses it most.

    What is made of function words is no subject of a story: where people of one language wake up,
    its little words rise. What is made of well-known words goes with the time of day. Shapes are
    those of `general_use`.
    """
    most = known.max(axis=2, initial=0.0)
    beyond = np.arange(known.shape[1])[None, :] >= words[:, None]
    return np.asarray(np.where(beyond, np.inf, most).min(axis=1))


def rare(state: State, rules: Rules, seen: Measured) -> NDArray[np.bool_]:
    """Whether a term is surely no everyday word of this board or in general."""
    people = float(state.tracks[0])
    surely = seen.found.history - 2 * np.sqrt(seen.found.history)  # two standard errors below
    weight = rules.prior / (people + rules.prior)
    share = (1 - weight) * surely / max(people, 1.0) + weight * seen.general
    return np.asarray(share < rules.everyday)


def _burst(  # noqa: PLR0913 -- one row of several tables
    state: State,
    rules: Rules,
    seen: Measured,
    i: int,
    ago: int,
    *,
    opens: bool,
    told: bool,
    habit: bool,
    everyday: bool = False,
) -> stories.Burst:
    now, scores, lists = state.counts.slice, seen.scores, seen.lists
    key = int(seen.found.keys[i])
    return stories.Burst(
        key=key,
        parts=tuple(seen.parts[i, : seen.found.words[i]].tolist()),
        kind=int(seen.kinds[i]),
        places=lists.places(i)[:NAMED],
        posts=lists.of(i)[::-1],
        z=float(scores.z[i]),
        window=int(scores.window[i]),
        span=scores.span,
        authors=float(scores.authors[i]),
        expected=float(scores.expected[i]),
        chance=scores.chance,
        board=scores.board,
        excess=float(scores.excess[i]),
        strength=float(scores.strength[i]),
        started=now - ago,
        known=state.slices - ago >= rules.learning_slices,
        peak=now - int(seen.people.per_slice[i].argmax()),
        open=opens,
        plain=bool(seen.plain[i]),
        familiar=bool(seen.familiar[i]),
        told=told,
        habit=habit,
        everyday=everyday,
        frequent=bool(seen.frequent[i]),
        home=state.homes.get(key, ""),
    )
