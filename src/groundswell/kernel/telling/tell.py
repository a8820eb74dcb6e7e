"""From bursts to stories: groups, identities carried on, what begins, goes on and ends."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.detection.detect import follow, heard
from groundswell.kernel.detection.subject import subject
from groundswell.kernel.memory import stories
from groundswell.kernel.memory.state import State
from groundswell.kernel.mood.moods import Reader
from groundswell.kernel.names.naming import forget_names
from groundswell.kernel.rules import Rules
from groundswell.kernel.telling import echoes, identity, standing
from groundswell.kernel.telling.barred import Barred
from groundswell.kernel.telling.gathering import Group, gather
from groundswell.kernel.telling.listing import Told, beside, number, rows, sift
from groundswell.kernel.telling.named import with_names
from groundswell.kernel.telling.running import called, leading, rest, running
from groundswell.kernel.telling.write import write
from groundswell.kernel.usual import usage
from groundswell.kernel.voices.express import express
from groundswell.kernel.withdrawal import stands
from groundswell.model import Story, StoryEvent
from groundswell.times import HOUR_US

Ints = NDArray[np.int64]

NOTHING = Barred()
"""Nothing is blocked."""


def tell(  # noqa: PLR0913 -- a state, and all that it is told by
    state: State,
    rules: Rules,
    found: list[stories.Burst],
    events: list[StoryEvent],
    volumes: NDArray[np.float64],
    book: usage.Lexicon,
    reader: Reader | None = None,
    barred: Barred = NOTHING,
) -> list[Story]:
    """Groups bursts, carries identities on, and writes the stories, ranked, with their moods."""
    about = subject(state, rules, book)
    focused = about.focus >= rules.focused
    groups = gather(state, rules, found, barred, book, focused=focused)
    told, asleep, joined = _carry_on(state, rules, groups, book)
    shown, small = sift(state, rules, told, focused=focused)
    if focused:
        words = follow(state, rules, volumes, book, about.keys)
        titles = {one.row.story.title.casefold() for one in shown}
        moments = [one.row for one in small]
        story = running(state, rules, about, words, moments, book, titles, barred.says)
        others = barred.allowed(heard(state, rules, volumes, book))
        known = set(about.keys.tolist()) | _words(found, told)
        story = with_names(state, rules, story, others, known, book, barred.says)
        listed = beside(state, rules, shown, story, leading(words))
    else:
        listed = rows(shown)
        rest(state)
    ranked = express(state, rules, reader, number(listed))
    _announce(state, rules, told, joined, ranked, events, book)
    _remember(state, rules, told, asleep, joined, about.keys)
    return ranked


def _carry_on(
    state: State,
    rules: Rules,
    groups: list[Group],
    book: usage.Lexicon,
) -> tuple[list[Told], list[stories.Living], dict[str, str]]:
    """The stories that go on or begin, written; and those that are over and only linger.

    Of those that were taken in their ids, with that of the story that tells their people now; with
    an empty one where none does.
    """
    bar = bar_now(state, rules)
    told: list[Told] = []
    asleep: list[stories.Living] = []
    joined = {gone.id: "" for group in groups for gone in group.taken}
    titles = _announced_titles(state, joined.keys())
    about = called(state)
    for group in groups:
        living = group.living
        if living and living.ended:
            if max(burst.authors for burst in group.bursts) < echoes.REVIVED * living.peak:
                asleep.append(living)
                continue
            living = None
        if living is None:
            if not any(burst.open for burst in group.bursts):
                continue
            living = _begin(state, rules, group, told)
        joined |= {gone.id: living.id for gone in group.taken}
        titles.pop(living.id, None)
        taken = {*titles.values(), *(() if living.announced else about)}
        row = write(state, rules, living, group.bursts, group.posts, bar, book, taken)
        titles[living.id] = living.title.casefold()
        told.append(Told(row, living, now=True))
    known = {row.living.id for row in told} | joined.keys()
    for living in state.living:
        if living.id not in known and not living.ended:
            if not (living.title and stands(state, living)):
                if state.counts.slice - living.warm <= rules.end_after:
                    asleep.append(living)  # its people may be back
                continue
            row = write(state, rules, living, [], living.posts, bar, book)
            told.append(Told(row, living, now=False))
    return told, asleep, joined


def _announced_titles(state: State, gone: Collection[str]) -> dict[str, str]:
    """What stories are called that were told as new, in small letters: nobody takes their names.

    What only stirs gives its name to a larger story that wants it.
    """
    return {
        one.id: one.title.casefold()
        for one in state.living
        if one.announced and not one.ended and one.id not in gone
    }


def _words(found: list[stories.Burst], told: list[Told]) -> set[int]:
    """Hashes of the words of told stories."""
    keys = {key for one in told for key in one.living.terms}
    return {part for burst in found if burst.key in keys for part in burst.parts}


def _announce(
    state: State,
    rules: Rules,
    told: list[Told],
    joined: dict[str, str],
    ranked: list[Story],
    events: list[StoryEvent],
    book: usage.Lexicon,
) -> None:
    """Says what began, was merged and ended."""
    at = (state.slice + 1) * rules.slice_us
    living = {row.living.id: row.living for row in told}
    for story in ranked:
        new = living.get(story.id)
        if new and new.confirmed and not new.announced and story.title:
            new.announced = True
            kind = "story.split" if new.parent else "story.started"
            events.append(StoryEvent(kind, at, story, other=new.parent))  # type: ignore[arg-type]
    for gone in state.living:
        if gone.id in joined and gone.announced and gone.title and not gone.ended:
            story = write(state, rules, gone, [], gone.posts, 0.0, book).story
            events.append(StoryEvent("story.merged", at, story, other=joined[gone.id]))
    events += [
        StoryEvent("story.ended", at, row.row.story)
        for row in told
        if row.living.ended and row.living.announced
    ]


def _remember(
    state: State,
    rules: Rules,
    told: list[Told],
    asleep: list[stories.Living],
    joined: dict[str, str],
    subject: NDArray[np.uint64],
) -> None:
    """Keeps what goes on, and how strong was what does not."""
    merged = [living for living in state.living if living.id in joined]
    for living in [*merged, *(row.living for row in told if row.living.ended)]:
        if not living.doubted:
            state.stirred.append((state.slices, living.strength))
    since = state.slices - rules.remembered
    over = [row.living for row in told if row.living.ended and row.living.announced]
    state.past = [one for one in state.past if one.ended >= since]
    state.past += [stories.Past(one.words, one.peak, state.slices) for one in over if one.words]
    kept = {key for row in told for key in row.living.terms}
    forget_names(state, kept | set(subject.tolist()))
    state.homes = {key: one.living.id for one in reversed(told) for key in one.living.terms}
    state.living = [*(row.living for row in told), *asleep]


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


def _begin(state: State, rules: Rules, group: Group, told: list[Told]) -> stories.Living:
    started = min(burst.started for burst in group.bursts if burst.open)
    held = group.posts[group.posts >= state.ring.n_posts - state.ring.posts]
    since = held[state.ring.slices[held % state.ring.posts] >= started]
    number = state.slice - (state.counts.slice - started)
    taken = {s.id for s in state.living} | {row.living.id for row in told}
    key = group.bursts[0].key
    while (name := identity.story_id(key, number * rules.slice_us)) in taken:
        key += 1  # the same word may begin again what another story of it began
    return stories.Living(
        id=name,
        started=started,
        title="",
        title_weight=0.0,
        terms=(),
        posts=group.posts,
        counted_to=int(since[0]) if since.size else state.ring.n_posts,
        warm=state.counts.slice,
        parent=group.parent,
    )
