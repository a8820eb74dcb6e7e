"""What all rooms measure with: CPU-seconds, memory, the machine, and the frames."""

from __future__ import annotations

import os
import platform
import re
import resource
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from groundswell.kernel.pipeline import Kernel
from groundswell.model import Batch, Board
from groundswell.simulate import load_frames
from groundswell.sources.decode import FrameDecoder

FRAMES_A_BATCH = 2_000


def chunks_of(batches: int, *, seed: int = 7) -> list[bytes]:
    """Frames as NDJSON, `FRAMES_A_BATCH` a chunk, 2,000 a second of event time."""
    frames = load_frames(seed=seed, posts_per_second=2_000)
    return [b"\n".join(islice(frames, FRAMES_A_BATCH)) for _ in range(batches)]


_DECODER = FrameDecoder()
"""One decoder a connection."""


def batch_of(chunk: bytes) -> Batch:
    """A chunk's posts."""
    batch = Batch()
    _DECODER.decode_many(batch, chunk)
    return batch


def feed(kernel: Kernel, chunk: bytes) -> list[Board]:
    """The full way of a chunk: bytes to boards."""
    return kernel.add(batch_of(chunk))


def cpu(work: Callable[[], Any]) -> float:
    """CPU-seconds of this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


def machine() -> dict[str, Any]:
    """The machine that the figures are of, and how busy it is with other work."""
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.*)", info.read_text()) if info.exists() else []
    return {
        "processor": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()] if hasattr(os, "getloadavg") else [],
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "numpy": np.__version__,
    }


def peak_rss_mb() -> float:
    """Most memory that this process has held.

    Linux hands `ru_maxrss` down to the programs that a process starts, so it is not asked there.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())[0]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def mapped_mb() -> float:
    """Of what this process holds, what is read from files: libraries, mostly; 0 where unknown.

    Every process has the same, and the system takes it away where memory is short.
    """
    rollup = Path("/proc/self/smaps_rollup")
    if not rollup.exists():
        return 0.0
    found = dict(re.findall(r"(\w+):\s+(\d+) kB", rollup.read_text()))
    return (int(found["Rss"]) - int(found["Anonymous"])) / 1024


def rss_mb() -> float:
    """Memory that this process holds now; the most of it where the system does not say."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.findall(r"VmRSS:\s+(\d+) kB", status.read_text())[0]) / 1024
    return peak_rss_mb()
