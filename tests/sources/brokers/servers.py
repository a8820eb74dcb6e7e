"""Real brokers for tests: on loopback, on a free port, with a folder of their own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
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
        """Has a group believe that it has read everything."""

    @abstractmethod
    def move_to_start(self, group: str) -> None:
        """Has a group believe that it has read nothing."""

    @abstractmethod
    def forget(self, group: str) -> None:
        """Deletes a group."""

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
            client.xgroup_setid(self.STREAM, group, "$")

    def move_to_start(self, group: str) -> None:
        with self.redis as client:
            client.xgroup_setid(self.STREAM, group, "0")

    def forget(self, group: str) -> None:
        with self.redis as client:
            client.xgroup_destroy(self.STREAM, group)
