"""A story's life, put together from what the desk holds and what its archive kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from groundswell.model import StoryEvent
from groundswell.revision import Cut, Revision
from groundswell.serve.desk.life import Named, Step
from groundswell.serve.desk.state import DeskState
from groundswell.serve.desk.telling import Telling, tell
from tests.serve.archived import (
    LONG,
    MINUTE,
    OVER,
    RUNNING,
    START,
    desk_of,
    id_of,
    kept,
    whole_night,
)
from tests.serve.boards import story
from tests.serve.kept import get


def told(folder: Path, title: str, held: int = 20) -> Telling | None:
    night = whole_night()
    return tell(desk_of(night, kept(folder, night), held), id_of(title))


def test_a_story_that_is_over_is_told_from_the_archive(tmp_path: Path) -> None:
    """Its people a slice as the boards told them, its end, its doubts, its moments, its terms."""
    found = told(tmp_path, OVER)
    assert found is not None
    assert not found.now
    assert found.ended == START + 13 * MINUTE
    people = {(one.at - START) // MINUTE: one.people for one in found.points}
    assert [people[n] for n in (1, 2, 7, 12)] == [0, 10, 60, 10]
    assert found.peak is not None
    assert (found.peak.at, found.peak.people) == (START + 7 * MINUTE, 60)
    assert found.sum.at == START + 7 * MINUTE, "the sum is that of its largest slice"
    assert [moment.title for moment in found.moments] == [OVER + "?"]
    assert [(one.term, one.posts) for one in found.members] == [(OVER, 20), (OVER + "!", 20)]
    words = {(one.at - START) // MINUTE: one.words for one in found.history}
    assert words[5] == "doubted: copied-text"
    assert words[13] == "over: no longer above usual"
    assert Step(START + 7 * MINUTE, "no longer doubted: copied-text") in found.history


def test_what_is_held_and_what_was_before_make_one_curve(tmp_path: Path) -> None:
    """A running story whose first boards are no longer held: every minute once, in order."""
    found = told(tmp_path, RUNNING)
    assert found is not None
    assert found.now
    times = [(one.at - START) // MINUTE for one in found.points]
    assert times == list(range(1, LONG + 1))
    assert {one.people for one in found.points} == {5}
    assert [one.at for one in found.measured] == [one.at for one in found.points]


def test_nothing_is_drawn_of_the_time_before_the_desk_listened(tmp_path: Path) -> None:
    """A curve's sixty slices reach back before the first board: no zeros are told of them."""
    found = told(tmp_path, OVER)
    assert found is not None
    assert found.points[0].at == START + MINUTE


def test_without_an_archive_only_what_is_held_is_told() -> None:
    """The running story, and nothing of the one that no held board tells."""
    night = whole_night()
    desk = desk_of(night, None)
    assert tell(desk, id_of(OVER)) is None
    running = tell(desk, id_of(RUNNING))
    assert running is not None
    assert running.members == ()


def test_what_is_hidden_now_is_not_brought_back_by_the_archive(tmp_path: Path) -> None:
    """A story struck from every held board is gone at once, though its rows stand still."""
    night = whole_night()
    desk = desk_of(night, kept(tmp_path, night), held=LONG)
    assert tell(desk, id_of(OVER)) is not None
    gone = frozenset({1})
    desk.revise(
        Revision(night[-1].at + 1, 0, Cut(), Cut(gone)),
        lambda label: gone if label.startswith(OVER) else frozenset(),
    )
    assert tell(desk, id_of(OVER)) is None
    assert tell(desk, id_of(RUNNING)) is not None


def test_a_story_whose_boards_were_pruned_is_told_by_its_own_row(tmp_path: Path) -> None:
    """After the retention of boards the permalink stands: last figures, and what happened."""
    import apsw

    night = whole_night()
    desk = desk_of(night, kept(tmp_path, night))
    db = apsw.Connection(str(tmp_path / "archive.sqlite"))
    db.execute("DELETE FROM moment; DELETE FROM state; DELETE FROM slice")
    db.close()
    found = tell(desk, id_of(OVER))
    assert found is not None
    assert not found.whole
    assert (found.story.title, found.story.posts, found.points) == (OVER, 119, ())
    assert "over: no longer above usual" in [one.words for one in found.history]


@pytest.mark.parametrize("story_id", ["none", "", "cy-none", "../etc", "x" * 5_000])
def test_an_id_that_nobody_knows_is_none(tmp_path: Path, story_id: str) -> None:
    """No error, whatever it looks like."""
    night = whole_night()
    assert tell(desk_of(night, kept(tmp_path, night)), story_id) is None


def parted(held: int, folder: Path | None) -> DeskState:
    """At minute 13 the story that is over joined the one that goes on, which split off it at 5."""
    night = whole_night()
    for minute, kind, of, other in (
        (5, "story.split", RUNNING, OVER), (13, "story.merged", OVER, RUNNING),
    ):  # fmt: skip
        at = START + minute * MINUTE
        event = StoryEvent(kind, at, story(of, 1), other=id_of(other))  # type: ignore[arg-type]
        night[minute - 1] = replace(night[minute - 1], events=(event,))
    return desk_of(night, kept(folder, night) if folder else None, held)


@pytest.mark.parametrize("held", [10, LONG])
def test_both_sides_of_a_split_and_a_merger_are_named(tmp_path: Path, held: int) -> None:
    """Each page names the other story and links it, from the archive and from held boards."""
    desk = parted(held, tmp_path)
    over, running = (tell(desk, id_of(title)) for title in (OVER, RUNNING))
    assert over is not None
    assert running is not None
    this, that = Named(id_of(OVER), OVER), Named(id_of(RUNNING), RUNNING)
    assert Step(START + 13 * MINUTE, "joined", that) in over.history
    assert Step(START + 5 * MINUTE, "from it split off", that) in over.history
    assert Step(START + 5 * MINUTE, "split off", this) in running.history
    assert Step(START + 13 * MINUTE, "it took in", this) in running.history
    assert running.ended is None, "what ended was the other one"
    shown = get(desk, f"/story/{that.id}").text
    assert f'it took in <a href="/story/{this.id}" dir="auto"><bdi>{OVER}</bdi></a>' in shown


def test_a_story_that_is_hidden_now_is_not_named_by_another(tmp_path: Path) -> None:
    """It stays "another story" on the page of the one that it joined."""
    desk = parted(LONG, tmp_path)
    gone = frozenset({1})
    desk.revise(
        Revision(START + (LONG + 1) * MINUTE, 0, Cut(), Cut(gone)),
        lambda label: gone if label.startswith(OVER) else frozenset(),
    )
    running = tell(desk, id_of(RUNNING))
    assert running is not None
    assert all(one.other is None for one in running.history)
    assert "split off another story" in [one.words for one in running.history]
