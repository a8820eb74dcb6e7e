"""A kernel a board: everything, and each scope for itself.

A scope's kernel is given the posts of its scope and nothing else, so what is usual there is its own
past: a small language is not swamped by a large one. Posts are read into tokens once for all. All
boards close their slices together; one that has heard nothing yet is blank. `all` is the kernel
that a run without scopes has, fed the same way: further boards change no byte of it.

A scope's board is that of a recording of its posts alone, so long as they come in order and never
pause for more than `Rules.max_gap` slices while others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from groundswell import settings
from groundswell.engines.census import SPOKEN, Census
from groundswell.engines.further import Further, counted_of, named, revision_of
from groundswell.engines.hands import Alone, Hands
from groundswell.engines.scopes import UNKNOWN, Heard, Ints, Takes, chosen, knows, takes
from groundswell.errors import UsageError
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.posts.columns import Columns
from groundswell.kernel.posts.ring import Ring
from groundswell.kernel.telling.barred import Barred
from groundswell.model import Batch, Board, Counted
from groundswell.revision import Revision
from groundswell.scopes import ALL, EACH, Place, Scope, place
from groundswell.settings import Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """Which boards a run has besides `all`, checked and ready."""

    rules: Rules
    """Of each of them."""
    further: tuple[tuple[Scope, Takes], ...] = ()
    each: Scope | None = None
    """The scope that stands for every language that is spoken enough."""

    @property
    def names(self) -> tuple[str, ...]:
        """Boards that are known by name before the run, in order."""
        return tuple(sorted(scope.name for scope, _ in self.further))


def plan(current: Settings) -> Plan:
    """The plan that the settings ask for.

    Raises:
        UsageError: a pattern is refused, a list cannot be read, or `lang:*` is asked for twice.
    """
    each = [scope for scope in current.boards if (scope.kind, scope.what) == ("lang", EACH)]
    if len(each) > 1:
        raise UsageError(f"expected lang:* once, got it for {each[0].name!r} and {each[1].name!r}")
    named = [scope for scope in current.boards if scope not in each]
    return Plan(
        settings.board_rules(current),
        tuple((scope, takes(scope)) for scope in named),
        each[0] if each else None,
    )


def _place(one: Board | Counted) -> Place:
    return place(one.at, one.board)


@dataclass(slots=True)
class Boards:
    """All boards of a run: give it batches in event time, get boards as `scopes.place` has them."""

    main: Kernel
    """The kernel of `all`."""
    plan: Plan
    hands: Hands = field(default_factory=Alone)
    """Who reads posts, and counts the terms of `all`."""
    further: dict[str, Further] = field(init=False)
    census: Census | None = field(init=False)
    opened: int = -1
    """Number of the open slice, as `State.slice`."""
    _counted: list[Counted] = field(default_factory=list)
    """For series, of boards that ended since."""

    def __post_init__(self) -> None:
        self.further = {scope.name: Further(scope, take) for scope, take in self.plan.further}
        languages = {f.scope.what for f in self.further.values() if f.scope.kind == "lang"}
        keep = 0.5 ** (1 / self.plan.rules.half_life)
        others = frozenset({*self.further, *languages})
        self.census = Census(keep, others) if self.plan.each else None
        self.main.state.counts = self.hands.counting(self.main.state.counts)

    def add(self, batch: Batch) -> list[Board]:
        """Takes a batch; returns the boards of the slices that it closed."""
        found: list[Board] = []
        if batch.ids:
            columns = self.hands.read(batch, self.main.tables)
            times = np.array(batch.times, np.int64)
            found = self.main.take(columns, times)
            if self.further or self.census is not None:
                found += self._share(Heard(batch), columns, times, [board.at for board in found])
        for kernel in (self.main, *self._kernels()):
            kernel.delete(batch)
        return sorted(found, key=_place)

    def tick(self, now_us: int) -> list[Board]:
        """Closes the slices whose time is over at `now_us`."""
        found = self.main.tick(now_us)
        found += self._open(self.main.state.slice, [board.at for board in found])
        return sorted(found, key=_place)

    def finish(self) -> list[Board]:
        """Closes the open slice, as at the end of a recording."""
        found = self.main.finish()
        ends = [board.at for board in found]
        for one in self.further.values():
            one.pass_on()
            found += named(one, one.kernel.finish()) if one.kernel else self._blank(one, ends)
        return sorted([*found, *self._waiting(ends)], key=_place)

    def bar(self, barred: Barred, since: int) -> None:
        """Puts blocks in force on every board; see `Kernel.bar`."""
        for one in self.further.values():
            one.pass_on()
        for _, kernel in self._named_kernels():
            kernel.bar(barred, since)

    def kernel(self) -> Kernel:
        """A kernel for a board besides `all`, which has heard nothing yet."""
        main = self.main
        kernel = Kernel(self.plan.rules, main.tables, main.book, main.reader)
        kernel.counter = self.main.counter
        kernel.revising = self.main.revising
        kernel.barred, kernel.barring = main.barred, list(main.barring)
        return kernel

    def counted(self) -> list[Counted]:
        """What was counted for series at the closes since this was last called."""
        found = [*self._counted, *self.main.counted]
        self._counted.clear()
        self.main.counted.clear()
        for one in self.further.values():
            found += counted_of(one)
        return sorted(found, key=_place)

    def revisions(self) -> list[Revision]:
        """What closes took back since this was last called, in the order of their slices."""
        found = []
        for name, kernel in self._named_kernels():
            found += [revision_of(name, one) for one in kernel.revisions]
            kernel.revisions.clear()
        return sorted(found, key=lambda one: place(one.before, one.board))

    def foresee(self) -> list[Revision]:
        """What the next close will take back from each board; see `Kernel.foresee`."""
        found = []
        for name, kernel in self._named_kernels():
            if (one := kernel.foresee()) is not None:
                found.append(revision_of(name, one))
        return found

    def forget(self, chosen: Callable[[Ring], Ints]) -> tuple[int, list[Revision]]:
        """Buries posts at once on every board; how many on `all`, and what falls with them."""
        revisions, posts = [], 0
        for one in self.further.values():
            one.pass_on()
        for name, kernel in self._named_kernels():
            buried, found = kernel.forget(chosen)
            posts += buried * (name == ALL)
            revisions += [revision_of(name, found)] if found else []
        return posts, revisions

    def _named_kernels(self) -> Iterator[tuple[str, Kernel]]:
        yield ALL, self.main
        yield from ((name, one.kernel) for name, one in self.further.items() if one.kernel)

    def _kernels(self) -> Iterator[Kernel]:
        return (one.kernel for one in self.further.values() if one.kernel)

    def _share(self, heard: Heard, columns: Columns, times: Ints, ends: list[int]) -> list[Board]:
        """Gives every scope its posts, slice by slice; `ends` are those of `all`'s new boards."""
        found: list[Board] = []
        numbers = np.maximum.accumulate(np.maximum(times // self.plan.rules.slice_us, self.opened))
        edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), times.size]
        belong: dict[str, Ints] = {}
        for begin, end in pairwise(edges):
            found += self._open(int(numbers[begin]), ends)
            self._hear(heard, columns, begin, end)
            for name, one in self.further.items():
                if name not in belong:
                    belong[name] = one.takes(heard)
                posts = _between(belong[name], begin, end)
                if posts.size:
                    self._begin(one)
                    one.give(chosen(columns, posts), times[posts])
                elif not one.known:
                    one.known = knows(one.scope, heard, begin, end)
        return found

    def _begin(self, one: Further) -> None:
        if one.kernel is None:
            one.known = True
            one.kernel = self.kernel()
            one.kernel.state.slice = self.opened  # where all are, should its first post be late

    def _open(self, number: int, ends: list[int]) -> list[Board]:
        """Closes slices until `number` is the open one."""
        if self.opened < 0 or number <= self.opened:
            self.opened = max(self.opened, number)
            return []
        us = self.plan.rules.slice_us
        closed = [at for at in ends if self.opened * us < at <= number * us]
        found = self._waiting(closed)
        for one in self.further.values():
            one.pass_on()
            ticked = one.kernel.tick(number * us) if one.kernel else []
            found += named(one, ticked) if one.kernel else self._blank(one, closed)
        self._count(number - self.opened)
        self.opened = number
        return found

    def _hear(self, heard: Heard, columns: Columns, begin: int, end: int) -> None:
        if self.census:
            for tag, posts in heard.tags.items():
                said = _between(posts, begin, end)
                if said.size:
                    self.census.hear(tag, columns[2][0][said])

    def _count(self, steps: int) -> None:
        """Opens and ends language boards at the close of a slice."""
        if self.census:
            opened, ended = self.census.close(steps)
            for name in ended:
                self._counted += counted_of(self.further.pop(name))
            for name in opened:
                scope = Scope(name, "lang", name)
                self.further[name] = Further(scope, takes(scope), known=True)

    def _blank(self, one: Further, ends: list[int]) -> list[Board]:
        note = "" if one.known else UNKNOWN[one.scope.kind]
        return [self._empty(one.scope.name, at, note) for at in ends]

    def _waiting(self, ends: list[int]) -> list[Board]:
        """What stands for the boards of every language before there is one."""
        each, census = self.plan.each, self.census
        if each is None or census is None or census.boards:
            return []
        few = f"no language is spoken by {SPOKEN} people so far"
        return [self._empty(each.name, at, few if census.known else UNKNOWN["lang"]) for at in ends]

    def _empty(self, name: str, at: int, note: str) -> Board:
        learned = (0, self.plan.rules.learning)
        return Board(name, at, True, learned, 0, 0, (), note=note)


def _between(posts: Ints, begin: int, end: int) -> Ints:
    low, high = np.searchsorted(posts, (begin, end))
    return posts[low:high]
