"""A run's memory taken up by another run goes on to the same boards, wherever it was taken."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from groundswell import settings
from groundswell.archive import codec
from groundswell.engines import boards, local
from groundswell.engines.boards import Boards
from groundswell.engines.memory import remembered, resolve, take_up
from groundswell.engines.ordering import in_order
from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.memory.state import State
from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.posts import ring
from groundswell.kernel.terms.counts import Counts
from groundswell.kernel.text.tokens import Tables
from groundswell.model import AccountNews, Batch, Board
from groundswell.sources.recordings import Recording
from tests.conftest import batch_of
from tests.nights import recorded


def records(value: Any) -> set[type[Any]]:
    """The dataclasses and named tuples that a value is made of."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = [getattr(value, part.name) for part in fields(value)]
    elif isinstance(value, dict):
        parts = [*value, *value.values()]
    else:
        parts = list(value) if isinstance(value, list | tuple | set | frozenset) else []
    own = {type(value)} if is_dataclass(value) or hasattr(value, "_fields") else set()
    return own.union(*map(records, parts))


def told(found: list[Board]) -> list[object]:
    return [(board.to_dict(), [event.to_dict() for event in board.events]) for board in found]


@pytest.mark.parametrize("scopes", [[], ["lang:*", "the=match:(?i)the", "host:bsky.social"]])
def test_memory_goes_through_a_file_and_on(
    scopes: list[str], tables: Tables, tmp_path: Path
) -> None:
    """At many places of a night, with and without further boards; even the events are the same."""
    recording = recorded(tmp_path / "night.ndjson", 3_600, first=8_000)
    batches = list(in_order(Recording(recording).read(), local.ALLOWANCE_US))
    current = settings.of(boards=scopes, terms=1 << 14, ring_posts=1 << 11)
    rules, plan = settings.rules(current), boards.plan(current)

    def fresh() -> Boards:
        return Boards(Kernel(rules, tables), plan)

    def fed(run: Boards, given: list[Batch]) -> list[Board]:
        return list(chain.from_iterable(run.add(batch) for batch in given))

    one = fresh()
    whole = fed(one, batches) + one.finish()
    assert len(whole) > 10
    assert any(board.events for board in whole)
    first, before, done = fresh(), list[Board](), 0
    for cut in range(1, len(batches), max(1, len(batches) // 3)):
        second = fresh()
        before += fed(first, batches[done:cut])  # that it was written down does not disturb it
        done = cut
        path = tmp_path / f"{cut}.snapshot"
        with path.open("wb") as file:
            memory = remembered(first, None, 0, 0, 0)
            codec.write(file, memory)
        assert all(resolve(codec.name_of(kind)) is kind for kind in records(memory))
        take_up(second, codec.read(path, resolve))
        assert told(before + fed(second, batches[cut:]) + second.finish()) == told(whole)


def test_only_what_a_run_remembers_is_taken_up() -> None:
    """A snapshot can name what memory is made of, wherever that stood once, and nothing else."""
    for name in ("system", "os:system", "groundswell.cli.app:main", "np", "int", "Settings", ""):
        with pytest.raises(KeyError):
            resolve(name)
    assert resolve("State") is resolve("groundswell.kernel.nowhere:State") is State
    assert resolve("Counts") is Counts


def test_what_is_taken_back_is_remembered(tables: Tables, tmp_path: Path) -> None:
    """News of accounts, deletions and edits that no close has settled yet go through a file."""
    rules = settings.rules(settings.of(terms=1 << 14, ring_posts=1 << 11))
    one = Boards(Kernel(rules, tables), boards.Plan(rules))
    batch = batch_of((60, "ann", "hello there"), (61, "bob", "hello again"))
    batch.deleted = [("p1", 62_000_000)]
    batch.accounts = [AccountNews("ann", "hidden", 62_000_000)]
    one.add(batch)
    path = tmp_path / "it"
    with path.open("wb") as file:
        codec.write(file, remembered(one, None, 0, 0, 0))
    two = Boards(Kernel(rules, tables), boards.Plan(rules))
    take_up(two, codec.read(path, resolve))
    ann = int(hash_strings(["ann"])[0])
    assert two.main.state.gone.news == [(ann, "hidden", 62_000_000)]
    one.finish()
    two.finish()
    flags = [run.main.state.ring.flags[:2].tolist() for run in (one, two)]
    assert flags[0] == flags[1] == [ring.HIDDEN, ring.DELETED]
