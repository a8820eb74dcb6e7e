"""Where a story's address leads when editors merged it or took it off: for all routes at once."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from groundswell.serve.answering.answers import ProblemError, problem
from groundswell.serve.desk.state import DeskState
from groundswell.serve.gates.refusing import local_path
from groundswell.serve.site.site import EMBED, missing
from groundswell.serve.visitors.visiting import root, visit

_STORY: Final = re.compile(r"(/(?:story|embed|api/v1/stories)/)([^/]+)(/.*)?")
FRESH: Final = {"Cache-Control": "no-cache"}
"""A decision may be undone, so nobody may keep where an address led."""


class Led:
    """Leads from a merged story to the one that took it in, and says 410 of one taken off.

    Stands before the routes, so that none of a story's addresses can miss it.
    """

    def __init__(self, app: ASGIApp, desk: DeskState) -> None:
        self.app = app
        self.desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers where decisions say so, and else passes on."""
        found = _STORY.fullmatch(local_path(scope)) if scope["type"] == "http" else None
        answer = self._answer(found, scope["query_string"]) if found else None
        await (answer or self.app)(scope, receive, send)

    def _answer(self, asked: re.Match[str], query: bytes) -> Response | None:
        head, story, rest = asked.groups()
        rulings = self.desk.rulings
        target = rulings.leads(story)
        if target in rulings.hidden or story in rulings.hidden:
            # who may undo it sees what it was
            return None if head == "/story/" and visit().edits else self._gone(head)
        if target == story:
            return None
        where = f"{root()}{head}{quote(target)}{rest or ''}"
        return RedirectResponse(
            where + (f"?{query.decode('latin-1')}" if query else ""), 307, FRESH
        )

    def _gone(self, head: str) -> Response:
        if head.startswith("/api/"):
            hint = "see /api/v1/boards/all for what is shown"
            return problem(ProblemError(410, "the desk's editors took this story off", hint))
        own = EMBED if head.startswith("/embed/") else {}
        return missing(self.desk, "hidden", 410, FRESH | own)
