"""What was kept comes out again: as files for others, as a backup, and no longer than it should."""

from __future__ import annotations

import csv
import json
import shutil
import tarfile
from pathlib import Path

import apsw
import pyarrow.parquet as pq
import pytest

from groundswell.archive import Archive, Retention
from groundswell.archive.backup import backup, restore
from groundswell.archive.export import WHAT, check, export
from groundswell.archive.reading import Reader, Span
from groundswell.errors import ArchiveError, NothingToReadError, UsageError
from groundswell.model import MICROSECONDS, Board, Counted, TermCount
from groundswell.press.clippings import Clipping, Clippings
from groundswell.settings import PRESS_FILE
from tests.archive.conftest import Whole
from tests.archive.running import contents

DAY = 86_400 * MICROSECONDS


@pytest.fixture(scope="module")
def folder(whole: Whole, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of a night."""
    return shutil.copytree(whole.folder, tmp_path_factory.mktemp("export") / "kept")


def test_boards_come_out_as_they_were_told(folder: Path, tmp_path: Path) -> None:
    """NDJSON has one line a board, equal to what `replay --format ndjson` prints of it."""
    out = tmp_path / "boards.ndjson"
    with Reader(folder) as reader:
        rows = export(reader, "boards", out)
        boards = list(reader.boards())
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert rows == len(lines) > 20
    assert lines == [board.to_dict() for board in boards]
    assert any(line["stories"] for line in lines)
    assert any(story["moments"] for line in lines for story in line["stories"])


@pytest.mark.parametrize("what", WHAT)
def test_formats_agree(what: str, folder: Path, tmp_path: Path) -> None:
    """CSV and Parquet have the same rows and columns, and times as people write them."""
    with Reader(folder) as reader:
        counts = {
            ending: export(reader, what, tmp_path / f"x{ending}")
            for ending in (".csv", ".parquet", ".ndjson")
        }
    with (tmp_path / "x.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    table = pq.read_table(tmp_path / "x.parquet")
    assert counts[".csv"] == counts[".parquet"] == len(rows) == table.num_rows
    if what == "gaps":
        assert not rows
        return
    assert list(rows[0]) == table.column_names
    for name in ("at", "started_at", "started"):
        if name in rows[0]:
            assert rows[0][name].endswith("Z")
            assert [row[name] for row in rows] == table[name].to_pylist()


def test_series_of_a_term_add_up(folder: Path) -> None:
    """No term of a slice has more posts than the slice, nor more people than posts."""
    with Reader(folder) as reader:
        posts = {(b.board, b.at): b.posts for b in reader.boards()}
        rows = list(reader.rows(
            "SELECT board.name AS board, at, posts, authors FROM series "
            "JOIN board ON board.id = board"))  # fmt: skip
    assert rows
    for row in rows:
        assert 0 <= row["authors"] <= row["posts"] <= posts[row["board"], row["at"]]


def test_a_span_and_a_board_are_cut_out(folder: Path, tmp_path: Path) -> None:
    """Only slices of the span, its end not included, and only the board that is asked for."""
    with Reader(folder) as reader:
        ends = sorted({board.at for board in reader.boards()})
        span = Span("all", ends[3], ends[9])
        export(reader, "boards", tmp_path / "x.ndjson", span=span)
    lines = [json.loads(line) for line in (tmp_path / "x.ndjson").read_text().splitlines()]
    assert len(lines) == 6
    assert {line["board"] for line in lines} == {"all"}


def test_a_cell_is_no_formula(tmp_path: Path) -> None:
    """Text that a spreadsheet would run stands as text in CSV."""
    minute = 60 * MICROSECONDS
    with Archive(tmp_path / "kept") as archive:
        archive.begin("replay", {})
        counted = Counted(minute, (TermCount('=HYPERLINK("x")', 1, 1),), ())
        archive.commit([Board("all", minute, False, (1, 1), 1, 1, ())], [counted], {})
        with Reader(tmp_path / "kept") as reader:
            export(reader, "series", tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(newline="") as file:
        assert [row["term"] for row in csv.DictReader(file)] == ['\'=HYPERLINK("x")']


def test_what_cannot_be_exported_is_refused(tmp_path: Path) -> None:
    """Unknown things and formats are named before anything is read; so is an empty folder."""
    with pytest.raises(UsageError, match="expected one of stories"):
        check("posts", tmp_path / "x.csv")
    with pytest.raises(UsageError, match=r"x\.ndjson"):
        check("boards", tmp_path / "x.xls")
    with pytest.raises(NothingToReadError, match="found none"):
        Reader(tmp_path)


def test_a_backup_is_made_while_the_desk_writes(folder: Path, tmp_path: Path) -> None:
    """With the writer's lock held and a commit after it began: restored, all rows are equal."""
    with Archive(folder):
        backup(folder, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "new")
    assert contents(tmp_path / "new") == contents(folder)
    with Reader(tmp_path / "new") as reader:
        assert reader.problems() == []
    with Archive(tmp_path / "new") as archive, Archive(folder) as original:
        assert archive.position == original.position
        assert archive.position is not None
        archive.snapshots.check(archive.position.file)


def test_what_newsrooms_printed_goes_with_a_backup(folder: Path, tmp_path: Path) -> None:
    """Restored, the articles are there; one that stands in the folder already stays as it is."""
    held = Clippings(folder)
    for n in (1, 2):
        held.add(Clipping(f"https://n.example/{n}", f"Title {n}", "N", DAY, text="Words."))
    with (folder / PRESS_FILE).open("ab") as file:
        file.write(b'{"url": "https://n.ex')  # the desk is just writing
    backup(folder, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "new")
    restored = Clippings(tmp_path / "new").between(0, 2 * DAY)
    assert restored == Clippings(folder).between(0, 2 * DAY)
    assert [one.text for one in restored] == ["Words.", "Words."]
    standing = Clippings(tmp_path / "stands")
    for n in (2, 3):
        standing.add(Clipping(f"https://n.example/{n}", f"Newer {n}", "N", DAY))
    restore(tmp_path / "b.tar", tmp_path / "stands")
    titles = [one.title for one in Clippings(tmp_path / "stands").between(0, 2 * DAY)]
    assert titles == ["Title 1", "Newer 2", "Newer 3"]
    (folder / PRESS_FILE).unlink()


def test_a_backup_is_never_put_over_an_archive(folder: Path, tmp_path: Path) -> None:
    """A folder that has an archive stays as it is."""
    backup(folder, tmp_path / "b.tar")
    before = contents(folder)
    with pytest.raises(UsageError, match="found one"):
        restore(tmp_path / "b.tar", folder)
    assert contents(folder) == before


def test_a_damaged_backup_changes_nothing(folder: Path, tmp_path: Path) -> None:
    """Flipped, cut short, or with a file that reaches outside: refused, and no folder appears."""
    backup(folder, tmp_path / "b.tar")
    good = (tmp_path / "b.tar").read_bytes()
    with tarfile.open(tmp_path / "b.tar") as tar:
        snapshot = next(m for m in tar if m.name.startswith("snapshots/"))
    at = snapshot.offset_data + snapshot.size // 2
    (tmp_path / "flipped.tar").write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    (tmp_path / "short.tar").write_bytes(good[: len(good) // 3])
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        tar.add(tmp_path / "b.tar", arcname="../evil")
    for name in ("flipped", "short", "evil"):
        with pytest.raises(ArchiveError):
            restore(tmp_path / f"{name}.tar", tmp_path / "new")
        assert not (tmp_path / "new").exists()
    assert not (tmp_path.parent / "evil").exists()


def test_damage_is_found(folder: Path, tmp_path: Path) -> None:
    """What `doctor` asks: pages of the database and the snapshot are checked."""
    backup(folder, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "new")
    snapshot = next((tmp_path / "new" / "snapshots").iterdir())
    data = snapshot.read_bytes()
    snapshot.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with Reader(tmp_path / "new") as reader:
        assert any("snapshot" in problem for problem in reader.problems())


def test_what_is_too_old_goes_by_its_kind(tmp_path: Path) -> None:
    """Forty days of hours: each kind is kept as long as it should, and the disk stops growing."""
    sizes = []
    with Archive(tmp_path, retention=Retention(5, 3, 10, 20)) as archive:
        archive.begin("live", {})
        for hour in range(1, 40 * 24 + 1):
            at = hour * DAY // 24
            said = (TermCount(f"word{hour % 40}", 3, 3),)
            archive.commit([Board("all", at, False, (1, 1), 5, 4, ())], [Counted(at, said, said)],
                           {})  # fmt: skip
            if hour % 240 == 0:
                sizes.append(sum(p.stat().st_size for p in tmp_path.glob("archive.sqlite")))
    end = 40 * DAY
    rows = contents(tmp_path)
    for table, days in (("slice", 5), ("series", 3), ("hours", 10)):
        ends = [row[0] for row in rows[table]]
        assert min(ends) >= end - days * DAY
        assert len(ends) >= days * 24
    assert sizes[-1] <= sizes[-2] * 1.1


def test_deleted_rows_leave_no_bytes(tmp_path: Path) -> None:
    """What retention removes is overwritten in the file and its log, not only unlinked."""
    with Archive(tmp_path, retention=Retention(1, 1, 1, 1)) as archive:
        archive.begin("live", {})
        for number in range(4):
            at = (number * 2 + 1) * DAY
            note = "sentinel-of-the-first-day" if number == 0 else ""
            archive.commit([Board("all", at, False, (1, 1), 1, 1, (), note=note)], [], {})
    db = apsw.Connection(str(tmp_path / "archive.sqlite"))
    db.pragma("wal_checkpoint", "truncate")
    db.close()
    assert all(
        b"sentinel" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()
    )
