"""A story's row: its figures, doubts, moments and arithmetic, from the posts that are held."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.explanation import length
from groundswell.kernel.basis.distinct import union
from groundswell.kernel.detection import bursts
from groundswell.kernel.memory import stories
from groundswell.kernel.memory.state import Floats, State
from groundswell.kernel.names.choosing import Telling, carrying, name
from groundswell.kernel.names.gist import gist
from groundswell.kernel.names.naming import nameless, titled
from groundswell.kernel.names.tidying import briefly, goes_on
from groundswell.kernel.posts import ring
from groundswell.kernel.rules import Rules
from groundswell.kernel.telling import echoes, grouping, sizing, standing, starting
from groundswell.kernel.trust.doubts import weigh
from groundswell.kernel.trust.evidence import present, recent, suspect
from groundswell.kernel.usual import usage
from groundswell.model import Doubt, Moment, Story

Ints = NDArray[np.int64]

BETTER: Final = 1.3
"""Times what speaks for its name that must speak for another one."""


@dataclass(frozen=True, slots=True)
class Written:
    """A story's row."""

    weight: float
    """What it ranks by: its people above usual, less where there are doubts."""
    story: Story
    said: list[Telling]
    """All that its posts say more than others', what tells most first."""
    talk: bool
    """Whether it says frequent words only, and no name: "another", "yes"."""
    suspected: bool
    """Whether it looks like one text, sure or not."""
    bare: bool
    """Whether it says one well-known word and no name, and is not sure: `starting.is_bare`."""


def write(  # noqa: PLR0913 -- a story, and all that it is written by
    state: State,
    rules: Rules,
    living: stories.Living,
    members: list[stories.Burst],
    posts: Ints,
    bar: float,
    book: usage.Lexicon,
    taken: Collection[str] = (),
) -> Written:
    """Brings a living story up to this slice.

    Where its words leave a choice, it is not called by any of the titles `taken`, in small letters.
    """
    said: list[Telling] = []
    telling: list[Telling] = []
    own = sizing.own(members)
    lead = sizing.lead(own)
    start = starting.judge(state, rules, members, lead, bar)
    living.strength = max(living.strength, start.strength)
    if members:
        living.posts = posts
        living.terms = tuple(burst.key for burst in members)
        living.words |= echoes.named(members)
        said = gist(state, rules, members, recent(state, rules, posts), book)
        telling = carrying(
            said, rules.telling, rules.most_terms, ordinary=rules.ordinary,
            stays=rules.stays, before=living.carried,
        )  # fmt: skip
        living.carried = frozenset(term.key for term in telling)
        unsaid = any(term.label.casefold() not in taken for term in telling)
        entitle(living, telling if unsaid else said, taken, is_part=partial(goes_on, rules, book))
    posts = present(state, living.posts)
    living.heard = recent(state, rules, union(living.heard, posts))
    new = posts[posts >= living.counted_to]
    living.tally.add(new, state.ring.authors[new % state.ring.posts])
    n_posts, people = living.tally.look(state.ring.flags, state.ring.n_posts, ring.UNSEEN)
    living.counted_to = state.ring.n_posts
    spark = _spark(state, rules, posts)
    _age(state, rules, living, members, spark)
    against = suspect(state, rules, living.heard, living.terms)
    reasons = weigh(living.doubted, against.doubts + _habit(lead), int(new.size))
    # What no doubt and no bar holds back any more is no news when it is over.
    going = standing.is_going(spark, rules.rank_window) and start.is_reached
    living.confirmed = living.confirmed or (going and not reasons and not against.suspected)
    demotion = rules.doubted_rank ** len(reasons)
    size = sizing.size(state, own)
    story = Story(
        id=living.id,
        rank=0,
        title=living.title,
        terms=tuple(term.label for term in telling) or (living.title,),
        started_at=_time(state, rules, living.started),
        status=stories.status(spark, state.counts.slice - living.started) if lead else "cooling",
        posts=n_posts,
        authors=people,
        expected=size.expected,
        excess=size.excess,
        lift=size.lift,
        z=max((burst.z for burst in own), default=0.0),
        window_us=(lead.span if lead else rules.rank_window) * rules.slice_us,
        confirmed=living.confirmed,
        doubts=reasons,
        why=_why(rules, lead, own, size, demotion, starting.told(start, living)),
        moments=_moments(state, rules, members, said),
        spark=tuple(spark[::-1].astype(int).tolist()),
    )
    names_nothing = all(nameless(term.label, familiar=term.familiar) for term in telling)
    bare = names_nothing and starting.is_bare(rules, members)
    talk = names_nothing and bool(own) and all(burst.frequent for burst in own if burst.open)
    return Written(size.excess * demotion, story, said, talk, against.suspected, bare)


