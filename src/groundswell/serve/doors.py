"""The one place where a request is let in: who comes, what the route asks, and whether they meet.

For every request the route is found first. One whose endpoint declares no least role is not there
(404), so what is forgotten is closed. See `serve/visiting.py` for how routes declare.
"""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

import anyio
import anyio.abc
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from groundswell.addresses import loopback
from groundswell.doors import NOBODY, DoorStore, Person, Role
from groundswell.errors import DoorsError
from groundswell.serve.answers import ProblemError, base
from groundswell.serve.guards import Way
from groundswell.serve.rates import Buckets, Lockout, network
from groundswell.serve.refusing import API, local_path, told
from groundswell.serve.visiting import (
    FIELD,
    HEADER,
    WRITES,
    Least,
    Visit,
    csrf_of,
    declared,
    fields,
    visiting,
)
from groundswell.settings import Settings
from groundswell.watch import LOG

READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LOOK: Final = 2.0
"""Seconds between looks whether who reads a lasting answer still may."""
PATIENCE: Final = 10.0
"""Seconds in which what is sent has to be there."""
LONGEST_SECRET: Final = 200


@dataclass(slots=True)
class Doors:
    """The doors of one desk; without a store there are no users and reading is open."""

    store: DoorStore | None = None
    open: bool = True
    """Whether everybody may read."""
    way: Way = field(default_factory=Way)
    buckets: Buckets = field(default_factory=Buckets)
    lockout: Lockout = field(default_factory=Lockout)

    @classmethod
    def of(cls, settings: Settings) -> Doors:
        """As the settings say; users stand in the data folder."""
        way = Way(settings.doors_hosts, settings.doors_proxies, settings.doors_path)
        return cls(DoorStore(Path(settings.data_dir)), settings.doors_reading == "open", way)

    @property
    def least(self) -> Role:
        """What everybody may do."""
        return Role.READER if self.open else Role.NONE


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for."""

    least: Least | None = None
    found: bool = False
    whole: bool = False
    """Whether the route takes the method as well."""


def cookie_name(scope: Scope) -> str:
    """The session's cookie: bound to this host over https, and to the path where there is one."""
    if scope.get("scheme") != "https":
        return "groundswell"
    return "__Secure-groundswell" if scope.get("root_path") else "__Host-groundswell"


def client_of(request: Request) -> str:
    """Whom rates and waits are held against."""
    return network(request.client.host) if request.client else ""


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
        asked = _asked(scope)
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
            refused = scope.pop("refused", None) or self._refused(request, asked, visit)
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

    def _refused(self, request: Request, asked: Asked, visit: Visit) -> ProblemError | None:
        """Why a request is not let in; None where it is, as far as can be told without its body."""
        least = asked.least
        if not asked.found:
            return None  # the router says that nothing is there
        if least is None:
            return ProblemError(404, "nothing stands at this address", "see /api/v1/openapi.json")
        wanted = least.of(is_open=self.doors.open)
        if max(visit.person.role, self.doors.least) < wanted:
            return _too_low(visit, wanted)
        if not asked.whole:
            return None  # the router says by which methods
        foreign = request.method not in READS and _foreign(request, visit)
        return foreign or self._too_often(request, least, visit)

    def _too_often(self, request: Request, least: Least, visit: Visit) -> ProblemError | None:
        writes, address = request.method not in READS, client_of(request)
        rate = WRITES if writes and least.rate is None else least.rate
        # this machine's own readers are not counted: a proxy that nobody named speaks from there
        if rate is None or (not writes and loopback(address)):
            return None
        wait = self.doors.buckets.take(rate, visit.person.name or address)
        if not wait:
            return None
        return ProblemError(
            429, f"more than {rate.a_minute:g} {rate.name} a minute", f"try again in {wait:.0f} s",
            {"Retry-After": str(int(wait) + 1)},
        )  # fmt: skip

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
                person = await self._person(request, session)
                ended = max(person.role, self.doors.least) < least.of(is_open=self.doors.open)
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(look, tasks)
            await self.app(request.scope, receive, _unshared(send, self.doors, NOBODY))
            tasks.cancel_scope.cancel()
        if ended:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _asked(scope: Scope) -> Asked:
    """Which route a request is for, as the router will find it."""
    partial = Asked()
    for route in scope["app"].routes:
        match, child = route.matches(scope)
        if match is Match.FULL:
            return Asked(declared(child.get("endpoint")), found=True, whole=True)
        if match is Match.PARTIAL and not partial.found:
            partial = Asked(declared(child.get("endpoint")), found=True)
    return partial


def _foreign(request: Request, visit: Visit) -> ProblemError | None:
    """Refuses what pages of other sites send, and what does not say where it comes from."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    root = visit.root
    own = base(request).removesuffix(root) if root else base(request)
    strange = (site is not None and site != "same-origin") or (origin is not None and origin != own)
    silent = site is None and origin is None and visit.person.via != "token"
    if not (strange or silent):
        return None
    return ProblemError(
        403, "expected to be written to from the desk's own pages, or with a token",
        "send Origin; behind a proxy with https, name it in [doors] proxies",
    )  # fmt: skip


def _too_low(visit: Visit, wanted: Role) -> ProblemError:
    if visit.person.via:
        return ProblemError(
            403, f"expected the role {wanted}, {visit.person.name} has {visit.person.role}",
            "whoever runs the desk gives roles: groundswell user role NAME ROLE",
        )  # fmt: skip
    return ProblemError(
        401, f"expected somebody with the role {wanted}",
        "log in at /login, or send a token: Authorization: Bearer gsw_…",
        {"WWW-Authenticate": "Bearer"},
    )  # fmt: skip


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
