"""What a post costs by the Ray engine, next to one process: CPU of all processes, in one run.

    python tools/scale.py [--posts 800000] [--warm 800000] [--rounds 3] [--workers 1 2 4]
                          [--json FILE]

Contestants take turns in each round, and each is fed the same frames (Jetstream's, about 160
characters). CPU-seconds are those of every process that belongs to it: the head, readers, counters
and Ray's own. Beginning a cluster is not counted, nor is compiling, nor are the first `--warm`
posts: a desk runs for days, and memory that is touched for the first time costs more than what is
done with it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from groundswell.bench.measure import FRAMES_A_BATCH, chunks_of, machine
from groundswell.engines.boards import Boards, Plan
from groundswell.engines.hands import Alone, Hands
from groundswell.engines.loading import load_tables
from groundswell.engines.ray.cluster import Cluster, Wanted
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Batch, Board
from groundswell.sources.decode import FrameDecoder

SETTLED = 8.0
"""Seconds after which a cluster that was begun has come to rest."""
TICK = os.sysconf("SC_CLK_TCK")
ROLES = {"Counter": "counters", "Reader": "readers"}
Times = dict[int, tuple[str, float]]


class Feed:
    """Bytes to boards, as the engine does it: so much is decoded before it is counted."""

    def __init__(self, boards: Boards, hands: Hands) -> None:
        self._boards, self._hands, self._decoder = boards, hands, FrameDecoder()
        self._waiting: deque[Batch] = deque()
        self.found: list[Board] = []

    def give(self, chunks: list[bytes]) -> None:
        """Counts what is not worth waiting with."""
        for chunk in chunks:
            batch = Batch()
            self._decoder.decode_many(batch, chunk)
            self._hands.ahead(batch)
            self._waiting.append(batch)
            while self._waiting and (len(self._waiting) + 1) * FRAMES_A_BATCH > self._hands.most:
                self.found += self._boards.add(self._waiting.popleft())

    def end(self) -> None:
        """Counts the rest."""
        for batch in self._waiting:
            self.found += self._boards.add(batch)
        self.found += self._boards.finish()


def family() -> Times:
    """CPU-seconds of this process and all below it, by what each is for."""
    parents, found = {}, {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = status.read_text().partition("(")[2].rpartition(")")
            title = (status.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, UnicodeDecodeError):
            continue
        columns = rest.split()
        pid = int(status.parent.name)
        parents[pid] = int(columns[1])
        found[pid] = (title or name, (int(columns[11]) + int(columns[12])) / TICK)
    return {
        pid: (_role(pid, title), seconds)
        for pid, (title, seconds) in found.items()
        if os.getpid() in _above(pid, parents)
    }


def _above(pid: int, parents: dict[int, int]) -> Iterator[int]:
    while pid > 1:
        yield pid
        pid = parents.get(pid, 0)


def _role(pid: int, title: str) -> str:
    if pid == os.getpid():
        return "head"
    for name, role in ROLES.items():
        if f"ray::{name}" in title:
            return role
    return "ray"


def spent(before: Times, after: Times) -> dict[str, float]:
    """CPU-seconds by role between two looks."""
    sums = dict.fromkeys(("head", "readers", "counters", "ray"), 0.0)
    for pid, (role, seconds) in after.items():
        sums[role] += seconds - before.get(pid, (role, 0.0))[1]
    return sums


def measure(hands: Hands, chunks: list[bytes], tables: Tables, warm: int = 0) -> dict[str, Any]:
    """One round of one contestant; the first `warm` chunks are counted and not measured."""
    boards = Boards(Kernel(Rules(), tables), Plan(Rules()), hands)
    feed = Feed(boards, hands)
    feed.give(chunks[:warm])
    before, began = family(), time.perf_counter()
    feed.give(chunks[warm:])
    feed.end()
    seconds = time.perf_counter() - began
    cpu = spent(before, family())
    posts = (len(chunks) - warm) * FRAMES_A_BATCH
    return {
        "boards": hash(json.dumps([one.to_dict() for one in feed.found])),
        "us": {role: value / posts * 1e6 for role, value in cpu.items()},
        "wall": seconds / posts * 1e6,
    }


def main() -> None:
    """Measures and prints."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--posts", type=int, default=800_000)
    asked.add_argument("--warm", type=int, default=800_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    asked.add_argument("--json", type=Path)
    given = asked.parse_args()
    warm = given.warm // FRAMES_A_BATCH
    chunks = chunks_of(warm + given.posts // FRAMES_A_BATCH)
    tables = load_tables()
    figures: dict[str, list[dict[str, Any]]] = {}
    measure(Alone(), chunks[:10], tables)
    for number in range(given.rounds):
        for workers in (0, *given.workers):
            name = f"ray {workers}" if workers else "local"
            if workers:
                with Cluster(Wanted(workers)) as cluster:
                    measure(cluster, chunks[:10], tables)
                    time.sleep(SETTLED)
                    one = measure(cluster, chunks, tables, warm)
            else:
                one = measure(Alone(), chunks, tables, warm)
            figures.setdefault(name, []).append(one)
            print(
                number,
                name,
                round(sum(one["us"].values()), 2),
                {k: round(v, 2) for k, v in one["us"].items()},
                round(one["wall"], 2),
                file=sys.stderr,
            )
    if len({one["boards"] for rounds in figures.values() for one in rounds}) != 1:
        raise SystemExit("expected equal boards of all contestants, got different ones")
    alone = [sum(one["us"].values()) for one in figures["local"]]
    for name, rounds in figures.items():
        us = [sum(one["us"].values()) for one in rounds]
        shares = [one / other for one, other in zip(alone, us, strict=True)]
        print(
            name,
            f"{statistics.median(us):.2f} µs CPU a post, wall",
            f"{statistics.median(one['wall'] for one in rounds):.2f};",
            f"of local in the same round {statistics.median(shares):.2f}",
            f"({min(shares):.2f}–{max(shares):.2f})",
        )
    if given.json:
        given.json.write_text(json.dumps({"machine": machine(), "figures": figures}))


if __name__ == "__main__":
    main()
