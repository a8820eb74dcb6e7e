"""A Mastodon server on this machine: its stream and its timeline, from made-up or recorded events.

It is what tests talk to: real HTTP on loopback, with the signs of life, refusals, limits and breaks
of a real one. All connections see one stream; a new one begins where the stream is now, as there.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token-of-nobody"  # noqa: S105 -- of a server that exists for a test
HELD = 100_000
"""Statuses of the timeline that are held."""


@dataclass(slots=True)
class Faults:
    """What goes wrong, and when; nothing by default."""

    cut_after: deque[int] = field(default_factory=deque)
    """Events after which a connection is cut; one entry a connection."""
    missed: int = 0
    """Events that pass while nobody is connected, after each cut."""
    silent_after: int | None = None
    """Events after which the first connection falls silent."""
    refuse: tuple[int, dict[str, str]] | None = None
    """Status and headers of the answer to whoever wants the stream."""
    refuse_first: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    """The same, once each."""
    pages: int | None = None
    """Pages that are given before the limit of requests is reached."""
    garbage: bytes = b""
    """Bytes that are sent first on every connection."""


class MastodonServer:
    """Serves events as a context manager; `uri` says where.

    Args:
        events: (name, payload) in their order, as streamed.
        timeline: which one is served, as after the host: `public/local`, `hashtag/NAME`.
        token: what a reader must bring.
        faults: what goes wrong.
    """

    def __init__(
        self,
        events: Iterable[tuple[str, bytes]],
        *,
        timeline: str = "",
        token: str = TOKEN,
        faults: Faults | None = None,
    ) -> None:
        self._events = iter(events)
        self._lock = threading.Lock()
        self._timeline: deque[tuple[int, bytes]] = deque(maxlen=HELD)
        self.stop = threading.Event()
        self.token = token
        self.faults = faults or Faults()
        self.connections = 0
        self.asked: list[str] = []
        """Paths with their queries, in order."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.desk = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        port = self._server.server_address[1]
        self.uri = f"mastodon+http://127.0.0.1:{port}" + (f"/{timeline}" if timeline else "")

    def __enter__(self) -> MastodonServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def next(self) -> bytes | None:
        """The next event as it is sent, or None when there is none; it is on the timeline then."""
        with self._lock:
            name, payload = next(self._events, ("", b""))
            if not name:
                return None
            if name == "update":
                self._timeline.append((int(json.loads(payload)["id"]), payload))
            elif name == "delete":
                kept = [row for row in self._timeline if row[0] != int(payload)]
                self._timeline = deque(kept, maxlen=HELD)
        return b"event: %s\ndata: %s\n\n" % (name.encode(), payload)

    def page(self, min_id: int, limit: int) -> list[Any]:
        """The oldest statuses after an id, newest first."""
        with self._lock:
            rows = sorted(row for row in self._timeline if row[0] > min_id)[:limit]
        return [json.loads(payload) for _, payload in reversed(rows)]

    def connected(self) -> tuple[int | None, int | None]:
        """Notes a connection; the events after which it is cut, or falls silent."""
        with self._lock:
            self.connections += 1
            cut = self.faults.cut_after.popleft() if self.faults.cut_after else None
            return cut, self.faults.silent_after if self.connections == 1 else None


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    @property
    def desk(self) -> MastodonServer:
        desk: MastodonServer = self.server.desk  # type: ignore[attr-defined]
        return desk

    def handle(self) -> None:
        """Takes a reader that leaves as what it is."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        """Answers as Mastodon does."""
        self.desk.asked.append(self.path)
        parts = urlsplit(self.path)
        if parts.path == "/api/v2/instance":
            self._say(404, {"error": "Record not found"})
        elif self.headers.get("Authorization") != f"Bearer {self.desk.token}":
            self._say(401, {"error": "The access token is invalid"})
        elif parts.path.startswith("/api/v1/streaming/"):
            self._stream()
        elif parts.path.startswith("/api/v1/timelines/"):
            self._page(parse_qs(parts.query))
        else:
            self._say(404, {"error": "Record not found"})

    def _say(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _page(self, query: dict[str, list[str]]) -> None:
        faults = self.desk.faults
        if faults.pages is not None:
            if faults.pages <= 0:
                self._say(429, {"error": "Too many requests"}, {"Retry-After": "1"})
                return
            faults.pages -= 1
        limit = min(40, int(query.get("limit", ["20"])[0]))
        self._say(200, self.desk.page(int(query["min_id"][0]), limit))

    def _stream(self) -> None:
        desk = self.desk
        refuse = desk.faults.refuse
        if desk.faults.refuse_first:
            refuse = desk.faults.refuse_first.popleft()
        if refuse is not None:
            self._say(refuse[0], {"error": "refused"}, refuse[1])
            return
        cut, silent = desk.connected()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            self._send(cut, silent)
        except OSError:
            return
        if not desk.stop.is_set():
            for _ in range(desk.faults.missed):
                desk.next()

    def _send(self, cut: int | None, silent: int | None) -> None:
        desk, sent = self.desk, 0
        self.wfile.write(b":)\n" + desk.faults.garbage)
        while not desk.stop.is_set() and (cut is None or sent < cut):
            if silent is not None and sent >= silent:
                desk.stop.wait()
                return
            event = desk.next()
            if event is None:
                self.wfile.write(b":thump\n")
                desk.stop.wait(0.05)
                continue
            self.wfile.write(event)
            sent += 1
