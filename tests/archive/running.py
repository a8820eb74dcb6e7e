"""Kept runs in processes of their own, which may be killed; and what they leave, as plain rows.

Processes are forked from a server that has loaded everything, so that each begins
within milliseconds and a kill meets the work, not the start.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from groundswell import settings
from groundswell.alerts.book import Book
from groundswell.alerts.matching import Matcher
from groundswell.alerts.rules import Rule
from groundswell.alerts.watching import Alerting
from groundswell.archive import Archive, Retention
from groundswell.engines import boards, loading, local
from groundswell.engines.feelings import load_reader
from groundswell.engines.keeping import Keeper
from groundswell.engines.run import Run
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.model import MICROSECONDS
from groundswell.sources.recordings import Recording

TABLES = (
    "stream", "board", "slice", "story", "state", "moment", "event", "term", "series", "hours",
    "source", "gap", "decision", "crossing", "alert",
)  # fmt: skip
"""All tables but `snapshot`, whose numbers depend on when it was made, and what is sent when."""
RULES = (
    Rule("loud", people=20, cooldown=120, to=("webhook:ops", "rss")),
    Rule("first", rank=1, stirring=True),
)


@dataclass(frozen=True)
class Job:
    """One kept run of a recording."""

    recording: Path
    folder: Path
    crash: str = ""
    """The point at which the process kills itself; empty for none."""
    nth: int = 1
    """At which visit of the point."""
    scopes: tuple[str, ...] = ("lang:*",)
    snapshot_s: int = 300
    commit_s: float = 0.0
    """Least time between two commits."""
    retention: Retention = field(default_factory=Retention)


class Death:
    """A hook that ends the process as a power cut would, and says first that it did."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._visits: Counter[str] = Counter()

    def __call__(self, point: str) -> None:
        self._visits[point] += 1
        if point == self._job.crash and self._visits[point] == self._job.nth:
            fired(self._job).write_text(point)
            os.kill(os.getpid(), signal.SIGKILL)


def fired(job: Job) -> Path:
    """The file that says that a crash point was reached."""
    return job.folder.with_name(f"{job.folder.name}.fired")


@functools.cache
def _loaded() -> tuple[Any, Any, Any]:
    tables = loading.load_tables()
    return tables, loading.load_lexicon(tables), load_reader()


def _kernel(rules: Rules) -> Kernel:
    return Kernel(rules, *_loaded())


def keep(job: Job) -> None:
    """Runs a job in this process."""
    loading.load_kernel = _kernel
    current = settings.of(boards=list(job.scopes), terms=1 << 15, ring_posts=1 << 12)
    with Archive(job.folder, retention=job.retention, points=Death(job)) as archive:
        if archive.stream is None:
            archive.begin("replay", {"recording": job.recording.name})
        elif archive.stream.done:
            return  # as the command does: it is whole
        keeper = Keeper(archive, every_us=job.snapshot_s * MICROSECONDS)
        keeper.commit_seconds, keeper.share = job.commit_s, 1e9
        keeper.alerting = Alerting(Book(job.folder, RULES), Matcher(_loaded()[0]))
        run = Run(on_board=lambda _: None, keeper=keeper, stop=threading.Event())
        plan = boards.plan(current)
        local.replay(Recording(job.recording), settings.rules(current), run, plan=plan)


def start(target: Callable[..., None], *given: Any) -> Any:
    """A process that runs a function of a test module."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.archive.warm"])
    process = context.Process(target=target, args=given)
    process.start()
    return process


def finished(job: Job, *, within: float = 120.0) -> int:
    """Runs a job in a process of its own; its exit code, −9 when it was killed."""
    process = start(keep, job)
    process.join(within)
    code = process.exitcode
    assert code is not None, "the run did not end in time"
    return int(code)


def contents(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of an archive, in the order of their keys."""
    flags = apsw.SQLITE_OPEN_READONLY
    with closing(apsw.Connection(str(folder / "archive.sqlite"), flags=flags)) as db:
        return {
            table: sorted(db.execute(f"SELECT * FROM {table}").fetchall(), key=repr)  # noqa: S608
            for table in TABLES
        }
