"""The alerts of a run: its rules and channels, opened as long as it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from groundswell.alerts.book import BOOK, Book
from groundswell.alerts.channels import Config, config
from groundswell.alerts.courier import Couriers, Judge, as_it_stands
from groundswell.alerts.matching import Matcher
from groundswell.alerts.room import Room
from groundswell.alerts.rules import Rule
from groundswell.alerts.senders import key_of
from groundswell.alerts.watching import Alerting, Unkept
from groundswell.engines.loading import load_tables
from groundswell.errors import UsageError
from groundswell.settings import Settings

if TYPE_CHECKING:
    from groundswell.engines.keeping import Keeper


@dataclass(slots=True)
class Alerts:
    """What a run has of alerts."""

    room: Room
    """What its desk shows of them."""
    couriers: Couriers
    """Who bring them: to be entered when it is known what editors decided."""
    unkept: Unkept | None = None
    """What finds them where nothing is kept; else the run's keeper does."""


def book(current: Settings, found: Config, folder: Path | None = None) -> tuple[Book, Matcher]:
    """The rules of the settings and of a folder, that of the archive by default.

    Raises:
        UsageError: a rule of the settings has a term without a word.
    """
    matcher = Matcher(load_tables())

    def check(rule: Rule) -> None:
        found.check(rule)
        matcher.check(rule)

    for rule in found.rules:
        check(rule)
    return Book(folder or Path(current.data_dir), found.rules, check), matcher


def checks(current: Settings) -> Iterator[tuple[bool, str, str]]:
    """Whether rules can be followed, and each channel's secrets are where the settings say.

    Raises:
        UsageError: the settings of alerts are wrong.
    """
    found = config(current)
    held, _ = book(current, found)
    rules = held.rules()
    if held.trouble:
        yield False, held.trouble, ""
    if rules or found.channels:
        yield True, f"{len(rules)} rules of alerts, {len(found.channels)} channels", ""
    for channel in found.channels.values():
        for name in ("url", "secret", "password"):
            secret = getattr(channel, name, None)
            try:
                key = secret.reveal() if secret else ""
                if name == "secret":
                    for one in key.split():
                        key_of(one)
            except UsageError as error:
                yield False, f"{channel.id}: {error.problem}", error.hint


def opened(
    stack: ExitStack,
    current: Settings,
    keeper: Keeper | None,
    simulated: Callable[[], bool],
    *,
    judge: Judge | None = None,
) -> Alerts:
    """Finds alerts as long as the stack is open; `judge` says what may be told.

    A run that keeps nothing has a folder of its own for them, with a copy of the rules that were
    made by command: what is changed on its page changes nothing else.

    Raises:
        UsageError: the settings of alerts are wrong.
        ArchiveError: the archive cannot be opened.
    """
    judge = judge or as_it_stands
    found = config(current)
    folder = Path(current.data_dir)
    if keeper is None:
        made = folder / BOOK
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="groundswell-alerts-")))
        if made.is_file():
            (folder / BOOK).write_bytes(made.read_bytes())
    rules, matcher = book(current, found, folder)
    couriers = Couriers(found, folder, judge=judge, keep_days=current.keep_stories)
    alerting = Alerting(
        rules, matcher, wait_us=found.wait_us, simulated=simulated, wake=couriers.wake
    )
    alerts = Alerts(Room(rules, found, folder, judge), couriers)
    if keeper is None:
        alerts.unkept = Unkept(alerting, folder)
        stack.callback(alerts.unkept.close)
    else:
        keeper.alerting = alerting
    return alerts
