"""`/review`: what waits, what is shown, who decided what, what is blocked; forms, no script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from groundswell.doors import Role
from groundswell.model import Story
from groundswell.review import lists
from groundswell.review.decisions import BLOCKED, Decision, Kind
from groundswell.review.rulings import undone
from groundswell.serve.answering.answers import ProblemError
from groundswell.serve.api.review_api import Deciding, decide, take_list
from groundswell.serve.desk.state import EVERY, DeskState, desk_of
from groundswell.serve.gates.entry import back_to
from groundswell.serve.pages import page
from groundswell.serve.visitors.visiting import form, requires, root, visit, who

LOG: Final = 100
"""Decisions on the page, the newest; the API and the CSV have all."""
BLOCKS: Final = 200
PASTED: Final = 1 << 20
"""Bytes of a list that is pasted into the page."""


@dataclass(frozen=True, slots=True)
class Row:
    """A story as editors see it."""

    story: Story
    """As it was found, whatever was decided."""
    board: str
    at: int
    title: str
    """As it is shown, or would be."""
    off: bool
    """Whether it was taken off."""
    waits: bool
    into: str
    """The story that took it in; empty where none did."""
    pinned: bool


@requires(Role.EDITOR)
async def review_page(request: Request) -> Response:
    """`GET /review`: all that an editor needs on one page."""
    desk = desk_of(request)
    return await _page(desk)


@requires(Role.EDITOR)
async def decide_form(request: Request) -> Response:
    """`POST /review`: decides, and leads back to where the form was."""
    given, desk = await form(request), desk_of(request)
    undoes = given.get("undoes", "")
    asked = Deciding(
        given.get("verb", ""), given.get("kind", "story"), given.get("subject", ""),
        given.get("value", ""), given.get("reason", ""), int(undoes) if undoes.isdecimal() else 0,
    )  # fmt: skip
    try:
        await run_in_threadpool(decide, desk, who(request), asked)
    except ProblemError as error:
        return await _page(desk, error, error.status_code)
    back = back_to(given.get("back", "/review"))
    return RedirectResponse(root() + back, 303, {"Cache-Control": "no-store"})


@requires(Role.ADMIN, body=PASTED)
async def import_form(request: Request) -> Response:
    """`POST /review/import`: blocks all that a pasted list names."""
    given, desk = await form(request), desk_of(request)
    kind = next((one for one in BLOCKED if one == given.get("kind")), None)
    data = given.get("list", "").encode()
    try:
        found = await run_in_threadpool(take_list, desk, who(request), data, kind)
    except ProblemError as error:
        return await _page(desk, error, error.status_code)
    return await _page(desk, taken=found)


async def _page(
    desk: DeskState,
    problem: ProblemError | None = None,
    status: int = 200,
    taken: lists.Taken | None = None,
) -> Response:
    told = await run_in_threadpool(_told, desk)
    html = page("review.html", desk.context, desk.newest, problem=problem, taken=taken, **told)
    return HTMLResponse(html, status, {"Cache-Control": "no-store"})


def _told(desk: DeskState) -> dict[str, Any]:
    made = desk.ledger.all()
    rows, held = list(rows_of(desk)), lists.blocks(made)
    return {
        "names": {one.story.id: one.title for one in rows},
        "waiting": [one for one in rows if one.waits and not one.off],
        "rows": [one for one in rows if not one.waits or one.off],
        "log": made[-LOG:][::-1], "decided": len(made), "gone": undone(made),
        "blocks": held[:BLOCKS], "blocked": len(held), "kinds": BLOCKED,
        "before_publish": desk.ledger.before_publish,
        "admin": visit().person.role >= Role.ADMIN,
    }  # fmt: skip


def rows_of(desk: DeskState) -> list[Row]:
    """The stories that boards found last, whatever was decided: those of `all` first."""
    found, rulings = {}, desk.rulings
    for board in desk.bare().newest_of_each(EVERY):
        for story in board.stories:
            title = rulings.titles.get(story.id, story.title)
            waits = rulings.waits(story.id, story.title, story.started_at)
            into = rulings.leads(story.id)
            off = not waits and rulings.hides(story.id, story.title, story.started_at)
            off |= rulings.bars(story.title) or story.id in rulings.hidden
            found[story.id] = Row(
                story, board.board, board.at, title, off, waits,
                "" if into == story.id else into, story.id in rulings.pinned,
            )  # fmt: skip
    return list(found.values())


def log_of(desk: DeskState, story: str) -> list[tuple[Decision, bool]]:
    """What was decided about a story, the newest first, and whether it holds no more."""
    made = desk.ledger.all()
    gone = undone(made)
    return [
        (one, one.id in gone)
        for one in reversed(made)
        if one.kind is Kind.STORY and story in (one.subject, one.value)
    ]


ROUTES = [
    Route("/review", review_page),
    Route("/review", decide_form, methods=["POST"]),
    Route("/review/import", import_form, methods=["POST"]),
]
