"""The benchmarks: what a post costs, next to what others cost, in one run on one machine.

Times are CPU-seconds of this process, so that a shared machine disturbs them less; each figure is
the median of several rounds in which all contestants take turns. Frames are Jetstream's, about 160
characters and 26 tokens a post, with a vocabulary that keeps growing.

- decode: msgspec's bare decode of the same bytes into the same structs: the denominator;
- full: bytes → decode → tokens → counts (1–3-grams, exact authors) → ranked boards;
- peers get the tokens that our tokeniser made, for nothing, and only count them.
"""

from __future__ import annotations

import gc
import platform
import re
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from groundswell.engines.loading import load_tables
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.tokens import Tables, prepare, tokenize
from groundswell.model import Batch, Board
from groundswell.simulate import load_frames
from groundswell.sources.decode import FrameDecoder, decode_only

FRAMES_A_BATCH = 2_000
PEER_POSTS = 4_000
"""Posts that the peers count: they are slow, and their cost a post does not change."""


@dataclass(slots=True)
class Figures:
    """What was measured, as `--json` writes it."""

    posts: int
    rounds: int
    decode_us: float
    full_us: float
    stages_us: dict[str, float]
    peers_us: dict[str, float]
    live_latency_ms: dict[str, float]
    terms: int
    evicted: int
    tokens_per_post: float
    peak_rss_mb: float
    peak_terms: int
    spread: dict[str, list[float]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """CONTRACT's names: `full.*`, `peers.*.posts_per_cpu_second`, `machine`."""
        return {
            "machine": machine(),
            "posts": self.posts,
            "rounds": self.rounds,
            "tokens_per_post": round(self.tokens_per_post, 1),
            "decode": {"us_per_post": round(self.decode_us, 3)},
            "full": {
                "us_per_post": round(self.full_us, 3),
                "posts_per_cpu_second": round(1e6 / self.full_us),
                "ratio_to_msgspec_decode": round(self.full_us / self.decode_us, 2),
                "peak_rss_mb": round(self.peak_rss_mb),
                "peak_rss_terms": self.peak_terms,
                "terms": self.terms,
                "evicted": self.evicted,
            },
            "stages_us_per_post": {name: round(us, 3) for name, us in self.stages_us.items()},
            "live": self.live_latency_ms,
            "peers": {
                name: {
                    "posts_per_cpu_second": round(1e6 / us),
                    "full_way_is_times_faster": round(us / self.full_us, 2),
                }
                for name, us in self.peers_us.items()
            },
            "spread_us_per_post": self.spread,
        }


def machine() -> dict[str, Any]:
    """The machine that the figures are of."""
    return {
        "processor": platform.processor() or platform.machine(),
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "numpy": np.__version__,
    }


def run(posts: int = 300_000, rounds: int = 3, note: Callable[[str], None] = print) -> Figures:
    """Measures everything; `note` is told what happens."""
    note("making frames")
    frames = load_frames(seed=7, posts_per_second=2_000)
    batches = -(-posts // FRAMES_A_BATCH)
    chunks = [b"\n".join(islice(frames, FRAMES_A_BATCH)) for _ in range(batches)]
    posts = batches * FRAMES_A_BATCH
    tables = load_tables()
    note("compiling the hot path (once a machine, about 20 s)")
    _full(chunks[:3], tables, Rules(slice_us=10_000))
    decode: list[float] = []
    full: list[float] = []
    terms = evicted = 0
    gc.collect()
    for i in range(rounds):
        note(f"round {i + 1} of {rounds}")
        decode.append(_cpu(lambda: [decode_only(chunk) for chunk in chunks]) / posts)
        kernel = Kernel(Rules(), tables)
        full.append(_cpu(partial(_feed, kernel, chunks)) / posts)
        terms, evicted = kernel.state.counts.used, kernel.state.counts.evicted
    note("memory with a million terms")
    peak, peak_terms = _million_terms()
    note("stages and peers")
    texts = _texts(chunks[: PEER_POSTS // FRAMES_A_BATCH])
    tokens = [t.tolist() for t in _tokens(texts, tables)]
    return Figures(
        posts=posts,
        rounds=rounds,
        decode_us=statistics.median(decode) * 1e6,
        full_us=statistics.median(full) * 1e6,
        stages_us=_stages(chunks[:25], tables),
        peers_us=_peers(tokens),
        live_latency_ms=_live(chunks[:20], tables),
        terms=terms,
        evicted=evicted,
        tokens_per_post=sum(map(len, tokens)) / len(tokens),
        peak_rss_mb=peak,
        peak_terms=peak_terms,
        spread={
            "decode": [round(x * 1e6, 2) for x in sorted(decode)],
            "full": [round(x * 1e6, 2) for x in sorted(full)],
        },
    )


def _cpu(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _feed(kernel: Kernel, chunks: list[bytes]) -> list[Board]:
    decoder = FrameDecoder()
    boards: list[Board] = []
    for chunk in chunks:
        batch = Batch()
        decoder.decode_many(batch, chunk)
        boards += kernel.add(batch)
    return boards + kernel.finish()


def _full(chunks: list[bytes], tables: Tables, rules: Rules) -> list[Board]:
    return _feed(Kernel(rules, tables), chunks)


def _texts(chunks: list[bytes]) -> list[str]:
    batch = Batch()
    for chunk in chunks:
        FrameDecoder().decode_many(batch, chunk)
    return batch.texts


def _tokens(texts: list[str], tables: Tables) -> list[np.ndarray[Any, Any]]:
    tokens = tokenize(prepare(texts, [()] * len(texts), tables), tables)
    return [tokens.hashes[tokens.first[i] : tokens.first[i + 1]] for i in range(len(texts))]


def _stages(chunks: list[bytes], tables: Tables) -> dict[str, float]:
    """CPU-µs a post of each stage alone, over the same posts."""
    posts = len(chunks) * FRAMES_A_BATCH
    batches: list[Batch] = []

    def decode() -> None:
        for chunk in chunks:
            batch = Batch()
            FrameDecoder().decode_many(batch, chunk)
            batches.append(batch)

    costs = {"decode to columns": _cpu(decode)}
    texts = [batch.texts for batch in batches]
    links = [batch.links for batch in batches]
    prepared: list[list[str]] = []
    costs["prepare"] = _cpu(
        lambda: prepared.extend(prepare(t, x, tables) for t, x in zip(texts, links, strict=True))
    )
    costs["tokenise"] = _cpu(lambda: [tokenize(p, tables) for p in prepared])
    kernel = Kernel(Rules(), tables)
    whole = _cpu(lambda: [kernel.add(batch) for batch in batches])
    costs["count and keep"] = max(0.0, whole - costs["prepare"] - costs["tokenise"])
    costs["close a slice (ms each)"] = _cpu(kernel.finish) * 1e3 * posts / 1e6
    return {name: cost / posts * 1e6 for name, cost in costs.items()}


def _live(chunks: list[bytes], tables: Tables) -> dict[str, float]:
    """From a batch's arrival to the board that has it, when the slice closes right after: ms.

    It is what the desk adds to the end of a slice and the engine's grace of one second.
    """
    kernel = Kernel(Rules(slice_us=1_000_000), tables)
    waits = []
    for chunk in chunks:
        frames = chunk.split(b"\n")
        for at in range(0, len(frames), 500):
            arrived = b"\n".join(frames[at : at + 500])
            began = time.perf_counter()
            batch = Batch()
            FrameDecoder().decode_many(batch, arrived)
            if kernel.add(batch):
                waits.append((time.perf_counter() - began) * 1e3)
    ordered = sorted(waits)
    return {
        "boards": len(ordered),
        "p50_ms": round(ordered[len(ordered) // 2], 1),
        "p99_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 1),
    }


def _million_terms() -> tuple[float, int]:
    """Peak resident memory, MB, of a fresh process that counts until a million terms live.

    Returns it with the number of terms. The process makes its frames as it goes, so the figure is
    the interpreter's, the libraries' and the kernel's, and nothing of this benchmark's.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_count_to_a_million).result()


def _count_to_a_million() -> tuple[float, int]:
    kernel = Kernel(Rules(), load_tables())
    frames = load_frames(seed=3, posts_per_second=2_000)
    while kernel.state.counts.used < 1_000_000:
        batch = Batch()
        FrameDecoder().decode_many(batch, b"\n".join(islice(frames, FRAMES_A_BATCH)))
        kernel.add(batch)
    kernel.finish()
    return _peak_rss_mb(), kernel.state.counts.used


def _peak_rss_mb() -> float:
    """Most memory that this process has held.

    Linux hands `ru_maxrss` down to the programs that a process starts, so it is not asked there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())[0]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _grams(tokens: list[int]) -> list[tuple[int, ...]]:
    n = len(tokens)
    return [tuple(tokens[i : i + k]) for k in (1, 2, 3) for i in range(n - k + 1)]


def _peers(posts: list[list[int]]) -> dict[str, float]:
    """CPU-µs a post of others' counting of the same tokens; River where it is installed."""

    def plain() -> None:
        counts: Counter[tuple[int, ...]] = Counter()
        for tokens in posts:
            counts.update(_grams(tokens))

    costs = {"python Counter": _cpu(plain)}
    try:
        from river.sketch import HeavyHitters  # noqa: PLC0415 -- a dev dependency, named if absent
    except ImportError:
        print("river is not installed: its row is left out", file=sys.stderr)
    else:

        def river() -> None:
            sketch = HeavyHitters(support=0.0001, epsilon=0.0005)
            for tokens in posts:
                for gram in _grams(tokens):
                    sketch.update(gram)

        costs["river HeavyHitters"] = _cpu(river)
    return {name: cost / len(posts) * 1e6 for name, cost in costs.items()}
