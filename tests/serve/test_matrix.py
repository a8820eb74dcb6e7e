"""Every route x who comes: let in exactly where the route's declaration says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from unittest.mock import patch

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from groundswell.doors import Role, passwords
from groundswell.serve.app import create_app
from groundswell.serve.desk.state import DeskState
from groundswell.serve.matrix import Row, as_text, matrix
from tests.serve.entering import QUICK, Entered, ask
from tests.serve.kept import ORDINARY, filled, story, told

ROWS = matrix()
FILL = {"board": "all", "story_id": story(ORDINARY[0], 1).id, "path": "desk.css"}
"""What stands in a path's places; what is not named here is `x`."""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"


@pytest.fixture(scope="module")
def desk() -> DeskState:
    return filled([told(1), told(2)], None)


@pytest.fixture(scope="module")
def entered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entered]:
    with patch.object(passwords, "hasher", QUICK):
        made = Entered.at(tmp_path_factory.mktemp("doors"))
        yield made
        made.store.close()


def let_in(answer: httpx.Response) -> bool:
    """Whether the doors let it in; a dead end behind them is one of the route's own."""
    led = answer.status_code == 303 and "/login?next=" in answer.headers["location"]
    asked_for_more = "www-authenticate" in answer.headers  # not so a login that failed
    return not (led or asked_for_more or answer.status_code == 403)


def address(row: Row) -> str:
    path = row.path
    for part in row.places:
        path = path.replace(f"{{{part}}}", FILL.get(part.split(":")[0], "x"))
    return path


@pytest.mark.parametrize("reading", ["open", "closed"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.path}")
def test_the_matrix_holds(
    desk: DeskState, entered: Entered, row: Row, reading: Literal["open", "closed"]
) -> None:
    """By token and by session alike; what is written from another site is let in for nobody."""
    least = row.open if reading == "open" else row.closed
    writes = row.method != "GET"
    for role in Role:
        everybody = Role.READER if reading == "open" else Role.NONE
        for via in ("token", "session") if role else ("token",):
            doors, own = entered.doors(reading=reading), entered.headers(role, via)
            if row.path == "/logout" and via == "session":
                continue  # it would end the session that all others use; see test_doors
            found = ask(desk, doors, row.method, address(row), own)
            assert let_in(found) == (max(role, everybody) >= least), (role, via)
            strange = own | {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
            answer = ask(desk, doors, row.method, address(row), strange)
            assert let_in(answer) == (not writes and max(role, everybody) >= least), (role, via)
            assert "access-control-allow-credentials" not in answer.headers


def test_what_nobody_declared_is_not_there(desk: DeskState, entered: Entered) -> None:
    """A route that is added without a declaration is 404 for an admin, and is never called."""
    called: list[str] = []

    async def forgotten(request: Request) -> Response:
        called.append(request.url.path)
        return Response("all of it")

    async def asking() -> None:
        doors = entered.doors()
        app = create_app(desk, doors)
        app.router.routes += [Route("/forgotten", forgotten, methods=["GET", "POST"])]
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://desk.example") as one:
            for method in ("GET", "POST", "HEAD"):
                answer = await one.request(
                    method, "/forgotten", headers=entered.headers(Role.ADMIN)
                )
                assert answer.status_code == 404

    asyncio.run(asking())
    assert called == []


def test_the_page_has_the_matrix() -> None:
    """`docs/security.md` tells what the running app does; `python -m groundswell.serve.matrix`."""
    assert as_text(ROWS) in PAGE.read_text("utf-8")
