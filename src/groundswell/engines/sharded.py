"""Counting by several shards, led from the process that has the ring.

Owns which step comes next, and puts together what the shards say; runs are cut by `cutting`. Who
the shards are and how they are asked is a `Crew`'s: processes of a cluster (`engines.ray`), or
objects of this one, as tests have it.

Posts are counted a run at a time, while this process goes on; whoever asks waits until all that
came before is counted. So answers are those of one table.
"""

from __future__ import annotations

import copy
from collections import deque
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from groundswell.engines.cutting import Cutter
from groundswell.kernel.basis.circular import put
from groundswell.kernel.basis.distinct import distinct
from groundswell.kernel.terms import sharding
from groundswell.kernel.terms.counting import Common, Found, Said
from groundswell.kernel.terms.counts import Counts
from groundswell.kernel.terms.parts import Part, parted, together
from groundswell.kernel.terms.shards import Answer, Bits, Run, Step, united

AHEAD: Final = 2
"""Runs that wait here while the shards count another; with more, whoever brings posts waits.

A single shard's are twice as long, and none waits: what is under way must still be in the ring."""

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]


class Crew(Protocol):
    """Shards that have every region once, and do what they are told in that order."""

    owner: Ints
    """Which shard has each region, shape (REGIONS,)."""

    def step(self, step: Step) -> None:
        """Gives all shards their next step, and does not wait."""

    def ready(self) -> bool:
        """Whether all shards have answered."""

    def answers(self) -> list[Answer]:
        """What all shards found at the last step; waits for it."""

    def next_slice(self, steps: int) -> None:
        """All shards close the open slice."""

    def ask(self, name: str, *args: Any) -> list[Any]:
        """What all shards answer to a question of `Counting` by its name."""

    def load(self, parts: list[Part]) -> None:
        """All shards forget what they had and remember these, one each."""

    def save(self) -> list[Part]:
        """What all shards remember; nothing may be under way."""

    @property
    def restless(self) -> bool:
        """Whether it wants to `rest` before more is counted."""

    def rest(self, *, closing: bool) -> None:
        """Is called when nothing is under way; `closing` when a slice was just closed."""


