"""The full way next to bare decoding, stage by stage, in two threads, and live."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from groundswell.bench.measure import FRAMES_A_BATCH, batch_of, cpu, feed
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.text.tokens import Tables, prepare, tokenize
from groundswell.sources.frames import decode_only


@dataclass(frozen=True, slots=True)
class Rounds:
    """Seconds a post of each round; decoding and the full way take turns at every chunk."""

    decode: list[float]
    full: list[float]
    alone: list[float]
    """The bare decode with nothing between: memory that it gives back it gets again at once."""
    terms: int
    evicted: int

    @property
    def ratio(self) -> float:
        """How many times the bare decode the full way costs: median of the rounds."""
        pairs = zip(self.full, self.decode, strict=True)
        return statistics.median(full / bare for full, bare in pairs)


def rounds(chunks: list[bytes], tables: Tables, times: int, note: Callable[[str], None]) -> Rounds:
    """Measures both, so many times over all chunks."""
    posts = len(chunks) * FRAMES_A_BATCH
    decode, full, alone = [], [], []
    kernel = Kernel(Rules(), tables)
    for i in range(times):
        note(f"round {i + 1} of {times}")
        kernel = Kernel(Rules(), tables)
        gc.collect()
        alone.append(cpu(lambda: [decode_only(chunk) for chunk in chunks]) / posts)
        bare = whole = 0.0
        for chunk in chunks:
            bare += cpu(partial(decode_only, chunk))
            whole += cpu(partial(feed, kernel, chunk))
        whole += cpu(kernel.finish)
        decode.append(bare / posts)
        full.append(whole / posts)
    return Rounds(decode, full, alone, kernel.state.counts.used, kernel.state.counts.evicted)


def stages(chunks: list[bytes], tables: Tables) -> dict[str, float]:
    """CPU-µs a post of each stage alone, over the same posts."""
    posts = len(chunks) * FRAMES_A_BATCH
    costs = dict.fromkeys(("decode to columns", "prepare", "tokenise", "count and keep"), 0.0)

    def add(name: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        found = work()
        costs[name] += time.process_time() - began
        return found

    kernel = Kernel(Rules(), tables)
    for chunk in chunks:
        batch = add("decode to columns", partial(batch_of, chunk))
        prepared = add("prepare", partial(prepare, batch.texts, batch.links, tables))
        cut = costs["tokenise"]
        add("tokenise", partial(tokenize, prepared, tables))
        add("count and keep", partial(kernel.add, batch))
        costs["count and keep"] -= costs["tokenise"] - cut
    costs["count and keep"] = max(0.0, costs["count and keep"] - costs["prepare"])
    found = {name: cost / posts * 1e6 for name, cost in costs.items()}
    return found | {"close a slice (ms each)": cpu(kernel.finish) * 1e3}


def token_ns(stages_us: dict[str, float], tokens: float) -> dict[str, float]:
    """Nanoseconds a token of the stages that go by tokens."""
    return {
        name: round(stages_us[name] * 1e3 / tokens, 1) for name in ("tokenise", "count and keep")
    }


def two_threads(chunks: list[bytes], tables: Tables) -> dict[str, float]:
    """Posts a second of the clock: alone, and while a second thread decodes and reads ahead."""
    posts = len(chunks) * FRAMES_A_BATCH
    alone = Kernel(Rules(), tables)
    began = time.perf_counter()
    for chunk in chunks:
        feed(alone, chunk)
    one = time.perf_counter() - began
    kernel = Kernel(Rules(), tables)

    def ahead(chunk: bytes) -> tuple[Any, Any]:
        batch = batch_of(chunk)
        return kernel.read(batch), batch

    began = time.perf_counter()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ahead, chunks[0])
        for following in [*chunks[1:], None]:
            columns, batch = waiting.result()
            if following is not None:
                waiting = pool.submit(ahead, following)
            kernel.take(columns, np.array(batch.times, np.int64))
    two = time.perf_counter() - began
    return {"one_thread": round(posts / one), "two_threads": round(posts / two)}


def live(chunks: list[bytes], tables: Tables) -> dict[str, float]:
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
            batch = batch_of(arrived)
            if kernel.add(batch):
                waits.append((time.perf_counter() - began) * 1e3)
    ordered = sorted(waits)
    return {
        "boards": len(ordered),
        "p50_ms": round(ordered[len(ordered) // 2], 1),
        "p99_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 1),
    }
