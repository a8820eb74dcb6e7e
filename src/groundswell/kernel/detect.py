"""From terms to bursts: candidates → posting lists → expected → gate and rank."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel import baseline, bursts, counts, ring, stories
from groundswell.kernel.state import Floats, Rules, State

Ints = NDArray[np.int64]

NAMED = 64
"""Newest occurrences of a term that its name is taken from."""


def detect(state: State, rules: Rules, volumes: Floats) -> list[stories.Burst]:
    """Terms past the gate, and those of living stories, strongest first."""
    tracks = np.append(state.tracks, state.counts.authors).astype(np.float32)
    new = counts.candidates(
        state.counts, tracks, min_authors=0.6 * rules.min_authors, z=0.7 * rules.gate,
        share=rules.kappa_share,
    )  # fmt: skip
    told = [np.array(story.terms, np.uint64) for story in state.living]
    found = counts.find(state.counts, np.concatenate([new.keys, *told]))
    if not found.keys.size:
        return []
    since = state.counts.slice - rules.depth + 1
    lists = ring.postings(state.ring, found.last, found.words, since)
    held = lists.posts % state.ring.posts
    ages = state.counts.slice - state.ring.slices[held].astype(np.int64)
    people = bursts.profile(lists.bounds, state.ring.authors[held], ages, rules.depth)
    missed = np.where(found.words > 1, counts.MISSED, 0.0)
    history = found.history.astype(np.float64) + missed
    usual = baseline.usual(
        history, people.per_slice, volumes, float(state.tracks[0]), rules.windows,
        decay=float(state.decays[0]), kappa=rules.kappa, kappa_share=rules.kappa_share,
        least_past=rules.least_past,
    )  # fmt: skip
    scores = bursts.score(
        people.within, usual.expected, usual.known, rules.windows,
        rank_window=rules.rank_window, gate=rules.gate,
        min_authors=rules.min_authors, min_lift=rules.min_lift,
    )  # fmt: skip
    strong = scores.authors >= rules.everyday_lift * scores.expected
    surely = found.history - 2 * np.sqrt(found.history)  # two standard errors below what was seen
    rare = surely < rules.everyday * state.tracks[0]
    opens = scores.open & (rare | strong)
    old = (scores.z >= rules.gate / 2) & _told(found.keys, told)
    chosen = np.flatnonzero(scores.open | old)
    order = chosen[np.lexsort((found.keys[chosen], -scores.excess[chosen]))]
    rate = usual.expected[:, 0] / max(volumes[0], 1.0)
    ago = bursts.onset(people.per_slice, rate, volumes)
    return [
        _burst(
            state,
            int(i),
            found,
            lists,
            people,
            scores,
            int(ago[i]),
            opens=bool(opens[i]),
            told=bool(old[i]),
        )
        for i in order[: rules.most_bursts].tolist()
    ]


def _burst(  # noqa: PLR0913 -- one row of several tables
    state: State,
    i: int,
    found: counts.Found,
    lists: ring.Postings,
    people: bursts.Profiles,
    scores: bursts.Scores,
    ago: int,
    *,
    opens: bool,
    told: bool,
) -> stories.Burst:
    words = int(found.words[i])
    places = lists.places(i)
    end = int(places[0])
    size = state.ring.tokens
    parts = tuple(int(state.ring.hashes[(end - g) % size]) for g in reversed(range(words)))
    now = state.counts.slice
    return stories.Burst(
        key=int(found.keys[i]),
        parts=parts,
        kind=int(state.ring.kinds[end % size]),
        places=places[:NAMED],
        posts=lists.of(i)[::-1],
        z=float(scores.z[i]),
        window=int(scores.window[i]),
        authors=float(scores.authors[i]),
        expected=float(scores.expected[i]),
        excess=float(scores.excess[i]),
        started=now - ago,
        peak=now - int(people.per_slice[i].argmax()),
        open=opens,
        told=told,
    )


def _told(keys: NDArray[np.uint64], told: list[NDArray[np.uint64]]) -> NDArray[np.bool_]:
    return np.isin(keys, np.concatenate(told)) if told else np.zeros(keys.size, np.bool_)
