"""`/api/v1/alerts`: rules, channels, a test, and what was told; for editors."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from groundswell.alerts.room import Room
from groundswell.doors import Role
from groundswell.errors import ArchiveError, UsageError
from groundswell.serve.answering.answers import ProblemError, answer, number
from groundswell.serve.answering.shapes import Time
from groundswell.serve.desk.state import DeskState, desk_of
from groundswell.serve.visitors.rates import Rate
from groundswell.serve.visitors.visiting import requires

LOG = 100
"""Alerts of one answer."""
BODY = 8 << 10
"""Bytes of a rule."""
TESTS = Rate("tests of alerts", burst=5, a_minute=6)


class Rule(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A rule; what is left out is as usual. `fixed` ones stand in the settings."""

    name: str
    board: str
    to: list[str]
    said: str
    fixed: bool
    term: str = ""
    people: int = 0
    times: float = 0.0
    rank: int = 0
    mood: str = ""
    flag: str = ""
    first_in_days: int = 0
    stirring: bool = False
    cooldown: int = 21_600


class NewRule(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A rule to be made: at least one condition."""

    name: str
    board: str = "all"
    to: list[str] = msgspec.field(default_factory=lambda: ["rss"])
    term: str = ""
    people: int = 0
    times: float = 0.0
    rank: int = 0
    mood: str = ""
    flag: str = ""
    first_in_days: int = 0
    stirring: bool = False
    cooldown: int = 21_600


class Tried(msgspec.Struct, forbid_unknown_fields=True):
    """What came of a test at one channel."""

    channel: str
    ok: bool
    outcome: str


class Tests(msgspec.Struct, forbid_unknown_fields=True):
    """What came of a test."""

    tried: list[Tried]


class AlertChannel(msgspec.Struct, forbid_unknown_fields=True):
    """A channel of the settings; `disabled` says why it takes nothing, or is empty."""

    id: str
    disabled: str


class Alerts(msgspec.Struct, forbid_unknown_fields=True):
    """Rules and channels; `trouble` is what is wrong with the rules that were made by command."""

    rules: list[Rule]
    channels: list[AlertChannel]
    trouble: str


class Delivery(msgspec.Struct, forbid_unknown_fields=True):
    """Where an alert stands with a channel: `waiting`, `sent`, `failed` or `stopped`."""

    channel: str
    state: str
    tries: int
    message: str
    at: Time
    outcome: str


class AlertStory(msgspec.Struct, forbid_unknown_fields=True):
    """The story of an alert, as it stood then."""

    id: str
    title: str
    posts: int
    authors: int
    flags: list[str]


class AlertEntry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An alert, or a test, which has no story."""

    id: str
    test: bool
    deliveries: list[Delivery]
    at: Time | msgspec.UnsetType = msgspec.UNSET
    rule: str | msgspec.UnsetType = msgspec.UNSET
    board: str | msgspec.UnsetType = msgspec.UNSET
    simulated: bool | msgspec.UnsetType = msgspec.UNSET
    story: AlertStory | msgspec.UnsetType = msgspec.UNSET
    channels: list[str] | msgspec.UnsetType = msgspec.UNSET


class AlertLog(msgspec.Struct, forbid_unknown_fields=True):
    """Tests and alerts, each the newest first."""

    alerts: list[AlertEntry]


TYPES = (Alerts, NewRule, Tests, AlertLog)


def room_of(desk: DeskState) -> Room:
    """The desk's alerts.

    Raises:
        ProblemError: it has none.
    """
    if desk.alerts is None:
        raise ProblemError(
            404, "this desk sends no alerts", "live and demo do; replay with --alerts"
        )
    return desk.alerts


async def asked(work: Any, *given: Any) -> Any:
    """What a room answers, from a thread.

    Raises:
        ProblemError: it does not, with words for who asked.
    """
    try:
        return await run_in_threadpool(work, *given)
    except UsageError as error:
        raise ProblemError(400, error.problem, error.hint or "see docs/alerts.md") from error
    except ArchiveError as error:
        raise ProblemError(503, error.problem, error.hint or "try again") from error


@requires(Role.EDITOR)
async def alerts(request: Request) -> Response:
    """`GET /api/v1/alerts`: rules and channels."""
    room = room_of(desk_of(request))
    rules, channels = await asked(room.rules), await asked(room.channels)
    found = {"rules": rules, "channels": channels, "trouble": room.book.trouble}
    return answer(request, found)


@requires(Role.EDITOR, body=BODY)
async def add(request: Request) -> Response:
    """`POST /api/v1/alerts`: makes a rule of its JSON."""
    room = room_of(desk_of(request))
    try:
        given = msgspec.json.decode(await request.body(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProblemError(
            400, "expected a rule as JSON", 'as in {"name": "storm", "term": "storm"}'
        ) from error
    rule = await asked(room.add, given)
    return Response(msgspec.json.encode(rule.to_dict()), 201, media_type="application/json")


@requires(Role.EDITOR)
async def remove(request: Request) -> Response:
    """`DELETE /api/v1/alerts/{name}`: lets go of a rule."""
    room = room_of(desk_of(request))
    await asked(room.book.remove, str(request.path_params["name"])[:64])
    return Response(status_code=204)


@requires(Role.EDITOR, rate=TESTS)
async def test(request: Request) -> Response:
    """`POST /api/v1/alerts/{name}/test`: sends a marked test to each of its channels."""
    room = room_of(desk_of(request))
    tried = await asked(room.test, str(request.path_params["name"])[:64])
    return answer(request, {"tried": [one.to_dict() for one in tried]})


@requires(Role.EDITOR)
async def log(request: Request) -> Response:
    """`GET /api/v1/alerts/log?limit=`: what was told, and what came of it."""
    room = room_of(desk_of(request))
    limit = number(request, "limit", LOG, 1, LOG)
    return answer(request, {"alerts": await asked(room.log, limit)})


ROUTES = [
    Route("/api/v1/alerts", alerts),
    Route("/api/v1/alerts", add, methods=["POST"]),
    Route("/api/v1/alerts/log", log),
    Route("/api/v1/alerts/{name}", remove, methods=["DELETE"]),
    Route("/api/v1/alerts/{name}/test", test, methods=["POST"]),
]
