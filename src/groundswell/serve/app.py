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

from groundswell.doors import Role
from groundswell.errors import ServeError
from groundswell.serve.api import alerts_api, api, feeds, neighbours, openapi, press, review_api
from groundswell.serve.api.health import health
from groundswell.serve.api.watching import metrics
from groundswell.serve.desk.state import DeskState
from groundswell.serve.gates import entry
from groundswell.serve.gates.doors import Doors
from groundswell.serve.gates.guards import Guarded
from groundswell.serve.gates.letting import Watched
from groundswell.serve.gates.prompt import Prompt
from groundswell.serve.gates.refusing import local_path, told
from groundswell.serve.site import alerts_page, behind, led, review_page, site
from groundswell.serve.site.why import explain_api
from groundswell.serve.stream import stream
from groundswell.serve.stream.bell import Bell
from groundswell.serve.stream.written import Written
from groundswell.serve.visitors.visiting import requires

JSON = ("/api/", "/xrpc/", "/feeds/")
"""Below these, pages of other sites may read."""
PATIENCE_MS = 60_000
"""How long the system keeps a connection whose other end takes nothing any more."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # not `no-referrer`: with it browsers do not say where a form of our own comes from
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
        "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
}
HSTS = {"Strict-Transport-Security": "max-age=31536000"}
"""Only where it is known that the desk is reached by https."""


def create_app(desk: DeskState, doors: Doors | None = None) -> Starlette:
    """The desk over what is published to `desk`; without doors everybody reads, nobody writes."""
    doors = doors or Doors()
    static = StaticFiles(directory=str(files("groundswell.serve") / "static"))
    app = Starlette(
        routes=[
            *site.routes(),
            *entry.ROUTES,
            *alerts_page.ROUTES,
            *alerts_api.ROUTES,
            Route("/api/v1/explain", explain_api),
            *api.ROUTES,
            *behind.ROUTES,
            *stream.ROUTES,
            *press.ROUTES,
            *review_api.ROUTES,
            *review_page.ROUTES,
            *neighbours.ROUTES,
            *feeds.ROUTES,
            *openapi.ROUTES,
            Route("/health", health),
            Route("/metrics", metrics),
            Mount("/static", requires(Role.NONE)(static)),
        ],
        middleware=[
            Middleware(Guarded, doors.way),
            Middleware(_SafeHeaders),
            Middleware(_ReadableElsewhere),
            Middleware(Watched, doors),
            Middleware(led.Led, desk),
        ],
        exception_handlers={HTTPException: _error, 404: _error},  # type: ignore[dict-item]
    )
    app.state.desk = desk
    app.state.doors = doors
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
                wanted = HEADERS | (HSTS if scope["scheme"] == "https" else {})
                extra = [(k.lower().encode(), v.encode()) for k, v in wanted.items()]
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
            allow_headers=["Authorization", "If-None-Match", "Last-Event-ID"],
            expose_headers=["ETag", "Link", "Retry-After"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shared = scope["type"] == "http" and local_path(scope).startswith(JSON)
        await (self.shared if shared else self.app)(scope, receive, send)


async def _error(request: Request, error: HTTPException) -> Response:
    return told(request, error)


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

    def __init__(self, desk: DeskState, host: str, port: int, doors: Doors | None = None) -> None:
        try:
            self._socket = socket.create_server((host, port), backlog=512)
        except OSError as error:
            raise ServeError(
                f"expected port {port} of {host} to be free, got: {_why(error)}",
                hint=f"end what runs there, or try --port {port + 1}",
            ) from error
        # asyncio does so only where a socket names its protocol: on a connection that is kept, what
        # follows the head would wait 40 ms for the other end
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # else what was written for a reader that stalled would wait for it for ever
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PATIENCE_MS)
        port = self._socket.getsockname()[1]
        self.url = f"http://{host}:{port}" + (doors.way.path if doors else "")
        self._app = create_app(desk, doors)
        config = uvicorn.Config(
            self._app, log_level="warning", timeout_graceful_shutdown=2, lifespan="off",
            # whose word is taken for where a request came from is ours to decide (`guards`)
            proxy_headers=False, ws="none", server_header=False, http=Prompt,
        )  # fmt: skip
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
