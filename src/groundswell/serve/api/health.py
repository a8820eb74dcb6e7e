"""`/health`: whether a desk does its work, where each source stands, and each newsroom's feed.

Newsrooms that fail do not make a desk ill: boards do without them.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from groundswell.doors import Role
from groundswell.model import iso
from groundswell.press.reporters import FeedHealth, FeedStatus
from groundswell.serve.answering.shapes import Time
from groundswell.serve.desk.state import DeskState, desk_of
from groundswell.serve.visitors.visiting import requires, visit
from groundswell.watch import SourceHealth, SourceState


class Lost(Struct, forbid_unknown_fields=True):
    """Times between which posts of a source may be missing."""

    begin: Time
    end: Time
    reason: str


class Stands(Struct, forbid_unknown_fields=True):
    """A source; of a file the name and its state alone."""

    name: str
    state: SourceState
    said: str | UnsetType = UNSET
    quiet_s: float | UnsetType = UNSET
    reconnects: int | UnsetType = UNSET
    left_out: int | UnsetType = UNSET
    gaps: list[Lost] | UnsetType = UNSET


class Feed(Struct, forbid_unknown_fields=True):
    """A newsroom's feed: seconds since its last good answer and until it is asked for again.

    `said` is what went wrong last, empty when all is well; `failures` are in a row, `failed` and
    `asked` since the desk began.
    """

    name: str
    status: FeedStatus
    said: str
    failures: int
    failed: int
    asked: int
    fetched_s: float | None
    wait_s: float


class Health(Struct, forbid_unknown_fields=True):
    """The desk's state; `reason` says why it does not do its work."""

    ok: bool
    status: Literal["ok", "starting", "stalled"]
    reason: str
    mode: str
    ended: bool
    board_at: Time | None
    newest_post: Time | None
    newest_post_age_s: float | None
    lag_s: float
    learning: bool
    sources: list[Stands]
    newsrooms: list[Feed]


@requires(Role.NONE)
async def health(request: Request) -> Response:
    """The desk's state as JSON; 503 where it does not do its work.

    Who may not read is told no more than that: a load balancer needs no more.
    """
    desk = desk_of(request)
    stalled = desk.watch.stalled
    told = _health(desk, stalled)
    if not visit().reads:
        told = {"ok": told["ok"], "status": told["status"]}
    return JSONResponse(told, status_code=503 if stalled else 200)


def feeds(desk: DeskState) -> list[FeedHealth]:
    """Where each newsroom's feed stands; none where no newsroom is read."""
    return desk.press.feeds() if desk.press else []


def _health(desk: DeskState, stalled: str) -> dict[str, Any]:
    newest, watch = desk.newest, desk.watch
    age, now = watch.newest_age, watch.monotonic()
    return {
        "ok": not stalled,
        "status": "stalled" if stalled else "ok" if newest else "starting",
        "reason": stalled,
        "mode": desk.context.mode,
        "ended": desk.ended,
        "board_at": iso(newest.at) if newest else None,
        "newest_post": iso(newest.newest) if newest and newest.newest else None,
        "newest_post_age_s": None if age is None else round(age, 1),
        "lag_s": round(watch.figures.lag, 1),
        "learning": newest.learning if newest else True,
        "sources": [_source(one, now) for one in watch.sources()]
        or [{"name": name, "state": "connected"} for name in desk.context.sources],
        "newsrooms": [_feed(one) for one in feeds(desk)],
    }


def _source(one: SourceHealth, now: float) -> dict[str, Any]:
    return {
        "name": one.name,
        "state": one.now(now),
        "said": one.said(now),
        "quiet_s": round(one.quiet(now), 1),
        "reconnects": one.reconnects,
        "left_out": one.left_out,
        "gaps": [
            {"begin": iso(gap.begin), "end": iso(gap.end), "reason": gap.reason}
            for gap in one.gaps[-20:]
        ],
    }


def _feed(one: FeedHealth) -> dict[str, Any]:
    return {
        "name": one.name,
        "status": one.status,
        "said": one.said,
        "failures": one.failures,
        "failed": one.failed,
        "asked": one.asked,
        "fetched_s": None if one.since is None else round(one.since, 1),
        "wait_s": round(one.wait, 1),
    }
