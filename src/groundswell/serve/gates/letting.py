"""The one place where a request is let in, before any endpoint: by role, origin, CSRF token, size.

Who comes is looked up at every request, so what is changed in the file of users holds at once, also
for event streams that are open. What is refused is answered here.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import Final
from urllib.parse import quote

import anyio
import anyio.abc
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from groundswell.doors import NOBODY, Person, Role
from groundswell.errors import DoorsError
from groundswell.serve.answering.answers import ProblemError
from groundswell.serve.gates.doors import READS, Doors, asked_of, cookie_name
from groundswell.serve.gates.refusing import API, local_path, told
from groundswell.serve.visitors.visiting import (
    FIELD,
    HEADER,
    Least,
    Visit,
    csrf_of,
    fields,
    visiting,
)
from groundswell.watch import LOG

LOOK: Final = 2.0
"""Seconds between looks whether who reads a lasting answer still may."""
PATIENCE: Final = 10.0
"""Seconds in which what is sent has to be there."""
LONGEST_SECRET: Final = 200


class Watched:
    """Lets in who may; stands before all routes."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self.app = app
        self.doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers itself where somebody is not let in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        session = request.cookies.get(cookie_name(scope), "")[:LONGEST_SECRET]
        asked = asked_of(scope)
        try:
            person = await self._person(request, session)
        except DoorsError as error:
            LOG.error("the doors cannot be read: %s", error.problem)
            scope["refused"] = ProblemError(503, "the desk cannot tell who you are", "later again")
            person = NOBODY
        visit = Visit(
            person, csrf_of(session) if person.via == "session" else "",
            scope.get("root_path", ""), max(person.role, self.doors.least) >= Role.READER,
            self.doors.store is not None and self.doors.store.exists,
        )  # fmt: skip
        with visiting(visit):
            refused = scope.pop("refused", None) or self.doors.refuses(request, asked, visit)
            least = asked.least
            if least and asked.whole and not refused and request.method not in READS:
                receive, refused = await self._written(request, least, visit)
            if refused is not None:
                await _answer(request, refused)(scope, receive, send)
            elif least and least.lasting and not self.doors.open:
                await self._while_let_in(request, session, least, receive, send)
            else:
                await self.app(scope, receive, _unshared(send, self.doors, person))

    async def _person(self, request: Request, session: str) -> Person:
        """Who comes, by a token or else a session; nobody where neither is good."""
        store = self.doors.store
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if store is None or not store.exists:
            return NOBODY
        if scheme.lower() == "bearer":
            return await run_in_threadpool(store.of_token, token.strip()[:LONGEST_SECRET]) or NOBODY
        if session:
            return await run_in_threadpool(store.of_session, session) or NOBODY
        return NOBODY

    async def _written(
        self, request: Request, least: Least, visit: Visit
    ) -> tuple[Receive, ProblemError | None]:
        """What is sent, whole and within its size, and with the session's CSRF token."""
        body = await _whole(request, least.body)
        if body is None:
            return request.receive, ProblemError(
                413, f"expected at most {least.body:,} bytes within {PATIENCE:.0f} s", "send less",
                {"Connection": "close"},
            )  # fmt: skip
        if visit.person.via == "session":
            sent = request.headers.get(HEADER) or fields(body).get(FIELD, "")
            if not hmac.compare_digest(sent.encode(), visit.csrf.encode()):
                return request.receive, ProblemError(
                    403, "expected the session's CSRF token",
                    f"load the page anew; scripts send it as {HEADER}",
                )  # fmt: skip
        return _again(body, request.receive), None

    async def _while_let_in(
        self, request: Request, session: str, least: Least, receive: Receive, send: Send
    ) -> None:
        """Answers until it is over, or until who reads may no longer."""
        ended = False

        async def look(tasks: anyio.abc.TaskGroup) -> None:
            nonlocal ended
            while not ended:
                await asyncio.sleep(LOOK)
                try:
                    person = await self._person(request, session)
                except DoorsError:
                    person = NOBODY  # who cannot be asked about is nobody
                ended = max(person.role, self.doors.least) < least.of(is_open=self.doors.open)
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(look, tasks)
            await self.app(request.scope, receive, _unshared(send, self.doors, NOBODY))
            tasks.cancel_scope.cancel()
        if ended:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _answer(request: Request, problem: ProblemError) -> Response:
    """The refusal; who reads a page and may log in is led there."""
    page = request.method in READS and not local_path(request.scope).startswith(API)
    if problem.status_code == 401 and page:
        scope = request.scope
        query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
        onward = quote(local_path(scope) + query, safe="/")
        return RedirectResponse(f"{scope['root_path']}/login?next={onward}", 303)
    return told(request, problem)


async def _whole(request: Request, most: int) -> bytes | None:
    """The body of a request; None where it is too large, or too slow."""
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for piece in request.stream():
                body += piece
                if len(body) > most:
                    return None
    except (TimeoutError, ClientDisconnect):
        return None
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives a body that was read once more, and then what comes after it."""
    waiting = [body]

    async def give() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return give


def _unshared(send: Send, doors: Doors, person: Person) -> Send:
    """Keeps what is not everybody's out of caches that several use."""
    if doors.open and not person.via:
        return send

    async def private(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message["headers"] if pair[0] != b"cache-control"]
            control = dict(message["headers"]).get(b"cache-control", b"no-cache")
            control = control if control == b"no-store" else b"private, no-cache"
            vary = (b"vary", b"Cookie, Authorization")
            message["headers"] = [*kept, (b"cache-control", control), vary]
        await send(message)

    return private
