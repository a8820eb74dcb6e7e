"""`groundswell pump` as a user types it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.typed import command, environment, groundswell
from tests.sources.brokers.cases import post, posts
from tests.sources.brokers.servers import RedisBroker


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisBroker]:
    pytest.importorskip("redis", reason="needs pip install 'groundswell[streams]'")
    running = RedisBroker(Path(tmp_path_factory.mktemp("redis")))
    yield running
    running.stop()


@pytest.fixture
def night(server: RedisBroker, tmp_path: Path) -> Path:
    """A recording of 5,000 posts and a bad line; the stream is empty."""
    with server.redis as client:
        client.flushall()
    path = tmp_path / "night.ndjson"
    path.write_bytes(b"\n".join([*posts(0, 4_000), b"no post", *posts(4_000, 5_000)]))
    return path


def ids(server: RedisBroker) -> list[str]:
    return [json.loads(one)["id"] for one in server.messages()]


def test_it_goes_on_where_it_was(server: RedisBroker, night: Path, tmp_path: Path) -> None:
    """A part, then the rest, then nothing; from the start all again; what is bad is kept."""
    ask = ("pump", str(night), server.uri(), "--rejects", str(tmp_path / "bad"))
    for more, said, count in (
        (("--limit", "1234"), "1,234 messages", 1_234),
        ((), "3,766 messages in redis posts@127.0.0.1", 5_000),
        ((), "0 messages", 5_000),
        (("--from-start", "--limit", "10"), "10 messages", 5_010),
    ):
        done = groundswell(tmp_path, *ask, *more)
        assert done.returncode == 0, done.stderr
        assert said in done.stderr
        assert done.stdout == ""
        assert len(ids(server)) == count
    assert ids(server)[:5_000] == [f"p{number}" for number in range(5_000)]
    rejected = (tmp_path / "bad.rejected.ndjson").read_text().splitlines()
    assert json.loads(rejected[0])["raw"] == "no post"


def test_another_recording_of_the_same_name_is_another(
    server: RedisBroker, night: Path, tmp_path: Path
) -> None:
    """What a file is known by is what it holds."""
    assert groundswell(tmp_path, "pump", str(night), server.uri()).returncode == 0
    night.write_bytes(b"\n".join(post(number) for number in range(9_000, 9_100)))
    done = groundswell(tmp_path, "pump", str(night), server.uri())
    assert "100 messages" in done.stderr
    assert "going on" not in done.stderr


def test_a_stream_becomes_another(server: RedisBroker, tmp_path: Path) -> None:
    """From a broker into a broker, until Ctrl-C: exit 0, and the next one goes on."""
    with server.redis as client:
        client.flushall()
    server.write(posts(0, 700))
    target = server.uri().replace("=posts", "=copy")
    for first, last in ((0, 700), (700, 900)):
        if first:
            server.write(posts(first, last))
        run = subprocess.Popen(
            command("pump", server.uri(group="bridge"), target), env=environment(tmp_path),
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        with server.redis as client:
            end = time.monotonic() + 60
            while client.xlen("copy") < last:
                assert run.poll() is None
                assert time.monotonic() < end
                time.sleep(0.05)
            began = time.monotonic()
            run.send_signal(signal.SIGINT)
            _, said = run.communicate(timeout=30)
            assert time.monotonic() - began < 3
            assert run.returncode == 0, said
            assert f"{last - first} messages" in said
            assert server.waiting("bridge") == 0
            found = [json.loads(one[b"post"])["id"] for _, one in client.xrange("copy")]
    assert found == [f"p{number}" for number in range(900)]


def test_it_waits_for_a_broker_that_is_away(server: RedisBroker, tmp_path: Path) -> None:
    """A target that dies under it and comes back: said once, and nothing lost or twice."""
    with server.redis as client:
        client.flushall()
    run = subprocess.Popen(
        command("pump", "-", server.uri()), env=environment(tmp_path),
        stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert run.stdin is not None
    run.stdin.write(b"\n".join(posts(0, 100)) + b"\n")
    run.stdin.flush()
    end = time.monotonic() + 60
    while len(ids(server)) < 100:
        assert time.monotonic() < end
        time.sleep(0.05)
    server.stop()
    run.stdin.write(b"\n".join(posts(100, 200)) + b"\n")
    run.stdin.flush()
    time.sleep(1.5)
    server.restart()
    _, said = run.communicate(timeout=60)
    assert run.returncode == 0, said
    # A server that comes back slowly says so too ("loading the dataset"); no reason is told twice.
    why = [line for line in said.decode().splitlines() if "does not take it" in line]
    assert sum("refused" in line for line in why) == 1
    assert len(why) == len(set(why))
    assert ids(server) == [f"p{number}" for number in range(200)]


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (("nothing.ndjson", "redis://127.0.0.1?stream=s"), 1, "no file nothing.ndjson"),
        (("-", "redis://127.0.0.1:1?stream=s"), 1, "is the broker running"),
        (("-", "redis://ann:sesame@127.0.0.1?stream=s"), 2, "GROUNDSWELL_REDIS_PASSWORD"),
        (("-", "redis://127.0.0.1?strem=s"), 2, "'strem'"),
        (("-", "redis://127.0.0.1"), 2, "stream=…"),
        (("-", "redi://127.0.0.1?stream=s"), 2, "did you mean 'redis'"),
        (("-", "kafka://127.0.0.1/t", "--keep", "5"), 2, "retention"),
        (("-", "nats://127.0.0.1/?stream=s&from=never"), 2, "from=start"),
    ],
)
def test_mistakes_are_told(given: tuple[str, ...], code: int, said: str, tmp_path: Path) -> None:
    """Exit 1 or 2, one line that says what to try, and no secret."""
    done = groundswell(tmp_path, "pump", *given)
    assert done.returncode == code
    assert said in done.stderr
    assert "sesame" not in done.stderr
    assert "Traceback" not in done.stderr
