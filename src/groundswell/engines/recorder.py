"""Keeps a stream as a recording: posts and deletions as NDJSON, as `replay` reads them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import IO

import msgspec

from groundswell.model import Batch, iso
from groundswell.sources import Source


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
        }
        yield encode({name: value for name, value in post.items() if value or name == "text"})
    for post_id, time_us in batch.deleted:
        yield encode({"id": post_id, "deleted_at": iso(time_us)})


def record(
    source: Source,
    out: IO[bytes],
    stop: Event,
    *,
    seconds: float = 0.0,
    on_batch: Callable[[Batch], None] = lambda _: None,
) -> int:
    """Writes a source's posts until it ends, `stop` is set or the time is over (0: no limit).

    Returns how many posts were written.
    """
    until = time.monotonic() + seconds if seconds > 0 else float("inf")
    written = 0
    for batch in source.read():
        for line in lines(batch):
            out.write(line + b"\n")
        written += len(batch)
        on_batch(batch)
        if stop.is_set() or time.monotonic() >= until:
            source.close()
            break
    return written
