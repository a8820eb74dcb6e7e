"""From bursts to stories: groups, identities carried on, doubts, and the words of the board."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel import bursts, counts, ring, stories
from groundswell.kernel.doubts import Evidence, doubts, signatures, weigh
from groundswell.kernel.naming import name_all
from groundswell.kernel.state import Floats, Rules, State
from groundswell.kernel.tokens import DOMAIN, MENTION
from groundswell.model import MICROSECONDS, Doubt, EventKind, Moment, Story, StoryEvent

Ints = NDArray[np.int64]

EVIDENCE = 2_000
"""Posts of a story that are looked at for doubts, the newest."""


def tell(
    state: State, rules: Rules, found: list[stories.Burst], events: list[StoryEvent]
) -> list[Story]:
    """Groups bursts, carries identities on, and writes the stories, ranked."""
    groups = stories.group(
        found, jaccard=rules.jaccard, containment=rules.containment, most=rules.most_terms
    )
    posts = [np.unique(np.concatenate([found[i].posts for i in g])) for g in groups]
    goes_on, split = stories.match(posts, state.living)
    merged = stories.absorbed(posts, goes_on, state.living)
    told: list[tuple[float, Story, stories.Living]] = []
    begun: list[tuple[EventKind, Story]] = []
    for g, members in enumerate(groups):
        chosen = [found[i] for i in members]
        name_all(state, chosen)
        if g in goes_on:
            living = state.living[goes_on[g]]
        elif any(burst.open for burst in chosen):
            living = _begin(state, rules, chosen, posts[g])
            living.parent = state.living[split[g]].id if g in split else ""
        else:
            continue
        weight, story = _write(state, rules, living, chosen, posts[g])
        told.append((weight, story, living))
        if g not in goes_on:
            begun.append(("story.split" if living.parent else "story.started", story))
    alive = {living.id for _, _, living in told}
    quiet = [s for i, s in enumerate(state.living) if s.id not in alive and i not in merged]
    staying = [s for s in quiet if state.counts.slice - s.warm <= rules.end_after]
    told += [(*_write(state, rules, living, [], living.posts), living) for living in staying]
    told.sort(key=lambda row: (-row[0], row[1].started_at, row[1].id))
    ranked = {row[1].id: replace(row[1], rank=i + 1) for i, row in enumerate(told)}
    at = (state.slice + 1) * rules.slice_us
    for kind, story in begun:
        events.append(StoryEvent(kind, at, ranked[story.id]))
    for i, living in enumerate(state.living):
        if i in merged:
            events.append(
                StoryEvent("story.merged", at, _write(state, rules, living, [], living.posts)[1])
            )
        elif living in quiet and living not in staying:
            events.append(
                StoryEvent("story.ended", at, _write(state, rules, living, [], living.posts)[1])
            )
    state.living = [row[2] for row in told]
    return list(ranked.values())


def _begin(state: State, rules: Rules, members: list[stories.Burst], posts: Ints) -> stories.Living:
    opened = [burst for burst in members if burst.open]
    started = min(burst.started for burst in opened)
    held = posts[posts >= state.ring.n_posts - state.ring.posts]
    since = held[state.ring.slices[held % state.ring.posts] >= started]
    number = state.slice - (state.counts.slice - started)
    taken = {story.id for story in state.living}
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


def _write(
    state: State, rules: Rules, living: stories.Living, members: list[stories.Burst], posts: Ints
) -> tuple[float, Story]:
    """Brings a living story up to this slice; returns what it ranks by, and the story."""
    if members:
        living.posts = posts
        living.terms = tuple(burst.key for burst in members)
        living.warm = state.counts.slice
        name, weight = stories.title(members)
        if weight > 1.3 * living.title_weight or name == living.title:
            living.title, living.title_weight = name, weight
    posts = _present(state, living.posts)
    new = posts[posts >= living.counted_to]
    living.people.update(state.ring.authors[new % state.ring.posts].tolist())
    living.n_posts += int(new.size)
    living.counted_to = state.ring.n_posts
    spark = _spark(state, rules, posts)
    lead = max(members, key=lambda burst: (burst.excess, burst.key), default=None)
    reasons = weigh(living.doubted, _doubts(state, rules, living, posts), int(new.size))
    demotion = rules.doubted_rank ** len(reasons)
    excess = lead.excess if lead else 0.0
    story = Story(
        id=living.id,
        rank=0,
        title=living.title,
        terms=stories.labels(members) or (living.title,),
        started_at=_time(state, rules, living.started),
        status=stories.status(spark, state.counts.slice - living.started) if lead else "cooling",
        posts=living.n_posts,
        authors=len(living.people),
        expected=lead.expected if lead else 0.0,
        excess=excess,
        lift=lead.authors / lead.expected if lead else 0.0,
        z=max((burst.z for burst in members), default=0.0),
        window_us=rules.rank_window * rules.slice_us,
        doubts=reasons,
        why=_why(rules, lead, members, demotion),
        moments=_moments(state, rules, members),
        spark=tuple(int(x) for x in spark[::-1]),
    )
    return excess * demotion, story


def _present(state: State, posts: Ints) -> Ints:
    """Those of the posts that are still held and not deleted."""
    held = state.ring
    posts = posts[posts >= held.n_posts - held.posts]
    return np.asarray(posts[held.flags[posts % held.posts] == 0], np.int64)


def _spark(state: State, rules: Rules, posts: Ints) -> Floats:
    """People a slice, newest first, shape (depth,)."""
    held, depth = state.ring, rules.depth
    places = posts % held.posts
    ages = state.counts.slice - held.slices[places].astype(np.int64)
    inside = (ages >= 0) & (ages < depth)
    bounds = np.array([0, int(inside.sum())], np.int64)
    people = bursts.profile(bounds, held.authors[places[inside]], ages[inside], depth)
    return np.asarray(people.per_slice[0], np.float64)


def _doubts(state: State, rules: Rules, living: stories.Living, posts: Ints) -> tuple[Doubt, ...]:
    """Doubts about the story's posts in the ranking window, from at most EVIDENCE of them."""
    held = state.ring
    since = state.counts.slice - rules.rank_window + 1
    recent = posts[held.slices[posts % held.posts] >= since][-EVIDENCE:] % held.posts
    first, count = held.first[recent], held.count[recent].astype(np.int64)
    opening = first % held.tokens
    named = (held.replies[recent] == 0) & (count > 0) & (held.kinds[opening] == MENTION)
    evidence = Evidence(
        authors=held.authors[recent],
        bands=signatures(held.hashes, held.kinds, first, count),
        domains=held.domains[recent],
        named=lambda i: _domain(state, int(recent[i])),
        replies=np.where(named, held.hashes[opening], held.replies[recent]),
        deleted=_deleted(state, living.terms, since),
    )
    return doubts(evidence, share=rules.doubt_share, min_posts=rules.doubt_posts)


