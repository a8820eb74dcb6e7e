"""Progress of long work on stderr: a bar with rate and time left, on a terminal only."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from groundswell.model import Batch
from groundswell.sources import Source
from groundswell.terminal.plain import clean


class Progress:
    """A context manager; `advance` is given every batch."""

    def __init__(self, source: Source) -> None:
        self._source = source
        console = Console(stderr=True)
        self._bar = RichProgress(
            TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn(),
            TextColumn("{task.fields[posts]:,} posts {task.fields[rate]:,.0f}/s"),
            console=console, transient=True, disable=not console.is_terminal,
            # stdout is for data: rich would send what is printed there to stderr
            redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._task: TaskID | None = None
        self._posts = 0

    def __enter__(self) -> Progress:
        self._bar.start()
        total = getattr(self._source, "bytes_total", None)
        self._task = self._bar.add_task(clean(self._source.name), total=total, posts=0, rate=0.0)
        return self

    def advance(self, batch: Batch) -> None:
        """Takes note of what has been read."""
        self._posts += len(batch)
        if self._task is not None:
            done = getattr(self._source, "bytes_done", None)
            elapsed = self._bar.tasks[0].elapsed
            rate = self._posts / elapsed if elapsed else 0.0
            self._bar.update(self._task, completed=done or 0, posts=self._posts, rate=rate)

    def stop(self) -> None:
        """Takes the bar away, so that results can be printed; more than once is fine."""
        self._bar.stop()

    def __exit__(self, *_: object) -> None:
        self.stop()
