"""A desk over a broker that is killed and comes back: each post counted once, the same boards."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from groundswell.archive import Archive
from groundswell.archive.reading import Reader
from groundswell.engines import following, loading
from groundswell.engines.keeping import Keeper
from groundswell.engines.run import Run
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.text.tokens import Tables
from groundswell.model import MICROSECONDS, Batch, Board
from tests.cli.typed import command, environment, groundswell
from tests.nights import recorded
from tests.sources.brokers.cases import BEGIN, opened, stamp
from tests.sources.brokers.servers import Broker, NatsBroker, RedisBroker

SECOND = MICROSECONDS
MINUTE = 60 * SECOND
FIRST = -(-BEGIN // 60) * 60
RULES = Rules(terms=1 << 14, ring_posts=1 << 12, ring_tokens=1 << 16)


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(params=[RedisBroker, NatsBroker])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    for module in ("redis", "nats"):
        pytest.importorskip(module, reason="needs pip install 'groundswell[streams]'")
    folder = tmp_path / "broker"
    folder.mkdir()
    running = request.param(folder)
    if isinstance(running, NatsBroker):
        running.clear()
    yield running
    running.stop()


def said(seconds: int, each: int) -> list[bytes]:
    """So many posts a second, each by another author; one more word rises from the third minute."""
    found = []
    for number in range(seconds * each):
        second = number // each
        more = " storm comes" if second > 150 and number % 3 == 0 else ""
        when = stamp(FIRST - BEGIN + second)
        found.append({"id": f"p{number}", "author": f"a{number}", "created_at": when,
                      "text": f"word{number % 50} is said{more}"})  # fmt: skip
    return [json.dumps(one).encode() for one in found]


def follow(
    uri: str, folder: Path, enough: Callable[[Board], bool], *, dies: bool
) -> tuple[Any, ...]:
    """One life of a desk; returns the gaps that its source told."""
    stop, source = threading.Event(), opened(uri)

    def on_board(board: Board) -> None:
        if enough(board):
            if dies:
                raise Killed
            stop.set()

    with Archive(folder) as archive:
        if archive.stream is None:
            archive.begin("live", {})
        keeper = Keeper(archive, every_us=90 * SECOND)
        keeper.commit_seconds, keeper.share = 0.0, 1e9
        run = Run(on_board=on_board, stop=stop, keeper=keeper)
        timer = threading.Timer(100, stop.set)
        timer.start()
        try:
            following.live([source], RULES, run)
        except Killed:
            pass
        finally:
            timer.cancel()
    return source.gaps


def _left(broker: Broker, folder: Path) -> int:
    """How many messages follow what a folder's snapshot holds."""
    with Archive(folder) as archive:
        assert archive.position is not None
        (cursor,) = archive.position.cursors.values()
    source, count = opened(broker.uri()), 0
    for batch in source.read(after=cursor):
        count += len(batch)
        if not batch.ids:
            source.close()
    return count


def boards(folder: Path, last: int) -> list[dict[str, Any]]:
    with Reader(folder) as reader:
        return [one.to_dict() for one in reader.boards() if one.at <= last]


def test_a_desk_goes_on_exactly(
    broker: Broker, tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed twice, stopped once, the broker restarted: the boards of an unbroken run."""
    monkeypatch.setattr(loading, "load_kernel", lambda rules: Kernel(rules, tables))
    broker.write(said(360, 10))
    uri = broker.uri(**{broker.GROUP: "desk"})
    ends = [(FIRST + 60 * minute) * SECOND for minute in (2, 3, 4, 5)]
    for end, dies in zip(ends, (True, True, False, False), strict=True):
        reached = lambda board, end=end: board.at >= end  # noqa: E731 -- one a life
        assert follow(uri, tmp_path / "killed", reached, dies=dies) == ()
        if not dies:
            assert broker.waiting("desk") == _left(broker, tmp_path / "killed")
        if end == ends[1]:
            broker.stop()
            broker.restart()
    follow(broker.uri(), tmp_path / "whole", lambda board: board.at >= ends[-1], dies=False)
    kept, whole = (boards(tmp_path / name, ends[-1]) for name in ("killed", "whole"))
    assert kept == whole
    assert [one["posts"] for one in whole] == [600] * 5
    assert any(one["stories"] for one in whole)


def test_a_desk_that_keeps_nothing_acknowledges_what_it_counted(
    broker: Broker, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the group stands where the desk does."""
    monkeypatch.setattr(loading, "load_kernel", lambda rules: Kernel(rules, tables))
    broker.write(said(180, 10))
    stop = threading.Event()
    source = opened(broker.uri(**{broker.GROUP: "desk"}))
    ends = threading.Timer(60, stop.set)
    ends.start()

    def on_batch(_: Batch) -> None:
        if run.tally.read == 1_800:
            stop.set()

    run = Run(on_board=lambda _: None, on_batch=on_batch, stop=stop)
    following.live([source], RULES, run)
    ends.cancel()
    assert run.tally.read == 1_800
    assert broker.waiting("desk") == 0


@pytest.mark.soak
def test_desk_and_pump_are_killed_again_and_again(broker: Broker, tmp_path: Path) -> None:
    """`kill -9` of both at drawn times: each post once in the stream, and equal boards."""
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    night = recorded(tmp_path / "night.ndjson.gz", 4_500, first=7_500)
    pump = ("pump", str(night), broker.uri())
    live = ("live", "--source", broker.uri(**{broker.GROUP: "desk"}), "--no-serve",
            "--log-format", "off")  # fmt: skip
    killed = environment(tmp_path / "killed") | {"GROUNDSWELL_SNAPSHOT": "60"}
    for _ in range(6):
        running = [
            subprocess.Popen(command(*one), env=killed, stderr=subprocess.DEVNULL)
            for one in (pump, live)
        ]
        time.sleep(chance.uniform(0.5, 8.0))
        for one in running:
            one.send_signal(signal.SIGKILL)
            one.wait(30)
    done = groundswell(tmp_path / "killed", *pump)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in broker.messages()]
    posts = [one for one in found if "text" in one]
    assert len({one["id"] for one in posts}) == len(posts)
    newest = max(one["created_at"] for one in posts)
    for name in ("killed", "whole"):
        _until_read(tmp_path / name, live, newest)
    kept, whole = (_exported(tmp_path / name, newest) for name in ("killed", "whole"))
    assert kept == whole
    assert len(whole) > 10


def _until_read(folder: Path, live: tuple[str, ...], newest: str) -> None:
    """Runs a desk until it has closed the last slice of the stream, and ends it by a signal."""
    own = tuple(one.replace("desk", folder.name) if "://" in one else one for one in live)
    asked = own if folder.name == "whole" else live
    env = environment(folder) | {"GROUNDSWELL_SNAPSHOT": "60"}
    process = subprocess.Popen(command(*asked), env=env, stderr=subprocess.PIPE)
    end = time.monotonic() + 200
    while not (shown := _exported(folder, "9")) or shown[-1]["at"] < newest:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "the desk did not read it all"
        time.sleep(1)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def _exported(folder: Path, last: str) -> list[dict[str, Any]]:
    if not (folder / "archive.sqlite").exists():
        return []
    with Reader(folder) as reader:
        found = [one.to_dict() for one in reader.boards()]
    return [one for one in found if one["at"] <= last]
