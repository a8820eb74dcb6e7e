"""From bursts to groups: what is told together, and the stories that go on in it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct, union
from groundswell.kernel.memory import stories
from groundswell.kernel.memory.state import State
from groundswell.kernel.names.naming import name_all
from groundswell.kernel.posts import ring
from groundswell.kernel.rules import Rules
from groundswell.kernel.telling import echoes, grouping, identity
from groundswell.kernel.telling.barred import Barred, parted
from groundswell.kernel.usual import usage

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Group:
    """Bursts that are told together, the seed first."""

    bursts: list[stories.Burst]
    posts: Ints
    living: stories.Living | None
    """The story that goes on in it."""
    parent: str
    """The story that it splits from."""
    taken: tuple[stories.Living, ...]
    """The stories that it has taken in."""


def gather(
    state: State,
    rules: Rules,
    found: list[stories.Burst],
    barred: Barred,
    book: usage.Lexicon,
    *,
    focused: bool,
) -> list[Group]:
    """Bursts that belong together, and the stories that they go on with or have taken in."""
    oldest = ring.first_post(state.ring, state.counts.slice - rules.depth + 1)
    groups = grouping.group(
        found, jaccard=rules.jaccard, containment=rules.containment, most=rules.most_terms,
        held=state.ring.n_posts - oldest,
    )  # fmt: skip
    name_all(state, rules, [found[i] for members in groups for i in members], book, barred.says)
    groups = grouping.unite(found, groups)
    if focused:
        groups = grouping.tie(found, groups, within=rules.tied_slices, times=rules.tied_times)
    groups = parted(barred, found, groups)
    bursts = [[found[i] for i in members] for members in groups]
    posts = [brought(members) for members in bursts]
    known = posts if focused else [identity.known_by(members) for members in bursts]
    untold = {g: members[0].posts for g, members in enumerate(bursts) if not posts[g].size}
    goes_on, split = identity.match(known, state.living, untold)
    back = {} if focused else identity.regrown(known, split, goes_on, state.living)
    if not focused:
        _bring_home(state, bursts, goes_on, back, untold)
    back = {g: home for g, home in back.items() if not _apart(barred, bursts[g], bursts[home])}
    for g, home in back.items():
        bursts[home] += bursts[g]
        posts[home] = union(posts[home], posts[g])
        known[home] = union(known[home], known[g])
    taken: dict[int, list[stories.Living]] = {}
    for s, g in identity.absorbed(known, goes_on, state.living).items():
        taken.setdefault(back.get(g, g), []).append(state.living[s])
    return [
        Group(
            bursts[g], posts[g], state.living[goes_on[g]] if g in goes_on else None,
            state.living[split[g]].id if g in split else "", tuple(taken.get(g, ())),
        )
        for g in range(len(groups))
        if g not in back
    ]  # fmt: skip


def _bring_home(
    state: State,
    bursts: list[list[stories.Burst]],
    goes_on: dict[int, int],
    back: dict[int, int],
    untold: Container[int],
) -> None:
    """Adds the groups that only say what a living story has told, though they share no post."""
    home = {s: g for g, s in goes_on.items()}
    for g, s in echoes.homes(bursts, goes_on, state.living).items():
        if g in untold:
            continue
        if s in home and g not in back:
            back[g] = home[s]
        elif g not in back:
            goes_on[g] = s
            home[s] = g


def _apart(barred: Barred, one: list[stories.Burst], other: list[stories.Burst]) -> bool:
    return bool(barred.apart) and barred.kind(one[0]) != barred.kind(other[0])


def brought(members: list[stories.Burst]) -> Ints:
    """Posts of a story: of the bursts that may begin one; what only joins brings none of its own.

    Where none of its bursts is that strong any more, they are those of the first that tells it.
    """
    own = [burst.posts for burst in members if burst.open]
    own = own or [burst.posts for burst in members if identity.tells(burst)][:1]
    return distinct(np.concatenate(own)) if own else np.empty(0, np.int64)
