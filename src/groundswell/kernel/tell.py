"""From bursts to stories: groups, identities carried on, what begins, goes on and ends."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel import standing, stories, usage
from groundswell.kernel.naming import forget_names, name_all
from groundswell.kernel.state import Rules, State
from groundswell.kernel.write import write
from groundswell.model import MICROSECONDS, Story, StoryEvent

Ints = NDArray[np.int64]

HOUR_US = 3_600 * MICROSECONDS
REVIVED = 0.5
"""A told story whose leading term is back at this share of its peak is a new one."""


@dataclass(frozen=True, slots=True)
class _Told:
    weight: float
    story: Story
    living: stories.Living


def tell(
    state: State,
    rules: Rules,
    found: list[stories.Burst],
    events: list[StoryEvent],
    book: usage.Lexicon,
) -> list[Story]:
    """Groups bursts, carries identities on, and writes the stories, ranked."""
    groups = stories.group(
        found, jaccard=rules.jaccard, containment=rules.containment, most=rules.most_terms,
        held=_held(state, rules),
    )  # fmt: skip
    posts = [_posts([found[i] for i in g]) for g in groups]
    goes_on, split = stories.match(posts, state.living)
    merged = stories.absorbed(posts, goes_on, state.living)
    bar = bar_now(state, rules)
    told: list[_Told] = []
    asleep: list[stories.Living] = []
    for g, members in enumerate(groups):
        chosen = [found[i] for i in members]
        living = state.living[goes_on[g]] if g in goes_on else None
        if living and living.ended:
            if max(burst.authors for burst in chosen) < REVIVED * living.peak:
                asleep.append(living)
                continue
            living = None
        if living is None:
            if not any(burst.open for burst in chosen):
                continue
            living = _begin(state, rules, chosen, posts[g], told)
            living.parent = state.living[split[g]].id if g in split else ""
        name_all(state, chosen)
        told.append(_Told(*write(state, rules, living, chosen, posts[g], bar, book), living))
    alive = {row.living.id for row in told}
    for i, living in enumerate(state.living):
        if living.id not in alive and i not in merged and not living.ended:
            told.append(_Told(*write(state, rules, living, [], living.posts, bar, book), living))
    return _rank(state, rules, told, asleep, [state.living[i] for i in merged], events, book)


def _posts(members: list[stories.Burst]) -> Ints:
    """Posts of a story: of the bursts that may begin one; what only joins brings none of its own.

    A story goes on by its seed when none of its bursts is that strong any more.
    """
    own = [burst.posts for burst in members if burst.open] or [members[0].posts]
    return np.unique(np.concatenate(own))


def _rank(
    state: State,
    rules: Rules,
    told: list[_Told],
    asleep: list[stories.Living],
    merged: list[stories.Living],
    events: list[StoryEvent],
    book: usage.Lexicon,
) -> list[Story]:
    """Ranks what goes on, and says what began, was merged and ended."""
    at = (state.slice + 1) * rules.slice_us
    told.sort(key=lambda row: (-row.weight, row.story.started_at, row.living.id))
    going = [row for row in told if not row.living.ended]
    ranked = [replace(row.story, rank=i + 1) for i, row in enumerate(going)]
    for row, story in zip(going, ranked, strict=True):
        if row.living.confirmed and not row.living.announced:
            row.living.announced = True
            kind = "story.split" if row.living.parent else "story.started"
            events.append(StoryEvent(kind, at, story))  # type: ignore[arg-type]
    for living in merged:
        if living.announced and not living.ended:
            story = write(state, rules, living, [], living.posts, 0.0, book)[1]
            events.append(StoryEvent("story.merged", at, story))
    over = [row for row in told if row.living.ended]
    for row in over:
        if row.living.announced:
            events.append(StoryEvent("story.ended", at, row.story))
    for living in [*merged, *(row.living for row in over)]:
        if not living.doubted:
            state.stirred.append((state.slices, living.strength))
    forget_names(state, {key for row in told for key in row.living.terms})
    state.living = [*(row.living for row in told), *asleep]
    return ranked


def bar_now(state: State, rules: Rules) -> float:
    """The strength that starts a story on this board now."""
    since = state.slices - rules.remembered
    state.stirred = [(when, strength) for when, strength in state.stirred if when >= since]
    strengths = [strength for _, strength in state.stirred]
    strengths += [s.strength for s in state.living if not s.ended and not s.doubted]
    hours = min(state.slices, rules.remembered) * rules.slice_us / HOUR_US
    return standing.bar(
        strengths, hours, calm=rules.calm_bar, restless=rules.restless_bar, starts=rules.starts
    )


def _held(state: State, rules: Rules) -> int:
    """How many posts of the looked-at slices the ring holds."""
    oldest = max(0, state.ring.n_posts - state.ring.posts)
    places = np.arange(oldest, state.ring.n_posts) % state.ring.posts
    since = state.counts.slice - rules.depth + 1
    return int((state.ring.slices[places] >= since).sum())


def _begin(
    state: State, rules: Rules, members: list[stories.Burst], posts: Ints, told: list[_Told]
) -> stories.Living:
    opened = [burst for burst in members if burst.open]
    started = min(burst.started for burst in opened)
    held = posts[posts >= state.ring.n_posts - state.ring.posts]
    since = held[state.ring.slices[held % state.ring.posts] >= started]
    number = state.slice - (state.counts.slice - started)
    taken = {s.id for s in state.living} | {row.living.id for row in told}
    key = members[0].key
    while (name := stories.story_id(key, number * rules.slice_us)) in taken:
        key += 1  # the same word may begin again what another story of it began
    return stories.Living(
        id=name,
        started=started,
        title="",
        title_weight=0.0,
        terms=(),
        posts=posts,
        counted_to=int(since[0]) if since.size else state.ring.n_posts,
        warm=state.counts.slice,
    )
