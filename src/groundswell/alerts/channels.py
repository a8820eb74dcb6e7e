"""The table `[alerts]` of the settings: channels, rules, and what holds for all of them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from groundswell.alerts.hours import Quiet, quiet_hours
from groundswell.alerts.rules import RSS, Rule, named, nearest
from groundswell.alerts.secrets import Secret, secret
from groundswell.errors import UsageError
from groundswell.model import MICROSECONDS
from groundswell.settings import Settings, seconds

MOST: Final = 16
"""Channels: each has a thread."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_GENERAL: Final = ("base_url", "wait", "allow_private", "webhook", "slack", "mail", "rule")
_PACE: Final = ("quiet", "zone", "digest")
_MAIL = re.compile(r"[^\s@<>,;:\"\\]{1,64}@[A-Za-z0-9.-]{1,253}")


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to people, and when it may be taken."""

    id: str
    """As rules name it: `webhook:ops`."""
    quiet: Quiet | None = None
    digest: int = 0
    """Seconds between two messages, at least; what comes meanwhile goes together."""


@dataclass(frozen=True, slots=True)
class Webhook(Channel):
    """An address that takes signed CloudEvents."""

    url: Secret = field(default_factory=lambda: Secret("an address"))
    secret: Secret = field(default_factory=lambda: Secret("a secret"))


@dataclass(frozen=True, slots=True)
class Slack(Channel):
    """An incoming webhook of Slack: its address is the secret."""

    url: Secret = field(default_factory=lambda: Secret("an address"))


@dataclass(frozen=True, slots=True)
class Mail(Channel):
    """A mail server and whom it writes to."""

    server: str = ""
    port: int = 587
    sender: str = ""
    to: tuple[str, ...] = ()
    user: str = ""
    password: Secret | None = None
    tls: str = "starttls"
    """`starttls`, `tls` from the start, or `none`."""


@dataclass(frozen=True, slots=True)
class Config:
    """All of it, checked."""

    base_url: str
    """The desk's address in messages, without a slash at its end."""
    wait_us: int
    """Event time that a crossing must survive, µs."""
    allowed: tuple[Network, ...]
    """Networks that are no public places and may be posted to all the same, at any port."""
    channels: Mapping[str, Channel]
    """By their ids; `rss` is always there and not among them."""
    rules: tuple[Rule, ...]

    def check(self, rule: Rule) -> None:
        """Refuses a rule that names a channel which is not there.

        Raises:
            UsageError: it does; the nearest is named.
        """
        for one in rule.to:
            if one != RSS and one not in self.channels:
                raise UsageError(
                    f"expected a channel of the settings in rule {rule.name!r}, got {one[:60]!r}",
                    hint=nearest(one, (*self.channels, RSS)),
                )


def config(current: Settings) -> Config:
    """What the settings say of alerts.

    Raises:
        UsageError: something is unknown, out of range or missing; the nearest good one is named.
    """
    given = current.alerts.values
    _known(given, (*_GENERAL, *_PACE), "[alerts]")
    usual = {key: given[key] for key in _PACE if key in given}
    channels: dict[str, Channel] = {}
    for kind, make in (("webhook", _webhook), ("slack", _slack), ("mail", _mail)):
        for name, entry in _tables(given, kind).items():
            one = f"{kind}:{named(name, f'a {kind}')}"
            channels[one] = make(one, usual | dict(entry))
    if len(channels) > MOST:
        raise UsageError(f"expected at most {MOST} channels of alerts, got {len(channels)}")
    rules = tuple(
        Rule.from_dict({**entry, "name": name}) for name, entry in _tables(given, "rule").items()
    )
    found = Config(
        _base(given.get("base_url", ""), current), _wait(given.get("wait", 30)),
        tuple(_network(one) for one in _list(given.get("allow_private", []), "allow_private")),
        channels, rules,
    )  # fmt: skip
    for rule in rules:
        found.check(rule)
    return found


def _webhook(name: str, given: Mapping[str, Any]) -> Channel:
    _known(given, ("url", "url_env", "url_file", "secret", "secret_env", "secret_file", *_PACE),
           name)  # fmt: skip
    url = secret(given, "url", f"the address of {name}", plain=True)
    if url.plain:
        address(url.plain, name)
    return Webhook(name, *_pace(given, name), url, secret(given, "secret", f"the secret of {name}"))


