"""A Jetstream server on this machine: both protocols, from made-up or recorded v1 frames.

It is what tests, load runs and `simulate --serve` talk to. It listens on loopback only, and says in
its handshake that what it sends is simulated.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import zstandard
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from groundswell.errors import ServeError
from groundswell.model import MICROSECONDS, iso

V1_PATH = "/subscribe"
V2_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"
BACKLOG = 200_000
"""Frames held for cursors."""


@dataclass(slots=True)
class Faults:
    """What goes wrong, and when; nothing by default."""

    cut_after: deque[int] = field(default_factory=deque)
    """Frames after which a connection is cut without a close frame; one entry a connection."""
    early: deque[float] = field(default_factory=deque)
    """Seconds before its cursor (v1: or after it, when negative) at which a connection that resumes
    begins; one entry a connection."""
    silent_after: int | None = None
    """Frames after which the first connection falls silent."""
    refuse: int | None = None
    """An HTTP status for every handshake."""
    garbage: tuple[bytes, ...] = ()
    """Frames that are sent first on every connection."""


class JetstreamServer:
    """Serves `frames` as a context manager; `url` and `url_v2` say where.

    All connections see one stream: a new one without a cursor begins where the stream is now.

    Args:
        frames: v1 frames in event time; may have no end.
        port: 0 for any free one.
        speed: event time over time here; 0 sends as fast as readers take.
        dictionary: of zstd, for readers that ask for packed frames.
        faults: what goes wrong.

    Raises:
        ServeError: the port is taken.
    """

    def __init__(
        self,
        frames: Iterable[bytes],
        *,
        port: int = 0,
        speed: float = 0.0,
        dictionary: bytes | None = None,
        faults: Faults | None = None,
        backlog: int = BACKLOG,
    ) -> None:
        self._frames = iter(frames)
        self._speed = speed
        self._dictionary = dictionary
        self.faults = faults or Faults()
        self._backlog: deque[tuple[int, int, bytes]] = deque(maxlen=backlog)
        """(sequence, time_us, frame)."""
        self._lock = threading.Condition()
        self._stop = threading.Event()
        self._seq = 0
        self._origin: tuple[float, int] | None = None
        self.connections = 0
        self.fired: Counter[str] = Counter()
        """How often each fault happened."""
        try:
            self._server: Server = serve(
                self._serve, "127.0.0.1", port, process_request=self._check,
                process_response=_say_simulated, compression=None,
            )  # fmt: skip
        except OSError as error:
            raise ServeError(
                f"expected port {port} of 127.0.0.1 to be free, got: {error.strerror}",
                hint="end what runs there, or name another port",
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        address = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self.url = address + V1_PATH
        self.url_v2 = address + V2_PATH

    def __enter__(self) -> JetstreamServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._server.shutdown()
        self._thread.join(timeout=5)

    def _check(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuses what a Jetstream server refuses."""
        parts = urlsplit(request.path)
        query = parse_qs(parts.query)
        if self.faults.refuse is not None:
            return connection.respond(HTTPStatus(self.faults.refuse), "refused\n")
        if parts.path not in {V1_PATH, V2_PATH}:
            return connection.respond(HTTPStatus.NOT_FOUND, "no such stream\n")
        if parts.path == V2_PATH and any(name.startswith("wanted") for name in query):
            return connection.respond(HTTPStatus.BAD_REQUEST, '{"error":"InvalidRequest"}')
        cursor = int(query.get("cursor", ["0"])[0])
        with self._lock:
            oldest = self._backlog[0][0] if self._backlog else 0
        if parts.path == V2_PATH and 0 < cursor < oldest:
            return connection.respond(HTTPStatus.BAD_REQUEST, '{"error":"CursorTooOld"}')
        return None

    def _serve(self, connection: ServerConnection) -> None:
        parts = urlsplit(connection.request.path if connection.request else "")
        query = parse_qs(parts.query)
        v2 = parts.path == V2_PATH
        pack = self._packer() if query.get("compress") == ["true"] else None
        with self._lock:
            self.connections += 1
            cut = self.faults.cut_after.popleft() if self.faults.cut_after else None
            silent = self.faults.silent_after if self.connections == 1 else None
        try:
            for frame in self.faults.garbage:
                connection.send(frame)
            rows = self._from(int(query.get("cursor", ["0"])[0]), v2=v2)
            for sent, (seq, _, frame) in enumerate(rows, 1):
                if silent is not None and sent > silent:
                    self.fired["silent"] += 1
                    self._stop.wait()
                    return
                plain = _as_v2(frame, seq) if v2 else frame
                connection.send(pack.compress(plain) if pack else plain.decode())
                if cut is not None and sent >= cut:
                    self.fired["cut"] += 1
                    connection.socket.close()
                    return
        except (ConnectionClosed, OSError):
            return

    def _packer(self) -> zstandard.ZstdCompressor | None:
        if self._dictionary is None:
            return None
        return zstandard.ZstdCompressor(
            dict_data=zstandard.ZstdCompressionDict(self._dictionary), write_content_size=True
        )

    def _from(self, cursor: int, *, v2: bool) -> Iterator[tuple[int, int, bytes]]:
        """The stream from a cursor (v1: time, v2: sequence, inclusive), or from now."""
        with self._lock:
            at = self._seq + 1
            if cursor:
                held = [row for row in self._backlog if (row[0] if v2 else row[1]) >= cursor]
                if self.faults.early and self._backlog:
                    held = self._earlier([*held, self._backlog[-1]][0][1] if v2 else cursor)
                at = held[0][0] if held else at
        while not self._stop.is_set():
            row = self._row(at)
            if row is None:
                if self._stop.wait(0.02):
                    return
                continue
            at = row[0] + 1
            yield row

    def _earlier(self, time_us: int) -> list[tuple[int, int, bytes]]:
        """The rows from so long before a time as the fault says."""
        self.fired["early"] += 1
        begin = time_us - self.faults.early.popleft() * MICROSECONDS
        return [row for row in self._backlog if row[1] >= begin]

    def due(self, time_us: int) -> float:
        """When the frame of an event time was to be sent, in seconds of `time.monotonic`.

        It needs a speed, and a first frame that was sent.
        """
        began, first = self._origin or (time.monotonic(), time_us)
        return began + (time_us - first) / MICROSECONDS / self._speed

    def _row(self, seq: int) -> tuple[int, int, bytes] | None:
        """Frame number `seq`, made when it is the next; None when its time has not come."""
        with self._lock:
            if seq <= self._seq:
                oldest = self._backlog[0][0]
                return self._backlog[max(0, seq - oldest)]
            frame = next(self._frames, None)
            if frame is None:
                return None
            self._seq += 1
            row = (self._seq, _time_of(frame), frame)
            self._backlog.append(row)
            self._pace(row[1])
            return row

    def _pace(self, time_us: int) -> None:
        if self._speed <= 0:
            return
        if self._origin is None:
            self._origin = (time.monotonic(), time_us)
        self._stop.wait(max(0.0, self.due(time_us) - time.monotonic()))


def _say_simulated(_: ServerConnection, __: Request, response: Response) -> None:
    headers: Headers = response.headers
    headers["X-Groundswell-Simulated"] = "1"


def _time_of(frame: bytes) -> int:
    return int(json.loads(frame).get("time_us", 0))


def _as_v2(frame: bytes, seq: int) -> bytes:
    """A v1 frame in v2's envelope."""
    event: dict[str, Any] = json.loads(frame)
    kind = event.get("kind", "commit")
    payload = {
        "$type": f"network.bsky.jetstream.subscribeEvents#{kind}",
        "seq": seq,
        "did": event.get("did"),
        "time": iso(event.get("time_us", 0)),
    }
    body = event.get(kind, {})
    payload |= body if kind == "commit" else {kind: body}
    envelope = {"$type": "message", "payload": payload}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
