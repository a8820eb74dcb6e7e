"""Readers of a desk: event streams, and one that asks the API again and again."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import datetime

HEAD = b"GET %b HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


@dataclass
class Readers:
    """What so many readers of event streams saw of a desk, and what the API took to answer."""

    port: int
    streams: int
    boards: list[dict[int, float]] = field(default_factory=list)
    """A reader: by slice end (µs), when its event had come, seconds of `time.time`."""
    published: dict[int, float] = field(default_factory=dict)
    """By slice end (µs), when the desk had its board, as its own metrics say."""
    closing: dict[int, float] = field(default_factory=dict)
    """By slice end (µs), the seconds that closing it took."""
    asked: list[float] = field(default_factory=list)
    """Seconds that answers of the API took."""
    shown: list[float] = field(default_factory=list)
    """Seconds that the board's page took."""
    posts: dict[int, int] = field(default_factory=dict)
    """By slice end (µs), the posts on its board."""

    def read(self, seconds: float) -> None:
        """Reads for so long."""
        asyncio.run(self._all(seconds))

    def listen(self, seconds: float) -> None:
        """Reads the event streams alone for so long."""
        asyncio.run(self._all(seconds, streams_alone=True))

    async def _all(self, seconds: float, *, streams_alone: bool = False) -> None:
        self.boards = [{} for _ in range(self.streams)]
        tasks = [asyncio.create_task(self._stream(seen)) for seen in self.boards]
        if not streams_alone:
            tasks += [
                asyncio.create_task(self._ask(b"/api/v1/boards/all", 0.1, self.asked)),
                asyncio.create_task(self._ask(b"/", 0.5, self.shown)),
                asyncio.create_task(self._watch()),
            ]
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when="FIRST_EXCEPTION")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    async def _stream(self, seen: dict[int, float]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 22)
        try:
            writer.write(HEAD % b"/api/v1/stream")
            at = 0
            while line := await reader.readline():
                if line.startswith(b"id: "):
                    at = int(line[4:])
                elif line.startswith(b"data: ") and at:
                    seen[at], at = time.time(), 0
            raise ConnectionError("the desk ended an event stream")
        finally:
            writer.close()

    async def _get(self, path: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(HEAD % path)
            answer = await reader.read()
        finally:
            writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        assert b" 200 " in head.partition(b"\r\n")[0], head[:200]
        return body

    async def _ask(self, path: bytes, pause: float, took: list[float]) -> None:
        while True:
            began = time.perf_counter()
            await self._get(path)
            took.append(time.perf_counter() - began)
            await asyncio.sleep(pause)

    async def _watch(self) -> None:
        """A board that is the same before and after the figures is the one that they are of."""
        before = 0
        while True:
            board = json.loads(await self._get(b"/api/v1/boards/all"))
            figures = metrics(await self._get(b"/metrics"))
            lag = figures["groundswell_lag_seconds"]
            at = round(datetime.fromisoformat(board["at"]).timestamp() * 1_000_000)
            self.posts[at] = board["posts"]
            if at == before:
                self.published.setdefault(at, at / 1_000_000 + lag)
                self.closing[at] = figures["groundswell_last_close_seconds"]
            before = at
            await asyncio.sleep(0.25)


def metrics(body: bytes) -> dict[str, float]:
    """The desk's own figures, those without labels."""
    rows = [line.split() for line in body.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in rows if "{" not in name}


def share(values: list[float], part: float) -> float:
    """The value that so much of them do not exceed: 0.99 for the 99th percentile."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]
