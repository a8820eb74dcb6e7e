"""What a desk's pages and API ask of alerts: rules, channels, tests, the log and the feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundswell.alerts import outbox, trying
from groundswell.alerts.book import Book
from groundswell.alerts.channels import Config
from groundswell.alerts.courier import Judge, as_it_stands
from groundswell.alerts.rules import Rule
from groundswell.alerts.saying import Told
from groundswell.alerts.trying import Tried


@dataclass(slots=True)
class Room:
    """All of a run's alerts; from any thread."""

    book: Book
    config: Config
    folder: Path
    """Of the archive in which they stand."""
    judge: Judge = as_it_stands
    """What may be told: asked for the feed as before each try."""

    def rules(self) -> list[dict[str, Any]]:
        """The rules as JSON has them: in words as well, and whether the settings hold them."""
        fixed = {rule.name for rule in self.book.fixed}
        return [
            rule.to_dict() | {"said": rule.said(), "fixed": rule.name in fixed}
            for rule in self.book.rules()
        ]

    def channels(self) -> list[dict[str, str]]:
        """The channels, each with why it takes nothing, where it does not."""
        gone = outbox.disabled(self.folder)
        return [{"id": name, "disabled": gone.get(name, "")} for name in self.config.channels]

    def add(self, given: Mapping[str, Any]) -> Rule:
        """Makes a rule.

        Raises:
            UsageError: it is none, or there is one of its name.
            ArchiveError: it cannot be kept.
        """
        rule = Rule.from_dict(given)
        self.book.add(rule)
        return rule

    def test(self, name: str) -> list[Tried]:
        """Sends a marked test to each channel of a rule.

        Raises:
            UsageError: there is no such rule.
        """
        return trying.test(self.book.find(name), self.config, self.folder)

    def log(self, limit: int) -> list[dict[str, Any]]:
        """The newest tests and alerts with what came of them."""
        return outbox.log(self.folder, limit)

    def feed(self) -> list[Told]:
        """The newest alerts that are told by RSS and may be told now."""
        judged = (self.judge(one) for one in outbox.feed(self.folder))
        return [one for one in judged if isinstance(one, Told)]
