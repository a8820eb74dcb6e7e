"""The running story of a board with one subject: what it is about, and the small things in it.

On a stream of one debate or one match nobody needs to be told that it goes on; but what is too
small to be a story of its own (a name called out, a line of a speech) has its place in it, as one
of its moments. So nothing is lost and the board stays short.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct
from groundswell.kernel.detection import bursts
from groundswell.kernel.detection.subject import Subject
from groundswell.kernel.memory import stories
from groundswell.kernel.memory.state import State
from groundswell.kernel.names import alike
from groundswell.kernel.names.choosing import carrying
from groundswell.kernel.names.naming import name_all
from groundswell.kernel.rules import Rules
from groundswell.kernel.telling import identity
from groundswell.kernel.telling.write import Written
from groundswell.kernel.trust.evidence import recent, suspect
from groundswell.kernel.usual.usage import Lexicon
from groundswell.model import Moment, Story

Ints = NDArray[np.int64]

HELD: Final = 0.5
"""Share of the running story's people with whom a story of the same name is it."""


def running(  # noqa: PLR0913 -- a subject, and all that it is told by
    state: State,
    rules: Rules,
    subject: Subject,
    words: list[stories.Burst],
    small: Sequence[Written],
    book: Lexicon,
    taken: Collection[str],
    blocked: Callable[[str], bool],
) -> Story:
    """The subject as a story. It is told by its words, and by the small stories as its moments.

    `words` are the subject's, measured; `small` come in the order in which they are told. The story
    is listed and never announced: it began before the desk did. Where its words leave a choice, it
    is not called by any of the titles `taken`, in small letters; nothing is named by what is
    `blocked`.
    """
    name_all(state, rules, words, book, blocked)
    words = sorted(words, key=_first)
    lead, told = words[0], small[: rules.most_moments]
    now = _carried_on(state, words, {row.story.id for row in told})
    posts = distinct(np.concatenate([word.posts for word in words]))
    places = posts % state.ring.posts
    ages = state.counts.slice - state.ring.slices[places].astype(np.int64)
    bounds = np.array([0, posts.size], np.int64)
    people = bursts.profile(bounds, state.ring.authors[places], ages, rules.depth)
    spark = people.per_slice[0]
    return Story(
        id=identity.story_id(now.key, now.since * rules.slice_us),
        rank=0,
        title=next((w.label for w in words if w.label.casefold() not in taken), lead.label),
        terms=alike.once(word.label for word in words)[: rules.most_terms],
        started_at=now.since * rules.slice_us,
        status=stories.status(spark, min(state.slice - now.since, rules.depth - 1)),
        posts=int(posts.size),
        authors=int(people.within[0, -1]),
        expected=lead.expected,
        excess=lead.excess,
        lift=lead.authors / lead.expected,
        z=lead.z,
        window_us=rules.rank_window * rules.slice_us,
        confirmed=False,
        doubts=suspect(state, rules, recent(state, rules, posts), now.keys).doubts,
        subject=True,
        why=(
            f"what this board is about: {subject.focus:.0%} of the newest posts speak of it",
            "what is too small for a story of its own is told here",
        ),
        moments=tuple(_moment(rules, row) for row in told),
        spark=tuple(spark[::-1].astype(int).tolist()),
    )


def leading(words: Sequence[stories.Burst]) -> stories.Burst:
    """The subject's leading word: of most people."""
    return min(words, key=_first)


def _first(word: stories.Burst) -> tuple[float, int]:
    return -word.authors, word.key


def called(state: State) -> tuple[str, ...]:
    """What the running story is called by its leading word, in small letters; else nothing."""
    now = state.running
    known = state.names.get(now.key) if now and now.keys else None
    return (known[0].casefold(),) if known else ()


def rest(state: State) -> None:
    """The board has no one subject now."""
    if state.running is not None:
        state.running.keys, state.running.aside = (), frozenset()
        state.running.named, state.running.grown = frozenset(), ""


def says_the_same(story: Story, living: stories.Living, run: Story, lead: stories.Burst) -> bool:
    """Whether a story is what its board is about: by its name, or by most of what it says.

    `lead` is the subject's leading word.
    """
    if alike.solid(story.title) == alike.solid(lead.label):
        return True
    own = {alike.solid(term) for term in run.terms}
    said = sum(alike.solid(term) in own for term in story.terms)
    return lead.key in living.terms and 2 * said > len(story.terms)


def holds(story: Story, run: Story) -> bool:
    """Whether at least half of the running story's people are in a story now."""
    return story.expected + story.excess >= HELD * (run.expected + run.excess)


def as_one(rules: Rules, story: Story, run: Story) -> Story:
    """A story that is what its board is about, with what the running one tells besides."""
    return replace(
        story,
        terms=alike.once([*story.terms, *run.terms])[: rules.most_terms],
        moments=(*story.moments, *run.moments),
        why=(*story.why, *run.why),
    )


def _carried_on(state: State, words: list[stories.Burst], aside: set[str]) -> stories.Running:
    """The running story as it stands now; it is one while its leading word is of the subject."""
    keys = tuple(word.key for word in words)
    now = state.running
    if now is None or now.key not in keys:
        now = state.running = stories.Running(keys[0], state.slice)
    now.keys, now.aside = keys, frozenset(aside)
    return now


def _moment(rules: Rules, row: Written) -> Moment:
    """A small story as a moment. It has few posts, so it may say more of them."""
    story = row.story
    terms = carrying(row.said, rules.aside, rules.most_terms) if row.said else []
    peak = max((m.peak_at for m in story.moments), default=story.started_at)
    return Moment(
        story.title,
        tuple(t.label for t in terms) or story.terms,
        story.started_at,
        peak,
        story.authors,
    )
