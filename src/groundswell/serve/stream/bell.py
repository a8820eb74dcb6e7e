"""Wakes the readers of event streams when there is something new, so that none looks in vain.

It rings in waves: between two of them the server answers who else asks, so many readers do not make
the API wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import cycle

from groundswell.serve.desk.state import DeskState

WAVES = 16
"""Parts of the readers that are woken one after the other."""
TICK = 0.5
"""Seconds between looks for what nobody rings for: sources that fell silent, a desk that ends."""


class Bell:
    """Rings in the server's loop when a desk was told something, or ends."""

    def __init__(self, desk: DeskState, ends: Callable[[], bool]) -> None:
        self._desk, self._ends = desk, ends
        self._waves = [asyncio.Event() for _ in range(WAVES)]
        self._next = cycle(range(WAVES))
        self._readers = 0
        self._ticks: asyncio.Task[None] | None = None
        self.rung = 0
        """How often it rang."""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Rings for as long as anybody listens; gives the listener's wave."""
        loop = asyncio.get_running_loop()

        def from_any_thread() -> None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(self._ring)

        self._readers += 1
        if self._ticks is None:
            self._desk.listener = from_any_thread
            self._ticks = asyncio.create_task(self._tick())
        try:
            yield next(self._next)
        finally:
            self._readers -= 1
            if not self._readers:
                self._ticks.cancel()
                self._ticks = self._desk.listener = None

    @property
    def over(self) -> bool:
        """Whether the desk ends."""
        return self._ends()

    async def wait(self, seen: int, wave: int, seconds: float) -> bool:
        """Whether it rang again since it had rung `seen` times; waits at most so many seconds."""
        if self.rung == seen:
            try:
                async with asyncio.timeout(seconds):
                    await self._waves[wave].wait()
            except TimeoutError:
                return False
        return True

    def _ring(self, wave: int = 0) -> None:
        if wave == 0:
            self.rung += 1
        self._waves[wave].set()
        self._waves[wave] = asyncio.Event()
        if wave + 1 < WAVES:
            asyncio.get_running_loop().call_soon(self._ring, wave + 1)

    async def _tick(self) -> None:
        before = self._desk.troubles()
        while not self._ends():
            await asyncio.sleep(TICK)
            if (now := self._desk.troubles()) != before:
                before = now
                self._ring()
        self._ring()
