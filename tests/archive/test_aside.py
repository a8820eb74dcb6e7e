"""A snapshot that a thread writes while the run goes on: what it holds, what is told of a failure.

What a crash leaves of it stands in `test_crashes`.
"""

from __future__ import annotations

import threading
import time
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from groundswell import settings
from groundswell.archive import Archive
from groundswell.engines import boards, loading
from groundswell.engines.keeping import Keeper
from groundswell.engines.memory import resolve
from groundswell.errors import ArchiveError
from groundswell.model import Batch
from groundswell.simulate import load_frames
from groundswell.sources.decode import FrameDecoder
from tests.figures import Figure, sized


class Held:
    """A hook that holds the writing thread at a point until it is let go."""

    def __init__(self, point: str) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        self._point = point

    def __call__(self, point: str) -> None:
        if point == self._point:
            self.reached.set()
            assert self.go.wait(30)


def test_it_holds_what_was_when_it_was_asked_for(tmp_path: Path) -> None:
    """What changes while it is written is not in it; until it is whole the one before counts."""
    held = Held("mid-snapshot")
    value = {"counts": np.arange(300_000), "names": ["ann"]}
    with Archive(tmp_path, points=held) as archive:
        archive.begin("live", {})
        archive.save_aside(value, 1, {"it": "1"})
        assert held.reached.wait(30)
        value["counts"][:] = 0
        value["names"].append("bob")
        assert not archive.saved()
        assert archive.position is None
        held.go.set()
        assert archive.saved(wait=True)
        assert archive.position is not None
        assert archive.position.cursors == {"it": "1"}
        found = archive.load(archive.position, resolve)
    assert found["counts"].tolist() == list(range(300_000))
    assert found["names"] == ["ann"]


def test_what_cannot_be_written_is_loud_and_the_one_before_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails under the thread is told to the run when it next looks."""
    with Archive(tmp_path) as archive:
        archive.begin("live", {})
        before = archive.save({"n": 1}, 1, {})
        monkeypatch.setattr("os.fsync", _fails)
        archive.save_aside({"n": 2}, 2, {})
        with pytest.raises(ArchiveError, match="expected to write"):
            archive.saved(wait=True)
        monkeypatch.undo()
        assert archive.position == before
        assert archive.load(before, resolve) == {"n": 1}
        assert archive.saved()
        archive.save({"n": 3}, 3, {})
        assert [path.name for path in (tmp_path / "snapshots").iterdir()] != []


def _fails(_: int) -> None:
    raise OSError(5, "Input/output error")


@pytest.mark.figure("snapshot")
@sized(4_000, 1_000_000, minutes=10)
def test_the_run_goes_on_while_it_is_written(size: int, tmp_path: Path, figure: Figure) -> None:
    """How long the run stands still, with the default memory; what is taken up is the same."""
    current = settings.of()
    one = loading.load_boards(settings.rules(current), boards.plan(current))
    made = load_frames(seed=5, posts_per_second=1_000)
    for _ in range(size // 2_000):
        batch = Batch()
        FrameDecoder().decode_many(batch, b"\n".join(islice(made, 2_000)))
        one.add(batch)
    with Archive(tmp_path) as archive:
        archive.begin("live", {})
        keeper = Keeper(archive)
        keeper.go_on(one, None, {})
        assert not list(keeper.again())  # nothing was journaled; until that is known none is kept
        began = time.monotonic()
        keeper.save(aside=True)
        stood = time.monotonic() - began
        archive.saved(wait=True)
        written = time.monotonic() - began
        position = archive.position
        assert position is not None
        began = time.monotonic()
        memory = archive.load(position, resolve)
        taken = time.monotonic() - began
    figure(
        f"{size:,} posts, {one.main.state.counts.used:,} terms: the run stood still for "
        f"{stood:.2f} s, {position.bytes / 1e6:.0f} MB were written in {written:.1f} s and are "
        f"taken up in {taken:.1f} s", trials=1,
    )  # fmt: skip
    assert memory.main.counts.used == one.main.state.counts.used
    assert memory.main.ring.texts.prepared == one.main.state.ring.texts.prepared
    assert np.array_equal(memory.main.ring.hashes, one.main.state.ring.hashes)
