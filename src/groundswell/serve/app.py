"""The desk's routes, and serving them from a thread beside the engine."""

from __future__ import annotations

import os
import socket
import sys
import threading
from importlib.resources import files

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from groundswell.errors import ServeError
from groundswell.serve import api, feeds, led, neighbours, openapi, press, site, stream
from groundswell.serve.answers import problem
from groundswell.serve.bell import Bell
from groundswell.serve.health import health
from groundswell.serve.state import DeskState, desk_of
from groundswell.serve.watching import metrics
from groundswell.serve.why import explain_api
from groundswell.serve.written import Written

JSON = ("/api/", "/xrpc/", "/feeds/")
"""Below these, errors are JSON, and pages of other sites may read."""
PATIENCE_MS = 60_000
"""How long the system keeps a connection whose other end takes nothing any more."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(desk: DeskState) -> Starlette:
    """The desk over what is published to `desk`."""
    app = Starlette(
        routes=[
            *site.routes(),
            Route("/api/v1/explain", explain_api),
            *api.ROUTES,
            *stream.ROUTES,
            *press.ROUTES,
            *neighbours.ROUTES,
            *feeds.ROUTES,
            *openapi.ROUTES,
            Route("/health", health),
            Route("/metrics", metrics),
            Mount("/static", StaticFiles(directory=str(files("groundswell.serve") / "static"))),
        ],
        middleware=[
            Middleware(_SafeHeaders),
            Middleware(_ReadableElsewhere),
            Middleware(led.Led, desk),
        ],
        exception_handlers={HTTPException: _error, 404: _error},  # type: ignore[dict-item]
    )
    app.state.desk = desk
    app.router.redirect_slashes = False
    app.state.readers = stream.Readers()
    app.state.written = Written()
    app.state.closing = False
    app.state.bell = Bell(desk, lambda: bool(app.state.closing))
    return app


class _SafeHeaders:
    """Puts the security headers on every answer; a page may have a policy of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                extra = [(k.lower().encode(), v.encode()) for k, v in HEADERS.items()]
                missing = [pair for pair in extra if pair[0] not in own]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self.app(scope, receive, with_headers)


class _ReadableElsewhere:
    """Lets scripts of any site read the API, without credentials (CORS); pages stay their own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.shared = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "HEAD"],
            allow_headers=["If-None-Match", "Last-Event-ID"],
            expose_headers=["ETag", "Link", "Retry-After"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shared = scope["type"] == "http" and scope["path"].startswith(JSON)
        await (self.shared if shared else self.app)(scope, receive, send)


async def _error(request: Request, error: HTTPException) -> Response:
    # not `request.url`, which a hostile Host header makes an address that cannot be read
    if request.scope["path"].startswith(JSON):
        return problem(error)
    return site.missing(desk_of(request), status=error.status_code)


def _why(error: OSError) -> str:
    """The system's own words, without the address that Python adds to them."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)


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
                f"expected port {port} of {host} to be free, got: {_why(error)}",
                hint=f"end what runs there, or try --port {port + 1}",
            ) from error
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # else what was written for a reader that stalled would wait for it for ever
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PATIENCE_MS)
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

    def __exit__(self, *_: object) -> None:
        self._app.state.closing = True  # open streams end by themselves, and without a traceback
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()
