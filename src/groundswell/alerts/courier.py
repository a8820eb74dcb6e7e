"""Bringing alerts to their channels: a thread each, so that no receiver keeps another waiting.

Delivery is at least once, under one id: what was sent and could not be noted, because the process
died between the two, is sent again with the same `webhook-id`. What fails is tried again after a
random time below a ceiling that grows (`CEILINGS`), or after what the receiver asks for.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from groundswell.alerts.channels import Channel, Config, Slack, Webhook
from groundswell.alerts.outbox import DAY_US, Outbox, Waiting
from groundswell.alerts.posting import DeliveryError, Poster
from groundswell.alerts.saying import Message, Told
from groundswell.alerts.senders import Send, sender
from groundswell.errors import GroundswellError, UsageError
from groundswell.model import MICROSECONDS

CEILINGS: Final = (10, 40, 160, 640, 2_560, 10_240, 21_600, 21_600, 21_600, 21_600)
"""Seconds below which the wait before each further try is drawn: eleven tries in about a day."""
LEAST: Final = 1.0
"""Seconds between two tries, at least."""
TOGETHER: Final = 500
"""Alerts of one message, at most."""
GLANCE: Final = 1.0
"""Seconds between looks at what waits."""
HOUR_US: Final = 3_600 * MICROSECONDS
LOG = logging.getLogger("groundswell")

Judged = Told | Literal["stopped", "waits"]
Judge = Callable[[Told], Judged]
"""What may be told of an alert now: it, perhaps under another title; nothing; or nothing yet.

