"""Partitions in the order of time, so that one that is read sooner does not make another late."""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from typing import Final, NamedTuple

from groundswell.sources.brokers.messages import Message

FULL: Final = 2_000
"""Messages of a partition that wait for others; then it is read on only when they are taken."""
PATIENCE_SECONDS: Final = 5.0
"""How long a partition that says nothing is waited for."""


class Timed(NamedTuple):
    """A message of a partition, and when it is from, µs."""

    time_us: int
    offset: int
    message: Message


class InOrder:
    """Puts messages of several partitions in order.

    A message is given when no partition can have an older one: each other has one that waits, or
    was read to its end. A partition keeps its own order. Not thread-safe.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._waiting: dict[int, deque[Timed]] = {}
        self._ended: set[int] = set()
        self._monotonic = monotonic
        self._moved = monotonic()

    def assign(self, partitions: Collection[int]) -> None:
        """Begins anew with these."""
        self._waiting = {partition: deque() for partition in partitions}
        self._ended = set()
        self._moved = self._monotonic()

    def put(self, partition: int, timed: Timed) -> None:
        """Takes the next message of a partition."""
        if partition in self._waiting:
            self._waiting[partition].append(timed)
            self._ended.discard(partition)

    def end(self, partition: int) -> None:
        """A partition was read to its end, for now."""
        self._ended.add(partition)

    def full(self) -> set[int]:
        """Partitions of which no more should be read for now."""
        return {partition for partition, held in self._waiting.items() if len(held) >= FULL}

    def take(self, most: int) -> Iterator[tuple[int, Timed]]:
        """At most so many messages, oldest first, each with its partition."""
        now = self._monotonic()
        heads = [(held[0].time_us, one) for one, held in self._waiting.items() if held]
        heapq.heapify(heads)
        behind = any(not held and one not in self._ended for one, held in self._waiting.items())
        if not heads:
            self._moved = now
        if behind and now - self._moved < PATIENCE_SECONDS:
            return
        for _ in range(most):
            if not heads:
                return
            _, partition = heapq.heappop(heads)
            held = self._waiting[partition]
            self._moved = now
            yield partition, held.popleft()
            if held:
                heapq.heappush(heads, (held[0].time_us, partition))
            elif partition not in self._ended:
                return
