"""A desk that holds its last boards and keeps all of them; its answers, without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import httpx

from groundswell.archive import Archive
from groundswell.model import Board, StoryEvent
from groundswell.serve.app import create_app
from groundswell.serve.desk.state import Context, DeskState
from tests.serve.boards import MINUTE, ORDINARY, START, board, story

WELSH = ("Daeargryn", "Eisteddfod")


def told(minute: int, titles: tuple[str, ...] = ORDINARY, name: str = "all") -> Board:
    """A board whose first story has just begun, and whose second has just ended."""
    found = board(titles, minute, name)
    happened = tuple(
        StoryEvent(kind, found.at, one, name)  # type: ignore[arg-type]
        for kind, one in zip(("story.started", "story.ended"), found.stories, strict=False)
    )
    return replace(found, events=happened)


def filled(boards: Iterable[Board], folder: Path | None) -> DeskState:
    """A desk that was told these boards, and keeps them where it has a folder."""
    desk = DeskState(Context("simulated", ("a night",), MINUTE), archive=folder)
    boards = list(boards)
    for found in boards:
        desk.publish(found)
    if folder is not None:
        with Archive(folder) as archive:
            archive.begin("live", {})
            archive.commit(boards, [], {})
    return desk


def get(
    desk: DeskState, path: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> httpx.Response:
    """The API's answer; an event stream ends at once."""
    app = create_app(desk)
    app.state.closing = True

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk.example") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask())


def at(minute: int) -> str:
    """The id of the board of a minute."""
    return str(START + minute * MINUTE)


__all__ = ["MINUTE", "ORDINARY", "START", "WELSH", "at", "filled", "get", "story", "told"]
