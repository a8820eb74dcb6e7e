"""`/api/v1/decisions` and `/api/v1/blocks`: what editors decide, and what is left out."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from groundswell.doors import Person, Role
from groundswell.errors import ArchiveError, GroundswellError, UsageError
from groundswell.review import lists
from groundswell.review.decisions import BLOCKED, Decision, Draft, Kind, Verb, draft, undoing
from groundswell.review.rulings import undone
from groundswell.serve.answering.answers import ProblemError, answer, number
from groundswell.serve.answering.shapes import Time
from groundswell.serve.desk.state import DeskState, desk_of
from groundswell.serve.visitors.visiting import requires, who

LISTED: Final = 1_000
"""Decisions in one answer."""
CSV: Final = "text/csv; charset=utf-8"


class Decided(Struct, forbid_unknown_fields=True):
    """A decision; `undone` where it holds no more, `since` is where the engine took it up."""

    id: int
    at: Time
    who: str
    verb: str
    kind: str
    subject: str
    value: str
    reason: str
    undoes: int | None
    since: Time | None
    undone: bool


class Decisions(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Decisions, the newest first; `next` where there are more, to be sent as `before`."""

    decisions: list[Decided]
    next: int | None = None


class Blocks(Struct, forbid_unknown_fields=True):
    """Blocks that hold, the newest first."""

    blocks: list[Decided]


class Deciding(Struct, forbid_unknown_fields=True):
    """What is to be decided; of an undoing `undoes` alone is needed."""

    verb: str
    kind: str = "story"
    subject: str = ""
    value: str = ""
    reason: str = ""
    undoes: int = 0


class Imported(Struct, forbid_unknown_fields=True):
    """What a list came to."""

    new: int
    known: int
    passed_over: int
    bad_lines: int
    wrong: list[str]


TYPES: Final = (Decisions, Blocks, Deciding, Imported)


@requires(Role.EDITOR)
async def decisions(request: Request) -> Response:
    """`GET /api/v1/decisions?limit=&before=&format=`: the log, as JSON or all of it as CSV."""
    made = await run_in_threadpool(_all, desk_of(request))
    if request.query_params.get("format") == "csv":
        return _file(request, lists.log_csv(made), "decisions.csv")
    limit = number(request, "limit", 100, 1, LISTED)
    before = number(request, "before", 999_999_999, 1, 999_999_999)
    gone = undone(made)
    told = [told_of(one, gone) for one in reversed(made) if one.id < before]
    more = {"next": told[limit - 1]["id"]} if len(told) > limit else {}
    return answer(request, {"decisions": told[:limit], **more})


@requires(Role.EDITOR)
async def decide_api(request: Request) -> Response:
    """`POST /api/v1/decisions`: decides, and answers with the decision (201)."""
    try:
        asked = msgspec.json.decode(await request.body(), type=Deciding)
    except msgspec.DecodeError as error:
        hint = 'send JSON as {"verb": "hide", "subject": "rmnptb2k3jla"}'
        raise ProblemError(400, f"expected a decision: {error}", hint) from error
    made = await run_in_threadpool(decide, desk_of(request), who(request), asked)
    return Response(msgspec.json.encode(told_of(made, set())), 201, media_type="application/json")


@requires(Role.EDITOR)
async def blocks(request: Request) -> Response:
    """`GET /api/v1/blocks?kind=&format=`: as JSON, `csv`, or `mastodon`'s domain blocks."""
    kind, made = _kind(request), await run_in_threadpool(_all, desk_of(request))
    form = request.query_params.get("format", "json")
    if form == "csv":
        return _file(request, lists.blocks_csv(made, kind), "blocks.csv")
    if form == "mastodon":
        return _file(request, lists.mastodon_csv(made), "domain_blocks.csv")
    return answer(request, {"blocks": [told_of(one, set()) for one in lists.blocks(made, kind)]})


@requires(Role.ADMIN, body=lists.LARGEST)
async def import_api(request: Request) -> Response:
    """`POST /api/v1/blocks?kind=`: blocks all that a list names; the body is the list."""
    data, kind = await request.body(), _kind(request)
    found = await run_in_threadpool(take_list, desk_of(request), who(request), data, kind)
    return answer(request, msgspec.to_builtins(Imported(
        len(found.drafts), found.known, found.passed, found.wrong_lines,
        [f"line {line}: {why}" for line, why in found.wrong],
    )))  # fmt: skip


def decide(desk: DeskState, person: Person, asked: Deciding) -> Decision:
    """Decides in somebody's name.

    Raises:
        ProblemError: it cannot be decided, or not be kept.
    """
    try:
        return desk.decide([_draft(desk, person.name or "nobody", asked)])[0]
    except GroundswellError as error:
        raise _problem(error) from error


def _draft(desk: DeskState, name: str, asked: Deciding) -> Draft:
    if asked.verb == Verb.HOLD:
        raise UsageError("expected a decision of an editor", hint="stories wait by a setting")
    if asked.verb != Verb.UNDO:
        return draft(name, asked.verb, asked.kind, asked.subject, value=asked.value,
                     reason=asked.reason)  # fmt: skip
    made = desk.ledger.all()
    found = next((one for one in made if one.id == asked.undoes), None)
    if found is None or found.id in undone(made):
        raise UsageError(f"expected the number of a decision that holds, got {asked.undoes}")
    return undoing(name, found, asked.reason)


def take_list(desk: DeskState, person: Person, data: bytes, kind: Kind | None) -> lists.Taken:
    """Blocks all that a list names.

    Raises:
        ProblemError: it is no list, or cannot be kept.
    """
    try:
        found = lists.taken(data, kind, person.name or "nobody", desk.ledger.rulings().blocked)
        if found.drafts:
            desk.decide(found.drafts)
    except GroundswellError as error:
        raise _problem(error) from error
    return found


def told_of(one: Decision, gone: set[int]) -> dict[str, object]:
    """A decision as `Decided`."""
    return one.to_dict() | {"undone": one.id in gone}


def _all(desk: DeskState) -> list[Decision]:
    try:
        return desk.ledger.all()
    except GroundswellError as error:
        raise _problem(error) from error


def _problem(error: GroundswellError) -> ProblemError:
    status = 503 if isinstance(error, ArchiveError) else 400
    return ProblemError(status, error.problem, error.hint or "see docs/review.md")


def _kind(request: Request) -> Kind | None:
    name = request.query_params.get("kind", "")
    found = next((one for one in BLOCKED if one == name), None)
    if name and found is None:
        raise ProblemError(400, f"expected a kind of {', '.join(BLOCKED)}", "leave it out for all")
    return found


def _file(request: Request, text: str, name: str) -> Response:
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return answer(request, text.encode(), headers=named, media_type=CSV)


ROUTES = [
    Route("/api/v1/decisions", decisions),
    Route("/api/v1/decisions", decide_api, methods=["POST"]),
    Route("/api/v1/blocks", blocks),
    Route("/api/v1/blocks", import_api, methods=["POST"]),
]