This is where editors' decisions are asked: before every try, in the courier's thread.
"""


def as_it_stands(one: Told) -> Judged:
    """Where nobody decides, all is told."""
    return one


def wait_before(tries: int, rng: random.Random, asked: float = 0.0) -> float | None:
    """Seconds before the next try after so many that failed; None where there is none.

    >>> [wait_before(n, random.Random(1)) for n in (1, 11)]
    [1.3436424411240122, None]
    """
    if tries > len(CEILINGS):
        return None
    return max(LEAST, asked, rng.uniform(0, CEILINGS[tries - 1]))


@dataclass(slots=True)
class Courier:
    """One channel's: `turn` sends what is due. From one thread.

    Args:
        channel: which, and when it may be taken.
        send: how messages take it.
        outbox: what waits for it.
        base_url: the desk's address.
        judge: what may be told.
        now: seconds since 1970.
        keep_days: how long the log goes back.
    """

    channel: Channel
    send: Send
    outbox: Outbox
    base_url: str
    judge: Judge = as_it_stands
    now: Callable[[], float] = time.time
    keep_days: int = 400
    rng: random.Random = field(default_factory=random.Random)
    _pruned: int = 0

    def turn(self) -> int:
        """Sends all that is due now; returns how many messages it tried."""
        now = self._now_us()
        if now - self._pruned > HOUR_US:
            self.outbox.prune(now, self.keep_days * DAY_US)
            self._pruned = now
        waiting = self.outbox.waiting()
        if not waiting:
            return 0
        gone = self.outbox.gone(address_of(self.channel))
        if gone:
            self.outbox.mark([one.told.id for one in waiting], "failed", now, gone)
            return 0
        quiet = self.channel.quiet
        if quiet and quiet.until(datetime.fromtimestamp(now / MICROSECONDS, UTC)):
            return 0
        messages = self._messages(waiting, now)
        for some in messages:
            if not self._try(some):
                break
        return len(messages)

    def _messages(self, waiting: Sequence[Waiting], now: int) -> list[list[Waiting]]:
        """What makes a message each: what was tried before as it was, what is new as it pleases."""
        tried: dict[str, list[Waiting]] = {}
        for one in waiting:
            if one.message and one.due <= now:
                tried.setdefault(one.message, []).append(one)
        fresh = [one for one in waiting if not one.message and self.judge(one.told) != "waits"]
        if self.channel.digest or self.channel.quiet:
            pause = self.channel.digest * MICROSECONDS
            again = any(one.message for one in waiting)  # a message is under way
            due = not (pause and (again or now < self.outbox.last_sent() + pause))
            return [*tried.values(), *([fresh[:TOGETHER]] if fresh and due else [])]
        return [*tried.values(), *([one] for one in fresh)]

    def _try(self, some: Sequence[Waiting]) -> bool:
        """Tries a message; whether others may be tried after it."""
        judged = [(one, self.judge(one.told)) for one in some]
        stopped = [one.told.id for one, found in judged if found == "stopped"]
        if stopped:
            self.outbox.mark(stopped, "stopped", self._now_us(), "stopped by an editor")
        told = [(one, found) for one, found in judged if isinstance(found, Told)]
        if not told:
            return True
        number = some[0].message or self.outbox.begin([one for one, _ in told])
        message = Message(number, tuple(found for _, found in told), self.base_url)
        return self._sent(message, [one for one, _ in told])

    def _sent(self, message: Message, some: Sequence[Waiting]) -> bool:
        ids, tries = [one.told.id for one in some], max(one.tries for one in some) + 1
        try:
            outcome = self.send(message, self.now())
        except Exception as error:  # whatever a channel does, others go on
            return self._failed(ids, tries, error)
        self.outbox.mark(ids, "sent", self._now_us(), outcome)
        self._say(logging.INFO, "sent", tries, len(ids))
        return True

    def _failed(self, ids: Sequence[str], tries: int, error: Exception) -> bool:
        now, said = self._now_us(), said_of(error)
        if isinstance(error, DeliveryError) and error.gone:
            self.outbox.disable(address_of(self.channel), now, f"{said}: disabled")
            self.outbox.mark(ids, "failed", now, f"{said}: disabled")
            self._say(logging.WARNING, "disabled", tries, len(ids))
            return False
        asked = error.retry_after if isinstance(error, DeliveryError) else 0.0
        wait = wait_before(tries, self.rng, asked)
        if wait is None:
            self.outbox.mark(ids, "failed", now, f"{said}; given up")
        else:
            self.outbox.mark(ids, "waiting", now, said, due=now + round(wait * MICROSECONDS))
        self._say(logging.WARNING, "failed" if wait is None else "waits", tries, len(ids))
        return True

    def _say(self, level: int, state: str, tries: int, alerts: int) -> None:
        said = {"channel": self.channel.id, "state": state, "tries": tries, "alerts": alerts}
        LOG.log(level, "alert", extra={"data": said})

    def _now_us(self) -> int:
        return round(self.now() * MICROSECONDS)


class Couriers:
    """All couriers of a desk, as long as the context is open.

    Args:
        config: channels and the desk's address.
        folder: of the archive in which alerts stand; it is there.
        judge: what may be told.
        keep_days: how long the log goes back.
    """

    def __init__(
        self, config: Config, folder: Path, *, judge: Judge = as_it_stands, keep_days: int = 400
    ) -> None:
        self._config, self._folder = config, folder
        self._judge, self._keep_days = judge, keep_days
        self._stop = threading.Event()
        self._wakes: Mapping[str, threading.Event] = {
            name: threading.Event() for name in config.channels
        }
        self._threads = [
            threading.Thread(target=self._run, args=(name,), name=f"alerts {name}", daemon=True)
            for name in config.channels
        ]

    def __enter__(self) -> Couriers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self.wake()
        until = time.monotonic() + 5  # a receiver that is slow gets it again, under the same id
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))

    def wake(self) -> None:
        """Says that something new waits."""
        for event in self._wakes.values():
            event.set()

    def _run(self, name: str) -> None:
        channel, wake = self._config.channels[name], self._wakes[name]
        with Poster(self._config.allowed) as poster:
            courier, last = None, False
            while not last:
                last = self._stop.is_set()  # what a run told at its end is tried once as well
                wake.clear()
                try:
                    courier = courier or Courier(
                        channel, sender(channel, poster), Outbox(self._folder, name),
                        self._config.base_url, self._judge, keep_days=self._keep_days,
                    )  # fmt: skip
                    courier.turn()
                except GroundswellError as error:
                    said = {"channel": name, "reason": type(error).__name__}
                    LOG.warning("alerts wait", extra={"data": said})
                if not last:
                    wake.wait(GLANCE)
            if courier:
                courier.outbox.close()


def address_of(channel: Channel) -> str:
    """Where a channel leads, as long as it can be said; a mail server is never gone."""
    if not isinstance(channel, Webhook | Slack):
        return channel.id
    try:
        return channel.url.reveal()
    except UsageError:
        return ""


def said_of(error: Exception) -> str:
    """An error in words that name no secret and no address."""
    if isinstance(error, GroundswellError):
        return error.problem
    return f"unexpected {type(error).__name__}"
