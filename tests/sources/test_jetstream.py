"""Jetstream against a server on loopback that speaks both protocols and can fail in every way."""

from __future__ import annotations

import itertools
import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest

from groundswell.errors import SourceError, UsageError
from groundswell.model import Batch
from groundswell.simulate.server import Faults, JetstreamServer
from groundswell.sources.backoff import Backoff
from groundswell.sources.decode import FrameDecoder
from groundswell.sources.jetstream import Jetstream, open_uri
from tests.figures import Figure

START = 1_783_175_888_000_000
FRAMES = Path(__file__).resolve().parents[2] / ".." / "shared" / "frames" / "jetstream"


class NoWait(random.Random):
    """Jitter of nothing: tests do not sleep."""

    def uniform(self, a: float, b: float) -> float:
        return 0.01


def frame(i: int) -> bytes:
    commit = {
        "rev": "r", "operation": "create", "collection": "app.bsky.feed.post", "rkey": f"k{i:06d}",
        "record": {"$type": "app.bsky.feed.post", "createdAt": "2035-01-01T00:00:00Z",
                   "langs": ["en"], "text": f"post {i} 👋"},
        "cid": "c",
    }  # fmt: skip
    event = {"did": f"did:plc:{i % 97}", "time_us": START + i * 10_000, "kind": "commit"}
    return json.dumps(event | {"commit": commit}, ensure_ascii=False).encode()


def source(url: str, **options: object) -> Jetstream:
    return Jetstream((url,), backoff=Backoff(rng=NoWait()), **options)  # type: ignore[arg-type]


def collect(
    stream: Jetstream, enough: Callable[[list[Batch]], bool], seconds: float = 20
) -> list[Batch]:
    batches: list[Batch] = []
    until = time.monotonic() + seconds
    for batch in stream.read():
        batches.append(batch)
        if enough(batches) or time.monotonic() > until:
            stream.close()
    return batches


def ids(batches: list[Batch]) -> list[str]:
    return [post_id for batch in batches for post_id in batch.ids]


def posts(n: int) -> Callable[[list[Batch]], bool]:
    return lambda batches: len(ids(batches)) >= n


def decoded(frames: list[bytes]) -> Batch:
    batch = Batch()
    FrameDecoder().decode_many(batch, b"\n".join(frames))
    return batch


@pytest.mark.parametrize("version", ["url", "url_v2"])
def test_both_protocols_give_what_the_frames_say(version: str) -> None:
    """v1 and v2 of the same frames: ids, texts, times and authors as decoded directly."""
    frames = [frame(i) for i in range(1_200)]
    with JetstreamServer(frames) as server:
        batches = collect(source(getattr(server, version)), posts(1_200))
    direct = decoded(frames)
    assert ids(batches) == direct.ids
    assert [t for b in batches for t in b.texts] == direct.texts
    assert [t for b in batches for t in b.times] == direct.times
    assert max(len(b) for b in batches) <= 500


def test_recorded_frames_of_the_real_network(data: Path) -> None:
    """A third of a second of Bluesky as it was served: its 17 posts, no reject."""
    frames = (data / "raw-frames/jetstream/jetstream_v1_2026-07-04.jsonl").read_bytes().split(b"\n")
    frames = [f for f in frames if f]
    with JetstreamServer(frames) as server:
        batches = collect(source(server.url), posts(17))
    assert ids(batches) == decoded(frames).ids
    assert not any(b.rejected for b in batches)


def test_packed_frames() -> None:
    """With Jetstream's own dictionary the frames come packed, and the same."""
    path = FRAMES / "zstd_dictionary_v1.zdict"
    if not path.is_file():
        pytest.skip("needs Jetstream's dictionary in ../shared/frames, which is not distributed")
    dictionary = path.read_bytes()
    frames = [frame(i) for i in range(300)]
    with JetstreamServer(frames, dictionary=dictionary) as server:
        batches = collect(source(server.url, dictionary=dictionary), posts(300))
    assert ids(batches) == decoded(frames).ids


