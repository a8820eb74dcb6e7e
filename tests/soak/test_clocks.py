"""Times that lie: authors' own, and this machine's; boards go by neither."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from groundswell.engines import following, loading
from groundswell.engines.run import Run
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.text.tokens import Tables
from groundswell.model import MICROSECONDS, Board
from groundswell.simulate.server import JetstreamServer
from groundswell.sources.jetstream import Jetstream
from groundswell.watch import Watch
from tests.figures import Figure, drawn_seed, sized

BEGIN = 1_700_000_000 // 60 * 60 * MICROSECONDS
Wall = Callable[[], float]
RULES = Rules(terms=1 << 14, ring_posts=1 << 12, ring_tokens=1 << 16)


def frames(minutes: int, created: Iterator[str]) -> Iterator[bytes]:
    """Ten posts a second; a word bursts in the middle. `created` is what authors say of when."""
    for number in range(minutes * 600):
        word = "goal" if number % 3 == 0 and number // 600 == minutes // 2 else f"word{number % 90}"
        record = {"$type": "app.bsky.feed.post", "text": f"{word} is said by many",
                  "createdAt": next(created)}  # fmt: skip
        commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": f"r{number}",
                  "record": record}  # fmt: skip
        yield json.dumps({"did": f"did:plc:a{number}", "time_us": BEGIN + number * 100_000,
                          "kind": "commit", "commit": commit}).encode()  # fmt: skip


class Stepping:
    """A wall clock that is an hour early, right, or an hour late at every look; it counts looks."""

    def __init__(self, seed: int) -> None:
        self._rng, self._real = random.Random(seed), time.time
        self.steps = 0

    def __call__(self) -> float:
        self.steps += 1
        return self._real() + 3_600 * self._rng.choice((-1, 0, 1))


def followed(minutes: int, created: Iterator[str], wall: Wall = time.time) -> list[dict[str, Any]]:
    """The boards of a live desk over the whole minutes, as they are told."""
    boards, stop = list[Board](), threading.Event()

    def on_board(board: Board) -> None:
        boards.append(board)
        if board.at >= BEGIN + (minutes - 1) * 60 * MICROSECONDS:
            stop.set()

    timer = threading.Timer(60, stop.set)
    with JetstreamServer(frames(minutes, created)) as server:
        source = Jetstream((server.url,))
        watch = Watch(lambda: [source.health], live=True, wall=wall)
        timer.start()
        following.live([source], RULES, Run(on_board, stop=stop, watch=watch))
        timer.cancel()
    return [b.to_dict() for b in boards if b.at < BEGIN + minutes * 60 * MICROSECONDS]


@pytest.mark.figure("clocks")
@sized(1, 20, minutes=10)
def test_boards_go_by_no_clock_that_lies(
    size: int, tables: Tables, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`createdAt` up to ten years off, and a wall clock that steps by an hour at every look."""
    seed, minutes = drawn_seed(), 12
    monkeypatch.setattr(loading, "load_kernel", lambda rules: Kernel(rules, tables))
    plain = followed(minutes, ("2023-11-14T22:13:20Z" for _ in count()))
    looks = list[int]()
    for trial in range(size):
        rng = random.Random(seed + trial)
        forged = (f"{rng.randint(2013, 2033)}-0{rng.randint(1, 9)}-11T10:00:00Z" for _ in count())
        wall = Stepping(seed + trial)
        with monkeypatch.context() as patch:
            patch.setattr(time, "time", wall)
            assert followed(minutes, forged, wall) == plain
        looks.append(wall.steps)
    figure(
        f"{len(plain)} boards equal in each; the wall clock was looked at {sum(looks):,} times",
        trials=size,
        seed=seed,
    )  # fmt: skip
    assert min(looks) >= len(plain)
    assert len(plain) >= minutes - 1
    assert any(board["stories"] for board in plain)
