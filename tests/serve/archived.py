"""A desk that holds the last boards of a longer night, whose archive has all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from groundswell.archive import Archive
from groundswell.model import Board, Counted, Doubt, Moment, Story, StoryEvent, TermCount
from groundswell.serve.app import serve
from groundswell.serve.desk.state import Context, DeskState
from tests.serve.boards import MINUTE, ORDINARY, START, board, story

HELD = 20
"""Boards that the desk holds: the last of the night."""
LONG = 40
"""Minutes of the night. What is over by minute 15 stands in the archive alone."""
OVER, RUNNING = "Harbour Light", "copper cape"


def whole_night(over: str = OVER, running: str = RUNNING) -> list[Board]:
    """A story of the first minutes, with a doubt for a while, and one that goes on."""
    return [_board(minute, over, running) for minute in range(1, LONG + 1)]


def _board(minute: int, over: str, running: str) -> Board:
    stories: list[Story] = [_running(minute, running)]
    events: list[StoryEvent] = []
    found = board((), minute)
    if 3 <= minute <= 12:
        stories.insert(0, _over(minute, over))
    if minute == 3:
        events.append(StoryEvent("story.started", found.at, stories[0]))
    if minute == 13:
        events.append(StoryEvent("story.ended", found.at, _over(12, over)))
    ranked = tuple(replace(one, rank=i) for i, one in enumerate(stories, 1))
    return replace(found, stories=ranked, events=tuple(events), learned=(minute, 60))


def _over(minute: int, title: str) -> Story:
    """People a slice: 10 a minute more each minute up to 60, then fewer."""
    heard = [10 * min(i - 1, 13 - i) for i in range(2, minute + 1)]
    doubts = (Doubt("copied-text", 0.7, f"copied text: {title}"),) if minute in {5, 6} else ()
    moments = (Moment(title + "?", (title,), START + 5 * MINUTE, START + 7 * MINUTE, 44),)
    return story(
        title, 1, started_at=START + MINUTE, doubts=doubts, spark=_spark(heard),
        excess=20.0 * min(minute, 15 - minute), moments=moments if minute > 5 else (),
    )  # fmt: skip


def _running(minute: int, title: str) -> Story:
    return story(title, 2, started_at=START, spark=_spark([5] * minute), doubts=(), moments=())


def _spark(heard: Sequence[int]) -> tuple[int, ...]:
    return tuple([0] * (60 - len(heard)) + list(heard))[-60:]


def counted(found: Board) -> Counted:
    """A point of every told term's series: two posts and a person in each slice."""
    told = sorted({term for one in found.stories for term in one.terms})
    return Counted(found.at, tuple(TermCount(term, 2, 1) for term in told), ())


def kept(folder: Path, night: Sequence[Board]) -> Path:
    """An archive of a night."""
    with Archive(folder) as archive:
        archive.begin("replay", {})
        archive.commit(night, [counted(one) for one in night], {})
    return folder


def desk_of(night: Sequence[Board], folder: Path | None, held: int = HELD) -> DeskState:
    """A desk that was told the last boards of a night."""
    desk = DeskState(Context("simulated", ("<b>a source</b>",), MINUTE), archive=folder)
    for one in night[-held:]:
        desk.publish(one)
    return desk


@contextmanager
def archived(
    folder: Path, over: str = OVER, running: str = RUNNING
) -> Iterator[tuple[DeskState, str]]:
    """The desk of the whole night on a free port, and its address."""
    night = whole_night(over, running)
    desk = desk_of(night, kept(folder, night))
    with serve(desk, "127.0.0.1", 0) as server:
        yield desk, server.url


def id_of(title: str) -> str:
    """The id of the story with a title."""
    return story(title, 1).id


__all__ = ["LONG", "MINUTE", "ORDINARY", "OVER", "RUNNING", "START", "archived", "id_of"]
