"""What the desk says of the past: from the boards that it holds, else from the archive.

Of slices that boards are held of only those boards are asked, never the archive: they alone lack
what was said by accounts that are hidden now.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from groundswell.archive import history
from groundswell.archive.answering import Point, Published, after, points
from groundswell.archive.reading import Reader, Span
from groundswell.errors import ArchiveError, NothingToReadError
from groundswell.model import Board, iso
from groundswell.scopes import Place
from groundswell.serve.answering.answers import ProblemError
from groundswell.serve.desk.state import EVERY, DeskState

T = TypeVar("T")
FOREVER = 1 << 62


def since(desk: DeskState, name: str) -> int:
    """The end of the oldest slice whose board of a name is held, µs."""
    held = desk.boards(name)
    return held[0].at if held else FOREVER


async def asked(desk: DeskState, query: Callable[[Reader], T]) -> T | None:
    """What the archive answers, in a thread of its own; None where there is none.

    Raises:
        ProblemError: it cannot be read.
    """

    def ask() -> T | None:
        if desk.archive is None:
            return None
        try:
            with desk.reading() as reader:
                return query(reader)
        except NothingToReadError:
            return None

    try:
        return await run_in_threadpool(ask)
    except ArchiveError as error:
        raise ProblemError(503, error.problem, error.hint or "see the desk's log") from error


async def board_at(desk: DeskState, name: str, at: int) -> Board | None:
    """The last board of a name that had closed by a time, µs."""
    held = desk.board_at(name, at)
    return held or await asked(desk, lambda reader: history.board_at(reader, name, at))


async def story_json(desk: DeskState, story_id: str) -> dict[str, object] | None:
    """A story as it stands; of a past one, its last state or what is kept of it longest."""
    running = desk.story(story_id)
    if running is not None:
        return running[0].to_dict()
    oldest = desk.held(story_id).since

    def find(reader: Reader) -> dict[str, object] | None:
        row = history.brief(reader, story_id)
        if row is None or row.last >= oldest:
            return None  # taken from the boards that are held
        past: dict[str, object] = {"board": row.board, "last_listed_at": iso(row.last)}
        past["ended_at"] = None if row.ended is None else iso(row.ended)
        states = history.states(reader, story_id, most=1)
        if states:
            return states[0].story.to_dict() | past
        return {
            "id": story_id,
            "title": row.title,
            "terms": list(row.terms),
            "started_at": iso(row.started),
            "posts": row.posts,
            "authors": row.authors,
            "confirmed": row.confirmed,
            "flags": list(row.flags),
            "peak_rank": row.peak_rank,
            "peak_excess": round(row.peak_excess, 2),
            "peak_at": iso(row.peak_at),
        } | past

    return await asked(desk, find)


async def series(desk: DeskState, story_id: str, span: Span, limit: int) -> list[Point] | None:
    """A story's first `limit` slices of a span; None where nobody knows the story."""
    held = desk.held(story_id)
    oldest, told = held.since, [Point.of(at, story) for at, story in held.told]

    def find(reader: Reader) -> list[Point] | None:
        row = history.brief(reader, story_id)
        if row is None or (row.last >= oldest and not told):
            return None
        return points(
            reader, story_id, Span(since=span.since, until=min(span.until, oldest)), limit
        )

    kept = await asked(desk, find)
    if kept is None and not told:
        return None
    newer = [point for point in told if span.since <= point.at < span.until]
    return [*(kept or []), *newer][:limit]


async def missed(desk: DeskState, than: Place, name: str, limit: int) -> list[Published]:
    """The first `limit` boards after `than` that are no longer held, from the archive."""
    names = desk.names() if name == EVERY else [name]
    oldest = {one: since(desk, one) for one in names}
    newest = desk.newest

    def unknown(board: Board) -> bool:
        return board.at < oldest.get(board.board, newest.at if newest else FOREVER)

    if all(than[0] >= at for at in oldest.values()):
        return []
    one = "" if name == EVERY else name
    return await asked(desk, lambda reader: after(reader, than, one, unknown, limit)) or []
