"""The desk's routes, and serving them from a thread beside the engine."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import threading
from collections.abc import AsyncIterator
from importlib.resources import files
from types import TracebackType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from groundswell.errors import ServeError
from groundswell.model import MICROSECONDS, Board, iso
from groundswell.serve.pages import page
from groundswell.serve.state import DeskState

READERS = 500
"""Open event streams; more are told to come back."""
HEARTBEAT = 15.0
"""Seconds between signs of life on a silent stream."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(desk: DeskState) -> Starlette:
    """The desk over what is published to `desk`."""
    app = Starlette(
        routes=[
            Route("/", _board_page),
            Route("/story/{story_id}", _story_page),
            Route("/about", _about_page),
            Route("/api/v1/boards", _boards),
            Route("/api/v1/boards/{board}", _board),
            Route("/api/v1/stories/{story_id}", _story),
            Route("/api/v1/stream", _stream),
            Route("/health", _health),
            Mount("/static", StaticFiles(directory=str(files("groundswell.serve") / "static"))),
        ],
        middleware=[Middleware(_SafeHeaders)],
        exception_handlers={HTTPException: _error, 404: _error},  # type: ignore[dict-item]
    )
    app.state.desk = desk
    app.state.readers = 0
    app.state.closing = False
    return app


class _SafeHeaders:
    """Puts the security headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(k.lower().encode(), v.encode()) for k, v in HEADERS.items()]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self.app(scope, receive, with_headers)


def _desk(request: Request) -> DeskState:
    desk: DeskState = request.app.state.desk
    return desk


async def _board_page(request: Request) -> Response:
    desk = _desk(request)
    return HTMLResponse(page("board.html", desk.context, desk.newest))


async def _story_page(request: Request) -> Response:
    desk = _desk(request)
    found = desk.story(request.path_params["story_id"])
    if found is None:
        return HTMLResponse(page("missing.html", desk.context, desk.newest), status_code=404)
    story, board = found
    return HTMLResponse(page("story.html", desk.context, board, story=story))


async def _about_page(request: Request) -> Response:
    desk = _desk(request)
    return HTMLResponse(page("about.html", desk.context, desk.newest))


async def _boards(request: Request) -> Response:
    newest = _desk(request).newest
    return JSONResponse({"boards": [newest.board] if newest else []})


async def _board(request: Request) -> Response:
    newest = _desk(request).newest
    if newest is None or request.path_params["board"] != newest.board:
        raise HTTPException(404, "no such board, or none has closed yet; see /api/v1/boards")
    return JSONResponse(newest.to_dict())


async def _story(request: Request) -> Response:
    found = _desk(request).story(request.path_params["story_id"])
    if found is None:
        raise HTTPException(404, "no story with this id is held; see /api/v1/boards/all")
    return JSONResponse(found[0].to_dict())


async def _health(request: Request) -> Response:
    desk = _desk(request)
    newest = desk.newest
    return JSONResponse(
        {
            "status": "ok" if newest else "starting",
            "mode": desk.context.mode,
            "sources": list(desk.context.sources),
            "ended": desk.ended,
            "board_at": iso(newest.at) if newest else None,
            "newest_post": iso(newest.newest) if newest and newest.newest else None,
            "learning": newest.learning if newest else True,
        }
    )


async def _stream(request: Request) -> Response:
    if request.app.state.readers >= READERS:
        raise HTTPException(503, f"{READERS} readers are connected; try again in a minute")
    text = request.headers.get("last-event-id", "")
    since = int(text) if text.isdigit() and len(text) < 20 else 0
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(request, since), media_type="text/event-stream", headers=headers
    )


async def _events(request: Request, since: int) -> AsyncIterator[str]:
    """A `board` event a slice; a reader that comes back gets what it missed, as far as held."""
    desk = _desk(request)
    request.app.state.readers += 1
    try:
        if not since and desk.newest is not None:
            since = desk.newest.at - 1
        silent = 0.0
        yield ": welcome\n\n"
        while not (request.app.state.closing or await request.is_disconnected()):
            boards = desk.after(since)
            for board in boards:
                since = board.at
                yield _event(desk, board)
            silent = 0.0 if boards else silent + 0.25
            if silent >= HEARTBEAT:
                silent = 0.0
                yield ": still here\n\n"
            await asyncio.sleep(0.25)
    finally:
        request.app.state.readers -= 1


def _event(desk: DeskState, board: Board) -> str:
    """One event: the board as JSON, and its rows as the page shows them."""
    context = desk.context
    data = board.to_dict() | {
        "mode": context.mode,
        "slice": context.slice_us // MICROSECONDS,
        "html": page("rows.html", context, board),
        "head": page("head.html", context, board),
    }
    return f"id: {board.at}\nevent: board\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def _error(request: Request, error: HTTPException) -> Response:
    if request.url.path.startswith("/api/"):
        body: dict[str, Any] = {
            "code": error.status_code,
            "message": error.detail,
            "hint": "/about",
        }
        return JSONResponse({"error": body}, status_code=error.status_code)
    desk = _desk(request)
    html = page("missing.html", desk.context, desk.newest)
    return HTMLResponse(html, status_code=error.status_code)


class _Quiet(uvicorn.Server):
    """Leaves signals to the command line, which ends the run first."""

    def install_signal_handlers(self) -> None:
        return None


class serve:  # noqa: N801 -- used as `with serve(...)`, like `open`
    """Serves a desk from a thread for as long as the context is open; `url` says where.

    Raises:
        ServeError: the port is taken or the address is not ours.
    """

    def __init__(self, desk: DeskState, host: str, port: int) -> None:
        try:
            self._socket = socket.create_server((host, port), backlog=512)
        except OSError as error:
            raise ServeError(
                f"expected port {port} of {host} to be free, got: {error.strerror}",
                hint=f"end what runs there, or try --port {port + 1}",
            ) from error
        port = self._socket.getsockname()[1]
        self.url = f"http://{host}:{port}"
        self._app = create_app(desk)
        config = uvicorn.Config(
            self._app, log_level="warning", timeout_graceful_shutdown=2, lifespan="off"
        )
        self._server = _Quiet(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True
        )

    def __enter__(self) -> serve:

        self._thread.start()
        print(f"the desk is at {self.url}  (Ctrl-C ends it)", file=sys.stderr, flush=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._app.state.closing = True  # open streams end by themselves, and without a traceback
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()
