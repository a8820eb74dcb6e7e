"""A marked test of a rule's channels, sent at once: whether an alert would arrive."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from groundswell.alerts.channels import Config
from groundswell.alerts.courier import said_of
from groundswell.alerts.outbox import Outbox
from groundswell.alerts.posting import Poster
from groundswell.alerts.rules import RSS, Rule
from groundswell.alerts.saying import test_message
from groundswell.alerts.senders import sender
from groundswell.archive.database import FILE
from groundswell.errors import GroundswellError
from groundswell.model import MICROSECONDS


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a test at one channel."""

    channel: str
    ok: bool
    outcome: str

    def to_dict(self) -> dict[str, object]:
        """As the API has it."""
        return {"channel": self.channel, "ok": self.ok, "outcome": self.outcome}


def test(rule: Rule, config: Config, folder: Path | None) -> list[Tried]:
    """Tests each channel of a rule; one that was disabled and takes the test is enabled again.

    `folder` is that of the archive in which it is noted, where there is one. A test asks neither
    quiet hours nor digests, and is not tried again.
    """
    now = time.time()
    at = int(now) * MICROSECONDS
    message = test_message(rule.name, rule.board, config.base_url, secrets.token_hex(16), at)
    found = []
    with Poster(config.allowed) as poster:
        for name in rule.to:
            if name == RSS:
                continue
            channel = config.channels.get(name)
            if channel is None:
                found.append(Tried(name, False, "no such channel in the settings"))
                continue
            try:
                tried = Tried(name, True, sender(channel, poster)(message, now))
            except GroundswellError as error:
                tried = Tried(name, False, said_of(error))
            found.append(tried)
            _note(folder, rule.name, message.id, tried, round(now * MICROSECONDS))
    return found


def _note(folder: Path | None, rule: str, number: str, tried: Tried, now: int) -> None:
    if folder is None or not (folder / FILE).is_file():
        return
    outbox = Outbox(folder, tried.channel)
    try:
        state = "sent" if tried.ok else "failed"
        outbox.tested(number, state, now, f"test of {rule}: {tried.outcome}")
        if tried.ok:
            outbox.enable()
    finally:
        outbox.close()
