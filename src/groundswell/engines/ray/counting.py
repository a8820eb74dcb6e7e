"""The second tier: processes that each count the terms of some regions.

All counters are told the same steps. What they were told since the last checkpoint is held here, so
a counter that dies is begun again from its part of the checkpoint and told the rest once more; what
it had answered before is passed over. Nothing is lost and nothing is counted twice, and the others
need not know.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from groundswell.engines.sharded import Sharded
from groundswell.kernel.terms.counting import Counting
from groundswell.kernel.terms.counts import Counts
from groundswell.kernel.terms.parts import Part
from groundswell.kernel.terms.shards import Answer, Shard, Step, owners

LOG = logging.getLogger("groundswell")
TOLD: Final = 800_000
"""Posts that are held here before a checkpoint is due: 250 bytes each, in shared memory.

A checkpoint is of all terms: 50 MB of a million."""


class Counter:
    """What runs in another process."""

    def __init__(self, mine: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        self._mine = mine

    def load(self, part: Part) -> None:
        """Forgets all and remembers this."""
        self._shard = Shard(part, self._mine)

    def save(self) -> Part:
        """What it remembers; nothing may be under way."""
        return self._shard.save()

    def step(self, run: Any, words: Any, pairs: Any) -> Answer:
        """See `Shard.step`."""
        return self._shard.step(Step(run, words, pairs))

    def next_slice(self, steps: int) -> None:
        """See `Shard.next_slice`."""
        self._shard.next_slice(steps)

    def ask(self, name: str, *args: Any) -> Any:
        """See `Shard.ask`."""
        return self._shard.ask(name, *args)

    def pid(self) -> int:
        """Of its process."""
        return os.getpid()


class Counters:
    """A `sharded.Crew` of processes."""

    def __init__(self, ray: Any, counters: int, *, told: int = TOLD) -> None:
        self._ray = ray
        self._kind = ray.remote(Counter).options(num_cpus=1, scheduling_strategy="SPREAD")
        self.owner = owners(counters)
        self.actors = [self._begun(i) for i in range(counters)]
        self._most = told
        self._parts: list[Part] = []
        """The last checkpoint."""
        self._told: list[tuple[str, tuple[Any, ...]]] = []
        """What all counters were told since."""
        self._posts = 0
        self._promises: list[Any] = []
        self.revived = 0
        """Counters that died and were begun again."""
        self.checkpoints = 0

    def counting(self, counts: Counting) -> Counting:
        """Goes on counting with what one table, or this crew, knows."""
        return Sharded(self, counts) if isinstance(counts, Counts) else counts

    # -- Crew ------------------------------------------------------------------------------------

    def load(self, parts: list[Part]) -> None:
        """See `Crew`."""
        self._parts, self._told, self._posts = parts, [], 0
        for actor, part in zip(self.actors, parts, strict=True):
            actor.load.remote(part)

    def save(self) -> list[Part]:
        """See `Crew`. What was given stays in shared memory of this node while it is held here."""
        return self._all("save")

    def step(self, step: Step) -> None:
        """See `Crew`."""
        run = self._ray.put(step.run) if step.run is not None else None
        self._posts += step.run.salts.size if step.run is not None else 0
        self._promises = self._tell("step", run, step.words, step.pairs)

    def ready(self) -> bool:
        """See `Crew`."""
        promises = self._promises
        done, _ = self._ray.wait(promises, num_returns=len(promises), timeout=0)
        return len(done) == len(promises)

    def answers(self) -> list[Answer]:
        """See `Crew`."""
        return self._kept(self._promises, self._revive)

    def next_slice(self, steps: int) -> None:
        """See `Crew`."""
        self._tell("next_slice", steps)

    def ask(self, name: str, *args: Any) -> list[Any]:
        """See `Crew`."""
        return self._all("ask", name, *args)

    def rest(self, *, closing: bool) -> None:
        """See `Crew`: makes a checkpoint where enough was told since the last."""
        if self._posts >= (self._most * 3 // 4 if closing else self._most):
            self._parts, self._told, self._posts = self.save(), [], 0
            self.checkpoints += 1

    @property
    def restless(self) -> bool:
        """See `Crew`."""
        return self._posts >= self._most

    # -- processes -------------------------------------------------------------------------------

    def _begun(self, i: int) -> Any:
        return self._kind.remote(self.owner == i)

    def _tell(self, what: str, *args: Any) -> list[Any]:
        """Tells all counters the same, and holds it for those that die."""
        self._told.append((what, args))
        return [getattr(actor, what).remote(*args) for actor in self.actors]

    def _all(self, what: str, *args: Any) -> list[Any]:
        """What all counters say to a question, which changes nothing."""
        promises = [getattr(actor, what).remote(*args) for actor in self.actors]

        def again(i: int) -> Any:
            self._revive(i)
            return getattr(self.actors[i], what).remote(*args)

        return self._kept(promises, again)

    def _kept(self, promises: list[Any], again: Callable[[int], Any]) -> list[Any]:
        """What was promised; where a counter died, `again` begins it anew and promises again."""
        try:
            return list(self._ray.get(promises))
        except self._ray.exceptions.RayActorError:
            return [self._one(i, promise, again) for i, promise in enumerate(promises)]

    def _one(self, i: int, promise: Any, again: Callable[[int], Any]) -> Any:
        while True:
            try:
                return self._ray.get(promise)
            except self._ray.exceptions.RayActorError:
                promise = again(i)

    def _revive(self, i: int) -> Any:
        """Begins a counter again and tells it all anew; the promise of its last answer."""
        self.revived += 1
        LOG.warning("a counter died and is begun again", extra={"counter": i})
        actor = self.actors[i] = self._begun(i)
        promise = actor.load.remote(self._parts[i])
        for what, args in self._told:
            promise = getattr(actor, what).remote(*args)
        return promise