def _slack(name: str, given: Mapping[str, Any]) -> Channel:
    _known(given, ("url", "url_env", "url_file", *_PACE), name)
    return Slack(name, *_pace(given, name), secret(given, "url", f"the address of {name}"))


def _mail(name: str, given: Mapping[str, Any]) -> Channel:
    _known(given, ("server", "from", "to", "user", "password", "password_env", "password_file",
                   "tls", *_PACE), name)  # fmt: skip
    tls = given.get("tls", "starttls")
    if tls not in {"starttls", "tls", "none"}:
        raise UsageError(f"expected tls of {name} as starttls, tls or none, got {tls!r:.40}")
    host, colon, port = _text(given, "server", name).rpartition(":")
    if not colon:
        host, port = port, "465" if tls == "tls" else "587"
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise UsageError(f"expected server of {name} as smtp.example.org:587")
    sender, to = _text(given, "from", name), _list(given.get("to", []), f"to of {name}")
    for one in (sender, *to):
        if not _MAIL.fullmatch(one):
            raise UsageError(f"expected a mail address in {name}, got {one[:80]!r}")
    if not 0 < len(to) <= 50:
        raise UsageError(f"expected 1 to 50 addresses in `to` of {name}, got {len(to)}")
    user = given.get("user", "")
    password = secret(given, "password", f"the password of {name}") if user else None
    return Mail(name, *_pace(given, name), host, int(port), sender, tuple(to), user, password, tls)


def address(url: str, name: str) -> None:
    """Refuses what is no address to post to.

    Raises:
        UsageError: it is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise UsageError(
            f"expected an address for {name}", hint="as in https://hooks.example/groundswell"
        )


def _pace(given: Mapping[str, Any], name: str) -> tuple[Quiet | None, int]:
    quiet, zone = given.get("quiet", ""), given.get("zone", "UTC")
    digest = given.get("digest", 0)
    if not isinstance(quiet, str) or not isinstance(zone, str):
        raise UsageError(f"expected quiet and zone of {name} as text")
    length = 0 if digest in (0, "", "0") else seconds(str(digest))
    if length > 86_400:
        raise UsageError(f"expected digest of {name} of a day at most", hint="the nearest is 24h")
    return quiet_hours(quiet, zone) if quiet else None, length


def _wait(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= 3_600:
        raise UsageError(f"expected wait of [alerts] between 0 and 3600 s, got {given!r:.40}")
    return given * MICROSECONDS


def _base(given: Any, current: Settings) -> str:
    if not given:
        host = f"[{current.host}]" if ":" in current.host else current.host
        return f"http://{host}:{current.port}"
    if not isinstance(given, str) or len(given) > 300:
        raise UsageError("expected base_url of [alerts] as the desk's address")
    address(given, "base_url of [alerts]")
    return given.rstrip("/")


def _network(given: str) -> Network:
    try:
        return ipaddress.ip_network(given)
    except ValueError as error:
        raise UsageError(
            f"expected an address or network in allow_private, got {given[:60]!r}",
            hint='as in allow_private = ["127.0.0.1", "10.1.0.0/16"]',
        ) from error


def _tables(given: Mapping[str, Any], kind: str) -> dict[str, Mapping[str, Any]]:
    found = given.get(kind, {})
    if not isinstance(found, Mapping) or not all(isinstance(v, Mapping) for v in found.values()):
        raise UsageError(f"expected tables as [alerts.{kind}.NAME]")
    return dict(found)


def _known(given: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in given:
        if key not in known:
            raise UsageError(
                f"expected a known setting of {where}, got {str(key)[:60]!r}",
                hint=nearest(str(key), known),
            )


def _text(given: Mapping[str, Any], key: str, name: str) -> str:
    value = given.get(key, "")
    if not isinstance(value, str) or not value:
        raise UsageError(f"expected {key} of {name} as text")
    return value


def _list(given: Any, what: str) -> list[str]:
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise UsageError(f"expected {what} as a list of texts")
    return given
