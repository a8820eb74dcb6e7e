"""A data folder as one file, made while a desk writes, and the folder made of it again.

The file is a tar of the database (copied by SQLite's own backup, page by page, while others
write), the snapshot that the copy points to, the journal after it, the list of who wants to be
left out, the articles of newsrooms, and rules of alerts. All of it is checked before it takes a
folder's place.
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import apsw

from groundswell.archive import codec, optouts
from groundswell.archive.database import FILE, connect, told, unwritable
from groundswell.archive.disk import sync
from groundswell.archive.optouts import LIST
from groundswell.archive.reading import Reader
from groundswell.archive.store import JOURNAL, SNAPSHOTS
from groundswell.errors import ArchiveError, UsageError
from groundswell.settings import ALERTS_FILE, PRESS_FILE

PAGES: Final = 1_000
"""Pages that are copied at a time: 4 MB."""
TRIES: Final = 5
"""Times that a copy is begun anew because its snapshot was replaced meanwhile."""

Advance = Callable[[int, int], None]


def backup(folder: Path, out: Path, *, advance: Advance = lambda _, __: None) -> int:
    """Writes a data folder into a file; returns its bytes. `advance` is told pages done and all.

    Raises:
        NothingToReadError: there is no archive in the folder.
        ArchiveError: it is damaged, or the file cannot be written.
    """
    with Reader(folder):
        pass  # says what is wrong before anything is written
    part = out.with_name(f"{out.name}.part")
    try:
        with told(out), tempfile.TemporaryDirectory(dir=out.parent, prefix=".backup-") as place:
            copy = Path(place)
            _gather(folder, copy, advance)
            with tarfile.open(part, "w") as tar:
                for path in sorted(copy.rglob("*")):
                    if path.is_file():
                        tar.add(path, arcname=str(path.relative_to(copy)))
            sync(part)
            part.replace(out)
            sync(out.parent)
        return out.stat().st_size
    finally:
        part.unlink(missing_ok=True)


def restore(file: Path, folder: Path) -> None:
    """Makes a data folder of a backup.

    Raises:
        UsageError: there is an archive in the folder already.
        ArchiveError: the file is no backup, or damaged; the folder stays as it was.
    """
    if (folder / FILE).exists():
        raise UsageError(
            f"expected no archive in {folder}, found one",
            hint="move it away first, or name another folder: GROUNDSWELL_DATA_DIR=…",
        )
    with told(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".restore-"))
    try:
        _unpack(file, place)
        with Reader(place) as reader:
            problems = reader.problems()
        if problems:
            raise ArchiveError(f"expected a whole backup in {file}, found: {problems[0]}",
                               hint="use another one")  # fmt: skip
        with told(folder):
            _put(place, folder)
        optouts.merge(folder, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _put(place: Path, folder: Path) -> None:
    """Moves what was unpacked; the database last, for it is what makes the folder an archive."""
    folder.mkdir(parents=True, exist_ok=True)
    _join_press(folder, place)
    if (folder / ALERTS_FILE).exists():
        (place / ALERTS_FILE).unlink(missing_ok=True)  # rules that stand are newer
    for name in (SNAPSHOTS, JOURNAL, PRESS_FILE, ALERTS_FILE, FILE):
        if (place / name).exists():
            if (folder / name).is_dir():
                shutil.rmtree(folder / name)
            (place / name).replace(folder / name)
    sync(folder)


def _join_press(folder: Path, place: Path) -> None:
    """Adds the articles that stand in a folder to those unpacked: the last line of one holds.

    The backup may end within a line, for it was made while a desk wrote; an empty line is none.
    """
    standing, brought = folder / PRESS_FILE, place / PRESS_FILE
    if standing.exists() and brought.exists():
        with brought.open("ab") as out, standing.open("rb") as lines:
            out.write(b"\n")
            shutil.copyfileobj(lines, out)
        sync(brought)


def _gather(folder: Path, copy: Path, advance: Advance) -> None:
    """A copy of the database, with a snapshot and a journal that belong to it."""
    for _ in range(TRIES):
        _copy_database(folder / FILE, copy / FILE, advance)
        connection = connect(copy / FILE, write=False)
        row = connection.execute("SELECT file, journal FROM snapshot").fetchone()
        connection.close()
        try:
            if row is not None:
                _copy(folder / SNAPSHOTS / str(row[0]), copy / SNAPSHOTS)
                codec.check(copy / SNAPSHOTS / str(row[0]))
            for path in sorted((folder / JOURNAL).glob("*.journal")):
                if row is None or int(path.stem) >= int(row[1]):
                    _copy(path, copy / JOURNAL)
            for name in (LIST, PRESS_FILE, ALERTS_FILE):
                if (folder / name).exists():
                    _copy(folder / name, copy)
        except FileNotFoundError:  # the desk has a newer one by now
            shutil.rmtree(copy / SNAPSHOTS, ignore_errors=True)
            shutil.rmtree(copy / JOURNAL, ignore_errors=True)
            continue
        return
    raise ArchiveError(
        f"expected {folder} to hold still for a moment, its snapshot changed {TRIES} times",
        hint="try again, or set `snapshot` to a longer time",
    )


def _copy_database(source: Path, target: Path, advance: Advance) -> None:
    target.unlink(missing_ok=True)
    reading, writing = connect(source, write=False), apsw.Connection(str(target))
    try:
        with writing.backup("main", reading, "main") as copying:
            while not copying.done:
                copying.step(PAGES)
                advance(copying.page_count - copying.remaining, copying.page_count)
        writing.pragma("journal_mode", "delete")  # one file, without a log beside it
    finally:
        writing.close()
        reading.close()


def _copy(path: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    shutil.copyfile(path, folder / path.name)


def _unpack(file: Path, place: Path) -> None:
    """Only what a backup holds, and only into the place given."""
    try:
        with tarfile.open(file, "r:") as tar:
            for member in tar:
                path = Path(member.name)
                known = path in {Path(FILE), Path(LIST), Path(PRESS_FILE), Path(ALERTS_FILE)} or (
                    len(path.parts) == 2 and path.parts[0] in {SNAPSHOTS, JOURNAL}
                )
                if not (member.isfile() and known and ".." not in path.parts):
                    raise ArchiveError(f"expected a backup in {file}, found {member.name!r} in it")
                (place / path).parent.mkdir(exist_ok=True)
                data = tar.extractfile(member)
                assert data is not None  # noqa: S101 -- it is a file
                with (place / path).open("wb") as out:
                    shutil.copyfileobj(data, out)
                sync(place / path)
    except tarfile.TarError as error:
        raise ArchiveError(
            f"expected a backup in {file}, got: {error}", hint="name one that `backup` wrote"
        ) from error
    except OSError as error:
        raise unwritable(file, error) from error
    if not (place / FILE).is_file():
        raise ArchiveError(f"expected a backup in {file}, found no {FILE} in it")
