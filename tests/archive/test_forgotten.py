"""Deleted means deleted: words that were taken back stand nowhere, seen or kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from groundswell.archive import optouts
from groundswell.archive.backup import backup, restore
from groundswell.archive.reading import Reader
from groundswell.engines import forgetting, loading
from groundswell.engines.heeding import Heed
from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.text.tokens import Tables
from tests.archive.desk import BEGIN, MINUTE, SECOND, Desk, desk, hits, until
from tests.figures import Figure

WORD = "zyxquorn"
PEOPLE = [f"did:plc:sentinel{i}" for i in range(14)]


@pytest.fixture(autouse=True)
def _light(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load_kernel", lambda rules: Kernel(rules, tables))


def told(running: Desk, people: list[str] = PEOPLE) -> int:
    """Lets people say the word in the sixth minute until a board has told it; the next minute."""
    for number in range(5):
        running.feed.minute(number)
    for i, author in enumerate(people):
        at = BEGIN + 5 * MINUTE + i * SECOND
        running.feed.post(at, author, f"{WORD} blimfast number{i}")
    running.feed.minute(5)
    running.feed.minute(6, people=20)
    until(lambda: running.closed(5))
    until(lambda: running.shows(WORD))
    return BEGIN + 6 * MINUTE + 58 * SECOND


@pytest.mark.figure("deleted")
def test_deleted_posts_leave_the_boards_before_the_slice_closes(
    tmp_path: Path, figure: Figure
) -> None:
    """No board that is held says the word any more, and none has closed in between."""
    with desk(tmp_path) as running:
        now = told(running)
        newest = running.state.newest
        assert newest is not None
        until(lambda: "archive.sqlite-wal" in hits(tmp_path, WORD))
        for author in PEOPLE:
            running.feed.delete(now, author)
        took = until(lambda: not running.shows(WORD))
        after = running.state.newest
        assert after is not None
        assert after.at == newest.at
        assert running.state.revised("all") > 0
        running.feed.minute(7)
        running.feed.minute(8, people=1)
        until(lambda: running.closed(7))
    left = hits(tmp_path, WORD, "sentinel")
    figure(
        f"no board that is held said them {took:.1f} s later, before the slice closed; {len(left)} "
        "files with a word or an account after the next one", trials=1,
    )  # fmt: skip
    assert left == {}


@pytest.mark.figure("accounts")
def test_posts_of_a_deleted_account_go_and_late_frames_bring_nothing_back(
    tmp_path: Path, figure: Figure
) -> None:
    """Gone from boards and files; frames from before, over again or late, resurrect nothing."""
    with desk(tmp_path) as running:
        now = told(running)
        for author in PEOPLE:
            running.feed.account(now, author, "deleted")
        until(lambda: not running.shows(WORD))
        for i, author in enumerate(PEOPLE):
            at = BEGIN + 6 * MINUTE + i * SECOND
            running.feed.post(at, author, f"{WORD} again and again", "late")
        running.feed.minute(7)
        running.feed.minute(8, people=1)
        until(lambda: running.closed(7))
        back = running.shows(WORD)
    left = hits(tmp_path, WORD, "sentinel")
    figure(
        f"deleted: {'back' if back else 'not back'} by late frames, {len(left)} files with a word "
        "or an account", trials=1,
    )  # fmt: skip
    assert not back
    assert left == {}


@pytest.mark.figure("accounts")
@pytest.mark.parametrize("status", ["takendown", "suspended", "deactivated"])
def test_a_hidden_account_is_back_when_it_is_active(
    status: str, tmp_path: Path, figure: Figure
) -> None:
    """Its words go from every board within seconds, and come back with it; so does the count."""
    with desk(tmp_path) as running:
        now = told(running)
        for author in PEOPLE:
            running.feed.account(now, author, status)
        gone = until(lambda: not running.shows(WORD))
        for author in PEOPLE:
            running.feed.account(now + 1, author)
        back = until(lambda: running.shows(WORD))
        running.feed.minute(7)
        running.feed.minute(8, people=1)
        until(lambda: running.closed(7))
        counted = people(running)
    figure(
        f"{status}: gone after {gone:.1f} s; active: back after {back:.1f} s, {counted} of "
        f"{len(PEOPLE)} people", trials=1,
    )  # fmt: skip
    assert counted == len(PEOPLE)


def people(running: Desk) -> int:
    """People of the story that says the word, on the newest board that does; 0 for none."""
    newest = running.state.newest
    found = [s.authors for s in newest.stories if WORD in str(s.to_dict())] if newest else []
    return max(found, default=0)


@pytest.mark.figure("some")
def test_counts_fall_with_some_of_the_posts(tmp_path: Path, figure: Figure) -> None:
    """Four of forty deleted: 36 people at once, on the next board that lists it, in the archive."""
    crowd = [f"did:plc:crowd{i}" for i in range(40)]
    with desk(tmp_path) as running:
        now = told(running, crowd)
        assert people(running) == 40
        for author in crowd[:4]:
            running.feed.delete(now, author)
        until(lambda: people(running) == 36)
        running.feed.minute(7)
        running.feed.minute(8, people=1)
        until(lambda: running.closed(7))
        assert people(running) == 36
    with Reader(tmp_path) as reader:
        rows = reader.rows("SELECT title, posts, authors FROM story")
        kept = [(r["posts"], r["authors"]) for r in rows if WORD in r["title"]]
    figure(f"posts and people in the archive: {kept}; the boards agree", trials=1)
    assert kept == [(36, 36)]


class Heeding(Desk):
    """A desk that leaves out who is on its folder's list."""

    def more(self) -> dict[str, Any]:
        return {"heed": Heed(self.folder)}


