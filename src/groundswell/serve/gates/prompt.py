"""Lets go of connections that do not come to the point: a request is there in time, or none is."""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE: Final = 10.0
"""Seconds in which the head of a request has to be there, from the connection or its first byte."""


class Prompt(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, without an end to waiting for a head that comes by bytes."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Waits from the first byte of a request until its head is whole."""
        self._wait()
        super().data_received(data)
        if not self._waits:
            self._stop()

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits for nothing any more."""
        self._stop()
        super().connection_lost(exc)

    @property
    def _waits(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        if self._late is None and self._waits:
            self._late = self.loop.call_later(PATIENCE, self._give_up)

    def _stop(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._late = None
        if self._waits and not self.transport.is_closing():
            self.transport.close()
