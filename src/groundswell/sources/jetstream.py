"""Bluesky's Jetstream over WebSocket: both protocols, resumed without a loss.

v1 (`/subscribe`) resumes by time: it is asked for a few seconds before the newest frame, and what
was seen already is dropped by id. v2 (`…subscribeEvents`) resumes by sequence number on the same
host and by nothing on another. What could not be got again is a `Gap`, with its bounds.

Event time is the server's receive time; `createdAt` is the author's word and is never read.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import msgspec
import zstandard
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from groundswell.errors import SourceError, UsageError
from groundswell.model import MICROSECONDS, Batch, Reject
from groundswell.sources.backoff import Backoff
from groundswell.sources.decode import FrameDecoder
from groundswell.sources.frames import POST
from groundswell.sources.once import Once
from groundswell.watch import Gap, SourceHealth, SourceState

HOSTS = tuple(
    f"wss://jetstream{n}.us-{coast}.bsky.network/subscribe"
    for coast in ("east", "west")
    for n in (1, 2)
)
V2_PATH = "/xrpc/network.bsky.jetstream.subscribeEvents"
DICTIONARY = "GROUNDSWELL_ZSTD_DICTIONARY"
"""Environment: the file of Jetstream's zstd dictionary; with it frames come packed."""
MAX_FRAME = 4 << 20
BATCH_POSTS = 500
BATCH_SECONDS = 0.2
"""A batch is given out no later than this after its first frame."""
OVERLAP_US = 5 * MICROSECONDS
GAP_US = 60 * MICROSECONDS
"""A v1 stream that resumes later than asked by more than this has lost something."""
REMEMBERED = 50_000
"""Ids of posts that are remembered to drop them when they come again."""


class Cursor(msgspec.Struct, frozen=True):
    """Where a stream can be resumed: time anywhere, sequence on the same host only."""

    host: str
    time_us: int
    seq: int


@dataclass(slots=True)
class _Link:
    """What is known of the open connection."""

    url: str
    asked_us: int = 0
    began: float = field(default_factory=time.monotonic)
    first: bool = True


class _SilentError(TimeoutError):
    """A connection that stands, and says nothing."""


