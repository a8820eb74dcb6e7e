"""A run that is killed and goes on leaves what one leaves that was never killed: row for row."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest

from groundswell.archive import Archive
from groundswell.engines.memory import resolve
from groundswell.model import Batch
from tests.archive.conftest import Whole
from tests.archive.running import Death, Job, contents, finished, fired, keep, start
from tests.figures import Figure, drawn_seed, sized

POINTS = (
    ("before-rows", 1), ("mid-rows", 5), ("after-rows", 9), ("after-commit", 7),
    ("before-snapshot", 2), ("mid-snapshot", 3), ("after-snapshot", 2),
    ("after-snapshot-commit", 2),
)  # fmt: skip
"""Every point of a run of a recording, and at which visit of it; `mid-journal` is for sources
that cannot rewind, and stands in `test_journal`."""
EARLIER = (("after-rows", 1), ("mid-snapshot", 1))
"""The same points before there is a commit, or a snapshot, to go back to."""


@pytest.mark.figure("points")
@pytest.mark.parametrize(
    ("point", "nth"),
    [*POINTS, *(pytest.param(*one, marks=pytest.mark.soak) for one in EARLIER)],
)
def test_a_crash_at_every_named_point_loses_nothing(
    point: str, nth: int, whole: Whole, tmp_path: Path, figure: Figure
) -> None:
    """The process dies there, which the file that it wrote and its exit code prove; it goes on."""
    job = Job(whole.recording, tmp_path / "kept", crash=point, nth=nth, snapshot_s=120)
    assert finished(job) == -9
    assert fired(job).read_text() == point
    assert finished(Job(whole.recording, job.folder)) == 0
    figure("each point wrote that it fired; archive equal row for row", trials=1)
    assert contents(job.folder) == whole.rows


@pytest.mark.figure("points")
def test_crashes_one_after_the_other_lose_nothing(
    whole: Whole, tmp_path: Path, figure: Figure
) -> None:
    """Killed at every point in turn, each time a little later, then left alone."""
    folder = tmp_path / "kept"
    died = 0
    for nth, (point, _) in enumerate(POINTS, 2):
        job = Job(whole.recording, folder, crash=point, nth=min(nth, 2), snapshot_s=60)
        died += finished(job) == -9
    assert died >= 6
    assert finished(Job(whole.recording, folder)) == 0
    figure(f"killed {died} times in one archive: equal", trials=died)
    assert contents(folder) == whole.rows


def killed_at_random(whole: Whole, folder: Path, kills: int, seed: int, until: float) -> int:
    """Kills a run again and again, letting it come a little further each time; how often it did.

    When a run comes to its end first, a new archive is begun: each kill must meet a run at work.
    """
    chance = random.Random(seed)
    done = number = 0
    while done < kills and time.monotonic() < until:
        job = Job(whole.recording, folder / str(number), snapshot_s=chance.choice((60, 300)))
        process = start(keep, job)
        process.join(chance.uniform(0.05, 1.5))
        if process.is_alive():
            os.kill(process.pid, 9)
        process.join()
        done += process.exitcode == -9
        if process.exitcode == 0:
            assert contents(job.folder) == whole.rows
            number += 1
    last = Job(whole.recording, folder / str(number))
    assert finished(last) == 0
    assert contents(last.folder) == whole.rows
    return done


@pytest.mark.figure("kills")
@sized(10, int(os.environ.get("GROUNDSWELL_KILLS", "1000")), minutes=61)
def test_kills_at_random_times_lose_nothing(
    size: int, whole: Whole, tmp_path: Path, figure: Figure
) -> None:
    """So many times kill -9, at times that the printed seed draws, or as many as an hour has."""
    seed, most = drawn_seed(), 240 if size == 10 else 3_600
    done = killed_at_random(whole, tmp_path, size, seed, time.monotonic() + most)
    rows = sum(map(len, whole.rows.values()))
    figure(f"archive equal row for row ({rows:,} rows): 0 lost, 0 double", trials=done, seed=seed)
    assert done > 0


def dies(job: Job) -> None:
    """Keeps two snapshots, the second of them aside, and dies at a point of it."""
    with Archive(job.folder, points=Death(job)) as archive:
        archive.begin("live", {})
        archive.save({"n": 1}, 1, {"it": "1"})
        archive.journal.append("it", Batch(deleted=[("p1", 1)]))
        archive.save_aside({"n": 2}, 2, {"it": "2"})
        archive.journal.append("it", Batch(deleted=[("p2", 2)]))
        archive.saved(wait=True)


@pytest.mark.figure("points")
@pytest.mark.parametrize(
    ("point", "first", "n"),
    [("before-snapshot", 2, 1), ("mid-snapshot", 2, 1), ("after-snapshot", 2, 1),
     ("after-snapshot-commit", 2, 2)],
)  # fmt: skip
def test_a_crash_while_it_is_written_loses_nothing(
    point: str, first: int, n: int, tmp_path: Path, figure: Figure
) -> None:
    """The snapshot before, and all of the journal since it; or the new one and what came after."""
    job = Job(tmp_path, tmp_path / "kept", crash=point, nth=first)
    process = start(dies, job)
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert fired(job).read_text() == point
    with Archive(job.folder) as archive:
        assert archive.position is not None
        found = archive.load(archive.position, resolve)
        again = [batch.deleted for _, batch in archive.journal.read(archive.position.journal)]
    figure("a snapshot that a thread writes: it or the one before, with its journal", trials=1)
    assert found == {"n": n}
    assert again[0] == ([("p1", 1)] if n == 1 else [("p2", 2)])
