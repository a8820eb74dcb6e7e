"""A cluster that is begun for a run, or is there already."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from types import TracebackType
from typing import Any, Final, Self

from groundswell.engines.ray.counting import Counters
from groundswell.engines.ray.reading import Readers
from groundswell.errors import UsageError
from groundswell.kernel.posts.columns import Columns
from groundswell.kernel.terms.counting import Counting
from groundswell.kernel.terms.parts import REGIONS
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Batch

MOST: Final = REGIONS
"""Workers, at most: a region of terms is the least that one can have."""
_ENVIRONMENT: Final = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # one machine: every port is on loopback
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # a warning about processors that nobody asks for
    "RAY_worker_niceness": "0",  # 15 by itself: beside anything busy, workers would starve the head
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a cluster."""

    workers: int = 1
    """Processes that count, 1 to `MOST`; a third as many read, and with one or two the head."""
    address: str = ""
    """Of a cluster that is there; without one a cluster of this machine is begun."""
    memory_mb: int = 512
    """Shared memory of a cluster that is begun."""


class Cluster:
    """Hands of several processes, for one run: enter it, and leave it when the run is over.

    Raises:
        UsageError: Ray is not installed, there is no such cluster, or it is of another version.
    """

    def __init__(self, wanted: Wanted) -> None:
        if not 1 <= wanted.workers <= MOST:
            raise UsageError(f"expected 1 to {MOST} workers, got {wanted.workers}")
        self._wanted = wanted
        self._folder = ""

    def __enter__(self) -> Self:
        self._ray = _ray(local=not self._wanted.address)
        try:
            with _signals_kept():
                self._begin()
            self._checked()
            self.readers = Readers(self._ray, _readers(self._wanted.workers))
            self.counters = Counters(self._ray, self._wanted.workers)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ray.shutdown()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _begin(self) -> None:
        quiet = {"logging_level": logging.CRITICAL, "log_to_driver": False}
        if self._wanted.address:
            with _joining(self._wanted.address):
                self._ray.init(address=self._wanted.address, **quiet)
            return
        self._folder = tempfile.mkdtemp(prefix="gsw-ray-")
        self._ray.init(
            num_cpus=_actors(self._wanted.workers),
            include_dashboard=False,
            object_store_memory=self._wanted.memory_mb << 20,
            _temp_dir=self._folder,
            **quiet,
        )

    def _checked(self) -> None:
        """Refuses a cluster that is too small, or whose nodes have another version."""
        ray, actors = self._ray, _actors(self._wanted.workers)
        have = int(ray.cluster_resources().get("CPU", 0))
        if have < actors:
            raise UsageError(
                f"expected {actors} processors for {self._wanted.workers} workers, "
                f"got a cluster of {have}",
                hint="ask for fewer with --workers, or add nodes",
            )
        if self._wanted.address:
            version = ray.remote(_version).options(num_cpus=0)
            there = ray.get(version.remote())
            if there != _version():
                raise UsageError(
                    f"expected groundswell {_version()} on the cluster, got {there}",
                    hint="install the same version on every node",
                )

    # -- Hands -----------------------------------------------------------------------------------

    @property
    def most(self) -> int:
        """See `Hands`."""
        return self.readers.most

    def ahead(self, batch: Batch) -> bool:
        """See `Hands`."""
        return self.readers.ahead(batch)

    def read(self, batch: Batch, tables: Tables) -> Columns:
        """See `Hands`."""
        return self.readers.read(batch, tables)

    def counting(self, counts: Counting) -> Counting:
        """See `Hands`."""
        return self.counters.counting(counts)


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Has SIGTERM end a run as it does without Ray, whose own answer is a trace and a dead head."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _actors(workers: int) -> int:
    """Processes that a number of workers makes."""
    return workers + _readers(workers)


def _readers(workers: int) -> int:
    """How many of them read: one takes more than it saves, so it is for a head without time."""
    return workers // 3


def _version() -> str:
    return metadata.version("groundswell")


def _ray(*, local: bool) -> Any:
    """Ray, which is 80 MB and needs a second to load."""
    if local:
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
    try:
        import ray  # noqa: PLC0415 -- only where a run asks for it
    except ImportError as error:
        raise UsageError(
            "expected Ray for --engine ray, found it not installed",
            hint="pip install 'groundswell[ray]', or use --engine local",
        ) from error
    # what Ray says of processes that died would stand in stdout, among the data
    ray._private.worker._worker_logs_enabled = False
    if ray.is_initialized():
        raise UsageError("expected no other run of Ray in this process, found one")
    return ray


@contextmanager
def _joining(address: str) -> Iterator[None]:
    """Says of a cluster that cannot be joined what is wrong with it."""
    try:
        yield
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise UsageError(
            f"expected a Ray cluster at {address}, got: {str(error)[:200]}",
            hint="begin one with `ray start --head`, or leave the address out",
        ) from error
