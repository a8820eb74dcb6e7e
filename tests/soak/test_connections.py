"""Connections that are cut, or fall silent, hundreds of times: nothing is lost, nothing doubled."""

from __future__ import annotations

import itertools
import random
import time
from collections import deque
from types import SimpleNamespace, TracebackType

import pytest

from groundswell.simulate.server import Faults, JetstreamServer
from groundswell.sources import jetstream, mastodon
from groundswell.sources.backoff import Backoff
from groundswell.sources.jetstream import Jetstream
from tests.figures import Figure, drawn_seed, sized
from tests.sources.test_jetstream import NoWait, frame

EVERY = 5
"""Frames are 10 ms apart; one in so many is sent, so that ten seconds are 200 of them."""


@pytest.mark.figure("cuts")
@pytest.mark.parametrize("version", ["url", "url_v2"])
@sized(15, 500, minutes=15)
def test_cut_connections_lose_and_double_nothing(size: int, version: str, figure: Figure) -> None:
    """Cut without a close frame; resumed 0 to 10 s before what came last, as the seed draws."""
    seed = drawn_seed()
    rng = random.Random(seed)
    overlaps = [rng.uniform(0, 10) for _ in range(size)]
    # v1 readers ask for five seconds before what they have: the server gives more, or less
    early = [overlap if version == "url_v2" else overlap - 5 for overlap in overlaps]
    faults = Faults(cut_after=deque(rng.randrange(1, 500) for _ in range(size)), early=deque(early))
    made = map(frame, itertools.count(0, EVERY))
    stream = Jetstream((getattr(server := JetstreamServer(made, faults=faults, backlog=4_000),
                                version),), backoff=Backoff(rng=NoWait()))  # fmt: skip
    ids, until = list[str](), time.monotonic() + 900
    with server:
        for batch in stream.read():
            ids += batch.ids
            if (server.fired["early"] == size and batch.ids) or time.monotonic() > until:
                stream.close()
    whole = [f"at://did:plc:{i % 97}/app.bsky.feed.post/k{i:06d}"
             for i in range(0, EVERY * len(ids), EVERY)]  # fmt: skip
    lost, double = len(set(whole) - set(ids)), len(ids) - len(set(ids))
    figure(
        f"{version[4:] or 'v1'}: {lost} lost, {double} double of {len(ids):,} posts, "
        f"{server.fired['cut']} cuts and {server.fired['early']} overlaps counted by the server",
        trials=server.fired["cut"], seed=seed,
    )  # fmt: skip
    assert server.fired == {"cut": size, "early": size}
    assert ids == whole


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return False


class Silent:
    """A connection that sends a frame a second for a while, and then nothing."""

    response = None

    def __init__(self, clock: Clock, talks: float) -> None:
        self._clock, self._until = clock, clock.now + talks
        self.last = clock.now

    def recv(self, timeout: float) -> bytes:
        self._clock.now += min(max(timeout, 0.001), 1.0)  # time passes, however short the wait
        if self._clock.now > self._until:
            raise TimeoutError
        self.last = self._clock.now
        return b'{"did":"did:plc:a","time_us":1725516665234703,"kind":"identity"}'

    def __enter__(self) -> Silent:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


@pytest.mark.figure("silence")
@sized(40, 2_000, minutes=10)
def test_a_silent_server_is_left_within_its_time(
    size: int, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a virtual clock: after silences and refusals in any order, attempts keep their distance.

    From the last frame of a connection to the next attempt no more than 45 s; between refusals no
    more than the back-off's bound.
    """
    seed = drawn_seed()
    rng, clock = random.Random(seed), Clock()
    monkeypatch.setattr(jetstream, "time", SimpleNamespace(monotonic=clock.monotonic))
    stream = Jetstream(("ws://127.0.0.1:1/",), backoff=Backoff(rng=rng))
    closed = SimpleNamespace(wait=clock.wait, is_set=lambda: len(silences) >= size, set=None)
    silences, refusals = list[float](), list[float]()
    before: list[tuple[list[float], float, Silent | None]] = []

    def connect(_: str) -> Silent:
        if before:
            rows, at, open_one = before.pop()
            rows.append(clock.now - (open_one.last if open_one else at))
        if rng.random() < 0.5 and silences:
            before.append((refusals, clock.now, None))
            raise ConnectionRefusedError
        one = Silent(clock, rng.choice((0, 3, 70)))
        before.append((silences, clock.now, one))
        return one

    monkeypatch.setattr(stream, "_connect", connect)
    monkeypatch.setattr(stream, "_closed", closed)
    for _ in stream.read():
        pass
    figure(
        f"by a virtual clock: next attempt at most {max(silences):.1f} s after the last frame; "
        f"{len(refusals):,} refusals, at most {max(refusals):.1f} s apart", trials=size, seed=seed,
    )  # fmt: skip
    assert len(silences) >= size
    assert max(silences) <= 45
    assert max(refusals) <= Backoff().most + 1
    assert mastodon.SILENCE <= 45


@pytest.mark.figure("silence")
@pytest.mark.soak
@pytest.mark.timeout(300)
def test_a_real_silence_is_left_within_its_time(figure: Figure) -> None:
    """Against a server on loopback, with the silence that a desk waits by default."""
    waits = []
    for _ in range(2):
        faults = Faults(silent_after=50)
        with JetstreamServer((frame(i) for i in range(100)), faults=faults) as server:
            stream, heard, seen = Jetstream((server.url,)), 0.0, 0
            for batch in stream.read():
                if batch.ids and seen >= 50:
                    waits.append(time.monotonic() - heard)
                    stream.close()
                if batch.ids:
                    heard, seen = time.monotonic(), seen + len(batch)
            assert server.fired["silent"] == 1
    figure(f"on loopback: {max(waits):.1f} s until posts came again", trials=len(waits))
    assert max(waits) <= 45
