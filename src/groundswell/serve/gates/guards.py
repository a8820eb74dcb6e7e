"""Before anything is looked up: the size of a request, the host it names, and the way it came.

What a proxy says of a request (`X-Forwarded-For`, `-Proto`, `-Prefix`) is believed of the proxies
that the settings name, and of nobody else: anybody can write these headers.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from groundswell.serve.answering.answers import ProblemError

LONGEST_PATH: Final = 2_048
LONGEST_QUERY: Final = 4_096
MOST_HEADERS: Final = 100
LARGEST_HEADERS: Final = 32 << 10
MOST_HOPS: Final = 20
"""Addresses of a chain of proxies that are looked at, from the nearest on."""
_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9._~-]{1,64}){1,8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Way:
    """How requests come to a desk."""

    hosts: tuple[str, ...] = ()
    """Names that the desk answers to; any where there are none. `*.name` is all below it."""
    proxies: tuple[str, ...] = ()
    """Networks whose word is taken for where a request came from."""
    path: str = ""
    """What the desk is served under, as `/trends`."""

    def trusts(self, address: str) -> bool:
        """Whether an address is one of the proxies."""
        try:
            known = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(known in ipaddress.ip_network(one) for one in self.proxies)

    def answers_to(self, host: str) -> bool:
        """Whether the desk goes by the name that a request has in `Host`.

        >>> way = Way(hosts=("desk.example", "*.news.example"))
        >>> [way.answers_to(one) for one in ("Desk.example:80", "a.news.example", "evil.example")]
        [True, True, False]
        """
        name = host.lower().rsplit(":", 1)[0] if not host.endswith("]") else host.lower()
        return not self.hosts or any(
            name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in self.hosts
        )


class Guarded:
    """Refuses what is too large or not meant for this desk, and says where the rest came from."""

    def __init__(self, app: ASGIApp, way: Way) -> None:
        self.app = app
        self.way = way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands on HTTP alone; there are no websockets here."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http":
            scope["refused"] = _oversize(scope) or self._misled(scope)
            scope = self._placed(scope)
        await self.app(scope, receive, send)

    def _misled(self, scope: Scope) -> ProblemError | None:
        if self.way.answers_to(_header(scope, b"host")):
            return None
        return ProblemError(
            421, "this desk does not go by the name that was asked for",
            "whoever runs it adds the name to [doors] hosts",
        )  # fmt: skip

    def _placed(self, scope: Scope) -> Scope:
        """The request as it was before proxies handed it on, under the path that it is under."""
        peer = scope["client"][0] if scope.get("client") else ""
        root = self.way.path
        changed: dict[str, object] = {}
        if self.way.trusts(peer):
            chain = [one.strip() for one in _header(scope, b"x-forwarded-for").split(",")]
            if (client := self._client(chain)) is not None:
                changed["client"] = (client, 0)
            if (scheme := _header(scope, b"x-forwarded-proto").strip().lower()) in (
                "http",
                "https",
            ):
                changed["scheme"] = scheme
            prefix = _header(scope, b"x-forwarded-prefix").strip().rstrip("/")
            root = prefix if _PREFIX.fullmatch(prefix) and ".." not in prefix else root
        path = scope["path"]
        if root and not (path == root or path.startswith(f"{root}/")):
            path = root + path  # the proxy took the prefix off
        if path == root:
            path += "/"
        return {**scope, **changed, "root_path": root, "path": path}

    def _client(self, chain: Sequence[str]) -> str | None:
        """The nearest address that is no proxy of ours: what is before it, anybody can write."""
        for one in chain[: -MOST_HOPS - 1 : -1]:
            try:
                ipaddress.ip_address(one)
            except ValueError:
                return None
            if not self.way.trusts(one):
                return one
        return None


def _oversize(scope: Scope) -> ProblemError | None:
    headers = scope["headers"]
    if len(scope["path"]) > LONGEST_PATH or len(scope["query_string"]) > LONGEST_QUERY:
        return ProblemError(
            414, f"expected a path of at most {LONGEST_PATH} and a query of {LONGEST_QUERY} bytes",
            "ask for less at once",
        )  # fmt: skip
    if len(headers) > MOST_HEADERS or sum(len(k) + len(v) for k, v in headers) > LARGEST_HEADERS:
        return ProblemError(
            431, f"expected at most {MOST_HEADERS} headers of {LARGEST_HEADERS >> 10} KiB",
            "send fewer cookies and headers",
        )  # fmt: skip
    return None


def _header(scope: Scope, name: bytes) -> str:
    """All that headers of a name say, as one list."""
    return ", ".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)
