"""Values of settings that are more than a number or a text, from TOML or from a variable."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from groundswell import scopes
from groundswell.errors import UsageError
from groundswell.settings.tree import Table


def truth(value: Any) -> bool:
    """Yes or no, as TOML has it or as a variable says it.

    >>> truth(True), truth("no")
    (True, False)
    """
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(value).lower() not in known:
        raise ValueError(value)
    return known[str(value).lower()]


def _boards(value: Any) -> tuple[scopes.Scope, ...]:
    """Boards from a table of TOML, its text as a variable holds it, or flags."""
    if not isinstance(value, str):
        return scopes.boards(value)
    try:
        return scopes.boards(tomllib.loads(f"boards = {value}")["boards"])
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f'expected boards as {{welsh = "lang:cy"}}, got {value!r}: {error}'
        ) from None


def _table(value: Any) -> Table:
    """A table of TOML, or its text as a variable holds it."""
    if isinstance(value, str):
        try:
            value = tomllib.loads(f"alerts = {value}")["alerts"]
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"expected alerts as {{wait = 30}}: {error}") from None
    if not isinstance(value, Mapping):
        raise UsageError("expected alerts as a table", hint="in TOML: [alerts]")
    return Table(value)


def _reading(value: Any) -> str:
    if value not in ("open", "closed"):
        raise UsageError(f"expected doors_reading as open or closed, got {value!r}")
    return str(value)


def _engine(value: Any) -> str:
    if value not in ("local", "ray"):
        raise UsageError(f"expected engine as local or ray, got {value!r}")
    return str(value)


def _names(value: Any) -> tuple[str, ...]:
    """Several, as TOML has them or with commas between, as a variable has them.

    >>> _names("desk.example, *.news.example"), _names(["a"])
    (('desk.example', '*.news.example'), ('a',))
    """
    several = value.split(",") if isinstance(value, str) else value
    return tuple(one for one in (str(one).strip().lower() for one in several) if one)


def _networks(value: Any) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(one)) for one in _names(value))
    except ValueError as error:
        raise UsageError(f"expected networks as 127.0.0.1/32, got {value!r}: {error}") from None


def _path(value: Any) -> str:
    """A path without a slash at its end.

    >>> _path("/trends/"), _path("/")
    ('/trends', '')
    """
    path = str(value).rstrip("/")
    if path and not re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}){1,8}", path):
        raise UsageError(f"expected doors_path as /trends, got {value!r}")
    return path


READ: Mapping[str, Callable[[Any], Any]] = {
    "alerts": _table,
    "boards": _boards,
    "engine": _engine,
    "doors_reading": _reading,
    "doors_hosts": _names,
    "doors_proxies": _networks,
    "doors_path": _path,
}
"""Settings that are more than a number or a text."""