def _domain(state: State, place: int) -> str:
    """The first registrable domain that a post links to, or an empty string."""
    held = state.ring
    text = held.texts[place]
    begin = int(held.first[place])
    for token in range(begin, begin + int(held.count[place])):
        at = token % held.tokens
        if held.kinds[at] == DOMAIN and text is not None:
            return text[int(held.starts[at]) : int(held.ends[at])].lower()
    return ""


def _deleted(state: State, terms: tuple[int, ...], since: int) -> int:
    """How many posts with any of the terms were deleted again."""
    found = counts.find(state.counts, np.array(terms, np.uint64))
    lists = ring.postings(state.ring, found.last, found.words, since, deleted=True)
    return int(np.unique(lists.posts).size)


def _why(
    rules: Rules, lead: stories.Burst | None, members: list[stories.Burst], demotion: float
) -> tuple[str, ...]:
    if lead is None:
        return ("no longer above usual",)
    minutes = rules.rank_window * rules.slice_us // (60 * MICROSECONDS)
    first = max(members, key=lambda burst: (burst.z, burst.key))
    window = first.window * rules.slice_us // MICROSECONDS
    lines = [
        f"“{lead.label}”: {lead.authors:.0f} people in {minutes} min, {lead.expected:.1f} expected",
        f"{lead.excess:.0f} people above usual, {lead.authors / lead.expected:.1f} times usual",
        f"gate: z {first.z:.1f} of “{first.label}” in {window} s, {rules.gate} needed",
    ]
    if demotion < 1:
        lines.append(f"ranks as {demotion:g} of its size because of the doubts")
    return tuple(lines)


def _moments(state: State, rules: Rules, members: list[stories.Burst]) -> tuple[Moment, ...]:
    """Bursts within the story, by when they began; those within two slices are one."""
    moments: list[list[stories.Burst]] = []
    for burst in sorted((b for b in members if b.open), key=lambda b: (b.started, b.key)):
        if moments and burst.started - moments[-1][-1].started <= 2:
            moments[-1].append(burst)
        else:
            moments.append([burst])
    return tuple(
        Moment(
            title=stories.title(group)[0],
            terms=stories.labels(group),
            started_at=_time(state, rules, group[0].started),
            peak_at=_time(state, rules, max(group, key=lambda b: (b.authors, b.key)).peak),
            authors=int(max(burst.authors for burst in group)),
        )
        for group in moments
    )


def _time(state: State, rules: Rules, number: int) -> int:
    """Event time, µs, of the beginning of a slice counted as in `Counts.slice`."""
    return (state.slice - (state.counts.slice - number)) * rules.slice_us
