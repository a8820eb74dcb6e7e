"""`/api/v1/stream`: server-sent events, as each reader follows the boards (`follow`).

A reader has one event under way. One that takes none for `STALLED` seconds is dropped, and counted;
it may come back and goes on where it was.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from groundswell.doors import Role
from groundswell.scopes import ALL
from groundswell.serve.answering.answers import ProblemError
from groundswell.serve.desk.state import EVERY, desk_of
from groundswell.serve.stream.bell import Bell
from groundswell.serve.stream.follow import Follower, Mark
from groundswell.serve.visitors.visiting import requires

READERS = 500
"""Open event streams; more are told to come back."""
PER_CLIENT = 50
"""Open event streams of one address. This machine's own may have all: a proxy speaks from there."""
HEARTBEAT = 15.0
"""Seconds between signs of life on a silent stream."""
STALLED = 30.0
"""Seconds that a reader may take for what it was sent."""


@dataclass(slots=True)
class Readers:
    """Who reads now, and who was dropped."""

    open: Counter[str] = field(default_factory=Counter)
    """By address."""
    dropped: int = 0

    @property
    def now(self) -> int:
        """Open event streams."""
        return self.open.total()

    @asynccontextmanager
    async def one(self, client: str) -> AsyncGenerator[None]:
        """Counts a reader for as long as it reads."""
        self.open[client] += 1
        try:
            yield
        finally:
            self.open[client] -= 1
            self.open += Counter()  # lets go of addresses of which nobody is left

    def refuse(self, client: str) -> None:
        """Sends a reader away.

        Raises:
            ProblemError: there are as many as may be, of all or of this address.
        """
        later = {"Retry-After": "60"}
        if self.now >= READERS:
            raise ProblemError(
                503, f"{READERS} readers are connected", "try again in a minute", later
            )
        if self.open[client] >= PER_CLIENT and not _near(client):
            raise ProblemError(
                429, f"{PER_CLIENT} readers of your address are connected",
                "one stream gives all boards: /api/v1/stream?board=*", later,
            )  # fmt: skip


def _near(client: str) -> bool:
    try:
        return ipaddress.ip_address(client).is_loopback
    except ValueError:
        return client == ""  # a socket of this machine


@requires(Role.READER, lasting=True)
async def stream(request: Request) -> Response:
    """`GET /api/v1/stream?board=`: events of one board, or of every one with `board=*`."""
    desk = desk_of(request)
    name = request.query_params.get("board", ALL)
    if name not in (EVERY, *desk.names()):
        raise ProblemError(404, "no such board", "see /api/v1/boards, or ask for all with board=*")
    client = request.client.host if request.client else ""
    readers: Readers = request.app.state.readers
    readers.refuse(client)
    mark = Mark.of(request.headers.get("last-event-id", ""))
    follower = Follower(desk, name, mark, request.app.state.written)
    return Stream(follower, request.app.state.bell, readers, client)


class Stream(Response):
    """Sends a reader its events until it is gone, stalled, or the desk ends."""

    def __init__(self, follower: Follower, bell: Bell, readers: Readers, client: str) -> None:
        super().__init__(
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        del self.headers["content-length"]
        self._follower, self._bell = follower, bell
        self._readers, self._client = readers, client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a HEAD without a body; a stalled reader's answer is broken off."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        stalled = False
        if scope["method"] != "HEAD":
            async with self._readers.one(self._client), anyio.create_task_group() as tasks:
                tasks.start_soon(_leaves, receive, tasks.cancel_scope)
                stalled = not await self._send(send)
                tasks.cancel_scope.cancel()
        if stalled:
            self._readers.dropped += 1
            return  # without an end: the server closes the connection
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send(self, send: Send) -> bool:
        """Whether the reader took all that there was until the desk ended."""
        async with aclosing(self._events()) as events:
            async for event in events:
                try:
                    async with asyncio.timeout(STALLED):
                        await send({"type": "http.response.body", "body": event, "more_body": True})
                except TimeoutError:
                    return False
        return True

    async def _events(self) -> AsyncGenerator[bytes]:
        yield b": welcome\nretry: 3000\n\n"
        async with self._bell.listening() as wave:
            while not self._bell.over:
                seen = self._bell.rung
                async for event in self._follower.look():
                    yield event
                if not await self._bell.wait(seen, wave, HEARTBEAT):
                    yield b": still here\n\n"


async def _leaves(receive: Receive, scope: anyio.CancelScope) -> None:
    """Ends a stream when its reader is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


ROUTES = [Route("/api/v1/stream", stream)]
