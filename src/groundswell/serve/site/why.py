"""`/why` and `/api/v1/explain`: why a term is on the board, or why not, asked of a running desk."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from groundswell.doors import Role
from groundswell.errors import BusyError, GroundswellError, NotHeldError, UsageError
from groundswell.explanation import Explanation
from groundswell.model import iso
from groundswell.scopes import ALL
from groundswell.serve.answering.answers import ProblemError
from groundswell.serve.desk.recall import board_at
from groundswell.serve.desk.state import desk_of
from groundswell.serve.desk.then import told_then
from groundswell.serve.pages import page
from groundswell.serve.visitors.visiting import EXPENSIVE, requires
from groundswell.settings import event_time

STATUS = {UsageError: 400, NotHeldError: 404, BusyError: 503}
"""What each error means to who asked over HTTP."""
FRESH = {"Cache-Control": "no-store"}
"""The answer is about this moment."""


@requires(Role.READER, rate=EXPENSIVE)
async def explain_api(request: Request) -> Response:
    """`GET /api/v1/explain?term=&at=`: the explanation as JSON; as text to who accepts text."""
    found = await _asked(request)
    if request.headers.get("accept", "").startswith("text/plain"):
        return PlainTextResponse(str(found), headers=FRESH)
    return JSONResponse(found.to_dict(), headers=FRESH)


@requires(Role.READER, rate=EXPENSIVE)
async def why_page(request: Request) -> Response:
    """`GET /why?term=&at=`: a form, and the answer when a term is given."""
    desk = desk_of(request)
    term, at = (request.query_params.get(name, "").strip() for name in ("term", "at"))
    found: Explanation | None = None
    problem: ProblemError | None = None
    held = False
    if term:
        try:
            found = await _asked(request)
            past = not found.windows  # told by a board that closed, whose stories have their pages
            held = found.story is not None and (past or desk.story(found.story.id) is not None)
        except ProblemError as error:
            problem = error
    html = page(
        "why.html", desk.context, desk.newest, term=term[:SHOWN], at=at[:SHOWN], found=found,
        problem=problem, held=held, typed=_typed(at),
    )  # fmt: skip
    return HTMLResponse(html, problem.status_code if problem else 200, headers=FRESH)


SHOWN = 200
"""Characters of what was asked that the form shows again."""


async def _asked(request: Request) -> Explanation:
    """What the desk answers.

    Raises:
        ProblemError: it does not, with the status that says why.
    """
    desk = desk_of(request)
    term, at = (request.query_params.get(name, "").strip() for name in ("term", "at"))
    if not term:
        raise ProblemError(400, "expected a term, got none", "ask as /api/v1/explain?term=goal")
    try:
        at_us = event_time(at[:SHOWN]) if at else None
        return await run_in_threadpool(desk.ask, term, at_us)
    except GroundswellError as error:
        if isinstance(error, NotHeldError) and at_us is not None:
            then = await board_at(desk, ALL, at_us)
            if then is not None and at_us - then.at < desk.context.slice_us:
                return told_then(then, term)
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
        raise ProblemError(status, error.problem, error.hint or "/about") from error


def _typed(at: str) -> str:
    """A time as the form's field has it; nothing where it is none."""
    try:
        return iso(event_time(at[:SHOWN]))[:16] if at else ""
    except UsageError:
        return ""
