"""A full or broken disk: loud, the place in the stream not moved, and whole again afterwards."""

from __future__ import annotations

import resource
import signal
import sys
from pathlib import Path

import apsw
import pytest

from groundswell.archive import Archive
from groundswell.archive.database import check_version
from groundswell.archive.schema import MIGRATIONS, migrate, version
from groundswell.errors import ArchiveError
from groundswell.model import MICROSECONDS, Board, Counted, TermCount
from tests.archive.conftest import Whole
from tests.archive.running import Job, contents, finished, keep, start
from tests.figures import Figure

MINUTE = 60 * MICROSECONDS
FULL = 7
"""Exit code of a run that ended with an archive error."""


def full(job: Job, room: int) -> None:
    """Runs a job on a disk where no file may be larger than `room` bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        keep(job)
    except ArchiveError as error:
        job.folder.with_suffix(".said").write_text(str(error))
        sys.exit(FULL)


@pytest.mark.figure("disk")
@pytest.mark.parametrize("room", [240_000, 360_000])
def test_a_full_disk_is_loud_and_loses_nothing(
    room: int, whole: Whole, tmp_path: Path, figure: Figure
) -> None:
    """The run ends with words, what it had committed stands, and with room it goes on to equal."""
    job = Job(whole.recording, tmp_path / "kept")
    process = start(full, job, room)
    process.join(120)
    assert process.exitcode == FULL
    assert "make room" in job.folder.with_suffix(".said").read_text()
    with Archive(job.folder) as archive:
        stream, before = archive.stream, contents(job.folder)
    assert stream is not None
    ends = [row[0] for row in before["slice"]]
    assert stream.committed == max(ends, default=0)
    assert finished(job) == 0
    figure("an error with words, the place not moved; with room again: equal", trials=1)
    assert contents(job.folder) == whole.rows


class Broken(apsw.VFS):
    """A disk that fails to write from some write on."""

    def __init__(self) -> None:
        self.left = 1 << 30
        super().__init__("broken", "")

    def xOpen(self, name: object, flags: list[int]) -> BrokenFile:  # noqa: N802 -- SQLite's name
        return BrokenFile(self, name, flags)


class BrokenFile(apsw.VFSFile):
    def __init__(self, disk: Broken, name: object, flags: list[int]) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 -- SQLite's name
        self._disk.left -= 1
        if self._disk.left < 0:
            raise apsw.IOError("the disk fails")
        super().xWrite(data, offset)


def board(at: int) -> Board:
    return Board("all", at, False, (1, 1), 5, 4, (), newest=at - 1)


@pytest.mark.figure("disk")
@pytest.mark.parametrize("writes", [0, 1, 2, 5])
def test_an_input_output_error_moves_nothing(
    writes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    """A commit that meets EIO at its first or a later write leaves neither rows nor cursor."""
    disk = Broken()
    real = apsw.Connection
    monkeypatch.setattr(apsw, "Connection", lambda path, **given: real(path, vfs="broken", **given))
    terms = Counted(2 * MINUTE, tuple(TermCount(f"t{i}", 1, 1) for i in range(300)), ())
    with Archive(tmp_path / "kept") as archive:
        archive.begin("replay", {})
        archive.commit([board(MINUTE)], [], {"it": "line:1"})
        disk.left = writes
        with pytest.raises(ArchiveError, match="expected to write"):
            archive.commit([board(2 * MINUTE)], [terms], {"it": "line:2"})
        assert disk.left < 0
        disk.left = 1 << 30
    with Archive(tmp_path / "kept") as archive:
        stream = archive.stream
        assert stream is not None
        assert (stream.committed, stream.cursors) == (MINUTE, {"it": "line:1"})
        archive.commit([board(2 * MINUTE)], [terms], {"it": "line:2"})
    monkeypatch.undo()
    figure("neither rows nor place after EIO; the next run commits them", trials=1)
    assert len(contents(tmp_path / "kept")["series"]) == 300


def test_a_slice_that_comes_twice_is_refused(tmp_path: Path) -> None:
    """Double rows are impossible: the archive refuses them and keeps what it has."""
    with Archive(tmp_path / "kept") as archive:
        archive.begin("replay", {})
        archive.commit([board(MINUTE)], [], {"it": "line:1"})
        with pytest.raises(ArchiveError, match="again"):
            archive.commit([board(MINUTE)], [], {"it": "line:9"})
        assert archive.stream is not None
        assert archive.stream.cursors == {"it": "line:1"}


def test_one_writer_a_folder(tmp_path: Path) -> None:
    """A second writer is told that the folder is taken, and the first is not disturbed."""
    with Archive(tmp_path / "kept") as archive:
        with pytest.raises(ArchiveError, match="another groundswell"):
            Archive(tmp_path / "kept")
        archive.begin("replay", {})
    with Archive(tmp_path / "kept") as archive:
        assert archive.stream is not None


def test_a_damaged_file_is_loud(tmp_path: Path) -> None:
    """What is no database is refused, with what to do."""
    (tmp_path / "archive.sqlite").write_bytes(b"not a database" * 400)
    with pytest.raises(ArchiveError, match="restore"):
        Archive(tmp_path)


def test_an_old_sqlite_is_refused() -> None:
    """Versions with the WAL-reset bug are refused; the one in use is none of them."""
    for old in ("3.7.0", "3.45.1", "3.51.2"):
        with pytest.raises(ArchiveError, match="can lose commits"):
            check_version(old)
    check_version(apsw.sqlite_lib_version())


@pytest.mark.parametrize("before", range(len(MIGRATIONS)))
def test_every_version_is_brought_up_to_date(before: int, tmp_path: Path) -> None:
    """From each earlier version: what was in it stays, and it is as one that was made new."""
    db = apsw.Connection(str(tmp_path / "archive.sqlite"))
    migrate(db, to=before)
    if before:
        db.execute("INSERT INTO board (name) VALUES ('all')")
        db.execute("INSERT INTO slice VALUES (60000000, 1, 0, 1, 1, 5, 4, 0, 59999999, '')")
    db.close()
    with Archive(tmp_path) as archive:
        archive.begin("replay", {})
    with Archive(tmp_path / "new"):
        pass
    schemas = []
    for folder in (tmp_path, tmp_path / "new"):
        db = apsw.Connection(str(folder / "archive.sqlite"))
        assert version(db) == len(MIGRATIONS)
        schemas.append(sorted(db.execute("SELECT sql FROM sqlite_master").fetchall(), key=repr))
        db.close()
    assert schemas[0] == schemas[1]
    assert len(contents(tmp_path)["slice"]) == (1 if before else 0)


def test_a_later_version_is_refused(tmp_path: Path) -> None:
    """An archive of a newer groundswell is not touched."""
    with Archive(tmp_path):
        pass
    db = apsw.Connection(str(tmp_path / "archive.sqlite"))
    db.pragma("user_version", 99)
    db.close()
    with pytest.raises(ArchiveError, match="version 99"):
        Archive(tmp_path)


def test_the_file_is_set_to_outlast_a_power_cut(tmp_path: Path) -> None:
    """WAL, synchronous FULL, and deleted pages overwritten."""
    with Archive(tmp_path) as archive:
        asked = {name: archive._db.pragma(name) for name in ("journal_mode", "synchronous",
                                                             "secure_delete")}  # fmt: skip
    assert asked == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}
