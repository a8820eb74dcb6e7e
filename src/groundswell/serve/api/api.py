"""`/api/v1`: boards, stories and their series, now and as they were."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from groundswell.archive.reading import Span
from groundswell.doors import Role
from groundswell.model import MICROSECONDS, iso
from groundswell.serve.answering.answers import ProblemError, answer, moment, number
from groundswell.serve.desk.recall import FOREVER, board_at, series, story_json
from groundswell.serve.desk.state import desk_of
from groundswell.serve.visitors.visiting import requires

NAMES = 100
"""Boards' names in one answer."""
POINTS = 1_000
"""Slices of a story in one answer."""
LONGEST_NAME = 64
"""Characters of a board's name or a story's id."""


@requires(Role.READER)
async def boards(request: Request) -> Response:
    """`GET /api/v1/boards?limit=&after=`: names of boards, `all` first, then by name."""
    desk = desk_of(request)
    limit = number(request, "limit", NAMES, 1, NAMES)
    names = desk.names()
    last = request.query_params.get("after")
    if last is not None:
        if last not in names:
            raise ProblemError(404, "no board of the name in `after`", "begin without it")
        names = names[names.index(last) + 1 :]
    found: dict[str, object] = {"boards": names[:limit]}
    if len(names) > limit:
        found["next"] = names[limit - 1]
    return answer(request, found)


@requires(Role.READER)
async def board(request: Request) -> Response:
    """`GET /api/v1/boards/{board}?at=`: the newest board of a name, or the last by a time."""
    desk, name = desk_of(request), _name(request, "board")
    at = moment(request, "at")
    found = desk.newest_of(name) if at is None else await board_at(desk, name, at)
    if found is None and at is not None:
        kept = "" if desk.archive else "; this desk keeps no archive, only its last boards"
        raise ProblemError(
            404, f"no board of that name from {iso_or_less(at)} or before is held{kept}",
            "see /api/v1/boards, or leave out `at`",
        )  # fmt: skip
    if found is None:
        raise ProblemError(404, "no such board, or none has closed yet", "see /api/v1/boards")
    return answer(request, found.to_dict())


@requires(Role.READER)
async def story(request: Request) -> Response:
    """`GET /api/v1/stories/{id}`: a story as it stands, or stood when it was last listed."""
    found = await story_json(desk_of(request), _name(request, "story_id"))
    if found is None:
        raise ProblemError(404, "no story with this id is held", "see /api/v1/boards/all")
    return answer(request, found)


@requires(Role.READER)
async def story_series(request: Request) -> Response:
    """`GET /api/v1/stories/{id}/series?since=&until=&limit=`: its slices, oldest first."""
    desk, name = desk_of(request), _name(request, "story_id")
    limit = number(request, "limit", POINTS, 1, POINTS)
    begin, end = moment(request, "since"), moment(request, "until")
    span = Span(since=begin or 0, until=FOREVER if end is None else end)
    found = await series(desk, name, span, limit + 1)
    if found is None:
        raise ProblemError(404, "no story with this id is held", "see /api/v1/boards/all")
    told: dict[str, object] = {
        "story": name,
        "slice": desk.context.slice_us // MICROSECONDS,
        "points": [point.to_dict() for point in found[:limit]],
    }
    if len(found) > limit:
        told["next"] = iso(found[limit].at)
    return answer(request, told)


def iso_or_less(at: int) -> str:
    """A time as it is written; those before 1970, which no post has, in words."""
    return iso(at) if at >= 0 else "before 1970"


def _name(request: Request, name: str) -> str:
    """A name from the path; none that there is, is longer."""
    return str(request.path_params[name])[:LONGEST_NAME]


ROUTES = [
    Route("/api/v1/boards", boards),
    Route("/api/v1/boards/{board}", board),
    Route("/api/v1/stories/{story_id}", story),
    Route("/api/v1/stories/{story_id}/series", story_series),
]
