"""`/login` and `/logout`: how somebody becomes known to the desk, and stops being."""

from __future__ import annotations

import re
from typing import Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from groundswell.doors import Role
from groundswell.doors.store import ABSOLUTE
from groundswell.serve.desk.state import desk_of
from groundswell.serve.gates.doors import Doors, client_of, cookie_name
from groundswell.serve.pages import page
from groundswell.serve.visitors.rates import Rate
from groundswell.serve.visitors.visiting import form, requires, root

LOGINS: Final = Rate("logins", burst=10, a_minute=10)
AT_ONCE: Final = 2
"""Passwords that are hashed at the same time: each takes 64 MiB."""
_ONWARD: Final = re.compile(r"/(?![/\\])[!-\[\]-~]{0,2000}", re.ASCII)
"""A path of this desk: after its slash no other one, nor what browsers take for one."""


@requires(Role.NONE)
async def login_page(request: Request) -> Response:
    """`GET /login?next=`: asks for a name and a password."""
    return _asked(request, onward=back_to(request.query_params.get("next", "")))


@requires(Role.NONE, rate=LOGINS, body=4 << 10)
async def login(request: Request) -> Response:
    """`POST /login`: a session, and back to where one came from; one answer to all that fail."""
    doors: Doors = request.app.state.doors
    given = await form(request)
    name, address = given.get("name", "")[:64].strip(), client_of(request)
    onward = back_to(given.get("next", ""))
    if wait := doors.lockout.wait(name, address):
        said = f"Too many failed attempts. Try again in {wait:.0f} s."
        return _asked(request, 429, onward, said, {"Retry-After": str(int(wait) + 1)})
    doors.lockout.failed(name, address)  # until it is known better: attempts at once count as well
    session = None
    if doors.store is not None:
        word = given.get("password", "")
        limit = _limit(request)
        session = await run_sync(doors.store.enter, name, word, limiter=limit)
    if session is None:
        return _asked(request, 401, onward, "This name and this password do not go together.")
    doors.lockout.passed(name, address)
    await _ended(request)
    answer = RedirectResponse(root() + onward, 303, {"Cache-Control": "no-store"})
    answer.set_cookie(
        cookie_name(request.scope), session, max_age=ABSOLUTE, path=root() or "/", httponly=True,
        samesite="lax", secure=request.scope.get("scheme") == "https",
    )  # fmt: skip
    return answer


@requires(Role.NONE)
async def logout(request: Request) -> Response:
    """`POST /logout`: the session ends, here and on the desk."""
    await _ended(request)
    answer = RedirectResponse(root() + "/", 303, {"Cache-Control": "no-store"})
    answer.delete_cookie(
        cookie_name(request.scope), path=root() or "/", httponly=True, samesite="lax",
        secure=request.scope.get("scheme") == "https",
    )  # fmt: skip
    return answer


async def _ended(request: Request) -> None:
    """Ends the session that a request came with: nobody goes on under an old id."""
    doors: Doors = request.app.state.doors
    before = request.cookies.get(cookie_name(request.scope))
    if before and doors.store is not None:
        await run_in_threadpool(doors.store.leave, before)


def _asked(
    request: Request, status: int = 200, onward: str = "/", said: str = "",
    headers: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    desk = desk_of(request)
    html = page("login.html", desk.context, desk.newest, onward=onward, said=said)
    return HTMLResponse(html, status, {"Cache-Control": "no-store"} | (headers or {}))


def back_to(given: str) -> str:
    """Where to go after logging in: a path of this desk, or its board.

    >>> back_to("/story/a?b=c"), back_to("//evil.example"), back_to("https://evil.example/")
    ('/story/a?b=c', '/', '/')
    """
    return given if _ONWARD.fullmatch(given) else "/"


def _limit(request: Request) -> CapacityLimiter:
    """Of this desk: it can be made in its loop alone."""
    state = request.app.state
    if not hasattr(state, "hashing"):
        state.hashing = CapacityLimiter(AT_ONCE)
    limit: CapacityLimiter = state.hashing
    return limit


ROUTES = [
    Route("/login", login_page),
    Route("/login", login, methods=["POST"]),
    Route("/logout", logout, methods=["POST"]),
]
