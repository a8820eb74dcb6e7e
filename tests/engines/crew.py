"""Shards that are objects of this process, and streams that tell engines apart."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from groundswell.engines.boards import Boards, Plan
from groundswell.engines.hands import Alone, Hands
from groundswell.engines.loading import load_tables
from groundswell.engines.sharded import Sharded
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.terms.counting import Counting
from groundswell.kernel.terms.parts import Part
from groundswell.kernel.terms.shards import Answer, Shard, Step, owners
from groundswell.model import COLUMNS, AccountNews, Batch, Board
from groundswell.sources.recordings import Recording
from tests.nights import recorded

RULES = Rules(terms=1 << 12, ring_posts=1 << 11, ring_tokens=1 << 15, learning=4, read_posts=0)
"""Small: terms are forgotten, and posts of a slice leave the ring while it is open."""


class Here:
    """A `sharded.Crew` of objects."""

    restless = False

    def __init__(self, shards: int) -> None:
        self.owner = owners(shards)
        self.shards: list[Shard] = []
        self.rests = 0
        self.empty = 0
        """Steps without a run."""
        self._found: list[Answer] = []

    def step(self, step: Step) -> None:
        self.empty += step.run is None
        self._found = [shard.step(step) for shard in self.shards]

    def ready(self) -> bool:
        return True

    def answers(self) -> list[Answer]:
        return self._found

    def next_slice(self, steps: int) -> None:
        for shard in self.shards:
            shard.next_slice(steps)

    def ask(self, name: str, *args: Any) -> list[Any]:
        return [shard.ask(name, *args) for shard in self.shards]

    def load(self, parts: list[Part]) -> None:
        self.shards = [Shard(part, self.owner == i) for i, part in enumerate(parts)]

    def save(self) -> list[Part]:
        assert not any(shard.busy for shard in self.shards)
        return [shard.save() for shard in self.shards]

    def rest(self, *, closing: bool) -> None:
        self.rests += 1
        self.save()


@dataclass
class Several(Alone):
    """Hands that read here and count by shards."""

    shards: int
    crews: list[Here] = field(default_factory=list)

    def counting(self, counts: Counting) -> Counting:
        self.crews.append(Here(self.shards))
        return Sharded(self.crews[-1], counts)


def boards(hands: Hands | None = None, rules: Rules = RULES) -> Boards:
    """Boards without a lexicon or feelings: what is counted shows as it is."""
    return Boards(Kernel(rules, load_tables()), Plan(rules), hands or Alone())


def play(
    batches: list[Batch],
    hands: Hands | None = None,
    *,
    between: Callable[[int], None] = lambda _: None,
) -> list[str]:
    """The boards of a stream as JSON; `between` is called before each batch."""
    there, found = boards(hands), []
    for i, batch in enumerate(batches):
        between(i)
        there.hands.ahead(batch)
        found += there.add(batch)
    return told(found + there.finish())


def told(found: list[Board]) -> list[str]:
    """Boards as they are written."""
    return [json.dumps(one.to_dict()) for one in found]


@cache
def night(posts: int = 4_000, size: int = 400) -> tuple[Batch, ...]:
    """A part of the awards night, with posts that are late, taken back or hidden."""
    with TemporaryDirectory() as folder:
        path = recorded(Path(folder) / "night.ndjson", posts, first=8_500)
        whole = list(Recording(path).read())
    rows = [
        dict(zip(COLUMNS, row, strict=True))
        for batch in whole
        for row in zip(*(getattr(batch, name) for name in COLUMNS), strict=True)
    ]
    batches = []
    for begin in range(0, len(rows), size):
        part = rows[begin : begin + size]
        batch = Batch(**{name: [row[name] for row in part] for name in COLUMNS})
        _disturb(batch)
        batches.append(batch)
    return tuple(batches)


@cache
def alone() -> tuple[str, ...]:
    """The boards of the night by one process, which those of many must equal; played once."""
    return tuple(play(list(night())))


def _disturb(batch: Batch) -> None:
    """Some authors write again and again, some posts are late, deleted or of hidden accounts."""
    newest = max(batch.times)
    chance = np.random.default_rng(newest % 1_000)
    for i in np.flatnonzero(chance.random(len(batch)) < 0.3).tolist():
        batch.authors[i] = f"busy-{i % 40}"
    for i in np.flatnonzero(chance.random(len(batch)) < 0.02).tolist():
        batch.times[i] -= 90_000_000
    for i in np.flatnonzero(chance.random(len(batch)) < 0.03).tolist():
        batch.deleted.append((batch.ids[i], newest))
    batch.accounts.append(AccountNews(batch.authors[0], "hidden", newest))
    batch.accounts.append(AccountNews(batch.authors[1], "gone", newest))