class Jetstream:
    """A `Source`; see the protocol for how it is called.

    Args:
        urls: servers of the same stream, tried in turn.
        dictionary: bytes of the zstd dictionary, or None for frames as they are.
        silence: seconds without a frame after which the connection is given up.
        backoff: waits between attempts.
    """

    live = True

    def __init__(
        self,
        urls: tuple[str, ...] = HOSTS,
        *,
        dictionary: bytes | None = None,
        silence: float = 30.0,
        backoff: Backoff | None = None,
    ) -> None:
        self._urls = urls
        self._dictionary = dictionary
        self._silence = silence
        self._backoff = backoff or Backoff()
        self._closed = threading.Event()
        self._decoder = FrameDecoder()
        self._unpack = (
            zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(dictionary))
            if dictionary
            else None
        )
        self._once = Once(REMEMBERED)
        self._cursor = Cursor("", 0, 0)
        self._too_old = False
        self.simulated = False
        self.status = "not connected yet"
        self._state: SourceState = "starting"
        self._why = ""
        self._heard = time.monotonic()
        self.reconnects = 0
        self.gaps: tuple[Gap, ...] = ()

    @property
    def public(self) -> bool:
        """Whether it reads a network, not a server on this machine."""
        return self.name not in {"localhost", "::1"} and not self.name.startswith("127.")

    @property
    def name(self) -> str:
        """The first server's host."""
        return urlsplit(self._urls[0]).hostname or self._urls[0]

    @property
    def health(self) -> SourceHealth:
        """Where it stands; from any thread."""
        return SourceHealth(
            self.name, self._state, self._heard, self._why, self.reconnects, self.gaps
        )

    def close(self) -> None:
        """Ends `read` within a second; from any thread."""
        self._closed.set()

    def read(self, after: str = "") -> Iterator[Batch]:
        """Batches of at most 500 posts, from now or after a cursor; mends its connection itself.

        Raises:
            SourceError: no server could be reached at the first attempts.
        """
        if after:
            self._cursor = msgspec.json.decode(after, type=Cursor)
        ever = False
        failures = 0
        while not self._closed.is_set():
            url = self._urls[failures % len(self._urls)]
            waited = 0.0
            try:
                with self._connect(url) as connection:
                    ever = True
                    yield from self._frames(connection, _Link(url, self._cursor.time_us))
                reason = "the server closed the connection"
            except (OSError, WebSocketException, TimeoutError) as error:
                reason = self._reason(error)
                waited = self._silence if isinstance(error, _SilentError) else 0.0
            failures += 1
            if not ever and failures >= max(3, len(self._urls)):
                raise SourceError(
                    f"expected a Jetstream server at {url}, got: {reason}",
                    hint="is it running, and is there a network? see `groundswell doctor`",
                )
            yield from self._rest(reason, 0.3 if not ever else self._backoff.most, waited)

    def _rest(self, reason: str, most: float, waited: float) -> Iterator[Batch]:
        """Waits as the back-off says, giving a sign of life every half second.

        A silence that was sat out was such a wait already.
        """
        wait = max(0.0, min(self._backoff.next(), most) - waited)
        self.reconnects += 1
        self.status = f"reconnecting in {wait:.1f} s: {reason}"
        self._state, self._why = "reconnecting", reason
        until = time.monotonic() + wait
        while (left := until - time.monotonic()) > 0 and not self._closed.wait(min(0.5, left)):
            yield Batch(source=self.name)

    def _connect(self, url: str) -> ClientConnection:
        self.status = f"connecting to {urlsplit(url).hostname}"
        connection = connect(
            self._address(url), max_size=MAX_FRAME, open_timeout=10, close_timeout=1,
            compression=None if self._unpack else "deflate",
        )  # fmt: skip
        response = connection.response
        self.simulated = bool(response and response.headers.get("X-Groundswell-Simulated"))
        self.status = f"connected to {urlsplit(url).hostname}"
        self._state, self._why = "connected", ""
        return connection

    def _address(self, url: str) -> str:
        """The URL with the protocol's own parameters, resumed where that is possible."""
        v2 = urlsplit(url).path == V2_PATH
        query = {"collections" if v2 else "wantedCollections": POST}
        if self._unpack and not v2:
            query["compress"] = "true"
        if v2 and self._cursor.seq and self._cursor.host == urlsplit(url).netloc:
            query["cursor"] = str(self._cursor.seq + 1)
        elif not v2 and self._cursor.time_us:
            query["cursor"] = str(self._cursor.time_us - OVERLAP_US)
        return f"{url}?{urlencode(query)}"

    def _reason(self, error: Exception) -> str:
        """Why a connection failed; a cursor that is too old is given up and becomes a gap."""
        if isinstance(error, InvalidStatus):
            body = bytes(error.response.body or b"")
            if error.response.status_code == 400 and b"CursorTooOld" in body:
                self._too_old = True
                self._cursor = Cursor("", self._cursor.time_us, 0)
            return f"HTTP {error.response.status_code}"
        return str(error) or type(error).__name__

    def _frames(self, connection: ClientConnection, link: _Link) -> Iterator[Batch]:
        """Batches of one connection, until it ends, falls silent or the source is closed."""
        heard = self._heard = time.monotonic()
        frames: list[bytes] = []
        begun = 0.0
        given = time.monotonic()
        while not self._closed.is_set():
            now = time.monotonic()
            wait = begun + BATCH_SECONDS - now if frames else min(0.5, self._silence)
            try:
                frame = self._receive(connection, max(wait, 0.0))
            except (OSError, WebSocketException):
                if frames:  # what came before the break counts, and moves the cursor
                    yield self._batch(frames, link)
                raise
            now = time.monotonic()
            if frame is not None:
                heard = self._heard = now
                begun = begun if frames else now
                frames.append(frame)
            if frames and (len(frames) >= BATCH_POSTS or now - begun >= BATCH_SECONDS):
                yield self._batch(frames, link)
                frames, given = [], now
            elif now - given >= 0.5 and not frames:
                yield Batch(source=self.name)
                given = now
            if now - heard > self._silence:
                raise _SilentError(f"nothing came for {self._silence:.0f} s")
            if now - link.began > 60:
                self._backoff.reset()
        if frames:
            yield self._batch(frames, link)

    @staticmethod
    def _receive(connection: ClientConnection, wait: float) -> bytes | None:
        try:
            frame = connection.recv(timeout=wait)
        except TimeoutError:
            return None
        return frame.encode() if isinstance(frame, str) else frame

    def _batch(self, frames: list[bytes], link: _Link) -> Batch:
        batch = Batch(source=self.name)
        plain = [self._plain(frame, batch) for frame in frames]
        self._decoder.decode_many(batch, b"\n".join(frame for frame in plain if frame))
        if self._decoder.time_us:
            if link.first and link.asked_us and batch.times:
                link.first = False
                if self._too_old or batch.times[0] > link.asked_us + GAP_US:
                    self._lost(link.asked_us, batch.times[0], "the server no longer held it")
            host = urlsplit(link.url).netloc
            self._cursor = Cursor(host, self._decoder.time_us, self._decoder.seq)
        self._once.keep(batch)
        batch.cursor = msgspec.json.encode(self._cursor).decode()
        return batch

    def _plain(self, frame: bytes, batch: Batch) -> bytes:
        """A frame as JSON on one line; what cannot be unpacked within bounds is a reject."""
        if self._unpack is None or frame[:1] == b"{":
            return frame.replace(b"\n", b" ")
        try:
            size = zstandard.get_frame_parameters(frame).content_size
            if size > MAX_FRAME and size != zstandard.CONTENTSIZE_UNKNOWN:
                raise zstandard.ZstdError(f"{size} bytes, more than {MAX_FRAME}")
            return self._unpack.decompress(frame, max_output_size=MAX_FRAME).replace(b"\n", b" ")
        except zstandard.ZstdError as error:
            batch.rejected.append(Reject(f"expected a zstd frame: {error}", 0, frame[:2_000]))
            return b""

    def _lost(self, begin: int, end: int, reason: str) -> None:
        self._too_old = False
        self.gaps = (*self.gaps, Gap(begin, end, reason))


def open_uri(uri: str) -> Jetstream:
    """`jetstream`, or `jetstream+ws://HOST:PORT/PATH`, or `jetstream+wss://…`.

    Raises:
        UsageError: the address is none.
        SourceError: the dictionary named in the environment cannot be read.
    """
    urls = HOSTS
    if uri != "jetstream":
        url = uri.removeprefix("jetstream+")
        parts = urlsplit(url)
        if parts.scheme not in {"ws", "wss"} or not parts.hostname:
            raise UsageError(
                f"expected jetstream or jetstream+ws://HOST:PORT/subscribe, got {uri!r}"
            )
        urls = (url if parts.path.strip("/") else url.rstrip("/") + "/subscribe",)
    return Jetstream(urls, dictionary=_dictionary())


def _dictionary() -> bytes | None:
    path = os.environ.get(DICTIONARY)
    if not path:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise SourceError(
            f"expected a zstd dictionary at {path}, got: {error.strerror}",
            hint=f"unset {DICTIONARY} to read frames as they are",
        ) from error
