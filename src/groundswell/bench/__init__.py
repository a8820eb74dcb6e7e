"""The benchmarks: what a post costs, next to what others cost, in one run on one machine.

Times are CPU-seconds of this process, so that a shared machine disturbs them less; each figure is
the median of several rounds, and the bare decode and the full way take turns at every 2,000 posts.
Frames are Jetstream's, about 160 characters and 26 tokens a post, with a vocabulary that keeps
growing.

- decode: msgspec's bare decode of the same bytes into the same structs: the denominator;
- full: bytes → decode → tokens → counts (1–3-grams, exact authors) → ranked boards;
- peers get the tokens that our tokeniser made, for nothing, and only count them.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from groundswell.bench import long, measure, memory, peers, whole
from groundswell.engines.loading import load_tables
from groundswell.kernel.pipeline import Kernel, Rules

PEER_POSTS = 4_000
"""Posts that the peers count: they are slow, and their cost a post does not change."""

__all__ = ["Figures", "run"]


@dataclass(slots=True)
class Figures:
    """What was measured, as `--json` writes it."""

    posts: int
    rounds: int
    decode_us: float
    alone_us: float
    full_us: float
    ratio: float
    stages_us: dict[str, float]
    peers_us: dict[str, float]
    live_latency_ms: dict[str, float]
    threads: dict[str, float]
    terms: int
    evicted: int
    tokens_per_post: float
    memory: list[dict[str, Any]]
    memory_parts: dict[str, float]
    long: list[dict[str, Any]]
    spread: dict[str, list[float]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """CONTRACT's names: `full.*`, `peers.*.posts_per_cpu_second`, `machine`."""
        return {
            "machine": measure.machine(),
            "posts": self.posts,
            "rounds": self.rounds,
            "tokens_per_post": round(self.tokens_per_post, 1),
            "decode": {
                "us_per_post": round(self.decode_us, 3),
                "alone_us_per_post": round(self.alone_us, 3),
            },
            "full": {
                "us_per_post": round(self.full_us, 3),
                "posts_per_cpu_second": round(1e6 / self.full_us),
                "ratio_to_msgspec_decode": round(self.ratio, 2),
                "ratio_to_decode_alone": round(self.full_us / self.alone_us, 2),
                "peak_rss_mb": self.memory[-1]["peak_mb"],
                "peak_rss_terms": self.memory[-1]["terms"],
                "terms": self.terms,
                "evicted": self.evicted,
            },
            "stages_us_per_post": {name: round(us, 3) for name, us in self.stages_us.items()},
            "ns_per_token": whole.token_ns(self.stages_us, self.tokens_per_post),
            "posts_per_second": self.threads,
            "live": self.live_latency_ms,
            "memory": self.memory,
            "memory_parts_mb": self.memory_parts,
            "long": self.long,
            "peers": {
                name: {
                    "posts_per_cpu_second": round(1e6 / us),
                    "full_way_is_times_faster": round(us / self.full_us, 2),
                }
                for name, us in self.peers_us.items()
            },
            "spread_us_per_post": self.spread,
        }


def run(
    posts: int = 300_000,
    rounds: int = 3,
    *,
    long_posts: int = 1_000_000,
    note: Callable[[str], None] = print,
) -> Figures:
    """Measures everything; `note` is told what happens.

    `long_posts` is how many posts the long run has, 0 for none; from 5 million on it is one
    simulated day.
    """
    note("making frames")
    chunks = measure.chunks_of(-(-posts // measure.FRAMES_A_BATCH))
    tables = load_tables()
    note("warming up")
    warm = Kernel(Rules(slice_us=500_000), tables)
    for chunk in chunks[:3]:
        measure.feed(warm, chunk)
    warm.finish()
    found = whole.rounds(chunks, tables, rounds, note)
    note("stages, threads and peers")
    few = chunks[: PEER_POSTS // measure.FRAMES_A_BATCH]
    tokens = peers.tokens_of(few, tables)
    by_terms, parts = memory.million_terms(note)
    return Figures(
        posts=len(chunks) * measure.FRAMES_A_BATCH,
        rounds=rounds,
        decode_us=statistics.median(found.decode) * 1e6,
        alone_us=statistics.median(found.alone) * 1e6,
        full_us=statistics.median(found.full) * 1e6,
        ratio=found.ratio,
        stages_us=whole.stages(chunks[:25], tables),
        peers_us=peers.costs(few, tokens, tables),
        live_latency_ms=whole.live(chunks[:20], tables),
        threads=whole.two_threads(chunks[:50], tables),
        terms=found.terms,
        evicted=found.evicted,
        tokens_per_post=sum(map(len, tokens)) / len(tokens),
        memory=by_terms,
        memory_parts=parts,
        long=long.long_run(long_posts, note) if long_posts else [],
        spread={
            "decode": [round(x * 1e6, 2) for x in sorted(found.decode)],
            "full": [round(x * 1e6, 2) for x in sorted(found.full)],
        },
    )
