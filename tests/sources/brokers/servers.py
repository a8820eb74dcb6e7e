"""Real brokers for tests: on loopback, on a free port, with a folder of their own."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

PATIENCE_SECONDS = 20.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Broker(ABC):
    """One stream of one broker, and what tests do to it."""

    GROUP = "group"
    """The option that names a group."""

    @abstractmethod
    def uri(self, **options: str) -> str:
        """The stream's address."""

    @abstractmethod
    def write(self, messages: Sequence[bytes]) -> None:
        """Appends messages, in their order."""

    @abstractmethod
    def messages(self) -> list[bytes]:
        """All that the stream holds."""

    @abstractmethod
    def trim(self, keep: int) -> None:
        """Lets go of all but the newest messages."""

    @abstractmethod
    def waiting(self, group: str) -> int:
        """Messages that a group has not acknowledged, given out or not."""

    @abstractmethod
    def move_to_end(self, group: str) -> None:
        """A group that believes it has read everything."""

    @abstractmethod
    def move_to_start(self, group: str) -> None:
        """A group that believes it has read nothing."""

    @abstractmethod
    def stop(self) -> None:
        """Ends it at once, as a power cut would."""

    @abstractmethod
    def restart(self) -> None:
        """Begins again with what it had."""


class ServerBroker(Broker):
    """A broker in a process of its own."""

    PROGRAM = ""

    def __init__(self, folder: Path) -> None:
        found = shutil.which(self.PROGRAM) or shutil.which(self.PROGRAM, path="/usr/sbin:/sbin")
        if found is None:
            pytest.skip(f"needs {self.PROGRAM}: apt-get install {self.PROGRAM}")
        self._program = found
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.restart()

    @abstractmethod
    def arguments(self) -> list[str]:
        """What the program is started with."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether it answers."""

    def restart(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, *self.arguments()], stdout=log, stderr=log, cwd=self.folder
            )
        until = time.monotonic() + PATIENCE_SECONDS
        while not self.ready():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < until, "the broker did not come up"
            time.sleep(0.02)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Has it answer nothing, with its connections open."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


class RedisBroker(ServerBroker):
    """`redis-server`, which writes each change to its file before it answers."""

    PROGRAM = "redis-server"
    STREAM = "posts"

    def arguments(self) -> list[str]:
        return [
            "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder),
            "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no",
        ]  # fmt: skip

    @property
    def redis(self) -> Any:
        import redis

        return redis.Redis(port=self.port, protocol=2)

    def ready(self) -> bool:
        import redis

        try:
            with self.redis as client:
                return bool(client.ping())
        except redis.exceptions.RedisError:
            return False

    def uri(self, **options: str) -> str:
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"redis://127.0.0.1:{self.port}?stream={self.STREAM}{more}"

    def write(self, messages: Sequence[bytes]) -> None:
        with self.redis as client, client.pipeline() as asked:
            for one in messages:
                asked.xadd(self.STREAM, {"post": one})
            asked.execute()

    def messages(self) -> list[bytes]:
        with self.redis as client:
            return [fields[b"post"] for _, fields in client.xrange(self.STREAM)]

    def trim(self, keep: int) -> None:
        with self.redis as client:
            client.xtrim(self.STREAM, maxlen=keep, approximate=False)

    def waiting(self, group: str) -> int:
        with self.redis as client:
            found = {one["name"].decode(): one for one in client.xinfo_groups(self.STREAM)}
            return int(found[group]["pending"]) + int(found[group]["lag"] or 0)

    def move_to_end(self, group: str) -> None:
        with self.redis as client:
            client.xgroup_create(self.STREAM, group, "$")

    def move_to_start(self, group: str) -> None:
        with self.redis as client:
            client.xgroup_create(self.STREAM, group, "0")


