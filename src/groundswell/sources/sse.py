"""Server-sent events over HTTP: bytes into events, and a connection that can be left at any time.

Owns the format (WHATWG HTML, section 9.2) within bounds. It knows nothing of what events say. By
hand rather than httpx-sse: that one reads lines of any length, and gives no way to wait for half a
second and look around, which a source must.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Iterator
from typing import NamedTuple

import httpx

EVENT_BYTES = 1 << 20
"""Longest event that is taken; of a longer one the first 2,000 bytes are given as an oddity."""
CHUNKS = 64
"""Chunks that wait to be read: beyond it the server is held back."""


class Event(NamedTuple):
    """One event; `name` is empty where it was too long."""

    name: str
    data: bytes


class EventParser:
    r"""Bytes in any cut into events.

    >>> list(EventParser().feed(b": hello\nevent: delete\ndata: 12\n\n"))
    [Event(name='delete', data=b'12')]
    """

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[bytes] = []
        self._size = 0
        self._too_long = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """The events that end in this chunk."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            event = self._line(line.removesuffix(b"\r"))
            if event is not None:
                yield event
        if len(self._rest) > EVENT_BYTES:
            self._take(self._rest)
            self._rest = b":"  # whatever follows on this line is passed over

    def _line(self, line: bytes) -> Event | None:
        if not line:
            return self._end()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            self._name = value[:100].decode("utf-8", "replace")
        elif field == b"data":
            self._take(value)
        return None

    def _take(self, value: bytes) -> None:
        self._size += len(value)
        if self._size > EVENT_BYTES:
            self._too_long = True
            self._data = [b"\n".join(self._data or [value])[:2_000]]
        else:
            self._data.append(value)

    def _end(self) -> Event | None:
        found = self._data or self._name
        event = Event("" if self._too_long else self._name, b"\n".join(self._data))
        self._name, self._data, self._size, self._too_long = "", [], 0, False
        return event if found else None


class EventStream:
    """The events of one answer, read in a thread of its own; use it as a context manager.

    Leaving it closes the connection at once, even while the thread waits for the server.
    """

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._parser = EventParser()
        self._chunks: queue.Queue[bytes | Exception | None] = queue.Queue(CHUNKS)
        self._left = threading.Event()
        self._thread = threading.Thread(target=self._pump, daemon=True)

    def __enter__(self) -> EventStream:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        stream = self._response.extensions.get("network_stream")
        raw = stream.get_extra_info("socket") if stream is not None else None
        if raw is not None:
            with contextlib.suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self._thread.join(timeout=5)

    def _pump(self) -> None:
        try:
            for chunk in self._response.iter_raw():
                self._put(chunk)
                if self._left.is_set():
                    return
            self._put(None)
        except (httpx.HTTPError, httpx.StreamError, OSError) as error:
            self._put(error)

    def _put(self, item: bytes | Exception | None) -> None:
        while not self._left.is_set():
            try:
                self._chunks.put(item, timeout=0.5)
            except queue.Full:
                continue
            return

    def wait(self, seconds: float) -> list[Event] | None:
        """Events that came within some seconds; None where not one byte did.

        Raises:
            ConnectionError: the server ended the stream.
            httpx.HTTPError: it broke.
        """
        try:
            item = self._chunks.get(timeout=seconds)
        except queue.Empty:
            return None
        if item is None:
            raise ConnectionError("the server ended the stream")
        if isinstance(item, Exception):
            raise item
        return list(self._parser.feed(item))
