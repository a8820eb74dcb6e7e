"""The rules of a desk: those of its settings, and those that people make, in a file beside it.

The file stands in the data folder, is read again whenever it changes, and is written whole or not
at all; a command and a running desk may both write it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from groundswell.alerts.rules import Rule, nearest
from groundswell.archive import small_files
from groundswell.archive.database import told
from groundswell.errors import ArchiveError, GroundswellError, UsageError
from groundswell.settings import ALERTS_FILE

BOOK: Final = ALERTS_FILE
MOST: Final = 200
"""Rules of a desk: each is asked of each story at each close."""


class Book:
    """All rules that stand; from any thread.

    Args:
        folder: where the file stands; it is made with the first rule.
        fixed: rules of the settings, which only the settings change.
        check: refuses a rule that this desk cannot follow, with a UsageError.
    """

    def __init__(
        self,
        folder: Path,
        fixed: Sequence[Rule] = (),
        check: Callable[[Rule], None] = lambda _: None,
    ) -> None:
        self.fixed = tuple(fixed)
        self.check = check
        self.trouble = ""
        """Why the file cannot be read as it stands; its last good rules hold meanwhile."""
        self._folder = folder
        self._stamp: tuple[int, int, int] | None = None
        self._made: tuple[Rule, ...] = ()

    def rules(self) -> tuple[Rule, ...]:
        """The rules now, by name; a file that somebody broke leaves those before."""
        stamp = small_files.stamp(self._folder / BOOK)
        if stamp != self._stamp:
            try:
                self._made, self.trouble = tuple(_read(self._folder)), ""
            except GroundswellError as error:
                self.trouble = str(error)
            self._stamp = stamp
        names = {rule.name for rule in self.fixed}
        made = [rule for rule in self._made if rule.name not in names]
        return tuple(sorted([*self.fixed, *made], key=lambda rule: rule.name))

    def find(self, name: str) -> Rule:
        """The rule of a name.

        Raises:
            UsageError: there is none; the nearest is named.
        """
        rules = self.rules()
        for rule in rules:
            if rule.name == name:
                return rule
        known = [rule.name for rule in rules]
        hint = nearest(name, known) if known else "make one: groundswell alert add NAME --term WORD"
        raise UsageError(f"expected a rule, got {name[:60]!r}", hint=hint)

    def add(self, rule: Rule) -> None:
        """Makes a rule.

        Raises:
            UsageError: there is one of that name, or there are too many.
            ArchiveError: the file cannot be written.
        """
        self.check(rule)
        with small_files.locked(self._folder):
            made = _read(self._folder)
            if rule.name in {one.name for one in (*self.fixed, *made)}:
                raise UsageError(
                    f"expected a new name, there is a rule {rule.name!r}",
                    hint=f"remove it first: groundswell alert remove {rule.name}",
                )
            if len(made) + len(self.fixed) >= MOST:
                raise UsageError(f"expected at most {MOST} rules", hint="remove one first")
            _write(self._folder, [*made, rule])

    def remove(self, name: str) -> None:
        """Lets go of a rule that people made.

        Raises:
            UsageError: there is none, or it stands in the settings.
            ArchiveError: the file cannot be written.
        """
        if name in {one.name for one in self.fixed}:
            raise UsageError(
                f"expected a rule made by command, {name!r} is one of the settings",
                hint="take it out of groundswell.toml",
            )
        self.find(name)
        with small_files.locked(self._folder):
            _write(self._folder, [one for one in _read(self._folder) if one.name != name])


def _read(folder: Path) -> list[Rule]:
    path = folder / BOOK
    with told(path):
        raw = path.read_bytes() if path.exists() else b'{"rules": []}'
    try:
        held: Mapping[str, Any] = msgspec.json.decode(raw, type=dict[str, list[dict[str, Any]]])
        return [Rule.from_dict(one) for one in held.get("rules", [])]
    except (msgspec.DecodeError, UsageError) as error:
        raise ArchiveError(
            f"expected rules of alerts in {path}, found damage: {error}", hint="mend or remove it"
        ) from error


def _write(folder: Path, rules: Sequence[Rule]) -> None:
    body = msgspec.json.encode({"rules": [rule.to_dict() for rule in rules]})
    small_files.put(folder / BOOK, msgspec.json.format(body, indent=1))
