"""What is asked before anybody is let in: the role, where a request comes from, how often.

For every request the route is found first. One whose endpoint declares no least role is not there
(404), so what is forgotten is closed. See `serve/visitors/visiting.py` for how routes declare, and
`serve/gates/letting.py` for where it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.routing import Match
from starlette.types import Scope

from groundswell.addresses import loopback
from groundswell.doors import DoorStore, Role
from groundswell.serve.answering.answers import ProblemError, base
from groundswell.serve.gates.guards import Way
from groundswell.serve.visitors.rates import Buckets, Lockout, network
from groundswell.serve.visitors.visiting import (
    WRITES,
    Least,
    Visit,
    declared,
)
from groundswell.settings import Settings

READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for."""

    least: Least | None = None
    found: bool = False
    whole: bool = False
    """Whether the route takes the method as well."""


@dataclass(slots=True)
class Doors:
    """The doors of one desk; without a store there are no users and reading is open."""

    store: DoorStore | None = None
    open: bool = True
    """Whether everybody may read."""
    way: Way = field(default_factory=Way)
    buckets: Buckets = field(default_factory=Buckets)
    lockout: Lockout = field(default_factory=Lockout)

    @classmethod
    def of(cls, settings: Settings) -> Doors:
        """As the settings say; users stand in the data folder."""
        way = Way(settings.doors_hosts, settings.doors_proxies, settings.doors_path)
        return cls(DoorStore(Path(settings.data_dir)), settings.doors_reading == "open", way)

    @property
    def least(self) -> Role:
        """What everybody may do."""
        return Role.READER if self.open else Role.NONE

    def refuses(self, request: Request, asked: Asked, visit: Visit) -> ProblemError | None:
        """Why a request is not let in; None where it is, as far as can be told without its body."""
        least = asked.least
        if not asked.found:
            return None  # the router says that nothing is there
        if least is None:
            return ProblemError(404, "nothing stands at this address", "see /api/v1/openapi.json")
        wanted = least.of(is_open=self.open)
        if max(visit.person.role, self.least) < wanted:
            return _too_low(visit, wanted)
        if not asked.whole:
            return None  # the router says by which methods
        foreign = request.method not in READS and _foreign(request, visit)
        return foreign or self._too_often(request, least, visit)

    def _too_often(self, request: Request, least: Least, visit: Visit) -> ProblemError | None:
        writes, address = request.method not in READS, client_of(request)
        rate = WRITES if writes and least.rate is None else least.rate
        # this machine's own readers are not counted: a proxy that nobody named speaks from there
        if rate is None or (not writes and loopback(address)):
            return None
        wait = self.buckets.take(rate, visit.person.name or address)
        if not wait:
            return None
        return ProblemError(
            429, f"more than {rate.a_minute:g} {rate.name} a minute", f"try again in {wait:.0f} s",
            {"Retry-After": str(int(wait) + 1)},
        )  # fmt: skip


def cookie_name(scope: Scope) -> str:
    """The session's cookie: bound to this host over https, and to the path where there is one."""
    if scope.get("scheme") != "https":
        return "groundswell"
    return "__Secure-groundswell" if scope.get("root_path") else "__Host-groundswell"


def client_of(request: Request) -> str:
    """Whom rates and waits are held against."""
    return network(request.client.host) if request.client else ""


def asked_of(scope: Scope) -> Asked:
    """Which route a request is for, as the router will find it."""
    partial = Asked()
    for route in scope["app"].routes:
        match, child = route.matches(scope)
        if match is Match.FULL:
            return Asked(declared(child.get("endpoint")), found=True, whole=True)
        if match is Match.PARTIAL and not partial.found:
            partial = Asked(declared(child.get("endpoint")), found=True)
    return partial


def _foreign(request: Request, visit: Visit) -> ProblemError | None:
    """Refuses what pages of other sites send, and what does not say where it comes from."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    root = visit.root
    own = base(request).removesuffix(root) if root else base(request)
    strange = (site is not None and site != "same-origin") or (origin is not None and origin != own)
    silent = site is None and origin is None and visit.person.via != "token"
    if not (strange or silent):
        return None
    return ProblemError(
        403, "expected to be written to from the desk's own pages, or with a token",
        "send Origin; behind a proxy with https, name it in [doors] proxies",
    )  # fmt: skip


def _too_low(visit: Visit, wanted: Role) -> ProblemError:
    if visit.person.via:
        return ProblemError(
            403, f"expected the role {wanted}, {visit.person.name} has {visit.person.role}",
            "whoever runs the desk gives roles: groundswell user role NAME ROLE",
        )  # fmt: skip
    return ProblemError(
        401, f"expected somebody with the role {wanted}",
        "log in at /login, or send a token: Authorization: Bearer gsw_…",
        {"WWW-Authenticate": "Bearer"},
    )  # fmt: skip
