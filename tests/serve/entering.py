"""Users of every role, and requests as one of them makes them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal
from unittest.mock import patch

import httpx
from argon2 import PasswordHasher

from groundswell.doors import DoorStore, Role, passwords
from groundswell.serve.app import create_app
from groundswell.serve.desk.state import DeskState
from groundswell.serve.gates.doors import Doors
from groundswell.serve.gates.guards import Way
from groundswell.serve.visitors.visiting import csrf_of

ORIGIN: Final = "http://desk.example"
PASSWORD: Final = "four words that nobody says"  # noqa: S105 -- of users that are made up
PEOPLE: Final = {Role.READER: "rhea", Role.EDITOR: "edda", Role.ADMIN: "ada"}
QUICK: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""For tests; that the real one is slow enough is a test of its own."""


@dataclass
class Entered:
    """A desk's doors with one user a role, their tokens and sessions."""

    store: DoorStore
    tokens: dict[Role, str] = field(default_factory=dict)
    sessions: dict[Role, str] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path) -> Entered:
        made = cls(DoorStore(folder))
        with patch.object(passwords, "hasher", QUICK):
            for role, name in PEOPLE.items():
                made.store.add(name, role, PASSWORD)
                made.tokens[role] = made.store.issue(name, "tests")
                made.sessions[role] = made.store.enter(name, PASSWORD) or ""
        return made

    def doors(
        self, *, reading: Literal["open", "closed"] = "open", way: Way | None = None
    ) -> Doors:
        """Fresh ones: nobody has asked too often."""
        return Doors(self.store, reading == "open", way or Way())

    def headers(
        self, role: Role, via: Literal["session", "token"] = "token", origin: str = ORIGIN
    ) -> dict[str, str]:
        """What a person's request says of them; with a session also whence, and its CSRF token."""
        if role is Role.NONE:
            return {"Origin": origin}
        if via == "token":
            return {"Authorization": f"Bearer {self.tokens[role]}"}
        session = self.sessions[role]
        cookie = f"groundswell={session}"
        return {"Cookie": cookie, "Origin": origin, "X-CSRF-Token": csrf_of(session)}


def ask(
    desk: DeskState, doors: Doors, method: str, path: str, headers: Mapping[str, str] | None = None,
    client: str = "127.0.0.1", **sent: object,
) -> httpx.Response:  # fmt: skip
    """An answer without a socket; event streams end at once."""
    app = create_app(desk, doors)
    app.state.closing = True

    async def asking() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(client, 4_000))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as one:
            return await one.request(method, path, headers=dict(headers or {}), **sent)  # type: ignore[arg-type]

    return asyncio.run(asking())
