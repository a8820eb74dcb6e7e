"""A kept live desk over a stream that a test speaks into, and what stands in its folder."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import zstandard

from groundswell.archive import Archive
from groundswell.engines import following
from groundswell.engines.keeping import Keeper
from groundswell.engines.questions import Questions
from groundswell.engines.run import Run
from groundswell.kernel.pipeline import Rules
from groundswell.model import MICROSECONDS
from groundswell.serve.desk.state import Context, DeskState
from groundswell.simulate.server import JetstreamServer
from groundswell.sources.jetstream import Jetstream

SECOND = MICROSECONDS
MINUTE = 60 * SECOND
BEGIN = 1_700_000_000 // 60 * 60 * SECOND
RULES = Rules(terms=1 << 14, ring_posts=1 << 12, ring_tokens=1 << 16, season_terms=1 << 8)
POST = "app.bsky.feed.post"


class Feed:
    """Frames that a server gives out as they are said; it never ends."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()

    def __iter__(self) -> Feed:
        return self

    def __next__(self) -> bytes:
        if not self._frames:
            raise StopIteration
        return self._frames.popleft()

    def post(self, at: int, author: str, text: str, rkey: str = "r") -> None:
        """A post at event time `at`, µs."""
        record = {"$type": POST, "text": text}
        commit = {"operation": "create", "collection": POST, "rkey": rkey, "record": record}
        self._say(at, author, kind="commit", commit=commit)

    def delete(self, at: int, author: str, rkey: str = "r") -> None:
        """The author deletes a post."""
        commit = {"operation": "delete", "collection": POST, "rkey": rkey}
        self._say(at, author, kind="commit", commit=commit)

    def account(self, at: int, author: str, status: str = "") -> None:
        """News of an account: active, or why it is not."""
        news = {"active": not status, "did": author} | ({"status": status} if status else {})
        self._say(at, author, kind="account", account=news)

    def minute(self, number: int, people: int = 100) -> None:
        """A minute of everyday talk, which closes the one before."""
        for i in range(people):
            at = BEGIN + number * MINUTE + i * MINUTE // people
            words = f"daily{i % 40} talk{(i + number) % 40} goes on"
            self.post(at, f"did:plc:daily{i}", words, f"m{number}")

    def _say(self, at: int, author: str, **rest: Any) -> None:
        self._frames.append(json.dumps({"did": author, "time_us": at, **rest}).encode())


class Desk:
    """A desk that runs in a thread until the context ends; it keeps its archive in a folder."""

    def __init__(self, folder: Path, feed: Feed, server: JetstreamServer) -> None:
        self.folder, self.feed = folder, feed
        self.questions = Questions()
        self.state = DeskState(Context("live", ("test",), MINUTE), self.questions.ask)
        self.failed: list[BaseException] = []
        self._stop = threading.Event()
        self._server = server
        self._thread = threading.Thread(target=self._live)

    def _live(self) -> None:
        try:
            with Archive(self.folder) as archive:
                if archive.stream is None:
                    archive.begin("live", {})
                keeper = Keeper(archive, every_us=300 * SECOND)
                keeper.commit_seconds, keeper.share = 0.0, 1e9
                run = Run(
                    on_board=self.state.publish, on_revision=self.state.revise, stop=self._stop,
                    questions=self.questions, keeper=keeper, **self.more(),
                )  # fmt: skip
                following.live([Jetstream((self._server.url,))], RULES, run)
        except BaseException as error:
            self.failed.append(error)

    def more(self) -> dict[str, Any]:
        """Further parts of the run."""
        return {}

    def __enter__(self) -> Desk:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self.failed, self.failed

    def shows(self, word: str) -> bool:
        """Whether any board that is held says a word."""
        boards = self.state.after(0)
        return any(word in json.dumps([b.to_dict(), *(e.to_dict() for e in b.events)])
                   for b in boards)  # fmt: skip

    def closed(self, number: int) -> bool:
        """Whether minute `number` has closed."""
        newest = self.state.newest
        return newest is not None and newest.at >= BEGIN + (number + 1) * MINUTE


@contextmanager
def desk(folder: Path, kind: type[Desk] = Desk) -> Iterator[Desk]:
    """A desk with a server and a feed of its own."""
    feed = Feed()
    with JetstreamServer(feed) as server, kind(folder, feed, server) as running:
        yield running


def until(true: Callable[[], bool], seconds: float = 20.0) -> float:
    """Waits until something is true; returns after how many seconds it was."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "it did not come in time"
        time.sleep(0.01)
    return time.monotonic() - began


def hits(folder: Path, *words: str) -> dict[str, int]:
    """How often words stand in the files of a folder, unpacked where they are packed."""
    found: dict[str, int] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            for raw in (data, *_unpacked(data)):
                lower = raw.lower()
                count = sum(
                    lower.count(form)
                    for word in words
                    for form in (word.lower().encode(), word.lower().encode("utf-16-le"))
                )
                if count:
                    found[path.name] = found.get(path.name, 0) + count
    return found


def _unpacked(data: bytes) -> Iterator[bytes]:
    at = data.find(zstandard.FRAME_HEADER)
    if 0 <= at < 16:
        yield zstandard.ZstdDecompressor().decompressobj().decompress(data[at:])
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