def opt_out(folder: Path, names: list[str]) -> None:
    optouts.add(folder, hash_strings(names).tolist())


@pytest.mark.figure("optout")
def test_a_running_desk_forgets_and_leaves_out(tmp_path: Path, figure: Figure) -> None:
    """Gone within seconds from boards and every file, and what they write later never stands."""
    with desk(tmp_path, Heeding) as running:
        told(running)
        until(lambda: bool(hits(tmp_path, WORD)))
        opt_out(tmp_path, PEOPLE)
        took = until(lambda: not running.shows(WORD))
        until(lambda: optouts.taken(tmp_path) is not None)
        left = hits(tmp_path, WORD, "sentinel")
        figure(
            f"gone {took:.1f} s later; {len(left)} files with a word or an account before the next "
            "slice closes; new posts are not counted", trials=1,
        )  # fmt: skip
        assert left == {}
        assert optouts.taken(tmp_path).items() >= {"posts": 14}.items()
        for i, author in enumerate(PEOPLE):
            running.feed.post(BEGIN + 7 * MINUTE + i * SECOND, author, f"{WORD} anew", "new")
        running.feed.minute(7)
        running.feed.minute(8, people=1)
        until(lambda: running.closed(7))
        assert not running.shows(WORD)
    assert hits(tmp_path, WORD, "sentinel") == {}


@pytest.mark.figure("rest")
def test_forgetting_reaches_a_folder_at_rest_and_backups_of_it(
    tmp_path: Path, figure: Figure
) -> None:
    """No byte in the folder after it; a backup from before is clean when restored or cleaned."""
    kept, old, again = tmp_path / "kept", tmp_path / "old.tar", tmp_path / "again"
    with desk(kept) as running:
        told(running)
    backup(kept, old)
    assert hits(kept, WORD)
    opt_out(kept, PEOPLE)
    removed = forgetting.purge(kept, Heed(kept))
    assert removed.posts == 14
    assert removed.rows > 0
    at_rest = hits(kept, WORD, "sentinel")
    restore(old, again)
    optouts.merge(again, kept)
    forgetting.purge(again, Heed(again))
    restored = hits(again, WORD, "sentinel")
    assert forgetting.clean(old, Heed(kept)).posts == 14
    everywhere = hits(tmp_path, WORD, "sentinel")
    figure(
        f"files with a word or an account: {len(at_rest)} in the folder, {len(restored)} in an "
        f"older backup restored, {len(everywhere)} in that backup cleaned", trials=3,
    )  # fmt: skip
    assert at_rest == restored == everywhere == {}
    with Reader(again) as reader:
        assert reader.problems() == []


def test_a_list_names_nobody_and_lets_in_again(tmp_path: Path) -> None:
    """It holds no name and no plain hash of one; who is taken off it is read again."""
    opt_out(tmp_path, ["did:plc:x", "ann@example.social"])
    raw = (tmp_path / optouts.LIST).read_bytes()
    hashes = hash_strings(["did:plc:x", "ann@example.social", "someone"])
    for value in hashes.tolist():
        assert value.to_bytes(8, "little").hex().encode() not in raw
        assert f"{value:x}".encode() not in raw
    assert (tmp_path / optouts.LIST).stat().st_mode & 0o077 == 0
    held = optouts.OptOuts(tmp_path)
    assert held.hold(hashes).tolist() == [True, True, False]
    assert optouts.remove(tmp_path, hashes[:1].tolist()) == 1
    assert held.reload()
    assert held.hold(hashes).tolist() == [False, True, False]


@pytest.mark.soak
@pytest.mark.figure("delay")
def test_a_hundred_deletions_are_followed_within_five_seconds(
    tmp_path: Path, figure: Figure
) -> None:
    """From sending the frame to the board that no longer says it."""
    words = [f"zyx{chr(97 + i // 26)}{chr(97 + i % 26)}quorn" for i in range(120)]
    took: list[float] = []
    with desk(tmp_path) as running:
        now = told(running)
        for number, word in enumerate(words):
            at, minute = now + 2 * SECOND, 7 + number
            for i, author in enumerate(PEOPLE):
                running.feed.post(at + i, author, f"{word} blim{word} number{i}", f"w{number}")
            running.feed.minute(minute)
            now = BEGIN + (minute + 1) * MINUTE - 2 * SECOND
            until(lambda w=word: running.shows(w))  # type: ignore[misc]
            for author in PEOPLE:
                running.feed.delete(now, author, f"w{number}")
            took.append(until(lambda w=word: not running.shows(w)))  # type: ignore[misc]
    took.sort()
    p50, p99 = took[len(took) // 2], took[int(0.99 * len(took))]
    figure(f"from the frames to the board: p50 {p50:.2f} s, p99 {p99:.2f} s", trials=len(took))
    assert p99 <= 5.0