class Sharded:
    """`counting.Counting` by a crew."""

    def __init__(self, crew: Crew, counts: Counts) -> None:
        """Gives the terms of `counts` to a crew, and goes on from there."""
        self._crew = crew
        self._many = bool((crew.owner != crew.owner[0]).any())
        """Whether phrases need steps of their own: a single shard counts a run in one."""
        self._most = AHEAD if self._many else 0
        block_tokens = counts.regions.block_tokens if self._many else None
        self._cutter = Cutter(counts.people.copy(), counts.authors, block_tokens, self._put)
        self._run: Run | None = None
        """Whose words are being counted, or were at the last step."""
        self._before: Run | None = None
        self._asked = False
        """Whether a step is under way."""
        self._runs: deque[tuple[int, Run]] = deque()
        """Runs that no shard has seen yet, and the blocks that they are of."""
        self._block = -1
        """Of the last run that was given out."""
        self._words: Bits | None = None
        self._pairs: Bits | None = None
        """What the last step found."""
        self._back = np.empty(0, np.uint32)
        """The ring's, where distances are written."""
        self._forgot = counts.evicted
        """Terms that were forgotten before this crew began."""
        self.slice = counts.slice
        self._used, self._evicted = counts.used, 0
        crew.load(parted(counts, crew.owner))

    @property
    def authors(self) -> int:
        """See `Counting`."""
        return self._cutter.authors

    @property
    def used(self) -> int:
        """See `Counting`."""
        self._drain()
        return self._used

    @property
    def evicted(self) -> int:
        """See `Counting`."""
        self._drain()
        return self._forgot + self._evicted

    # -- counting --------------------------------------------------------------------------------

    def count(self, said: Said, first: Ints, sizes: NDArray[np.uint16], authors: Hashes) -> None:
        """See `Counting`."""
        if not first.size:
            return
        self._back = said.back
        self._cutter.count(said, first, sizes, authors)
        self._go_on(most=self._most)

    def let_go(self, said: Said, first: Ints, sizes: NDArray[np.uint16], authors: Hashes) -> None:
        """See `Counting`."""
        if not first.size:
            return
        self._cutter.let_go(said, first, sizes, authors)

    def next_slice(self, steps: int = 1) -> None:
        """See `Counting`."""
        self._drain()
        self._cutter.next_slice()
        self.slice += steps
        self._crew.next_slice(steps)
        self._crew.rest(closing=True)

    def _put(self, block: int, run: Run) -> None:
        self._runs.append((block, run))
        self._go_on(most=self._most)

    def _go_on(self, *, most: int) -> None:
        """Gives out steps as far as nobody is waited for; waits while more than `most` runs do.

        Where a block of tokens begins terms may be forgotten, so all phrases before it are counted
        first: triples at the beginning of that very step.
        """
        while self._runs or most < 0:
            if self._asked:
                if len(self._runs) <= most and not self._crew.ready():
                    return
                self._take()
            under_way = self._many and (self._run is not None or self._before is not None)
            if not self._runs and not under_way:
                return
            if under_way and (not self._runs or self._waits(self._runs[0][0])):
                self._step(None)
                continue
            if self._crew.restless:
                self._crew.rest(closing=False)
            self._block, run = self._runs.popleft()
            self._step(run)

    def _waits(self, block: int) -> bool:
        """Whether phrases must be counted before a run of that block can be."""
        return self._crew.restless or (self._run is not None and block != self._block)

    def _step(self, run: Run | None) -> None:
        self._crew.step(Step(run, self._words, self._pairs))
        self._before, self._run, self._asked = self._run, run, True

    def _take(self) -> None:
        """Takes what the last step found: which words and pairs are alive by all shards."""
        answers = self._crew.answers()
        self._asked = False
        self._used = sum(one.used for one in answers)
        self._evicted = sum(one.evicted for one in answers)
        self._words = _any([one.words for one in answers])
        self._pairs = _any([one.pairs for one in answers])
        if self._run is not None:
            given = [one.back for one in answers if one.back is not None]
            if not self._many:
                put(self._back, self._run.base, given[0])
                return
            starts = np.concatenate(([0], np.cumsum([one.size for one in given])))
            sharding.link(
                self._back, self._run.hashes, self._run.base, self._crew.owner,
                np.concatenate(given), starts,
            )  # fmt: skip

    def _drain(self) -> None:
        """Waits until all posts are counted."""
        self._cutter.flush()
        self._go_on(most=-1)

    # -- asking ----------------------------------------------------------------------------------

    def _ask(self, name: str, *args: Any) -> list[Any]:
        self._drain()
        return self._crew.ask(name, *args)

    def find(self, keys: Hashes) -> Found:
        """See `Counting`."""
        return united(self._ask("find", distinct(keys)))

    def said_now(self, keys: Hashes) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """See `Counting`."""
        posts, people = zip(*self._ask("said_now", keys), strict=True)
        return np.sum(posts, axis=0, dtype=np.uint32), np.sum(people, axis=0, dtype=np.uint32)

    def people_now(self, keys: Hashes) -> NDArray[np.uint32]:
        """See `Counting`."""
        return self.said_now(keys)[1]

    def commonest_now(self, *, most: int, least: int) -> list[Common]:
        """See `Counting`."""
        found = [one for part in self._ask("commonest_now", most, least) for one in part]
        return sorted(found, key=lambda one: (-one.people, one.key))[:most]

    def words_now(self, least: float = 0) -> tuple[Hashes, NDArray[np.float64]]:
        """See `Counting`."""
        keys, people = (np.concatenate(column) for column in zip(*self._ask("words_now", least),
                                                                 strict=True))  # fmt: skip
        order = np.argsort(keys, kind="stable")
        return keys[order], people[order]

    def candidates(
        self,
        volumes: NDArray[np.float32],
        *,
        min_authors: float,
        z: float,
        share: float,
        prior: float,
    ) -> Found:
        """See `Counting`."""
        return united(self._ask("candidates", volumes, min_authors, z, share, prior))

    # -- beside ----------------------------------------------------------------------------------

    def apart(self) -> Sharded:
        """See `Counting`."""
        self._drain()
        other = copy.copy(self)
        other._crew, other._cutter = _Onlooker(self._crew), copy.copy(self._cutter)
        return other

    def whole(self) -> Counts:
        """The same in one table, as a snapshot keeps it."""
        self._drain()
        found = together(self._crew.save(), self._crew.owner)
        found.people, found.totals[1] = self._cutter.people, self.authors
        found.evicted = self._forgot + self._evicted
        return found


class _Onlooker:
    """A crew that is asked and not told anything: what is done to it is not done."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self.owner = crew.owner
        self.ask, self.save = crew.ask, crew.save
        self.restless = False

    def step(self, step: Step) -> None:  # noqa: ARG002 -- as `Crew` has it
        raise AssertionError("expected questions, got posts to count")

    def ready(self) -> bool:
        return True

    def answers(self) -> list[Answer]:
        return []

    def next_slice(self, steps: int) -> None:
        pass

    def load(self, parts: list[Part]) -> None:  # noqa: ARG002 -- as `Crew` has it
        raise AssertionError("expected questions, got terms to remember")

    def rest(self, *, closing: bool) -> None:
        pass


def _any(bits: list[Bits | None]) -> Bits | None:
    """Flags that stand in any of several rows; None where nobody gives one."""
    given = [one for one in bits if one is not None]
    return np.bitwise_or.reduce(given) if given else None
