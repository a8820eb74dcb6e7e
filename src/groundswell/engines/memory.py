"""All that a run remembers, as one value that can be kept and taken up again.

It is taken between two batches, and holds what was counted and what waits to be counted; so a run
that takes it up and reads on from the same place goes on as if it had never ended.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, is_dataclass, replace
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from groundswell.archive.codec import name_of
from groundswell.engines.boards import Boards
from groundswell.engines.census import Census
from groundswell.engines.further import Further
from groundswell.engines.ordering import Ordering
from groundswell.engines.scopes import takes
from groundswell.engines.sharded import Sharded
from groundswell.kernel.memory.state import State
from groundswell.kernel.posts.texts import Texts
from groundswell.kernel.terms.counts import Counts
from groundswell.scopes import Scope


@dataclass(frozen=True, slots=True)
class Kept:
    """A board besides `all`."""

    scope: Scope
    known: bool
    state: State | None


@dataclass(frozen=True, slots=True)
class Memory:
    """What a run remembers between two batches."""

    main: State
    slice: int
    further: tuple[Kept, ...]
    census: Census | None
    ordering: Ordering | None
    read: int
    rejected: int
    slices: int


def remembered(
    boards: Boards, ordering: Ordering | None, read: int, rejected: int, slices: int
) -> Memory:
    """What a run remembers; its arrays are the run's own, so keep it before more is counted."""
    for one in boards.further.values():
        one.pass_on()
    further = tuple(
        Kept(one.scope, one.known, one.kernel.state if one.kernel else None)
        for one in boards.further.values()
    )
    state = _whole(boards.main.state)
    return Memory(state, boards.opened, further, boards.census, ordering, read, rejected, slices)


def take_up(boards: Boards, memory: Memory) -> None:
    """Makes new boards remember what others did."""
    boards.main.state = memory.main
    boards.main.state.counts = boards.hands.counting(memory.main.counts)
    boards.opened = memory.slice
    boards.census = memory.census
    planned = dict(boards.further)
    boards.further.clear()
    for kept in memory.further:
        name = kept.scope.name
        take = planned[name].takes if name in planned else takes(kept.scope)
        one = boards.further[name] = Further(kept.scope, take, known=kept.known)
        if kept.state is not None:
            one.kernel = boards.kernel()
            one.kernel.state = kept.state


def _whole(state: State) -> State:
    """The state with its terms in one table, whoever counts them: any engine can take it up."""
    if not isinstance(state.counts, Sharded):
        return state
    return replace(state, counts=state.counts.whole())


def wordless(memory: Memory) -> Memory:
    """The same without a text: nothing can go on from it, but who said what can still be judged."""

    def bare(state: State) -> State:
        found = copy.copy(state)
        found.ring = copy.copy(state.ring)
        found.ring.texts = Texts(state.ring.posts, 1)
        found.ring.langs = [""] * len(state.ring.langs)
        return found

    further = tuple(
        replace(kept, state=bare(kept.state)) if kept.state else kept for kept in memory.further
    )
    return replace(memory, main=bare(memory.main), further=further, ordering=None)


def resolve(name: str) -> type[Any]:
    """The class that a snapshot names: one of those that a run remembers, and no other.

    A snapshot of before 2026-12 says the module besides, which may have moved since.

    Raises:
        KeyError: it is nothing that a run remembers.
    """
    return _remembered()[name.rpartition(":")[2]]


@cache
def _remembered() -> dict[str, type[Any]]:
    """By name, the dataclasses and named tuples that memory is made of, as its fields declare."""
    found: dict[str, type[Any]] = {}
    ahead: list[Any] = [Memory, Counts]  # a state knows only the door of `Counts`
    while ahead:
        kind = ahead.pop()
        ahead += [part for part in (get_origin(kind), *get_args(kind)) if part is not None]
        if not _is_record(kind) or kind in found.values():
            continue
        if name_of(kind) in found:
            raise TypeError(f"expected one class of each name, found two {name_of(kind)}")
        found[name_of(kind)] = kind
        ahead += get_type_hints(kind).values()
    return found


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and (
        is_dataclass(kind) or (issubclass(kind, tuple) and hasattr(kind, "_fields"))
    )
