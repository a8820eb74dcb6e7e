"""Peers' scores → boards: merged and carried on by the kernel's own rules.

The 100 best terms of a slice are merged by `grouping.group` and `unite`; topics are ranked by their
best score; identity over slices is `identity.match`. What our method does beyond that
(it leaves out terms that tell little, and on a stream with one subject it ties moments and tells a
running story) is part of what is compared, for it needs what is expected, which a peer does not
say. A topic of a peer has all of its terms, and the most used one as its title. A peer's gate does
not keep a topic off its board, where recall is measured; it decides what is told as started: a
topic past the gate that stands among the first ten.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from groundswell.evaluate.corpus import Corpus, Slice
from groundswell.evaluate.peers.door import Ints, Peer, Ranked
from groundswell.evaluate.scores import RANKS
from groundswell.kernel.memory import stories
from groundswell.kernel.names.choosing import LONGER
from groundswell.kernel.pipeline import Rules
from groundswell.kernel.telling import grouping, identity
from groundswell.kernel.text.kinds import TAG, WORD
from groundswell.model import Board, Story, StoryEvent

TERMS: Final = 100
"""Best terms of a slice that are merged into topics."""
TOLD: Final = 10
"""Places on which a topic is told as started."""


@dataclass(slots=True)
class _State:
    """What goes on from slice to slice."""

    living: list[stories.Living] = field(default_factory=list)
    since: dict[int, int] = field(default_factory=dict)
    """By term, the slice from which on it has been among the best."""
    told: dict[str, Story] = field(default_factory=dict)
    """Stories that were told as started and live."""


def boards(corpus: Corpus, peer: Peer, rules: Rules) -> Iterator[Board]:
    """The peer's board of every slice of the corpus."""
    state = _State()
    for now in corpus.slices():
        best = _best(corpus, peer.rank(now))
        yield _board(corpus, peer, rules, state, now, best)


def _best(corpus: Corpus, ranked: Ranked) -> Ranked:
    """The best terms, best first; equal scores by key, so that nothing depends on order."""
    order = np.lexsort((corpus.keys[ranked.terms], -ranked.scores))[:TERMS]
    return Ranked(ranked.terms[order], ranked.scores[order])


def _board(
    corpus: Corpus, peer: Peer, rules: Rules, state: _State, now: Slice, best: Ranked
) -> Board:
    bursts = _bursts(corpus, rules, state, now, best)
    groups = grouping.group(
        bursts, jaccard=rules.jaccard, containment=rules.containment, most=rules.most_terms,
        held=int(np.diff(corpus.span(now.number, rules.depth))[0]),
    )  # fmt: skip
    groups = grouping.unite(bursts, groups)[: RANKS[-1]]
    groups = [members[: rules.most_terms] for members in groups]
    posts = [np.unique(np.concatenate([bursts[i].posts for i in members])) for members in groups]
    goes_on, _ = identity.match(posts, state.living)
    shown, events, at = [], [], (now.number + 1) * rules.slice_us
    for g, members in enumerate(groups):
        chosen = [bursts[i] for i in members]
        living = state.living[goes_on[g]] if g in goes_on else _begin(state, rules, chosen)
        living.posts, living.warm = posts[g], now.number
        story = _story(living, g + 1, chosen, rules)
        shown.append((story, living))
        if story.id not in state.told and g < TOLD and chosen[0].z >= peer.gate:
            events.append(StoryEvent("story.started", at, story))
            state.told[story.id] = story
    events += _end(state, rules, now, at, [living for _, living in shown])
    return Board(
        board="all", at=at, learning=False, learned=(rules.learning, rules.learning), posts=0,
        authors=int(now.volume), stories=tuple(story for story, _ in shown), events=tuple(events),
    )  # fmt: skip


def _bursts(
    corpus: Corpus, rules: Rules, state: _State, now: Slice, best: Ranked
) -> list[stories.Burst]:
    """The best terms with their posts of the window that the kernel looks at too."""
    begin, end = corpus.span(now.number, rules.depth)
    lists = corpus.postings(best.terms, begin, end)
    terms = best.terms.tolist()
    state.since = {term: state.since.get(term, now.number) for term in terms}
    return [
        _burst(corpus, term, score, posts, state.since[term], now)
        for term, score, posts in zip(terms, best.scores.tolist(), lists, strict=True)
        if posts.size
    ]


def _burst(
    corpus: Corpus, term: int, score: float, posts: Ints, since: int, now: Slice
) -> stories.Burst:
    named = corpus.named(term)
    return stories.Burst(
        key=int(corpus.keys[term]), parts=named.parts, kind=named.kind, posts=posts, z=score,
        window=1, span=1, authors=float(posts.size), expected=0.0, chance=0.0, board=1.0,
        excess=score, strength=0.0, started=since, known=True, peak=now.number, open=True,
        plain=False, familiar=False, told=False, habit=False, places=posts[:0], label=named.label,
    )  # fmt: skip


def _begin(state: _State, rules: Rules, chosen: list[stories.Burst]) -> stories.Living:
    started = min(burst.started for burst in chosen)
    taken = {story.id for story in state.living}
    key = chosen[0].key
    while (name := identity.story_id(key, started * rules.slice_us)) in taken:
        key += 1
    living = stories.Living(
        id=name, started=started, title="", title_weight=0.0, terms=(), posts=chosen[0].posts,
        counted_to=0, warm=started,
    )  # fmt: skip
    state.living.append(living)
    return living


def _story(living: stories.Living, rank: int, chosen: list[stories.Burst], rules: Rules) -> Story:
    living.title = _title(chosen)
    return Story(
        id=living.id, rank=rank, title=living.title, terms=_labels(chosen),
        started_at=living.started * rules.slice_us, status="steady", posts=living.posts.size,
        authors=living.posts.size, expected=0.0, excess=chosen[0].excess, lift=0.0,
        z=chosen[0].z, window_us=rules.slice_us,
    )  # fmt: skip


def _title(chosen: list[stories.Burst]) -> str:
    """The name of the most used term, longer phrases first."""
    named = [burst for burst in chosen if burst.kind in {WORD, TAG}] or chosen
    weights = {b.label: b.posts.size * (1 + LONGER * (len(b.parts) - 1)) for b in named}
    return min(weights, key=lambda label: (-weights[label], label))


def _labels(chosen: list[stories.Burst]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(burst.label for burst in chosen))


def _end(
    state: _State, rules: Rules, now: Slice, at: int, shown: list[stories.Living]
) -> list[StoryEvent]:
    """Drops what has not been on a board for as long as the kernel keeps quiet stories."""
    gone = [living for living in state.living if now.number - living.warm > rules.end_after]
    names = {living.id for living in gone} - {living.id for living in shown}
    state.living = [living for living in state.living if living.id not in names]
    ended = [state.told.pop(living.id) for living in gone if living.id in state.told]
    return [StoryEvent("story.ended", at, story) for story in ended]
