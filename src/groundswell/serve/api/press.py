"""What newsrooms say of a story, and what was before: for its page, and as JSON."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from groundswell.doors import Role
from groundswell.errors import ArchiveError
from groundswell.model import iso
from groundswell.serve.answering.answers import ProblemError, answer
from groundswell.serve.answering.shapes import Address, Mood, Time
from groundswell.serve.desk.covering import backstory, covered, peak, together
from groundswell.serve.desk.state import DeskState, desk_of
from groundswell.serve.desk.telling import Telling, tell
from groundswell.serve.visitors.visiting import requires

NOBODY = "this desk reads no newsrooms; see the setting `newsrooms`"
NOTHING = "this desk has no archive from before the story"


class DateLine(Struct, forbid_unknown_fields=True):
    """A date as printed, and as resolved against the day of publication."""

    printed: str
    value: str


class Line(Struct, forbid_unknown_fields=True):
    """A sentence, verbatim; who is quoted, the outlet that it comes `through`, whether a `post`."""

    sentence: str
    speaker: str | None
    through: str | None
    post: bool
    dates: list[DateLine]


class Discrepancy(Struct, forbid_unknown_fields=True):
    """What is printed of a work, and what open data has instead; neither is corrected."""

    said: str
    printed: str
    printed_year: str | None
    known: str
    known_year: str | None
    source: str
    source_url: Address
    sentence: str


class PressArticle(Struct, forbid_unknown_fields=True):
    """An article of the story; `also_in` are outlets that print the same text."""

    outlet: str
    title: str
    url: Address
    published_at: Time
    modified_at: Time | None
    score: float
    why: list[str]
    also_in: list[str]
    lines: list[Line]
    discrepancies: list[Discrepancy]


class Evidence(Struct, forbid_unknown_fields=True):
    """A sentence for the cause, verbatim."""

    outlet: str
    url: Address
    published_at: Time
    sentence: str


class Cause(Struct, forbid_unknown_fields=True):
    """Known by two outlets at least that do not copy each other; else why it is not."""

    known: bool
    why_unknown: str | None
    evidence: list[Evidence]


class Press(Struct, forbid_unknown_fields=True):
    """What the press says of a story."""

    story: str
    cause: Cause
    sources: int
    simulated: bool
    articles: list[PressArticle]


class Episode(Struct, forbid_unknown_fields=True):
    """An earlier story of the same subject; `shared` are names of both, `mood` at its largest."""

    id: str
    title: str
    shared: list[str]
    started_at: Time
    last_listed_at: Time
    peak_at: Time
    peak_rank: int
    peak_excess: float
    authors: int
    mood: Mood | None


class Beside(Struct, forbid_unknown_fields=True):
    """A story that began within a quarter of an hour of it."""

    id: str
    title: str
    started_at: Time


class Backstory(Struct, forbid_unknown_fields=True):
    """What was before; where `archive_began_at` is null, nothing is known."""

    story: str
    said: list[str]
    archive_began_at: Time | None
    simulated: bool
    episodes: list[Episode]
    rose_with: list[Beside]


TYPES = (Press, Backstory)


def beside(desk: DeskState, told: Telling) -> dict[str, Any]:
    """What a story's page shows beside its own numbers, for `press.html`."""
    try:
        past = backstory(desk.press, desk.archive, desk.reading, told)
    except ArchiveError:  # the page has more to tell
        past = None
    return {
        "press": covered(desk.press, told), "backstory": past, "peak": peak(told),
        "together": together(told),
    }  # fmt: skip


@requires(Role.READER)
async def press(request: Request) -> Response:
    """`GET /api/v1/stories/{id}/press`."""
    return await _answered(request, "press")


@requires(Role.READER)
async def before(request: Request) -> Response:
    """`GET /api/v1/stories/{id}/backstory`."""
    return await _answered(request, "backstory")


async def _answered(request: Request, what: Literal["press", "backstory"]) -> Response:
    desk = desk_of(request)
    name = str(request.path_params["story_id"])[:64]
    try:
        found = await run_in_threadpool(_found, desk, name, what)
    except ArchiveError as error:
        raise ProblemError(503, "the archive cannot be read", error.hint) from error
    if found is None:
        raise ProblemError(404, "no story with this id is held", "see /api/v1/boards/all")
    return answer(request, {"story": name, **found})


def _found(desk: DeskState, name: str, what: str) -> dict[str, Any] | None:
    told = tell(desk, name)
    if told is None:
        return None
    return press_json(desk, told) if what == "press" else backstory_json(desk, told)


def press_json(desk: DeskState, told: Telling) -> dict[str, Any]:
    """What the press says of a story, as `Press` but for its `story`."""
    found = covered(desk.press, told)
    if found is None:
        cause = {"known": False, "why_unknown": NOBODY, "evidence": []}
        return {"cause": cause, "sources": 0, "simulated": False, "articles": []}
    return found.to_dict()


def backstory_json(desk: DeskState, told: Telling) -> dict[str, Any]:
    """What was before a story, as `Backstory` but for its `story`."""
    found = backstory(desk.press, desk.archive, desk.reading, told)
    rose = [
        {"id": one.id, "title": one.title, "started_at": iso(one.started_at)}
        for one in together(told)
    ]
    if found is None:
        nothing: dict[str, Any] = {"archive_began_at": None, "simulated": False, "episodes": []}
        return {"said": [NOTHING], **nothing, "rose_with": rose}
    return found.to_dict(peak(told)) | {"rose_with": rose}


ROUTES = [
    Route("/api/v1/stories/{story_id}/press", press),
    Route("/api/v1/stories/{story_id}/backstory", before),
]
