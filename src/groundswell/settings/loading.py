"""Settings from all places: the file, then variables, then flags; later ones win."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from groundswell import scopes
from groundswell.errors import UsageError
from groundswell.settings.tree import Settings
from groundswell.settings.values import READ, truth

FILE = "groundswell.toml"
TABLES = ("doors", "review")
"""Tables of the file: `reading` in `[doors]` is the setting `doors_reading`."""
PREFIX = "GROUNDSWELL_"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings and, by name, where each came from."""

    settings: Settings
    origins: Mapping[str, str]


def load(
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Loaded:
    """Reads all three places; later ones win. A flag that is None was not given.

    Raises:
        UsageError: an unknown name, a value out of range or of the wrong kind, a broken file.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    origins: dict[str, str] = {entry.name: "default" for entry in fields(Settings)}
    for origin, given in (
        (FILE, _from_file((folder or Path()) / FILE)),
        ("environment", _from_environment(environment)),
        ("flag", {k: v for k, v in (flags or {}).items() if v is not None}),
    ):
        for name, value in given.items():
            typed = _checked(name, value, origin)
            if name == "boards":  # boards of several places stand side by side
                origins |= {f"boards.{scope.name}": origin for scope in typed}
                typed = scopes.merged(values.get(name, ()), typed)
            values[name] = typed
            origins[name] = origin
    return Loaded(Settings(**values), origins)


def of(**given: Any) -> Settings:
    """Settings of arguments alone, as a program gives them; None was not given.

    Raises:
        UsageError: a value out of range or of the wrong kind.
    """
    values = {name: value for name, value in given.items() if value is not None}
    return Settings(**{name: _checked(name, value, "argument") for name, value in values.items()})


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise UsageError(f"expected TOML in {path}: {error}", hint="mend or remove it") from error
    for table in TABLES:
        if isinstance(given.get(table), dict):
            given |= {f"{table}_{name}": value for name, value in given.pop(table).items()}
    return given


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    known = {entry.name for entry in fields(Settings)}
    given = {}
    for key, value in environment.items():
        name = key.removeprefix(PREFIX).lower()
        # other variables may be a source's own; a near miss is a setting mistyped
        meant = name in known or difflib.get_close_matches(name, known, n=1, cutoff=0.75)
        if key.startswith(PREFIX) and meant:
            given[name] = value
    return given


def _checked(name: str, value: Any, origin: str) -> Any:
    entry = next((entry for entry in fields(Settings) if entry.name == name), None)
    if entry is None:
        near = difflib.get_close_matches(name, [e.name for e in fields(Settings)], n=1)
        hint = f"did you mean {near[0]!r}?" if near else "see `groundswell doctor --settings`"
        raise UsageError(f"expected a known setting in {origin}, got {name!r}", hint=hint)
    kind: type[Any] = type(entry.default)
    try:
        typed: Any = (READ.get(name) or (truth if kind is bool else kind))(value)
    except (TypeError, ValueError):
        raise UsageError(f"expected {kind.__name__} for {name} ({origin}), got {value!r}") from None
    low, high = entry.metadata["low"], entry.metadata["high"]
    if kind is tuple and len(typed) > high:
        raise UsageError(f"expected at most {high} {name} ({origin}), got {len(typed)}")
    if kind in {int, float} and not low <= typed <= high:
        unit = entry.metadata["unit"]
        span = f"between {low} and {high}" + (f" {unit}" if unit != name else "")
        raise UsageError(
            f"expected {name} {span}, got {typed}",
            hint=f"the nearest is {min(max(typed, low), high)} ({origin})",
        )
    return typed
