"""Which newsrooms are read: a list in TOML, ours to start with, or the reader's own."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Final

import msgspec

from groundswell.errors import UsageError
from groundswell.press.feeds import leads

STARTER: Final = "starter"
MOST: Final = 200


class Newsroom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A publisher and its feed."""

    name: str
    """As the desk shows it."""
    feed: str
    language: str = ""


class _List(msgspec.Struct, forbid_unknown_fields=True):
    newsroom: list[Newsroom]


def newsrooms(name: str) -> list[Newsroom]:
    """The newsrooms of a list: `starter` for ours, else a TOML file; none for "".

    Raises:
        UsageError: there is no such file, or it is no list of newsrooms.
    """
    if not name:
        return []
    if name == STARTER:
        text = resources.files("groundswell.press").joinpath("newsrooms.toml").read_text("utf-8")
    else:
        path = Path(name)
        if not path.is_file():
            raise UsageError(
                f"expected a list of newsrooms, found no file {name!r}",
                hint=f"write one, or set newsrooms = {STARTER!r}",
            )
        text = path.read_text("utf-8", "replace")
    try:
        found = msgspec.convert(tomllib.loads(text), _List).newsroom
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError, ValueError) as error:
        raise UsageError(f"expected [[newsroom]] with name and feed in {name}: {error}") from None
    for one in found:
        if not leads(one.feed):
            raise UsageError(f"expected an address as feed of {one.name!r}, got {one.feed[:100]!r}")
    return found[:MOST]
