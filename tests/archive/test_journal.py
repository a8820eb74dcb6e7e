"""What a source that cannot rewind gave is counted once, whatever ended the run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundswell.archive import Archive, Journal
from groundswell.engines import local
from groundswell.engines.keeping import Keeper
from groundswell.engines.run import Run
from groundswell.errors import ArchiveError
from groundswell.kernel.pipeline import Rules
from groundswell.model import MICROSECONDS, Batch
from groundswell.sources.recordings import Recording
from tests.archive.conftest import Whole
from tests.archive.running import Death, Job, contents, fired, start
from tests.conftest import batch_of
from tests.figures import Figure


class Pipe:
    """A recording as if it came through a pipe: what was given is gone, and `given` counts it."""

    live = False
    simulated = True
    rewinds = False

    def __init__(self, recording: Path, given: Path) -> None:
        self.name = "pipe"
        self._recording, self._given = recording, given

    def read(self, after: str = "") -> Iterator[Batch]:
        assert after == ""
        gone = len(self._given.read_bytes()) if self._given.exists() else 0
        for number, batch in enumerate(Recording(self._recording).read()):
            for part, begin in enumerate(range(0, len(batch), 500)):
                if number * 100 + part < gone:
                    continue
                self._given.write_bytes(b"." * (number * 100 + part + 1))
                rows = slice(begin, begin + 500)
                yield Batch(
                    batch.ids[rows], batch.texts[rows], batch.times[rows], batch.authors[rows],
                    batch.langs[rows], batch.replies[rows], batch.urls[rows], batch.links[rows],
                    source=self.name,
                )  # fmt: skip

    def close(self) -> None: ...


def pipe(job: Job, given: Path) -> None:
    """Runs a job whose recording comes through a pipe."""
    with Archive(job.folder, points=Death(job)) as archive:
        if archive.stream is None:
            archive.begin("replay", {})
        keeper = Keeper(archive, every_us=300 * MICROSECONDS)
        keeper.commit_seconds, keeper.share = 0.0, 1e9
        run = Run(on_board=lambda _: None, keeper=keeper, stop=threading.Event())
        rules = Rules(terms=1 << 15, ring_posts=1 << 12, ring_tokens=1 << 16)
        local.replay(Pipe(job.recording, given), rules, run)  # type: ignore[arg-type]


def ends(job: Job, given: Path) -> int:
    process = start(pipe, job, given)
    process.join(120)
    return int(process.exitcode)


@pytest.mark.figure("pipe")
def test_a_pipe_is_counted_once_through_crashes(
    whole: Whole, tmp_path: Path, figure: Figure
) -> None:
    """Killed before, at and after snapshots, the pipe goes on where it was; nothing is missing.

    A batch that is being received when the process dies (`mid-journal`) was never counted and is
    the pipe's to give again, as here.
    """
    alone = Job(whole.recording, tmp_path / "alone")
    assert ends(alone, tmp_path / "alone.given") == 0
    job, given = Job(whole.recording, tmp_path / "kept"), tmp_path / "given"
    for point, nth in (("after-commit", 3), ("mid-snapshot", 1), ("after-snapshot", 1),
                       ("after-snapshot-commit", 1), ("after-rows", 2)):  # fmt: skip
        dies = Job(whole.recording, job.folder, crash=point, nth=nth)
        assert ends(dies, given) == -signal.SIGKILL
        assert fired(dies).read_text() == point
    assert ends(job, given) == 0
    expected = contents(alone.folder)
    figure("archive equal row for row; each of five points wrote that it fired", trials=5)
    assert contents(job.folder) == expected
    assert len(expected["slice"]) > 10


def test_a_batch_is_on_disk_before_it_is_counted(whole: Whole, tmp_path: Path) -> None:
    """Killed while a batch is being written: the torn end is passed over, all before is there."""
    job = Job(whole.recording, tmp_path / "kept", crash="mid-journal", nth=4)
    assert ends(job, tmp_path / "given") == -signal.SIGKILL
    assert fired(job).read_text() == "mid-journal"
    records = list(Journal(job.folder / "journal").read(0))
    assert [len(batch) for _, batch in records] == [500, 500, 500]
    assert {key for key, _ in records} == {"pipe"}


def test_snapshots_drop_the_journal(whole: Whole, tmp_path: Path) -> None:
    """A whole run leaves of the journal no more than what came after its last snapshot."""
    job = Job(whole.recording, tmp_path / "kept")
    assert ends(job, tmp_path / "given") == 0
    held = sum(path.stat().st_size for path in (job.folder / "journal").iterdir())
    posts = sum(len(batch) for batch in Recording(whole.recording).read())
    kept = sum(len(batch) for _, batch in Journal(job.folder / "journal").read(0))
    assert kept < posts / 2
    assert held < 1_000_000


def test_damage_within_a_journal_is_loud(tmp_path: Path) -> None:
    """A flipped byte before the last record is an error; in the last one it is a torn end."""
    journal = Journal(tmp_path)
    for number in range(3):
        journal.append("it", batch_of((number, "ann", "hello"), first=number))
    journal.close()
    path = next(tmp_path.iterdir())
    good = path.read_bytes()
    path.write_bytes(good[:-3] + b"!" + good[-2:])
    assert [batch.ids for _, batch in Journal(tmp_path).read(0)] == [["p0"], ["p1"]]
    path.write_bytes(good[:20] + b"!" + good[21:])
    with pytest.raises(ArchiveError, match="damage"):
        list(Journal(tmp_path).read(0))


def test_a_new_writer_never_writes_behind_a_torn_end(tmp_path: Path) -> None:
    """What comes after a crash stands in a segment of its own, and all is read in order."""
    first = Journal(tmp_path)
    first.append("it", batch_of((0, "ann", "hello")))
    first.close()
    path = next(tmp_path.iterdir())
    with path.open("ab") as file:
        file.write(b"\xff\x00\x00\x00torn")
    second = Journal(tmp_path)
    second.append("it", batch_of((1, "ann", "again"), first=1))
    second.close()
    assert [batch.ids for _, batch in Journal(tmp_path).read(0)] == [["p0"], ["p1"]]
    second.drop(2)
    assert [batch.ids for _, batch in Journal(tmp_path).read(0)] == [["p1"]]
    assert [path.name for path in tmp_path.iterdir()] == ["00000002.journal"]
