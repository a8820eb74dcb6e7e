"""The engine of many processes: equal boards for any number, and nothing lost with one of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from groundswell.archive import codec
from groundswell.engines import following, local
from groundswell.engines.hands import Alone
from groundswell.engines.memory import remembered, resolve, take_up
from groundswell.engines.ray.cluster import Cluster, Wanted
from groundswell.engines.ray.counting import Counters
from groundswell.engines.run import Run
from groundswell.errors import UsageError
from groundswell.kernel.pipeline import Rules
from groundswell.kernel.terms.counting import Counting
from groundswell.model import Batch, Board
from groundswell.sources.recordings import Recording
from tests.archive.running import contents
from tests.engines import crew
from tests.engines.crew import boards, night, play, told
from tests.engines.test_local import Script
from tests.nights import recorded

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Three counters and a reader, on this machine."""
    pytest.importorskip("ray", reason="needs groundswell[ray]")
    with Cluster(Wanted(3, memory_mb=256)) as begun:
        yield begun


@pytest.fixture
def alone() -> list[str]:
    """The boards of one process."""
    return list(crew.alone())


class Team(Alone):
    """The cluster's readers, and so many counters of its own."""

    def __init__(self, cluster: Cluster, counters: int, *, told: int = 4_000) -> None:
        for actor in cluster.counters.actors:
            cluster._ray.kill(actor)
        self.readers = cluster.readers
        self.counters = cluster.counters = Counters(cluster._ray, counters, told=told)
        self._ray = cluster._ray
        self.counts: Any = None

    @property
    def most(self) -> int:
        return self.readers.most

    def ahead(self, batch: Any) -> bool:
        return self.readers.ahead(batch)

    def read(self, batch: Any, tables: Any) -> Any:
        return self.readers.read(batch, tables)

    def counting(self, counts: Counting) -> Counting:
        self.counts = self.counters.counting(counts)
        return self.counts

    def kill(self, actor: Any) -> None:
        """As the system does when memory is short."""
        os.kill(self._ray.get(actor.pid.remote()), signal.SIGKILL)


