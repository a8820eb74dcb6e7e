"""What a route asks of who comes, and who came: the two sides of the desk's doors.

A route's least role is declared on its endpoint, once, and nowhere else:

    @requires(Role.EDITOR)
    async def hide(request: Request) -> Response:
        decided_by = who(request).name

    ROUTES = [Route("/api/v1/stories/{story_id}/hide", hide, methods=["POST"])]

`serve/gates/letting.py` looks it up for every request; an endpoint that declares nothing is not
there. What it checks before the endpoint is called: the role; for writing (POST, PUT, PATCH,
DELETE) that the request is of the desk's own pages and carries the session's CSRF token; how often;
how large. Forms have `{{ csrf() }}` in them, scripts send the header `X-CSRF-Token` with what
`<meta name="csrf">` says; programs with a token (`Authorization: Bearer`) need neither.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from markupsafe import Markup
from starlette.requests import Request

from groundswell.doors import NOBODY, Person, Role
from groundswell.serve.visitors.rates import Rate

FIELD: Final = "csrf"
HEADER: Final = "x-csrf-token"
WRITES: Final = Rate("writes", burst=30, a_minute=60)
EXPENSIVE: Final = Rate("expensive reads", burst=20, a_minute=60)
BODY: Final = 64 << 10
"""Bytes of what is sent to a route, unless it says otherwise."""
_MARK: Final = "groundswell_least"
_Endpoint = TypeVar("_Endpoint")


@dataclass(frozen=True, slots=True)
class Least:
    """What a route asks."""

    role: Role
    when_open: Role | None = None
    """Instead of `role` where reading is open."""
    rate: Rate | None = None
    body: int = BODY
    """Bytes that may be sent to it."""
    lasting: bool = False
    """Answers go on: they end when the session, token or user does."""

    def of(self, *, is_open: bool) -> Role:
        """The least role on a desk where reading is open, or is not."""
        return self.when_open if is_open and self.when_open is not None else self.role


def requires(
    role: Role, *, when_open: Role | None = None, rate: Rate | None = None, body: int = BODY,
    lasting: bool = False,
) -> Callable[[_Endpoint], _Endpoint]:  # fmt: skip
    """Declares the least role that may use an endpoint; see `Least` for the rest."""
    least = Least(role, when_open, rate, body, lasting)

    def declare(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _MARK, least)
        return endpoint

    return declare


def declared(endpoint: Any) -> Least | None:
    """What an endpoint asks; None where nobody has said."""
    found = getattr(endpoint, _MARK, None)
    return found if isinstance(found, Least) else None


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, as pages need to know it."""

    person: Person = NOBODY
    csrf: str = ""
    """Of the session; empty without one."""
    root: str = ""
    """The path that the desk is served under, without a slash at its end."""
    reads: bool = True
    """Whether this person may read what the desk shows."""
    can_log_in: bool = False
    """Whether there are users at all."""

    @property
    def edits(self) -> bool:
        """Whether this person may decide what is shown."""
        return self.person.role >= Role.EDITOR


_VISIT: ContextVar[Visit] = ContextVar("visit", default=Visit())  # noqa: B039 -- it is frozen


@contextmanager
def visiting(visit: Visit) -> Iterator[None]:
    """Makes a visit the one that pages are written for."""
    token = _VISIT.set(visit)
    try:
        yield
    finally:
        _VISIT.reset(token)


def visit() -> Visit:
    """The visit that is answered now."""
    return _VISIT.get()


def root() -> str:
    """What every address on a page begins with: empty, or the path that the desk is under."""
    return _VISIT.get().root


def who(_: Request) -> Person:
    """Who asks; a person without a name where the desk knows nobody."""
    return _VISIT.get().person


def csrf() -> Markup:
    """The hidden field of a form that writes."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, visit().csrf)


def csrf_of(session: str) -> str:
    """The CSRF token of a session: known to who has the session alone, and not the session."""
    made = hmac.digest(
        session.encode("utf-8", "surrogatepass"), b"groundswell csrf", hashlib.sha256
    )
    return urlsafe_b64encode(made).decode("ascii").rstrip("=")


async def form(request: Request) -> dict[str, str]:
    """Fields of a form that was sent, urlencoded; of equal names the last."""
    return fields(await request.body())


def fields(body: bytes) -> dict[str, str]:
    """Fields of a form's body, at most 100; nothing where it is none.

    >>> fields(b"name=ann&word=a+b%21")
    {'name': 'ann', 'word': 'a b!'}
    """
    try:
        text = body.decode("ascii")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100, errors="replace"))
    except ValueError:
        return {}
