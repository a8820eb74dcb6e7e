"""Which stream of which broker, and with whose secrets.

Owns the form of `redis://…`, `nats://…` and `kafka://…` and where secrets come from. A secret is
never part of an address, a message or a `repr`.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Final
from urllib.parse import parse_qsl, unquote

from groundswell.errors import UsageError

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})

_URI = re.compile(r"([a-z]+)(\+tls)?://([^/?#]*)(?:/([^?#]*))?(?:\?([^#]*))?")
_HOST = re.compile(r"((?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*))|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?")
_WORD = re.compile(r"[^\s\x00-\x1f]{1,249}")


@dataclass(frozen=True, slots=True)
class Form:
    """What an address of one kind of broker may hold."""

    kind: str
    """redis, nats or kafka: part of the names of its secrets."""
    schemes: Mapping[str, bool]
    """Each with whether it is over TLS."""
    port: int
    """Where none is named."""
    needs: tuple[str, ...]
    """Options that must be there."""
    options: Mapping[str, tuple[str, ...]]
    """Every option with what it may be; empty for any word."""
    shown: str
    """The form in words."""
    many: bool = False
    """Whether several hosts may be named."""


@dataclass(frozen=True, slots=True)
class Address:
    """One stream of one broker."""

    form: Form
    secure: bool
    hosts: tuple[str, ...]
    """As `host:port`."""
    path: str
    options: Mapping[str, str]

    @property
    def host(self) -> str:
        """The first host's name, without its port."""
        return self.hosts[0].rsplit(":", 1)[0]

    @property
    def port(self) -> int:
        """The first host's port."""
        return int(self.hosts[0].rsplit(":", 1)[1])

    def get(self, option: str) -> str:
        """An option; empty where it is not named."""
        return self.options.get(option, "")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a broker wants to know of us; each is empty where it wants nothing."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


def address_of(uri: str, form: Form) -> Address:
    """The address that a URI names.

    Raises:
        UsageError: it is none; of what it holds only names are shown.
    """
    match = _URI.fullmatch(uri)
    scheme = f"{match[1]}{match[2] or ''}" if match else ""
    if match is None or scheme not in form.schemes:
        raise UsageError(f"expected {form.shown}")
    if "@" in match[3]:
        raise UsageError(
            "expected no user or password in an address",
            hint=f"put them into the environment, as {_name(form, 'USER')} and "
            f"{_name(form, 'PASSWORD')}",
        )
    named = match[3].split(",")
    hosts = tuple(_host(one, form) for one in named)
    if len(hosts) > 1 and not form.many:
        raise UsageError(f"expected one host in {form.shown}")
    options = _options(match[5] or "", form)
    return Address(form, form.schemes[scheme], hosts, unquote(match[4] or ""), options)


def _host(given: str, form: Form) -> str:
    match = _HOST.fullmatch(given)
    port = int(match[2] or form.port) if match else 0
    if match is None or not 0 < port < 65_536:
        raise UsageError(f"expected a host, as in {form.shown}")
    return f"{match[1].lower()}:{port}"


def _options(query: str, form: Form) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in form.options or name in found:
            raise UsageError(
                f"expected {', '.join(form.options)} after the ?, each once, got {name[:40]!r}"
            )
        good = form.options[name]
        if (good and value not in good) or not _WORD.fullmatch(value):
            wanted = " or ".join(f"{name}={one}" for one in good) or f"a word as {name}"
            raise UsageError(f"expected {wanted} after the ?, got something else")
        found[name] = value
    for name in form.needs:
        if name not in found:
            raise UsageError(f"expected {name}=… after the ?", hint=f"as in {form.shown}")
    return found


def secrets_of(address: Address, environment: Mapping[str, str] | None = None) -> Secrets:
    """What the environment has for a broker.

    A secret goes to the broker that it is of and to no other: as soon as one names its host
    (`GROUNDSWELL_REDIS_PASSWORD_EXAMPLE_NET`), each host has its own.
    """
    environment = os.environ if environment is None else environment
    own = "_" + re.sub("[^A-Z0-9]", "_", address.host.upper())
    found = {}
    for what in ("USER", "PASSWORD", "TOKEN"):
        name = _name(address.form, what)
        several = any(one.startswith(f"{name}_") for one in environment)
        found[what.lower()] = environment.get(name + own if several else name, "").strip()
    return Secrets(**found)


def _name(form: Form, what: str) -> str:
    return f"GROUNDSWELL_{form.kind.upper()}_{what}"


def client(module: str) -> ModuleType:
    """A client library, imported when it is used.

    Raises:
        UsageError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise UsageError(
            f"expected {module.split('.', maxsplit=1)[0]} to be installed, found it is not",
            hint="pip install 'groundswell[streams]'",
        ) from error