def entitle(
    living: stories.Living,
    telling: list[Telling],
    taken: Collection[str],
    *,
    is_part: Callable[[str], bool],
) -> None:
    """Names a story by what carries it now, where that says far more than its name ever did.

    Or where it is all of what its name, a phrase, was a part of ("two 14", "two 14 year olds"). It
    has a name from the beginning, though all that it says may lie outside the ranking window.
    `is_part` tells of a label that it says a part of something only.
    """
    title, weight = name(telling, taken)
    better = weight > BETTER * living.title_weight or living.title.casefold() in taken
    whole = _grows(living.title, title) or (is_part(living.title) and not is_part(title))
    if better or whole or not living.title:
        living.title, living.title_weight = title, weight
    elif title == living.title:
        living.title_weight = max(weight, living.title_weight)
    living.title = _spelled(living.title, telling)


def _grows(before: str, title: str) -> bool:
    """Whether a title is a longer phrase around another one, which is no name and so was a part.

    >>> _grows("two 14", "two 14 year olds"), _grows("year", "two 14 year olds")
    (True, False)
    >>> _grows("Ida Veld", "Ida Veld without a label")
    False
    """
    short, long = before.casefold(), title.casefold()
    part = " " in short and not titled(before)
    return part and short != long and f" {short} " in f" {long} "


def _spelled(title: str, telling: list[Telling]) -> str:
    """A title as it is written now, where it is a term: who says a name first may shout it."""
    return next((t.label for t in telling if t.label.casefold() == title.casefold()), title)


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


def _spark(state: State, rules: Rules, posts: Ints) -> Floats:
    """People a slice, newest first, shape (depth,)."""
    held, depth = state.ring, rules.depth
    places = posts % held.posts
    ages = state.counts.slice - held.slices[places].astype(np.int64)
    inside = (ages >= 0) & (ages < depth)
    bounds = np.array([0, int(inside.sum())], np.int64)
    people = bursts.profile(bounds, held.authors[places[inside]], ages[inside], depth)
    return np.asarray(people.per_slice[0], np.float64)


def _why(
    rules: Rules,
    lead: stories.Burst | None,
    own: list[stories.Burst],
    size: sizing.Size,
    demotion: float,
    stands: str,
) -> tuple[str, ...]:
    if lead is None:
        return ("no longer above usual",)
    span = length(lead.span * rules.slice_us)
    first = max(own, key=lambda burst: (burst.z, burst.key))
    window = length(first.window * rules.slice_us)
    lines = [f"“{lead.label}”: {lead.authors:.0f} people in {span}, {lead.expected:.1f} expected"]
    if size.together:
        told = f"{size.people:.0f} people in {span}, {size.expected:.1f} expected"
        lines.append(f"all its words: {told}")
    lines += [
        f"{size.excess:.0f} people above usual, {size.lift:.1f} times usual",
        f"surest: “{first.label}”, z {first.z:.1f} in {window}",
        stands,
    ]
    if demotion < 1:
        lines.append(f"ranks as {demotion:g} of its size because of the doubts")
    return tuple(lines)


def _moments(
    state: State, rules: Rules, members: list[stories.Burst], said: list[Telling]
) -> tuple[Moment, ...]:
    """Bursts within the story that tell, by when they began; those within two slices are one.

    They say more than the story's own terms, which are what carries all of it: beside the teams of
    a match there is little room for who scored.
    """
    telling = {term.label: term for term in carrying(said, rules.aside, len(said))}
    opened = [burst for burst in members if burst.open and burst.label in telling]
    moments: list[list[stories.Burst]] = []
    for burst in sorted(opened, key=lambda b: (b.started, b.key)):
        if moments and burst.started - moments[-1][-1].started <= grouping.MOMENT:
            moments[-1].append(burst)
        else:
            moments.append([burst])
    return tuple(
        Moment(
            title=name(told)[0],
            terms=tuple(term.label for term in told),
            started_at=_time(state, rules, group[0].started),
            peak_at=_time(state, rules, max(group, key=lambda b: (b.authors, b.key)).peak),
            authors=int(max(burst.authors for burst in group)),
        )
        for group in moments
        for told in [_told(rules, [telling[burst.label] for burst in group])]
    )


def _told(rules: Rules, telling: list[Telling]) -> list[Telling]:
    """What a moment says, what tells most first: of well-known words only those that tell much."""
    telling = sorted(telling, key=lambda term: -term.weight)
    least = rules.within * telling[0].weight
    kept = [term for term in telling if term.weight >= least or not term.familiar]
    return briefly(kept, rules.most_terms)


def _time(state: State, rules: Rules, number: int) -> int:
    """Event time, µs, of the beginning of a slice counted as in `Counts.slice`."""
    return (state.slice - (state.counts.slice - number)) * rules.slice_us
