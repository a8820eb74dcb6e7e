"""A Jetstream server in a process of its own, whose load changes as a plan says.

`python -m tests.soak.serving '[[300, 30], [3000, 60]]'` sends 300 posts a second for 30 s, then
3,000 for a minute, in real time and stamped with the wall clock's; it begins when the first reader
comes, prints its address, and ends when its standard input does.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

from groundswell.model import MICROSECONDS
from groundswell.simulate import load_frames
from groundswell.simulate.server import JetstreamServer

Plan = list[tuple[int, float]]
"""Posts a second, and seconds."""
_TIME = re.compile(rb'"time_us":\d+')


def offsets(plan: Plan) -> Iterator[int]:
    """When each post of a plan is due, µs after the first."""
    begin = 0
    for rate, seconds in plan:
        yield from (begin + i * MICROSECONDS // rate for i in range(round(rate * seconds)))
        begin += round(seconds * MICROSECONDS)


def frames(plan: Plan) -> Iterator[bytes]:
    """The frames of a plan; the first is of now."""
    made = load_frames(seed=5, posts_per_second=1_000)
    first = next(made)  # makes its vocabulary, which takes seconds
    began = int(time.time() * MICROSECONDS)
    for offset, frame in zip(offsets(plan), chain([first], made), strict=False):
        yield _TIME.sub(b'"time_us":%d' % (began + offset), frame, count=1)


@contextmanager
def served(plan: Plan) -> Iterator[str]:
    """Serves a plan from another process; gives the address."""
    asked = [sys.executable, "-m", "tests.soak.serving", json.dumps(plan)]
    process = subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


if __name__ == "__main__":
    with JetstreamServer(frames(json.loads(sys.argv[1])), speed=1.0) as server:
        print(server.url, flush=True)
        sys.stdin.read()
