"""A story's row: its figures, doubts, moments and arithmetic, from the posts that are held."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel import bursts, company, counts, ring, season, standing, stories, usage
from groundswell.kernel.detect import general_use
from groundswell.kernel.doubts import Evidence, doubts, signatures, weigh
from groundswell.kernel.naming import surface
from groundswell.kernel.state import Floats, Rules, State
from groundswell.kernel.tokens import DOMAIN, MENTION
from groundswell.model import MICROSECONDS, Doubt, Moment, Story

Ints = NDArray[np.int64]

EVIDENCE = 2_000
"""Posts of a story that are looked at for doubts, the newest."""


def write(
    state: State,
    rules: Rules,
    living: stories.Living,
    members: list[stories.Burst],
    posts: Ints,
    bar: float,
    book: usage.Lexicon,
) -> tuple[float, Story]:
    """Brings a living story up to this slice; returns what it ranks by, and the story."""
    if members:
        living.posts = posts
        living.terms = tuple(burst.key for burst in members)
        living.strength = max(living.strength, _strength(state, rules, members))
        name, weight = stories.title(members)
        if weight > 1.3 * living.title_weight or name == living.title:
            living.title, living.title_weight = name, weight
    posts = _present(state, living.posts)
    new = posts[posts >= living.counted_to]
    living.people.update(state.ring.authors[new % state.ring.posts].tolist())
    living.n_posts += int(new.size)
    living.counted_to = state.ring.n_posts
    spark = _spark(state, rules, posts)
    _age(state, rules, living, members, spark)
    lead = max(members, key=lambda burst: (burst.excess, burst.key), default=None)
    found = _doubts(state, rules, living, posts) + _habit(lead)
    reasons = weigh(living.doubted, found, int(new.size))
    living.confirmed = living.confirmed or (not reasons and living.strength >= bar > 0)
    demotion = rules.doubted_rank ** len(reasons)
    excess = lead.excess if lead else 0.0
    story = Story(
        id=living.id,
        rank=0,
        title=living.title,
        terms=_terms(state, rules, members, posts, book) or (living.title,),
        started_at=_time(state, rules, living.started),
        status=stories.status(spark, state.counts.slice - living.started) if lead else "cooling",
        posts=living.n_posts,
        authors=len(living.people),
        expected=lead.expected if lead else 0.0,
        excess=excess,
        lift=lead.authors / lead.expected if lead else 0.0,
        z=max((burst.z for burst in members), default=0.0),
        window_us=rules.rank_window * rules.slice_us,
        confirmed=living.confirmed,
        doubts=reasons,
        why=_why(rules, lead, members, demotion, living, bar),
        moments=_moments(state, rules, members),
        spark=tuple(int(x) for x in spark[::-1]),
    )
    return excess * demotion, story


def _strength(state: State, rules: Rules, members: list[stories.Burst]) -> float:
    """Of the bursts that are sure and began when enough was heard before; less for a lone word."""
    sure = [b for b in members if b.open and b.known and b.z >= rules.sure_gate]
    strongest = max((burst.strength for burst in sure), default=0.0)
    if not _alone(members):
        return strongest
    return strongest / (rules.lone if season.knows_a_day(state.week) else rules.lone_at_first)


def _alone(members: list[stories.Burst]) -> bool:
    """Whether all bursts are one word or phrase and parts of it."""
    longest = max((set(burst.parts) for burst in members), key=len, default=set())
    return all(set(burst.parts) <= longest for burst in members)


def _age(
    state: State,
    rules: Rules,
    living: stories.Living,
    members: list[stories.Burst],
    spark: Floats,
) -> None:
    """Notes whether the story is still warm, and ends it when it was not for a while."""
    recent = float(spark[: rules.rank_window].sum())
    living.peak = max(living.peak, recent)
    if members and not standing.is_over(recent, living.peak, fading=rules.fading):
        living.warm = state.counts.slice
    living.ended = state.counts.slice - living.warm > rules.end_after


def _habit(lead: stories.Burst | None) -> tuple[Doubt, ...]:
    """The doubt about what is usual at this time of day or week."""
    if lead is None or not lead.habit:
        return ()
    share = min(1.0, lead.expected / max(lead.authors, 1.0))
    reason = f"habit: {lead.expected:.0f} people are usual at this time, {lead.authors:.0f} came"
    return (Doubt("habit", share, reason),)


def _terms(
    state: State, rules: Rules, members: list[stories.Burst], posts: Ints, book: usage.Lexicon
) -> tuple[str, ...]:
    """What carries the story now: its bursts, and the company they keep."""
    names = list(stories.labels(members))
    if not members or len(names) >= rules.company_terms:
        return tuple(names)
    held = state.ring
    since = state.counts.slice - rules.rank_window + 1
    recent = posts[held.slices[posts % held.posts] >= since][-EVIDENCE:] % held.posts
    said = company.said(
        held.hashes, held.kinds, held.joins, held.first[recent],
        held.count[recent].astype(np.int64),
    )  # fmt: skip
    enough = said.posts >= max(2, rules.company_share * recent.size)
    said = company.Said(
        said.keys[enough], said.words[enough], said.posts[enough], said.ends[enough]
    )
    usual, plain = _usual_share(state, rules, said, book)
    usual = np.where(plain > rules.stop_share, 1.0, usual)
    best = company.telling(
        said.posts, usual, recent.size, share=rules.company_share, lift=rules.company_lift
    )
    taken = {part for burst in members for part in burst.parts}
    for i in best.tolist():
        end, words = int(said.ends[i]), int(said.words[i])
        parts = {int(held.hashes[(end - g) % held.tokens]) for g in range(words)}
        if parts & taken:
            continue
        label = surface(state, end - words + 1, end)
        if label:
            names.append(label)
            taken |= parts
        if len(names) >= rules.company_terms:
            break
    return tuple(dict.fromkeys(names))


def _usual_share(
    state: State, rules: Rules, said: company.Said, book: usage.Lexicon
) -> tuple[Floats, Floats]:
    """Share of people who usually say each term; and, of its words, the most used in general."""
    size = state.ring.tokens
    parts = np.zeros((said.keys.size, 2), np.uint64)
    two = said.words == 2
    parts[:, 0] = state.ring.hashes[(said.ends - two) % size]
    parts[two, 1] = state.ring.hashes[said.ends[two] % size]
    found = counts.find(state.counts, said.keys)
    history = np.zeros(said.keys.size)
    history[np.searchsorted(said.keys, found.keys)] = found.history
    general = general_use(state, book, parts, said.words)
    people = float(state.tracks[0]) + rules.prior
    each = [general_use(state, book, parts[:, g : g + 1], np.ones(said.keys.size, np.int64))
            for g in range(2)]  # fmt: skip
    return (history + rules.prior * general + 0.5) / people, np.maximum(*each)


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
        hosts=held.hosts[recent],
        elsewhere=held.hosts[_latest(state)],
        deleted=_deleted(state, living.terms, since),
    )
    return doubts(evidence, share=rules.doubt_share, min_posts=rules.doubt_posts)


def _latest(state: State) -> Ints:
    """Places of the board's newest posts, as many as a story is judged by."""
    newest = np.arange(max(0, state.ring.n_posts - EVIDENCE), state.ring.n_posts)
    return np.asarray(newest % state.ring.posts, np.int64)


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
    if not state.ring.deletions:
        return 0
    found = counts.find(state.counts, np.array(terms, np.uint64))
    lists = ring.postings(state.ring, found.last, found.words, since, deleted=True)
    return int(np.unique(lists.posts).size)


def _why(
    rules: Rules,
    lead: stories.Burst | None,
    members: list[stories.Burst],
    demotion: float,
    living: stories.Living,
    bar: float,
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
    stands = "a story" if living.confirmed else "stirring"
    lines.append(
        f"{stands}: strength {living.strength:.2f}, {bar:.2f} starts one on this board now"
    )
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
