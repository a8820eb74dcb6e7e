"""Forgetting in what was kept: finished and killed runs, journals, recordings; rows stay equal."""

from __future__ import annotations

import io
import json
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundswell.archive import Archive, optouts
from groundswell.archive.reading import Reader
from groundswell.engines import forgetting, loading, local, recorder
from groundswell.engines.heeding import Heed
from groundswell.engines.keeping import Keeper
from groundswell.engines.run import Run
from groundswell.errors import UsageError
from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Board, iso
from groundswell.sources.recordings import Recording
from tests.archive.desk import BEGIN, MINUTE, RULES, SECOND, hits
from tests.archive.running import contents
from tests.figures import Figure

WORD = "zyxquorn"
PEOPLE = [f"sentinel{i}@example.social" for i in range(14)]


@pytest.fixture(autouse=True)
def _light(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load_kernel", lambda rules: Kernel(rules, tables))


def lines(minutes: int, at: int = 5) -> Iterator[dict[str, str]]:
    """Everyday talk, and the sentinels' words in minute `at`."""
    number = 0
    for minute in range(minutes):
        for i in range(100):
            number += 1
            yield {"id": f"d{number}", "author": f"daily{i}", "text": f"daily{i % 40} talk goes on",
                   "created_at": iso(BEGIN + minute * MINUTE + i * MINUTE // 100)}  # fmt: skip
        if minute == at:
            for i, author in enumerate(PEOPLE):
                yield {"id": f"s{i}", "author": author, "text": f"{WORD} blimfast number{i}",
                       "created_at": iso(BEGIN + minute * MINUTE + (40 + i) * SECOND)}  # fmt: skip


def write(path: Path, rows: Iterator[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


class Killed(BaseException):
    """Stands for the end of the process."""


def keep(
    recording: Path, folder: Path, *, dies: int = 0, commit_s: float = 0.0, rewinds: bool = True,
    rules: Rules = RULES,
) -> None:  # fmt: skip
    """Replays a recording and keeps it; with `dies` it is killed at the board of that minute."""

    def on_board(board: Board) -> None:
        if dies and board.at >= BEGIN + dies * MINUTE:
            raise Killed

    with Archive(folder) as archive:
        if archive.stream is None:
            archive.begin("replay", {})
        keeper = Keeper(archive, every_us=300 * SECOND)
        keeper.commit_seconds, keeper.share = commit_s, 1e9
        run = Run(on_board=on_board, keeper=keeper, stop=threading.Event(), heed=Heed(folder))
        source = Recording(recording)
        if not rewinds:
            source.rewinds = False  # type: ignore[attr-defined]
        try:
            local.replay(source, rules, run)
        except Killed:
            return


def forget(folder: Path, *names: str) -> forgetting.Removed:
    optouts.add(folder, hash_strings(list(names)).tolist())
    return forgetting.purge(folder, Heed(folder))


def said(folder: Path) -> list[str]:
    with Reader(folder) as reader:
        return [str(row["title"]) for row in reader.rows("SELECT title FROM story")]


@pytest.mark.figure("rest")
def test_a_finished_replay_holds_no_text_and_forgets(tmp_path: Path, figure: Figure) -> None:
    """What stays of posts is who said which term, so that it can be found and struck."""
    keep(write(tmp_path / "night.ndjson", lines(12)), tmp_path / "kept")
    assert any(WORD in title for title in said(tmp_path / "kept"))
    assert hits(tmp_path / "kept", "number3", "daily1 talk", "sentinel") == {}
    removed = forget(tmp_path / "kept", *PEOPLE)
    left = hits(tmp_path / "kept", WORD, "sentinel")
    figure(f"{len(left)} of a finished replay", trials=1)
    assert (removed.posts, removed.rows > 0) == (14, True)
    assert left == {}


@pytest.mark.figure("killed")
@pytest.mark.parametrize("rewinds", [True, False])
def test_a_killed_run_forgets_what_its_snapshot_had_not(
    rewinds: bool, tmp_path: Path, figure: Figure
) -> None:
    """Rows told since the snapshot are told anew without them; the journal keeps nothing."""
    folder = tmp_path / "kept"
    recording = write(tmp_path / "night.ndjson", lines(16, at=10))
    keep(recording, folder, dies=13, rewinds=rewinds)
    assert any(WORD in title for title in said(folder))
    with Archive(folder) as archive:
        assert archive.position is not None
        assert archive.position.at < BEGIN + 10 * MINUTE + 40 * SECOND
    forget(folder, *PEOPLE)
    left = hits(folder, WORD, "sentinel")
    keep(recording, folder, rewinds=rewinds)
    again = hits(folder, WORD, "sentinel")
    with Reader(folder) as reader:
        ends = [row["at"] for row in reader.rows("SELECT at FROM slice ORDER BY at")]
    figure(
        f"{len(left)} files with a word or an account, {len(again)} after it went on; "
        f"{len(set(ends))} of 16 slices, {len(ends) - len(set(ends))} double", trials=1,
    )  # fmt: skip
    assert left == again == {}
    assert ends == [BEGIN + (i + 1) * MINUTE for i in range(16)]


def withdrawn(rng: random.Random) -> Iterator[dict[str, str]]:
    """A night in which many of the posts, and some accounts, are taken back a little later."""
    for row in lines(20):
        yield row
        at = BEGIN + rng.randrange(0, 20 * MINUTE)
        if row["author"] in PEOPLE[:12] or rng.random() < 0.1:
            yield {"id": row["id"], "deleted_at": iso(max(at, BEGIN + 8 * MINUTE))}
        if rng.random() < 0.01:
            state = rng.choice(("hidden", "active", "gone"))
            yield {"author": row["author"], "account": state, "changed_at": iso(at)}


@pytest.mark.figure("tenth")
def test_rows_are_equal_however_they_are_committed_and_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    """Slice by slice, many together, killed twice, foreseen after every batch: one archive."""
    recording = write(tmp_path / "night.ndjson", withdrawn(random.Random(5)))
    keep(recording, tmp_path / "whole")
    rows = contents(tmp_path / "whole")
    assert not any(WORD in title for title in said(tmp_path / "whole"))
    keep(recording, tmp_path / "many", commit_s=1e9)
    for minute in (7, 11, 0):
        keep(recording, tmp_path / "killed", dies=minute)
    monkeypatch.setattr(Run, "foresee", lambda _, boards: boards.foresee())
    keep(recording, tmp_path / "foreseen")
    ways = ("many", "killed", "foreseen")
    equal = [contents(tmp_path / way) == rows for way in ways]
    figure(f"{sum(equal)} of {len(ways)} archives equal row for row", trials=len(ways))
    assert all(equal)


def test_words_that_others_say_stay(tmp_path: Path) -> None:
    """Who forgets one of fourteen finds the word still told, by thirteen."""
    folder = tmp_path / "kept"
    keep(write(tmp_path / "night.ndjson", lines(12)), folder)
    forget(folder, PEOPLE[0])
    assert any(WORD in title for title in said(folder))
    assert hits(folder, "number0") == {}
    with Reader(folder) as reader:
        rows = reader.rows("SELECT title, posts, authors FROM story")
        assert [(r["posts"], r["authors"]) for r in rows if WORD in r["title"]] == [(13, 13)]


def test_a_post_is_forgotten_by_its_id(tmp_path: Path) -> None:
    """One post goes, its author stays."""
    folder = tmp_path / "kept"
    keep(write(tmp_path / "night.ndjson", lines(12)), folder)
    assert forget(folder, "s3").posts == 1
    assert forget(folder, "s3").posts == 0


@pytest.mark.figure("recordings")
@pytest.mark.parametrize("ending", [".ndjson", ".ndjson.gz", ".ndjson.zst"])
def test_a_recording_is_cleaned(ending: str, tmp_path: Path, figure: Figure) -> None:
    """Lines of who opted out go; all others stay byte for byte."""
    from groundswell.sources.packing import opened

    path, rows = tmp_path / f"night{ending}", list(lines(7))
    with opened(str(path)) as out:
        for row in rows:
            out.write(json.dumps(row).encode() + b"\n")
    optouts.add(tmp_path / "kept", hash_strings(PEOPLE).tolist())
    assert forgetting.clean(path, Heed(tmp_path / "kept")).posts == 14
    left = [row for row in rows if row["author"] not in PEOPLE]
    ids = [post for batch in Recording(path).read() for post in batch.ids]
    still = hits(tmp_path, WORD, "sentinel")
    figure(f"{ending}: {len(still)} files with a word, {len(ids)} lines stay", trials=1)
    assert ids == [row["id"] for row in left]
    assert still == {}
    with pytest.raises(UsageError):
        forgetting.clean(write(tmp_path / "night.csv", iter([])), Heed(tmp_path / "kept"))


def test_a_recorder_leaves_them_out(tmp_path: Path) -> None:
    """Neither their posts nor news of them is written."""
    recording = write(tmp_path / "night.ndjson", lines(7))
    optouts.add(tmp_path / "kept", hash_strings(PEOPLE).tolist())
    out = io.BytesIO()
    heed = Heed(tmp_path / "kept")
    recorder.record([Recording(recording)], out, threading.Event(), heed=heed)
    assert heed.left_out == 14
    assert out.getvalue().count(b"\n") == 700
    assert b"sentinel" not in out.getvalue()
