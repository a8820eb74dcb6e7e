"""Errors, as JSON or as a page, by the path that was asked for."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from groundswell.serve.answering.answers import problem
from groundswell.serve.desk.state import desk_of
from groundswell.serve.pages import page

API: Final = ("/api/", "/xrpc/", "/feeds/", "/health", "/metrics")
"""Below these, errors are JSON."""


def local_path(scope: Scope) -> str:
    """The path of a request below the one that the desk is served under."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) or "/"


def told(request: Request, error: HTTPException) -> Response:
    """An error of a request."""
    # not `request.url`, which a hostile Host header makes an address that cannot be read
    if local_path(request.scope).startswith(API):
        return problem(error)
    desk = desk_of(request)
    what = "door" if error.status_code in (401, 403, 413, 414, 421, 429, 431, 503) else "page"
    html = page("missing.html", desk.context, desk.newest, what=what, archive=desk.archive,
                problem=error)  # fmt: skip
    return HTMLResponse(html, error.status_code, dict(error.headers or {}))
