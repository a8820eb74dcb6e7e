"""What is behind a feeling of a story: posts that surely read so, and the words that weighed most.

Only posts that may be quoted are shown, by the rules for voices, and those that the desk still
holds: no archive keeps a post. They are weighed when somebody asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from groundswell.doors import Role
from groundswell.errors import ArchiveError
from groundswell.expression import Feeling, Voice, Weighed
from groundswell.serve.answering.answers import ProblemError, answer
from groundswell.serve.desk.state import DeskState, desk_of
from groundswell.serve.desk.telling import Telling, tell
from groundswell.serve.pages import page
from groundswell.serve.site import site
from groundswell.serve.visitors.visiting import requires

NAME: Final = 64
"""Characters of a story's id, and of a label."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A post behind a feeling."""

    voice: Voice
    weighed: Weighed

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """Its text in pieces, and whether each weighed."""
        found: list[tuple[str, bool]] = []
        at = 0
        for start, end, _ in sorted(self.weighed.words):
            found += [(self.voice.text[at:start], False), (self.voice.text[start:end], True)]
            at = end
        return [one for one in [*found, (self.voice.text[at:], False)] if one[0]]

    def to_dict(self) -> dict[str, object]:
        """As the API gives it."""
        words = [
            {"start": start, "end": end, "word": self.voice.text[start:end], "weight": weight}
            for start, end, weight in self.weighed.words
        ]
        return self.voice.to_dict() | {"chance": round(self.weighed.chance, 3), "words": words}


def behind(desk: DeskState, told: Telling, label: str) -> tuple[Feeling, list[Shown]] | None:
    """A feeling of a story, and posts that show it; None where it was not read as that."""
    feelings = told.mood.feelings if told.mood else ()
    feeling = next((one for one in feelings if one.label == label), None)
    if feeling is None:
        return None
    found = [
        Shown(one, weighed)
        for one in told.examples
        if one.feeling == label and (weighed := desk.weigh(one.text, one.lang, label))
    ]
    return feeling, found


@requires(Role.READER)
async def feeling_page(request: Request) -> Response:
    """`GET /story/{id}/feeling/{label}`: the posts behind one feeling of a story."""
    desk = desk_of(request)
    found = await site.found_story(request)
    if isinstance(found, Response):
        return found
    label = str(request.path_params["label"])[:NAME]
    shown = await run_in_threadpool(behind, desk, found, label)
    if shown is None:
        return site.missing(desk, "feeling")
    html = page(
        "feeling.html", desk.context, desk.newest_of(found.board), told=found, story=found.story,
        feeling=shown[0], posts=shown[1],
    )  # fmt: skip
    return HTMLResponse(html)


@requires(Role.READER)
async def feeling_api(request: Request) -> Response:
    """`GET /api/v1/stories/{id}/feelings/{label}`: the same as JSON."""
    desk = desk_of(request)
    name, label = (str(request.path_params[part])[:NAME] for part in ("story_id", "label"))
    try:
        told = await run_in_threadpool(tell, desk, name)
    except ArchiveError as error:
        raise ProblemError(503, error.problem, error.hint or "/health") from error
    shown = await run_in_threadpool(behind, desk, told, label) if told else None
    if shown is None:
        raise ProblemError(404, "no such feeling of a story with this id is held", "see its mood")
    feeling, posts = shown
    return answer(
        request,
        {
            "story": name,
            "label": label,
            "share": feeling.share,
            "interval": [feeling.low, feeling.high],
            "usual": feeling.usual,
            "posts": [one.to_dict() for one in posts],
        },
    )


ROUTES = [
    Route("/story/{story_id}/feeling/{label}", feeling_page),
    Route("/api/v1/stories/{story_id}/feelings/{label}", feeling_api),
]
