"""Keeps a stream as a recording: posts and deletions as NDJSON, as `replay` reads them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Event, Thread
from typing import IO

import msgspec

from groundswell.engines.heeding import Heed
from groundswell.engines.ordering import in_order
from groundswell.errors import GroundswellError
from groundswell.model import MICROSECONDS, Batch, iso
from groundswell.sources import Source
from groundswell.sources.once import Once

ALLOWANCE_US = 5 * MICROSECONDS


def lines(batch: Batch) -> Iterator[bytes]:
    """A batch as lines of NDJSON, without their ends; what is not known is left out."""
    encode = msgspec.json.encode
    for i, post_id in enumerate(batch.ids):
        post = {
            "id": post_id,
            "created_at": iso(batch.times[i]),
            "author": batch.authors[i],
            "text": batch.texts[i],
            "lang": batch.langs[i],
            "url": batch.urls[i],
            "reply_to": batch.replies[i],
            "unquoted": post_id in batch.unquoted,
        }
        yield encode({name: value for name, value in post.items() if value or name == "text"})
    for post_id, time_us in batch.deleted:
        yield encode({"id": post_id, "deleted_at": iso(time_us)})
    for author, state, time_us in batch.accounts:
        yield encode({"author": author, "account": state, "changed_at": iso(time_us)})


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of it: posts written, and what a source ended with, if it did not end well."""

    posts: int
    error: GroundswellError | None


def record(
    sources: Sequence[Source],
    out: IO[bytes],
    stop: Event,
    *,
    seconds: float = 0.0,
    on_batch: Callable[[Batch], None] = lambda _: None,
    heed: Heed | None = None,
) -> Recorded:
    """Writes what sources give until they end, `stop` is set or the time is over (0: no limit).

    What comes of several is written in the order of time, each post once; a post that is more than
    `ALLOWANCE_US` older than another one's comes where it comes, which `replay` puts right. Who
    `heed` names is left out from the moment on at which they are on its list.
    """
    until = time.monotonic() + seconds if seconds > 0 else float("inf")
    gathering = Gathering(sources, lambda: stop.is_set() or time.monotonic() >= until)
    batches: Iterable[Batch] = gathering.batches()
    if len(sources) > 1:
        batches = in_order(map(Once().keep, batches), ALLOWANCE_US)
    written = 0
    for batch in batches:
        if heed is not None:
            heed.changed()
            heed.leave_out(batch)
        for line in lines(batch):
            out.write(line + b"\n")
        written += len(batch)
        on_batch(batch)
    return Recorded(written, gathering.error)


class Gathering:
    """Several sources read at once, a thread each; `over` says when to end."""

    def __init__(self, sources: Sequence[Source], over: Callable[[], bool]) -> None:
        self._sources = sources
        self._over = over
        self._inbox: Queue[Batch] = Queue(maxsize=64)
        self.error: GroundswellError | None = None
        """What the first source that failed ended with; the others are closed then."""

    def batches(self) -> Iterator[Batch]:
        """Batches as they come, until all sources have ended."""
        threads = [Thread(target=self._pump, args=(one,), daemon=True) for one in self._sources]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) or not self._inbox.empty():
            if self.error or self._over():
                for source in self._sources:
                    source.close()
            with suppress(Empty):
                yield self._inbox.get(timeout=0.2)

    def _pump(self, source: Source) -> None:
        try:
            for batch in source.read():
                self._inbox.put(batch)
        except GroundswellError as error:
            self.error = self.error or error