@pytest.mark.parametrize(
    "workers",
    [pytest.param(1, marks=pytest.mark.soak), 2, pytest.param(3, marks=pytest.mark.soak)],
)
def test_boards_are_those_of_one_process(
    cluster: Cluster, alone: list[str], workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For any number of workers; also with forgotten terms, late posts, deletions, hidden people.

    All posts go through the readers, however few they are.
    """
    monkeypatch.setattr("groundswell.engines.ray.reading.FEW", 1)
    assert play(list(night()), Team(cluster, workers)) == alone


def test_a_killed_counter_loses_nothing_and_doubles_nothing(
    cluster: Cluster, alone: list[str]
) -> None:
    """Counters die before and after a checkpoint, and while they count; boards stay the same."""
    team = Team(cluster, 2, told=2_000)

    def kill(i: int) -> None:
        if i in {3, 7}:
            team.kill(team.counters.actors[i % 2])

    assert play(list(night()), team, between=kill) == alone
    assert (team.counters.revived, team.counters.checkpoints > 0) == (2, True)


def test_a_killed_reader_s_posts_are_read_again(
    cluster: Cluster, alone: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader dies with batches in its hands."""
    monkeypatch.setattr("groundswell.engines.ray.reading.FEW", 1)
    team, batches = Team(cluster, 1), list(night())
    for batch in batches:
        assert team.ahead(batch)
    team.readers._send()
    for actor in team.readers.actors:
        team.kill(actor)
    assert play(batches, team) == alone


def test_who_brings_posts_waits_for_who_reads_them(cluster: Cluster) -> None:
    """No more is given to readers than a few groups each, whatever is there to give."""
    team, given = Team(cluster, 1), 0
    batches = [replace(batch) for _ in range(12) for batch in night()]
    while given < len(batches) and team.ahead(batches[given]):
        given += 1
    assert given < len(batches)
    assert team.readers.deepest < team.readers.most + len(batches[0])
    team.read(batches[given - 1], boards().main.tables)  # those before are let go of
    assert team.ahead(batches[given])


def test_a_run_goes_on_alone_where_a_cluster_kept_it(
    cluster: Cluster, alone: list[str], tmp_path: Path
) -> None:
    """A snapshot says nothing of who counted."""
    batches, found = list(night()), []
    half = len(batches) // 2
    there = boards(Team(cluster, 3))
    for batch in batches[:half]:
        found += there.add(batch)
    with (tmp_path / "kept").open("wb") as file:
        codec.write(file, remembered(there, None, 0, 0, 0))
    there = boards()
    take_up(there, codec.read(tmp_path / "kept", resolve))
    for batch in batches[half:]:
        found += there.add(batch)
    assert told(found + there.finish()) == alone


def test_a_replay_reads_ahead_and_tells_the_same(cluster: Cluster, tmp_path: Path) -> None:
    """The engine's own way: a recording, put in order, read by others while it is counted."""
    path = recorded(tmp_path / "night.ndjson", 4_000, first=8_500)
    runs = []
    for hands in (None, Team(cluster, 2)):
        found: list[Board] = []
        run = Run(on_board=found.append)
        local.replay(Recording(path), Rules(read_posts=0), run, hands=hands)
        runs.append(told(found))
    assert runs[0] == runs[1]
    assert isinstance(hands, Team)
    assert hands.readers.deepest > 0


def test_without_ray_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for it and does not have it reads what to install."""
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"groundswell\[ray\]"), Cluster(Wanted(2)):
        pass


def test_a_second_run_in_one_process_is_refused(cluster: Cluster) -> None:
    """And the first one goes on."""
    with pytest.raises(UsageError, match="no other run"), Cluster(Wanted(1)):
        pass
    assert cluster._ray.is_initialized()


def test_live_batches_are_read_while_they_wait(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits in the inbox of a live run goes to the readers; all is counted, and it ends."""
    monkeypatch.setattr("groundswell.engines.ray.reading.FEW", 1)
    team, found = Team(cluster, 1), []
    batches = [replace(batch, deleted=[], accounts=[]) for batch in night()]
    total, stop = sum(map(len, batches)), threading.Event()
    read = 0

    def count(batch: Batch) -> None:
        nonlocal read
        read += len(batch)
        if read == total:
            stop.set()

    run = Run(on_board=found.append, on_batch=count, stop=stop)
    source = Script(batches, live=True)
    summary = following.live([source], Rules(read_posts=0), run, hands=team)
    assert (summary.read, len(found) > 5) == (total, True)
    assert team.readers.deepest > 0


@pytest.mark.soak
def test_a_killed_head_is_gone_on_with(tmp_path: Path) -> None:
    """`replay --keep --engine ray` dies in the middle; one process goes on: equal rows."""
    pytest.importorskip("ray", reason="needs groundswell[ray]")
    recording = recorded(tmp_path / "night.ndjson", 9_000, first=8_500)
    command = [sys.executable, "-m", "groundswell", "replay", str(recording), "--keep",
               "--format", "ndjson", "--no-summary"]  # fmt: skip

    def begin(folder: str, *more: str) -> subprocess.Popen[str]:
        place = {"GROUNDSWELL_DATA_DIR": str(tmp_path / folder), "GROUNDSWELL_SNAPSHOT": "120"}
        return subprocess.Popen(
            [*command, *more], env=os.environ | place, stdout=subprocess.PIPE, text=True
        )

    with begin("whole") as whole:
        told_whole = list(whole.stdout or ())
    with begin("killed", "--engine", "ray", "--workers", "2") as killed:
        for _ in range(12):
            assert killed.stdout
            assert killed.stdout.readline()
        killed.kill()
    with begin("killed", "--resume") as resumed:
        told_after = list(resumed.stdout or ())
    assert told_after == told_whole[-len(told_after) :]
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
