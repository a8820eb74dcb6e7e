"""Who and what is named now, on a board with one subject.

In a debate a speaker is named by a handful of people, and no test tells a handful from chance. Of
common words that is the end of it; a name has a meaning of its own, and an editor who follows the
debate wants to know that it falls. So names that some more people say than usual are told as
moments of the running story, with what their posts say besides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from groundswell.kernel.memory import stories
from groundswell.kernel.memory.state import State
from groundswell.kernel.names import alike
from groundswell.kernel.names.gist import gist
from groundswell.kernel.names.naming import name_all, titled
from groundswell.kernel.names.tidying import goes_on
from groundswell.kernel.rules import Rules
from groundswell.kernel.text.kinds import TAG
from groundswell.kernel.trust.evidence import recent
from groundswell.kernel.usual.usage import Lexicon
from groundswell.model import Moment, Story

SHARED = 0.5
"""Share of the posts of the rarer of two names from which on they are told together."""
LIFT, SHARE, TERMS = 1.5, 0.25, 6
"""What else its posts say: so much more often than others, in so many of them, so many terms."""
CARRY: Final = 3
"""Terms of a moment that may be told as the running story's."""


def with_names(
    state: State,
    rules: Rules,
    story: Story,
    heard: list[stories.Burst],
    told: set[int],
    book: Lexicon,
    blocked: Callable[[str], bool],
) -> Story:
    """The running story with the names among `heard`, the surest first, that are not told anyway.

    A name is a tag, a phrase in capitals, or a word that is not well known, and never an account:
    three people may speak to somebody who is known to nobody else. `told` are hashes of words that
    the board tells; nothing is named by what is `blocked`.
    """
    name_all(state, rules, heard, book, blocked)
    names = [one for one in heard if _is_name(one) and not goes_on(rules, book, one.label)]
    groups = _grouped(names, told, rules.most_moments - len(story.moments))
    if state.running is not None:
        state.running.named = frozenset(burst.key for group in groups for burst in group)
    moments = (*story.moments, *(_moment(state, rules, group, book) for group in groups))
    return replace(story, moments=moments, terms=_terms(rules, story, moments))


def _terms(rules: Rules, story: Story, moments: tuple[Moment, ...]) -> tuple[str, ...]:
    """The subject's words, and in what room they leave what carries its moments: titles first."""
    titles = [moment.title for moment in moments]
    carry = [term for moment in moments for term in moment.terms[:CARRY]]
    return alike.once([*story.terms, *titles, *carry])[: rules.most_terms]


def _grouped(
    names: Sequence[stories.Burst], told: set[int], room: int
) -> list[list[stories.Burst]]:
    """The names, those of one moment together; at most `room` moments."""
    groups: list[list[stories.Burst]] = []
    for burst in names:
        if set(burst.parts) & told:
            continue
        home = next((group for group in groups if _together(group[0], burst)), None)
        if home is not None:
            home.append(burst)
        elif len(groups) < room:
            groups.append([burst])
    return groups


def _is_name(burst: stories.Burst) -> bool:
    """Whether a burst is surely more than a word that everybody uses."""
    title = " " in burst.label and titled(burst.label)
    return burst.kind <= TAG and not burst.common and (title or not burst.familiar)


def _together(one: stories.Burst, other: stories.Burst) -> bool:
    shared = np.intersect1d(one.posts, other.posts).size
    return bool(shared >= SHARED * min(one.posts.size, other.posts.size))


def _moment(state: State, rules: Rules, group: list[stories.Burst], book: Lexicon) -> Moment:
    """Names as a moment of this slice, with what their posts say besides."""
    besides = replace(rules, company_lift=LIFT, company_share=SHARE, company_terms=TERMS)
    said = gist(state, besides, group, recent(state, rules, group[0].posts), book)
    labels = [burst.label for burst in group] + [term.label for term in said]
    begin = state.slice * rules.slice_us
    return Moment(
        title=group[0].label,
        terms=alike.once(labels)[: rules.most_terms],
        started_at=begin,
        peak_at=begin,
        authors=int(group[0].authors),
    )
