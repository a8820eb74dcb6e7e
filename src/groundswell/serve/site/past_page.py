"""`/past`: boards of any day and hour, a calendar of big days, and a word in all stories kept."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from groundswell.archive import history
from groundswell.archive.history import Brief, Large
from groundswell.archive.reading import Reader, Span
from groundswell.doors import Role
from groundswell.errors import ArchiveError, NothingToReadError, UsageError
from groundswell.model import MICROSECONDS, Board, Story
from groundswell.scopes import ALL
from groundswell.serve.desk.state import DeskState, desk_of
from groundswell.serve.pages import page
from groundswell.serve.visitors.visiting import requires
from groundswell.settings import event_time
from groundswell.times import DAY_US, HOUR_US

FOUND: Final = 100
"""Stories that a search names, the newest."""
BIG: Final = 12
"""Stories that the calendar and a day name."""
QUARTER_US: Final = HOUR_US // 4
SHOWN: Final = 100
"""Characters of what was asked that the form shows again."""
_LEVELS: Final = (0.0, 0.1, 0.35, 0.7)
"""Shares of the largest day from which on a day is a level darker."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A day or an hour with the largest story of it that may be shown."""

    begin: int
    stories: int
    leading: Brief


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar; without stories nothing was announced on it."""

    at: int
    number: int
    large: Stretch | None
    level: int
    """0 (nothing) to 4 (as large as the largest)."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month, in weeks from Monday; None is a day of another month."""

    name: str
    weeks: tuple[tuple[Day | None, ...], ...]


@requires(Role.READER)
async def past_page(request: Request) -> Response:
    """`GET /past?board=&day=&time=&at=&term=`."""
    desk = desk_of(request)
    asked = {k: v.strip()[:SHOWN] for k, v in request.query_params.items()}
    try:
        found = await run_in_threadpool(_look, desk, asked)
        status = 200
    except UsageError as error:
        found, status = {"view": "wrong", "problem": error}, 400
    except ArchiveError as error:
        found, status = {"view": "wrong", "problem": error}, 503
    html = page(
        "past.html", desk.context, desk.newest,
        **({"asked": asked, "chosen": asked.get("board") or ALL, "kept": desk.archive is not None,
            "names": desk.names(), "extent": None, "newest": desk.newest} | found),
    )  # fmt: skip
    return HTMLResponse(html, status)


def _look(desk: DeskState, asked: dict[str, str]) -> dict[str, Any]:
    """What a view shows.

    Raises:
        UsageError: the time that is asked for is none.
        ArchiveError: the archive cannot be read.
    """
    name = asked.get("board") or ALL
    at = _asked_time(asked)
    if desk.archive is not None:
        try:
            with desk.reading() as reader:
                known = {"names": history.names(reader) or desk.names()}
                return (
                    known
                    | {"extent": history.extent(reader)}
                    | _kept(desk, reader, name, at, asked)
                )
        except NothingToReadError:
            pass  # the run has not begun its archive yet
    if at is not None:
        return _board(at, desk.board_at(name, at), desk.context.slice_us)
    return {"view": "held", "quarters": list(_quarters(desk.boards(name)))}


def _kept(
    desk: DeskState, reader: Reader, name: str, at: int | None, asked: dict[str, str]
) -> dict[str, Any]:
    if asked.get("term"):
        found = _shown(desk, history.search(reader, asked["term"], FOUND))
        return {"view": "search", "found": list(found), "most": FOUND}
    if at is not None:
        board = desk.board_at(name, at) or history.board_at(reader, name, at)
        return _board(at, board, desk.context.slice_us)
    if asked.get("day"):
        begin = _midnight(asked["day"])
        span = Span(name, begin, begin + DAY_US)
        hours = history.large(reader, name, HOUR_US, span)
        return {
            "view": "day", "begin": begin, "hours": list(_stretches(desk, hours)),
            "big": list(_shown(desk, history.largest(reader, name, span, BIG))),
        }  # fmt: skip
    days = list(_stretches(desk, history.large(reader, name, DAY_US, Span(name))))
    big = list(_shown(desk, history.largest(reader, name, Span(name), BIG)))
    return {"view": "calendar", "months": list(_months(days)), "big": big}


def _asked_time(asked: dict[str, str]) -> int | None:
    if asked.get("at"):
        return event_time(asked["at"])
    if asked.get("day") and asked.get("time"):
        return event_time(f"{asked['day']}T{asked['time']}")
    return None


def _midnight(day: str) -> int:
    """The beginning of a day, µs.

    Raises:
        UsageError: it is none.
    """
    try:
        begin = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError as error:
        raise UsageError(f"expected a day as 2026-03-17, got {day!r}") from error
    return int(begin.timestamp()) * MICROSECONDS


def _board(at: int, board: Board | None, slice_us: int) -> dict[str, Any]:
    before = board.at - slice_us if board else None
    after = board.at + slice_us if board else None
    return {
        "view": "board", "then": board, "wanted": at, "before": before,
        "after": after, "late": board is not None and at - board.at >= slice_us,
    }  # fmt: skip


def _quarters(boards: Iterable[Board]) -> Iterator[tuple[Board, Story | None]]:
    """A board of each quarter of an hour, the newest first, with the story that led it."""
    told = {board.at // QUARTER_US: board for board in boards if board.at % QUARTER_US == 0}
    for number in sorted(told, reverse=True):
        yield told[number], next(iter(told[number].stories), None)


def _shown(desk: DeskState, found: Iterable[Brief]) -> Iterator[Brief]:
    """Stories as they may be shown now: as the desk tells those that its boards still list."""
    for one in found:
        held = desk.held(one.id)
        if one.last < held.since:
            yield one
        elif held.told:
            story = held.told[-1][1]
            yield replace(
                one, title=story.title, terms=story.terms, posts=story.posts, authors=story.authors
            )


def _stretches(desk: DeskState, found: Iterable[Large]) -> Iterator[Stretch]:
    for one in found:
        leading = next(_shown(desk, one.leading), None)
        if leading is not None:
            yield Stretch(one.begin, one.stories, leading)


def _months(days: list[Stretch]) -> Iterator[Month]:
    """The months from the first day to the last, the newest first."""
    if not days:
        return
    by_day = {one.begin: one for one in days}
    most = max(one.leading.peak_excess for one in days) or 1.0
    first, last = (datetime.fromtimestamp(days[i].begin // MICROSECONDS, UTC) for i in (0, -1))
    for number in range(last.year * 12 + last.month - 1, first.year * 12 + first.month - 2, -1):
        year, month = number // 12, number % 12 + 1
        weeks = [
            tuple(_day(year, month, n, by_day, most) if n else None for n in week)
            for week in calendar.Calendar().monthdayscalendar(year, month)
        ]
        yield Month(f"{calendar.month_name[month]} {year}", tuple(weeks))


def _day(year: int, month: int, number: int, by_day: dict[int, Stretch], most: float) -> Day:
    at = int(datetime(year, month, number, tzinfo=UTC).timestamp()) * MICROSECONDS
    large = by_day.get(at)
    share = large.leading.peak_excess / most if large else -1.0
    return Day(at, number, large, sum(share >= level for level in _LEVELS))
