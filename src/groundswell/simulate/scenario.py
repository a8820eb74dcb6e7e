"""Scenarios, read from TOML and checked: a night's script, or a fortnight's.

`kind` says which a file is; without it, a night: its moments, decoys, habits and cast.
"""

from __future__ import annotations

import difflib
from importlib.resources import files
from pathlib import Path

import msgspec

from groundswell.errors import UsageError
from groundswell.simulate.fortnight import Fortnight

Post = dict[str, str]
"""A line of a recording: a post's columns, or `id`, `deleted_at` and `author` of a deletion."""

_ROOM = files("groundswell.simulate") / "scenarios"


class Moment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happens, and how people react: minutes, and posts a minute at the peak."""

    name: str
    at: float
    peak: float
    fall: float
    keywords: list[list[str]]
    say: list[str]


class Decoy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that looks like a trend and is none."""

    kind: str
    name: str
    at: float
    minutes: float
    posts: int
    accounts: int
    keywords: list[list[str]]
    say: list[str]
    reply_to: str = ""


class Habit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Talk that comes every day or week: it swells and ebbs over `width` minutes."""

    name: str
    at: float
    width: float
    peak: float
    say: list[str]


class Night(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="night"):
    """A whole night."""

    title: str
    start: str
    minutes: int
    per_minute: float
    people: int
    hashtag: str
    slots: dict[str, list[str]]
    moment: list[Moment]
    decoy: list[Decoy]
    habit: list[Habit]


Scenario = Night | Fortnight


def scenario_names() -> list[str]:
    """Scenarios that come with the package."""
    return sorted(entry.name.removesuffix(".toml") for entry in _ROOM.iterdir())


def load_scenario(name: str) -> Scenario:
    """A scenario by its name, or from a TOML file.

    Raises:
        UsageError: there is none, or it is not as it should be.
    """
    own = Path(name)
    if name in scenario_names():
        text = (_ROOM / f"{name}.toml").read_text("utf-8")
    elif own.suffix == ".toml" and own.is_file():
        text = own.read_text("utf-8")
    else:
        near = difflib.get_close_matches(name, scenario_names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(scenario_names())}"
        raise UsageError(f"expected a scenario or a .toml file, got {name!r}", hint=hint)
    try:
        fields = {"kind": "night"} | msgspec.toml.decode(text)
        return msgspec.convert(fields, type=Night | Fortnight)
    except msgspec.MsgspecError as error:
        raise UsageError(f"expected a scenario in {name}: {error}") from error