class NatsBroker(ServerBroker):
    """`nats-server` with JetStream, its files in the folder. The stream is made by `clear`."""

    PROGRAM = "nats-server"
    GROUP = "consumer"
    STREAM = "POSTS"

    def arguments(self) -> list[str]:
        return ["-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder / "store")]

    def ready(self) -> bool:
        try:
            self._do(lambda streams: streams.account_info())
        except Exception:
            return False
        return True

    def _do(self, act: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
        import nats

        async def done() -> Any:
            async def quiet(_: Exception) -> None:
                pass

            connection = await nats.connect(
                f"nats://127.0.0.1:{self.port}", allow_reconnect=False, error_cb=quiet
            )
            try:
                return await act(connection.jetstream())
            finally:
                await connection.close()

        return asyncio.run(done())

    def clear(self) -> None:
        """Makes the stream anew, with nothing in it."""
        self.drop()
        self._do(
            lambda streams: streams.add_stream(name=self.STREAM, subjects=["posts.>", "posts"])
        )

    def drop(self) -> None:
        """Deletes the stream, and what pumps noted of it."""
        from nats.js.errors import NotFoundError

        for name in (self.STREAM, "KV_groundswell-pump"):
            with suppress(NotFoundError):
                self._do(lambda streams, name=name: streams.delete_stream(name))

    def uri(self, **options: str) -> str:
        more = "".join(f"&{name}={value}" for name, value in options.items())
        subject = "" if "subject" in options or "consumer" in options else "&subject=posts"
        return f"nats://127.0.0.1:{self.port}?stream={self.STREAM}{subject}{more}"

    def write(self, messages: Sequence[bytes]) -> None:
        async def write(streams: Any) -> None:
            for one in messages:
                await streams.publish("posts", one)

        self._do(write)

    def messages(self) -> list[bytes]:
        async def read(streams: Any) -> list[bytes]:
            state = (await streams.stream_info(self.STREAM)).state
            numbers = range(state.first_seq, state.last_seq + 1)
            return [(await streams.get_msg(self.STREAM, number)).data for number in numbers]

        return list(self._do(read))

    def trim(self, keep: int) -> None:
        self._do(lambda streams: streams.purge_stream(self.STREAM, keep=keep))

    def waiting(self, group: str) -> int:
        info = self._do(lambda streams: streams.consumer_info(self.STREAM, group))
        return int(info.num_ack_pending) + int(info.num_pending)

    def move_to_end(self, group: str) -> None:
        self.consumer(group, max_ack_pending=-1, deliver_policy="new")

    def move_to_start(self, group: str) -> None:
        self.consumer(group, max_ack_pending=-1, deliver_policy="all")

    def consumer(self, name: str, **options: Any) -> None:
        """Makes one."""
        from nats.js.api import ConsumerConfig

        config = ConsumerConfig(durable_name=name, ack_policy="explicit", **options)
        self._do(lambda streams: streams.add_consumer(self.STREAM, config))


class KafkaBroker(Broker):
    """The broker for tests that is part of Kafka's client (librdkafka), in this process.

    It speaks the protocol over the network, four partitions a topic, and keeps nothing.
    """

    def __init__(self) -> None:
        from confluent_kafka import Producer

        self._producer = Producer({"test.mock.num.brokers": 1, "log_level": 0})
        (broker,) = self._producer.list_topics(timeout=10).brokers.values()
        self.host = f"{broker.host}:{broker.port}"
        self._topics = 0
        self.clear()

    def clear(self) -> None:
        """Another topic, with nothing in it."""
        self._topics += 1
        self.topic = f"posts{self._topics}"
        self._written = 0
        self._producer.list_topics(self.topic, timeout=10)

    def uri(self, **options: str) -> str:
        more = "&".join(f"{name}={value}" for name, value in options.items())
        return f"kafka://{self.host}/{self.topic}" + (f"?{more}" if more else "")

    def write(self, messages: Sequence[bytes], partition: int = -1) -> None:
        """To all partitions in turn, a millisecond after each other; or to one."""
        for one in messages:
            self._written += 1
            self._producer.produce(
                self.topic, one, timestamp=1_700_000_000_000 + self._written,
                partition=self._written % 4 if partition < 0 else partition,
            )  # fmt: skip
        assert self._producer.flush(20) == 0

    def consumer(self, group: str = "tests") -> Any:
        from confluent_kafka import Consumer

        return Consumer({
            "bootstrap.servers": self.host, "group.id": group, "enable.auto.commit": False,
            "auto.offset.reset": "earliest", "log_level": 0, "enable.partition.eof": True,
        })  # fmt: skip

    def _partitions(self, offset: int = 0) -> list[Any]:
        from confluent_kafka import TopicPartition

        return [TopicPartition(self.topic, one, offset) for one in range(4)]

    def messages(self) -> list[bytes]:
        with closing(self.consumer()) as consumer:
            consumer.assign(self._partitions())
            found, ended = list[bytes](), 0
            while ended < 4:
                for one in consumer.consume(1_000, 0.2):
                    if one.error():
                        ended += 1
                    else:
                        found.append(one.value())
        return found

    def trim(self, keep: int) -> None:
        raise NotImplementedError("its bounds are its own")

    def _ends(self, consumer: Any) -> list[int]:
        found = [consumer.get_watermark_offsets(one, timeout=10) for one in self._partitions()]
        return [high for _, high in found]

    def waiting(self, group: str) -> int:
        with closing(self.consumer(group)) as consumer:
            done = [max(one.offset, 0) for one in consumer.committed(self._partitions(), 10)]
            return sum(self._ends(consumer)) - sum(done)

    def move_to_end(self, group: str) -> None:
        with closing(self.consumer(group)) as consumer:
            self._commit(consumer, self._ends(consumer))

    def move_to_start(self, group: str) -> None:
        with closing(self.consumer(group)) as consumer:
            self._commit(consumer, [0, 0, 0, 0])

    def _commit(self, consumer: Any, offsets: list[int]) -> None:
        places = self._partitions()
        for one, offset in zip(places, offsets, strict=True):
            one.offset = offset
        consumer.commit(offsets=places, asynchronous=False)

    def stop(self) -> None:
        self._producer = None

    def restart(self) -> None:
        raise NotImplementedError("it keeps nothing")
