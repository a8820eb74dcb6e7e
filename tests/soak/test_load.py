"""A desk under load, as a user starts it: what readers wait for, what it needs, how it comes back.

All of it shares one machine: the desk, the server that it reads, and its readers, each in a process
of its own.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import pytest

from groundswell.engines.following import GRACE_US
from tests.client import CLIENT
from tests.figures import Figure, sized
from tests.serve.boards import board
from tests.serve.boards import served as served_boards
from tests.soak.readers import Readers, metrics, share
from tests.soak.serving import served

GRACE_SECONDS = GRACE_US / 1_000_000
SECONDS = float(os.environ.get("GROUNDSWELL_LOAD_SECONDS", "3600"))


@contextmanager
def desk(folder: Path, url: str, port: int, slice_: int) -> Iterator[subprocess.Popen[bytes]]:
    """A desk that keeps an archive, as `groundswell live` starts it."""
    asked = [sys.executable, "-m", "groundswell", "live", "--source", f"jetstream+{url}",
             "--port", str(port), "--slice", f"{slice_}s", "--log-format", "off"]  # fmt: skip
    environment = os.environ | {"GROUNDSWELL_DATA_DIR": str(folder)}
    with (folder.with_suffix(".said")).open("ab") as said:
        process = subprocess.Popen(asked, env=environment, stdout=said, stderr=said)
        try:
            yield process
        finally:
            process.kill()
            process.wait(20)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def until(figure: str, port: int, seconds: float) -> float:
    """Seconds until a figure of the desk's own is more than nothing."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
                if metrics(answer.read())[f"groundswell_{figure}_total"] > 0:
                    return time.monotonic() - began
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"no {figure} within {seconds:.0f} s")


