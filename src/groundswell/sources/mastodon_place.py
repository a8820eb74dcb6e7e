"""Which timeline of which Mastodon server is read, and with whose token.

Owns the form of `mastodon://…` and where tokens come from. A token is never part of an address, a
message or a `repr`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from groundswell.errors import UsageError
from groundswell.sources.mastodon_status import Consent

TOKEN = "GROUNDSWELL_MASTODON_TOKEN"  # noqa: S105 -- the name of a variable
"""Environment: a user's token; with `_EXAMPLE_SOCIAL` after it, that of one server."""
FORM = "mastodon://HOST, or with /public/local, /public/remote, /hashtag/NAME, /hashtag/NAME/local"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_PUBLIC = {
    "": ("public", {}),
    "local": ("public/local", {"local": "true"}),
    "remote": ("public/remote", {"remote": "true"}),
}
_TAG = re.compile(r"[^\W_]\w{0,199}")


@dataclass(frozen=True, slots=True)
class Place:
    """One timeline of one server."""

    name: str
    """What people read: `example.social`, `example.social #welsh`."""
    host: str
    base: str
    """Scheme, host and port, without a slash at the end."""
    stream: str
    """Path of the stream, from the streaming server's own root."""
    timeline: str
    """Path of the same posts by request."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Of the timeline."""
    tag: str = ""
    consent: Consent = field(default_factory=Consent)

    @property
    def on_loopback(self) -> bool:
        """Whether it is on this machine, as tests have it: only then without TLS."""
        return self.host in LOOPBACK


def place_of(uri: str) -> Place:
    """The place that a URI names.

    `?discoverable=any` takes posts of accounts that have not opted into discovery, `?bots=no`
    leaves automated accounts out.

    Raises:
        UsageError: it is none; what it holds is shown only where it can hold no secret.

    >>> place_of("mastodon://example.social/hashtag/Welsh").name
    'example.social #Welsh'
    """
    parts = _split(uri)
    secure = parts.scheme == "mastodon"
    host = (parts.hostname or "").lower()
    if not secure and host not in LOOPBACK:
        raise UsageError("expected mastodon+http only for 127.0.0.1", hint=f"use {FORM}")
    port = f":{parts.port}" if parts.port else ""
    shown = f"[{host}]" if ":" in host else host
    base = f"{'https' if secure else 'http'}://{shown}{port}"
    steps = [unquote(step) for step in parts.path.split("/") if step]
    consent = _consent(parts.query)
    if steps[:1] == ["hashtag"] and len(steps) in {2, 3} and _TAG.fullmatch(steps[1]):
        local = steps[2:] == ["local"]
        if local or len(steps) == 2:
            return Place(
                f"{host} #{steps[1]}" + (" local" if local else ""), host, base,
                "/api/v1/streaming/hashtag" + ("/local" if local else ""),
                f"/api/v1/timelines/tag/{quote(steps[1], safe='')}",
                {"local": "true"} if local else {}, steps[1], consent,
            )  # fmt: skip
    kind = "/".join(steps[1:])
    if steps and (steps[0] != "public" or kind not in _PUBLIC):
        raise UsageError(f"expected a timeline as in {FORM}, got {'/'.join(steps)[:80]!r}")
    stream, query = _PUBLIC[kind]
    name = f"{host} {kind}".strip()
    return Place(
        name, host, base, f"/api/v1/streaming/{stream}", "/api/v1/timelines/public",
        query, "", consent,
    )  # fmt: skip


def _split(uri: str) -> SplitResult:
    try:
        parts = urlsplit(uri)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.scheme not in {"mastodon", "mastodon+http"}:
        raise UsageError(f"expected {FORM}")
    if parts.username is not None or "token" in parts.query.lower():
        raise UsageError(
            "expected no token in an address", hint=f"put it into the environment, as {TOKEN}"
        )
    return parts


def _consent(query: str) -> Consent:
    given = parse_qs(query, keep_blank_values=True)
    known = {"discoverable": ("yes", "any"), "bots": ("yes", "no")}
    for name, values in given.items():
        if name not in known or values[-1] not in known[name]:
            good = " or ".join(f"{one}={known[one][1]}" for one in known)
            raise UsageError(f"expected {good} after the ?, got {name[:40]!r}")
    return Consent(
        discoverable=given.get("discoverable", ["yes"])[-1] == "yes",
        bots=given.get("bots", ["yes"])[-1] == "yes",
    )


def token_of(place: Place, environment: Mapping[str, str] | None = None) -> str:
    """The token for a place: that of its server, or the one there is if none is of a server.

    A token is sent to the server that it is of and to no other; so as soon as there is one that
    names its server, each server needs its own.

    Raises:
        UsageError: there is none, or it cannot be one; it is not shown.
    """
    environment = os.environ if environment is None else environment
    own = f"{TOKEN}_{re.sub('[^A-Z0-9]', '_', place.host.upper())}"
    several = any(name.startswith(f"{TOKEN}_") for name in environment)
    name = own if several or own in environment else TOKEN
    token = environment.get(name, "").strip()
    if not token:
        raise UsageError(
            f"expected a user's token for {place.host} in {name}, found none",
            hint="Mastodon streams to its users only: in Preferences, Development, make an "
            "application with read:statuses and copy its access token",
        )
    if not re.fullmatch(r"[\x21-\x7e]{8,512}", token):
        raise UsageError(f"expected a token in {name}, got something that cannot be one")
    return token
