"""`/alerts`: the rules of a desk, a form for new ones, tests of their channels, and the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from groundswell.alerts.rules import FEELINGS, FLAGS, RSS, UNDOUBTED
from groundswell.doors import Role
from groundswell.errors import UsageError
from groundswell.serve.answering.answers import ProblemError
from groundswell.serve.api.alerts_api import BODY, TESTS, asked, room_of
from groundswell.serve.desk.state import desk_of
from groundswell.serve.pages import page
from groundswell.serve.visitors.visiting import form, requires, root
from groundswell.settings import seconds

SHOWN: Final = 40
"""Alerts of the log on the page; the API has more."""
_NUMBERS: Final = {"people": int, "times": float, "rank": int, "first_in_days": int}


@requires(Role.EDITOR)
async def alerts_page(request: Request) -> Response:
    """`GET /alerts`."""
    return await _shown(request)


@requires(Role.EDITOR, body=BODY)
async def add(request: Request) -> Response:
    """`POST /alerts`: makes a rule of the form; what is wrong is said above it."""
    given = await form(request)
    try:
        await asked(room_of(desk_of(request)).add, _rule(given))
    except (ProblemError, UsageError) as error:
        return await _shown(request, problem=_problem(error), given=given)
    return RedirectResponse(root() + "/alerts", 303)


@requires(Role.EDITOR)
async def remove(request: Request) -> Response:
    """`POST /alerts/{name}/remove`."""
    try:
        await asked(room_of(desk_of(request)).book.remove, _name(request))
    except ProblemError as error:
        return await _shown(request, problem=error)
    return RedirectResponse(root() + "/alerts", 303)


@requires(Role.EDITOR, rate=TESTS)
async def test(request: Request) -> Response:
    """`POST /alerts/{name}/test`: sends a marked test, and shows what came of it."""
    try:
        tried = await asked(room_of(desk_of(request)).test, _name(request))
    except ProblemError as error:
        return await _shown(request, problem=error)
    return await _shown(request, tried=(_name(request), tried))


async def _shown(
    request: Request,
    *,
    problem: ProblemError | None = None,
    given: Mapping[str, str] | None = None,
    tried: tuple[str, Any] | None = None,
) -> Response:
    desk = desk_of(request)
    values: dict[str, Any] = {"rules": [], "channels": [], "log": [], "trouble": ""}
    if desk.alerts is not None:
        room = desk.alerts
        values = {
            "rules": await asked(room.rules), "channels": await asked(room.channels),
            "log": await asked(room.log, SHOWN), "trouble": room.book.trouble,
        }  # fmt: skip
    html = page(
        "alerts.html", desk.context, desk.newest, sends=desk.alerts is not None, given=given or {},
        problem=problem, tried=tried, names=desk.names(), feelings=FEELINGS,
        flags=(UNDOUBTED, *FLAGS), rss=RSS, **values,
    )  # fmt: skip
    status = problem.status_code if problem else 200
    return HTMLResponse(html, status, {"Cache-Control": "no-store"})


def _rule(given: Mapping[str, str]) -> dict[str, Any]:
    """A rule as the form has it: empty fields ask nothing.

    Raises:
        UsageError: a number is none.
    """
    words = ("name", "board", "term", "mood", "flag")
    found: dict[str, Any] = {key: given[key].strip() for key in words if given.get(key, "").strip()}
    for key, kind in _NUMBERS.items():
        text = given.get(key, "").strip()
        if text:
            try:
                found[key] = kind(text)
            except ValueError:
                raise UsageError(f"expected a number for {key}, got {text[:40]!r}") from None
    if given.get("cooldown", "").strip():
        text = given["cooldown"].strip()
        found["cooldown"] = 0 if text == "0" else seconds(text)
    found["stirring"] = "stirring" in given
    found["to"] = [key.removeprefix("to.") for key in given if key.startswith("to.")] or [RSS]
    return found


def _problem(error: ProblemError | UsageError) -> ProblemError:
    return (
        error if isinstance(error, ProblemError) else ProblemError(400, error.problem, error.hint)
    )


def _name(request: Request) -> str:
    return str(request.path_params["name"])[:64]


ROUTES = [
    Route("/alerts", alerts_page),
    Route("/alerts", add, methods=["POST"]),
    Route("/alerts/{name}/remove", remove, methods=["POST"]),
    Route("/alerts/{name}/test", test, methods=["POST"]),
]
