"""A long run: what a post, a close and a term cost as the stream goes on and the state grows.

Frames are made as they are needed, by the same process; that time is not counted. A day of fifty
million posts is `posts=50_000_000`: then a tenth of it is a tenth of a day.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from multiprocessing import get_context
from typing import Any

from groundswell.bench.measure import FRAMES_A_BATCH, feed, peak_rss_mb, rss_mb
from groundswell.engines.loading import load_tables
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.simulate import load_frames

DAY = 86_400
A_DAY = 5_000_000
"""Posts from which on a long run is one simulated day; a shorter one has 2,000 a second."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a long run stood."""

    posts: int
    terms: int
    evicted: int
    us_per_post: float
    """CPU-µs since the mark before."""
    close_ms: float
    """CPU-time of the slowest batch since then: a batch in which a slice closed, if one did."""
    rss_mb: float
    peak_mb: float


def long_run(posts: int, note: Callable[[str], None]) -> list[dict[str, Any]]:
    """Marks at powers of ten, at three times those, and at each tenth of all, in a new process."""
    note(f"a long run of {posts:,} posts")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_run, posts).result()


def _run(posts: int) -> list[dict[str, Any]]:
    wanted = {10**k * m for k in range(4, 9) for m in (1, 3)} | {posts * i // 10 for i in range(11)}
    marks = sorted(mark for mark in wanted if 0 < mark <= posts)
    kernel = Kernel(Rules(), load_tables())
    rate = posts // DAY if posts >= A_DAY else 2_000
    frames = load_frames(seed=3, posts_per_second=rate)
    feed(Kernel(Rules(slice_us=500_000), kernel.tables), b"\n".join(islice(frames, 4_000)))
    found: list[dict[str, Any]] = []
    done = spent = since = 0.0
    slowest = 0.0
    for mark in marks:
        while done < mark:
            chunk = b"\n".join(islice(frames, FRAMES_A_BATCH))
            began = time.process_time()
            feed(kernel, chunk)
            cost = time.process_time() - began
            done, spent, slowest = done + FRAMES_A_BATCH, spent + cost, max(slowest, cost)
        found.append(marked(kernel, int(done), spent / (done - since), slowest))
        since, spent, slowest = done, 0.0, 0.0
    return found


def marked(kernel: Kernel, posts: int, seconds: float, slowest: float) -> dict[str, Any]:
    """The mark of a kernel that stands there; `seconds` are of the CPU, a post."""
    counts = kernel.state.counts
    return asdict(Mark(
        posts, counts.used, counts.evicted, round(seconds * 1e6, 2), round(slowest * 1e3, 1),
        round(rss_mb()), round(peak_rss_mb()),
    ))  # fmt: skip
