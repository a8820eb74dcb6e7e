"""What a million live terms take: of the table, of the posts that are held, of the process itself.

A process of its own is measured, and another one makes the frames for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from sys import getsizeof
from typing import Any, Final

import numpy as np

from groundswell.bench.long import marked
from groundswell.bench.measure import FRAMES_A_BATCH, feed, mapped_mb, rss_mb
from groundswell.engines.feelings import load_reader
from groundswell.engines.loading import load_lexicon, load_tables
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.posts.ring import Ring
from groundswell.kernel.posts.texts import Texts
from groundswell.kernel.terms.counts import Counts
from groundswell.simulate import load_frames

MILLION: Final = 1_000_000
MB: Final = 1 << 20
_SPAWN: Final = get_context("spawn")
_BY_TOKEN: Final = ("hashes", "back", "owners", "starts", "ends", "kinds", "joins")
"""Columns of the ring with entries by the token; all others have one a post."""


def million_terms(note: Callable[[str], None]) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Marks of a new process at 0, 10⁴, 10⁵, 3 · 10⁵ and 10⁶ terms, and the parts of the last.

    The very last mark is after the close, and has the peak. The parts are MB: of the process that
    was measured, which add up, and what a desk has besides, `lexicon` and `feelings`.
    """
    note("memory with a million terms")
    marks, found = _apart(_to_a_million)
    return marks, found | _apart(_besides)


def parts(kernel: Kernel, idle: dict[str, float], now_mb: float) -> dict[str, float]:
    """MB of each part of a process that held `idle` before its first post; they add up.

    `other` is what is not the kernel's arrays: loops that were put there since, what batches
    and closes leave behind in Python's and the system's memory, what large pages round up.
    """
    counts, held = kernel.state.counts, kernel.state.ring
    assert isinstance(counts, Counts)  # noqa: S101 -- who counts by shards is not measured here
    regions = counts.regions
    records = sum(one.records.nbytes + one.rows.nbytes for one in regions.regions)
    found = idle | {
        "table": (records + regions.doors.nbytes) / MB,
        "open slice": (counts.pairs.nbytes + counts.people.nbytes) / MB,
        "tokens": _columns(held, by_token=True) * min(1.0, held.n_tokens / held.tokens) / MB,
        "posts": _columns(held, by_token=False) * min(1.0, held.n_posts / held.posts) / MB,
        "texts": _of_texts(held.texts) / MB,
    }
    found["other"] = now_mb - sum(found.values())
    return {name: round(mb, 1) for name, mb in found.items()}


def _of_texts(texts: Texts) -> int:
    """Octets of texts, and of what says how long each is."""
    return texts.sizes.nbytes + sum(getsizeof(text) for text in texts.prepared if text is not None)


def _columns(held: Ring, *, by_token: bool) -> int:
    """Octets of the ring's columns by the token, or of those by the post."""
    columns = {name: getattr(held, name) for name in Ring.__slots__}
    return sum(
        column.nbytes
        for name, column in columns.items()
        if isinstance(column, np.ndarray) and (name in _BY_TOKEN) == by_token
    )


def _apart(measure: Callable[[], Any]) -> Any:
    """What a measure finds in a new process."""
    with ProcessPoolExecutor(1, mp_context=_SPAWN) as pool:
        return pool.submit(measure).result()


def _to_a_million(most: int = MILLION) -> tuple[list[dict[str, Any]], dict[str, float]]:
    kernel, posts = Kernel(Rules(), load_tables()), 0
    code = mapped_mb()
    idle = {"libraries' code": code, "interpreter and modules": rss_mb() - code}
    found = [marked(kernel, 0, 0.0, 0.0)]
    with _frames() as chunks:
        for terms in (10_000, 100_000, 300_000, MILLION):
            while kernel.state.counts.used < min(terms, most):
                feed(kernel, next(chunks))
                posts += FRAMES_A_BATCH
            found.append(marked(kernel, posts, 0.0, 0.0))
    by_part = parts(kernel, idle, rss_mb())
    kernel.finish()
    return [*found, marked(kernel, posts, 0.0, 0.0)], by_part


def _besides() -> dict[str, float]:
    """What a desk looks things up in besides: how words are used, what posts express."""
    tables = load_tables()
    bare = rss_mb()
    book = load_lexicon(tables)
    read = rss_mb()
    reader = load_reader()
    found = {"lexicon": read - bare, "feelings": rss_mb() - read}
    del book, reader  # they were held until here
    return {name: round(mb, 1) for name, mb in found.items()}


@contextmanager
def _frames() -> Iterator[Iterator[bytes]]:
    """Chunks of frames that another process makes, whose memory is not this one's."""
    ours, theirs = _SPAWN.Pipe(duplex=False)
    maker = _SPAWN.Process(target=_make, args=(theirs,), daemon=True)
    maker.start()
    try:
        yield iter(ours.recv_bytes, None)
    finally:
        maker.terminate()
        maker.join()


def _make(out: Connection) -> None:
    frames = load_frames(seed=3, posts_per_second=2_000)
    while True:
        out.send_bytes(b"\n".join(islice(frames, FRAMES_A_BATCH)))
