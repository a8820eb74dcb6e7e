"""Messages of a broker into the columns of a batch: one message, one line of a recording."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from groundswell.model import MICROSECONDS, Batch
from groundswell.sources.lines import reject
from groundswell.sources.posts import MixedDecoder

MOST_BYTES: Final = 4 << 20
"""A longer message is rejected unread."""
AHEAD_US: Final = 600 * MICROSECONDS
"""A post that is from later than this is rejected: it would close slices that are to come."""


class Message(NamedTuple):
    """What a broker holds at one place of a stream."""

    place: str
    """As the broker names it: `1700000000000-0`, `42`, `0:42`."""
    data: bytes
    simulated: bool = False
    """Whether who wrote it says that it is made up."""
    problem: str = ""
    """Why it has no data; empty where it has."""


class MessageDecoder:
    """Appends messages to batches; what is no post, deletion or news is rejected, never raised.

    `wall` is seconds since 1970, for tests to give.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._decoder = MixedDecoder()
        self._wall = wall
        self._simulated = False

    @property
    def simulated(self) -> bool:
        """True once a message said that it is made up."""
        return self._simulated or self._decoder.simulated

    def decode(self, batch: Batch, messages: Sequence[Message]) -> None:
        """Append messages, in their order; a reject says at which place it stands."""
        latest = int(self._wall() * MICROSECONDS) + AHEAD_US
        early: list[int] = []
        for message in messages:
            posts, bad = len(batch), len(batch.rejected)
            self._simulated |= message.simulated
            if problem := _problem(message):
                batch.rejected.append(reject(problem, 0, message.data))
            else:
                self._decoder.decode_into(batch, message.data, 0)
            if len(batch) > posts and batch.times[posts] > latest and not self.simulated:
                early.append(posts)
                reason = "expected a post of now or before, got one from the future"
                batch.rejected.append(reject(reason, 0, message.data))
            if len(batch.rejected) > bad:
                batch.rejected[bad] = replace(batch.rejected[bad], place=message.place)
        if early:
            left_out = set(early)
            batch.keep([at for at in range(len(batch)) if at not in left_out])


def _problem(message: Message) -> str:
    if message.problem:
        return message.problem
    if len(message.data) > MOST_BYTES:
        return f"expected at most {MOST_BYTES:,} bytes, got {len(message.data):,}"
    return "" if message.data.strip() else "expected a post, got an empty message"