@pytest.mark.parametrize("version", ["url", "url_v2"])
def test_thirty_cuts_lose_and_double_nothing(version: str) -> None:
    """The connection is cut without a close frame at random places; every post comes once."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    rng = random.Random(seed)
    frames = [frame(i) for i in range(3_000)]
    faults = Faults(cut_after=deque(rng.randrange(1, 700) for _ in range(30)))
    with JetstreamServer(frames, faults=faults) as server:
        stream = source(getattr(server, version))
        batches = collect(stream, posts(3_000), seconds=40)
    assert sorted(ids(batches)) == sorted(decoded(frames).ids), f"seed {seed}"
    assert stream.reconnects > 0


def test_a_silent_server_is_left_and_found_again() -> None:
    """It stops sending without closing: after the silence the source comes back and goes on."""
    frames = [frame(i) for i in range(400)]
    with JetstreamServer(frames, faults=Faults(silent_after=150)) as server:
        stream = source(server.url, silence=0.4)
        batches = collect(stream, posts(400))
    assert sorted(ids(batches)) == sorted(decoded(frames).ids)
    assert stream.reconnects >= 1


@pytest.mark.figure("gap")
def test_what_the_server_no_longer_holds_is_a_gap(figure: Figure) -> None:
    """v2 answers CursorTooOld, v1 clamps silently: both are recorded, and the stream goes on."""
    for version in ("url", "url_v2"):
        with JetstreamServer(map(frame, itertools.count()), backlog=50) as server:
            first = source(getattr(server, version))
            cursor = collect(first, posts(500))[-1].cursor
            collect(source(getattr(server, version)), posts(12_000))
            again = source(getattr(server, version))
            for batch in again.read(after=cursor):
                if batch.ids:
                    again.close()
        figure("v1 and v2: one gap with its bounds, and the stream goes on", trials=2)
        assert len(again.gaps) == 1, version
        assert again.gaps[0].begin > START


def test_garbage_between_frames_is_counted_and_passed_over() -> None:
    """Broken JSON, a NUL, a foreign frame and a zstd bomb: rejects, and the posts come."""
    import zstandard

    bomb = zstandard.ZstdCompressor().compress(b"\0" * (64 << 20))
    garbage = (b'{"did":', b"\0\xff", b"[1,2]", bomb)
    with JetstreamServer([frame(1)], faults=Faults(garbage=garbage)) as server:
        batches = collect(source(server.url), posts(1))
    assert len([r for b in batches for r in b.rejected]) >= 3
    assert ids(batches) == decoded([frame(1)]).ids


def test_a_server_that_is_not_there_is_named_with_what_to_try() -> None:
    """Refused three times: one line that says what was expected, what came, what to try."""
    with JetstreamServer([]) as server:
        url = server.url
    with pytest.raises(SourceError, match=r"expected a Jetstream server at ws://127.*doctor"):
        list(source(url).read())
    with (
        JetstreamServer([], faults=Faults(refuse=503)) as server,
        pytest.raises(SourceError, match="HTTP 503"),
    ):
        list(source(server.url).read())


def test_close_from_another_thread_ends_reading_soon() -> None:
    """A source that waits for frames ends within a second."""
    with JetstreamServer([]) as server:
        stream = source(server.url)
        done = threading.Event()

        def run() -> None:
            list(stream.read())
            done.set()

        threading.Thread(target=run, daemon=True).start()
        while not stream.status.startswith("connected"):
            time.sleep(0.01)
        stream.close()
        assert done.wait(1.5)
    assert stream.simulated


@pytest.mark.parametrize("uri", ["jetstream+http://a/b", "jetstream+ws://", "jetstream:x"])
def test_an_address_that_is_none_is_refused(uri: str) -> None:
    """A wrong scheme or no host is a usage error."""
    with pytest.raises(UsageError):
        open_uri(uri)


def test_frames_without_end_do_not_fill_memory() -> None:
    """The server holds a bounded backlog of an endless stream."""
    with JetstreamServer(map(frame, itertools.count()), backlog=100) as server:
        batches = collect(source(server.url), posts(2_000))
        assert len(server._backlog) == 100
    assert len(ids(batches)) >= 2_000
