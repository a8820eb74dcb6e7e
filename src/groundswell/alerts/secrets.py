"""What must stay secret: read where it stands when it is used, shown nowhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from groundswell.errors import UsageError

LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Secret:
    """The name of a variable or a file; what it holds is in no `repr`, and read anew each time."""

    what: str
    """What it is, in messages: "the secret of webhook:ops"."""
    variable: str = ""
    file: str = ""
    plain: str = field(default="", repr=False)
    """Where it may stand in the settings: an address that is no secret."""

    def reveal(self) -> str:
        """The secret itself.

        Raises:
            UsageError: there is none where it should be.
        """
        if self.plain:
            return self.plain
        if self.variable:
            found, where = os.environ.get(self.variable, ""), f"the variable {self.variable}"
        else:
            found, where = _read(self.file), f"the file {self.file}"
        if not found.strip():
            raise UsageError(f"expected {self.what} in {where}, found none", hint="set it there")
        return found.strip()

    @property
    def where(self) -> str:
        """Where it is looked for, in words; never what it is."""
        return (f"${self.variable}" if self.variable else self.file) or "the settings"


def secret(given: Mapping[str, Any], name: str, what: str, *, plain: bool = False) -> Secret:
    """The secret of a channel: `NAME_env` or `NAME_file`, with `plain` also NAME itself.

    Raises:
        UsageError: it is not named, or stands in the settings where it must not.
    """
    if not plain and name in given:
        raise UsageError(
            f"expected {what} outside the settings, got it as {name}",
            hint=f"name a variable with {name}_env, or a file with {name}_file",
        )
    keys = [f"{name}_env", f"{name}_file", *([name] if plain else [])]
    found = {key: given[key] for key in keys if given.get(key)}
    if len(found) != 1 or not all(isinstance(value, str) for value in found.values()):
        raise UsageError(f"expected one of {', '.join(keys)} for {what}, got {len(found)}")
    return Secret(
        what, found.get(f"{name}_env", ""), found.get(f"{name}_file", ""), found.get(name, "")
    )


def _read(path: str) -> str:
    try:
        with Path(path).open(encoding="utf-8") as file:
            return file.read(LONGEST)
    except (OSError, UnicodeDecodeError):
        return ""
