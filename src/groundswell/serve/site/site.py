"""The desk's pages for people: the board, a story and its embed, and what is not there."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from groundswell.doors import Role
from groundswell.errors import ArchiveError
from groundswell.model import iso
from groundswell.scopes import ALL
from groundswell.serve.answering.answers import ProblemError, moment
from groundswell.serve.api import press
from groundswell.serve.desk.state import DeskState, desk_of
from groundswell.serve.desk.telling import Telling, tell
from groundswell.serve.drawing import curves, feeling
from groundswell.serve.drawing.curves import Curve
from groundswell.serve.drawing.stretch import Stretch, chosen, stretches
from groundswell.serve.pages import page
from groundswell.serve.site.past_page import past_page
from groundswell.serve.site.review_page import log_of
from groundswell.serve.site.why import why_page
from groundswell.serve.visitors.visiting import requires, visit

EMBED: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors *"
    )
}
"""A frame may stand on any site: it runs nothing and takes nothing, and has links alone."""
ROWS: Final = 120
"""Slices of a curve that stand in the page's table, the newest; the CSV has all."""


def routes() -> list[Route]:
    """The pages; the API and the streams stand beside them."""
    return [
        Route("/", board_page),
        Route("/story/{story_id}", story_page),
        Route("/story/{story_id}/series.csv", series_csv),
        Route("/embed/{story_id}", embed_page),
        Route("/past", past_page),
        Route("/why", why_page),
        Route("/about", about_page),
    ]


def missing(
    desk: DeskState,
    what: str = "page",
    status: int = 404,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A page that says that something is not there, and where to look; `what` is of which kind."""
    shown = page("missing.html", desk.context, desk.newest, what=what, archive=desk.archive)
    return HTMLResponse(shown, status, headers)


@requires(Role.READER)
async def board_page(request: Request) -> Response:
    """`GET /?board=`: the newest board of a name; its rows go on by the event stream."""
    desk = desk_of(request)
    name, names = request.query_params.get("board", ALL), desk.names()
    if name not in names:
        return missing(desk, "board")
    board = desk.newest_of(name)
    html = page(
        "board.html", desk.context, board, shown=name, names=names, troubles=desk.troubles(),
        age=desk.watch.newest_age, ended=desk.ended,
    )  # fmt: skip
    return HTMLResponse(html)


@requires(Role.READER)
async def about_page(request: Request) -> Response:
    """`GET /about`: how a story gets onto the board."""
    desk = desk_of(request)
    return HTMLResponse(page("about.html", desk.context, desk.newest))


@requires(Role.READER)
async def story_page(request: Request) -> Response:
    """`GET /story/{id}`: a story's permanent page."""
    return await _told(request, "story.html")


@requires(Role.READER)
async def embed_page(request: Request) -> Response:
    """`GET /embed/{id}`: a story as a small frame for other sites."""
    answer = await _told(request, "embed.html")
    answer.headers.update(EMBED)
    return answer


@requires(Role.READER)
async def series_csv(request: Request) -> Response:
    """`GET /story/{id}/series.csv`: its curve, a row a slice, and what it was ranked by."""
    desk = desk_of(request)
    found = await found_story(request)
    if isinstance(found, Response):
        return found
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("slice_end", "people", "people_in_window", "expected_in_window", "mode"))
    by_time = {one.at: one for one in found.measured}
    for one in found.points:
        window = by_time.get(one.at)
        measured = (f"{window.people:.2f}", f"{window.expected:.2f}") if window else ("", "")
        rows.writerow((iso(one.at), one.people, *measured, desk.context.mode))
    named = {"Content-Disposition": f'attachment; filename="story-{found.story.id}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=named)


async def found_story(request: Request) -> Telling | Response:
    """The story that a request names, or the page that says why it cannot be told."""
    desk = desk_of(request)
    name = request.path_params["story_id"]
    try:
        found = await run_in_threadpool(tell, desk, name)
        if found is None and visit().edits:  # they see what was taken off, or waits
            found = await run_in_threadpool(tell, desk.bare(), name)
    except ArchiveError:
        return missing(desk, "archive", 503)
    return found or missing(desk, "story")


async def _told(request: Request, template: str) -> Response:
    desk = desk_of(request)
    found = await found_story(request)
    if isinstance(found, Response):
        return found
    slice_us = desk.context.slice_us
    offered = stretches(found.points, found.story.started_at, slice_us)
    shown = chosen(offered, found.points, request.query_params.get("stretch", ""), _span(request))
    html = page(
        template, desk.context, desk.newest_of(found.board), told=found, story=found.story,
        **_curves(found, shown, slice_us), rows=found.points[-ROWS:],
        windows={one.at: one for one in found.measured},
        **_moods(found, shown), shown_feelings={one.feeling for one in found.examples},
        stretches=offered, stretch=shown, troubles=desk.troubles(),
        **await run_in_threadpool(_editing, desk, found),
        **await run_in_threadpool(press.beside, desk, found),
    )  # fmt: skip
    return HTMLResponse(html)


def _editing(desk: DeskState, found: Telling) -> dict[str, object]:
    """What an editor is shown beside a story; for everybody else nothing."""
    if not visit().edits:
        return {"decided": None}
    one, rulings = found.story, desk.rulings
    return {
        "decided": log_of(desk, one.id),
        "waits": rulings.waits(one.id, one.title, one.started_at),
        "off": rulings.hides(one.id, one.title, one.started_at) or rulings.bars(one.title),
    }


def _moods(found: Telling, shown: Stretch | None) -> dict[str, object]:
    """Its mood as bars, and what led it as bands under both curves."""
    if found.mood is None:
        return {"bars": [], "wide_band": [], "narrow_band": []}
    points = shown.of(found.points) if shown else ()
    span = (points[0].at, points[-1].at) if points else (0, 0)
    frames = {"wide_band": curves.WIDE, "narrow_band": curves.NARROW}
    bands = {name: feeling.band(found.mood.phases, *span, frame) for name, frame in frames.items()}
    return {"bars": feeling.bars(found.mood), **bands}


def _span(request: Request) -> tuple[int, int] | None:
    """The stretch that a reader drew on a curve; what is no time shows no other curve."""
    try:
        since, until = moment(request, "since"), moment(request, "until")
    except ProblemError:
        return None
    return None if since is None or until is None else (since, until)


def _curves(found: Telling, shown: Stretch | None, slice_us: int) -> dict[str, Curve | None]:
    """Its curves for a wide page and for a phone, on which letters must not shrink."""
    if shown is None:
        return {}
    onset, moments = found.story.started_at, [one.started_at for one in found.inner]
    points, measured = shown.of(found.points), shown.of(found.measured)
    high = {"wide": curves.WIDE, "narrow": curves.NARROW, "small": curves.EMBED}
    low = {"wide_low": curves.WIDE_LOW, "narrow_low": curves.NARROW_LOW}
    return {
        name: curves.curve(points, frame, onset=onset, moments=moments, slice_us=slice_us)
        for name, frame in high.items()
    } | {
        name: curves.curve(measured, frame, onset=onset, begin=points[0].at, slice_us=slice_us)
        for name, frame in low.items()
    }