def memory(pid: int) -> float:
    """The most MiB that were resident in a process."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def used(pid: int) -> float:
    """CPU seconds of a process until now: what it needs, however busy the machine is."""
    after_name = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return sum(int(ticks) for ticks in after_name[11:13]) / os.sysconf("SC_CLK_TCK")


@pytest.mark.figure("load")
@sized((100, 10.0, 20, 2), (1_000, SECONDS, 500, 10), minutes=SECONDS / 60 + 10)
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, as Linux has it")
def test_a_desk_under_load(
    size: tuple[int, float, int, int], tmp_path: Path, figure: Figure
) -> None:
    """Every reader gets every board, every board has every post; and the limits of the full run.

    How long things take is told by both, and held to the limits by the full run alone: how fast
    this machine is now is no matter of a quick test.
    """
    found = _loaded(size, tmp_path)
    figure(found.told, trials=found.trials)
    _, seconds, _, slice_ = size
    assert found.boards >= seconds / slice_ / 5
    assert found.shown
    assert found.whole
    assert found.most <= 1_024
    if size[0] == 1_000:
        assert found.lag <= 2.0
        assert found.wait <= 0.5
        assert found.asked <= 0.2
        assert found.back <= 10


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc, as Linux has it")
def test_a_desk_at_ten_thousand_posts_a_second(tmp_path: Path) -> None:
    """Boards have every post and come within a second of the time that late posts are given."""
    found = _loaded((10_000, 120.0, 50, 10), tmp_path)
    print(found.told)
    assert found.boards >= 3
    assert found.shown
    assert found.whole
    assert found.lag <= GRACE_SECONDS + 1.0


class _Loaded(NamedTuple):
    """What a desk under load was measured at, in seconds and MiB; shares are the 99th of 100."""

    told: str
    trials: int
    boards: int
    shown: bool
    """Whether every reader had every board."""
    whole: bool
    """Whether every board had every post."""
    most: float
    lag: float
    wait: float
    asked: float
    back: float


def _loaded(size: tuple[int, float, int, int], folder: Path) -> _Loaded:
    """Posts a second, seconds, readers, and seconds a slice."""
    rate, seconds, streams, slice_ = size
    port = free_port()
    with served([(rate, seconds + 240)]) as url:
        with desk(folder / "kept", url, port, slice_) as process:
            until("slices", port, 120)
            readers = Readers(port, streams)
            before, began = used(process.pid), time.monotonic()
            readers.read(seconds)
            busy = (used(process.pid) - before) / (time.monotonic() - began)
            most = memory(process.pid)
        with desk(folder / "kept", url, port, slice_) as process:
            back = until("posts", port, 60)
            back_cpu = used(process.pid)
    ends = sorted(readers.published)[1:-1]
    lags = [readers.published[at] - at / 1_000_000 for at in ends]
    waits = [seen[at] - readers.published[at] for seen in readers.boards for at in ends
             if at in seen]  # fmt: skip
    told = (
        f"{rate:,} posts/s for {seconds:g} s, a board each {slice_} s ({len(ends)}): end of slice "
        f"→ board p50 {share(lags, 0.5):.2f} s, p99 {share(lags, 0.99):.2f} s, of which closing "
        f"took at most {max(readers.closing.values()):.2f} s; {streams} event streams p50 "
        f"{share(waits, 0.5) * 1_000:.0f} ms, p99 {share(waits, 0.99) * 1_000:.0f} ms; API p50 "
        f"{share(readers.asked, 0.5) * 1_000:.0f} ms, p99 {share(readers.asked, 0.99) * 1_000:.0f} "
        f"ms; the board's page p50 {share(readers.shown, 0.5) * 1_000:.0f} ms, p99 "
        f"{share(readers.shown, 0.99) * 1_000:.0f} ms; {busy:.2f} of a core; memory {most:.0f} "
        f"MiB; killed, it read again after {back:.1f} s ({back_cpu:.1f} s of a core)"
    )
    return _Loaded(
        told, len(readers.asked), len(ends),
        all(set(ends[1:]) <= set(seen) for seen in readers.boards),
        {readers.posts[at] for at in ends} == {rate * slice_}, most, share(lags, 0.99),
        share(waits, 0.99), share(readers.asked, 0.99), back,
    )  # fmt: skip


@sized((20, 2, 0.3), (500, 10, 2.0), minutes=5)
def test_what_readers_cost(size: tuple[int, int, float]) -> None:
    """CPU seconds of a desk with so many readers while nothing happens, and of a slice for them.

    They say the same on a busy machine, where times do not. The readers are another process.
    """
    streams, slices, every = size
    titles = tuple(f"story number {i} of the night" for i in range(10))
    seconds = 4 + 2 * slices * every
    listen = f"from tests.soak.readers import Readers; Readers(PORT, {streams}).listen({seconds})"
    with served_boards(titles) as (state, url):
        asked = [sys.executable, "-c", listen.replace("PORT", url.rsplit(":", 1)[1])]
        with subprocess.Popen(asked) as readers:
            _until_read(url, streams)
            idle = _cpu(slices * every)
            before = time.process_time()
            for minute in range(2, 2 + slices):
                state.publish(board(titles if minute % 2 else titles[::-1], minute))
                time.sleep(every)
            slice_ = (time.process_time() - before) / slices - idle * every
            readers.kill()
    print(
        f"{streams} readers: {idle:.2%} of a core while nothing happens, {slice_ * 1_000:.0f} ms "
        f"of one for a slice, {slice_ / streams * 1e6:.0f} µs a reader"
    )
    assert idle < 0.05


def _cpu(seconds: float) -> float:
    """The share of a core that this process needs now."""
    began, before = time.monotonic(), time.process_time()
    time.sleep(seconds)
    return (time.process_time() - before) / (time.monotonic() - began)


def _until_read(url: str, streams: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if metrics(CLIENT.get(f"{url}/metrics").content)["groundswell_readers"] == streams:
            time.sleep(1)  # and each has its first board
            return
        time.sleep(0.2)
    raise AssertionError(f"{streams} readers never came")
