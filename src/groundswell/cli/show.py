"""Where boards go: a way of showing a run; of a recording NDJSON or a table on stdout."""

from __future__ import annotations

import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from rich.console import Console

from groundswell.cli.retrospect import Retrospect
from groundswell.model import MICROSECONDS, Batch, Board, Summary
from groundswell.revision import Keys, Revision
from groundswell.scopes import place
from groundswell.settings import Loaded
from groundswell.sources import Source
from groundswell.terminal import Heading, text_board
from groundswell.terminal.progress import Progress
from groundswell.watch import Watch

if TYPE_CHECKING:
    from groundswell.alerts.courier import Judge
    from groundswell.cli.alerting import Alerts
    from groundswell.engines.questions import Questions


@dataclass(slots=True)
class Show:
    """One way of showing a run: callbacks for the engine; as a context it opens and closes."""

    board: Callable[[Board], None]
    batch: Callable[[Batch], None] = lambda _: None
    end: Callable[[Summary, threading.Event], None] = lambda _, __: None
    revise: Callable[[Revision, Keys], None] | None = None
    """Told what was taken back of boards that were shown; None where nothing can be unsaid."""
    questions: Questions | None = None
    """Where the desk's readers ask, for the engine to answer."""
    watch: Watch = field(default_factory=Watch)
    """What is known of the run."""
    parts: list[Any] = field(default_factory=list)
    """Context managers that live as long as the run."""
    alerts: Callable[[Alerts], None] = lambda _: None
    """Given what the run has of alerts, before it begins."""
    judge: Judge | None = None
    """What of them may be told, as the desk's editors decide; None where nobody does."""
    looks_back: bool = False
    """Whether a run that goes on shows the boards that it has kept, too."""
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Show:
        for part in self.parts:
            self._stack.enter_context(part)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @classmethod
    def ndjson(cls, source: Source, *, summary: bool) -> Show:
        """Every event and board as a line on stdout."""
        encode = msgspec.json.encode
        out = sys.stdout.buffer

        def board(found: Board) -> None:
            for event in found.events:
                out.write(encode(event.to_dict()) + b"\n")
            out.write(encode(found.to_dict()) + b"\n")

        def end(figures: Summary, _: threading.Event) -> None:
            if summary:
                out.write(encode(figures.to_dict()) + b"\n")
            out.flush()

        progress = Progress(source)
        # lines on the same terminal show how far it is, and a bar among them would tear them
        parts = [] if sys.stdout.isatty() else [progress]
        return cls(board, progress.advance, end, parts=parts)

    @classmethod
    def table(cls, loaded: Loaded, source: Source, *, summary: bool = True) -> Show:
        """The recording's largest stories as a table a board on stdout; progress on stderr."""
        seen: defaultdict[str, Retrospect] = defaultdict(Retrospect)
        heading = replace(heading_of(loaded, [source]), whole=True)

        def board(found: Board) -> None:
            seen[found.board].add(found)

        def end(figures: Summary, _: threading.Event) -> None:
            progress.stop()
            names = sorted(seen, key=lambda name: place(0, name))
            boards = [seen[name].board(loaded.settings.top) for name in names]
            for i, whole in enumerate(board for board in boards if board):
                if whole.note and boards[0] and whole.at < boards[0].at:
                    continue  # it only stood for boards that came after all
                sys.stdout.write("\n" if i else "")
                _print_board(whole, heading)
            if summary:
                print(_said(figures), file=sys.stderr)

        progress = Progress(source)

        def revise(found: Revision, keys: Keys) -> None:
            if found.board in seen:
                seen[found.board].revise(found, keys)

        return cls(board, progress.advance, end, revise, parts=[progress], looks_back=True)


def mode_of(sources: list[Source]) -> Literal["live", "replay", "simulated"]:
    """What is shown: simulated where any of it is."""
    if any(source.simulated for source in sources):
        return "simulated"
    return "live" if all(source.live for source in sources) else "replay"


def heading_of(loaded: Loaded, sources: list[Source]) -> Heading:
    """What stands above a board."""
    names = tuple(source.name for source in sources)
    return Heading(mode_of(sources), names, loaded.settings.slice * MICROSECONDS)


def _print_board(board: Board, heading: Heading) -> None:
    console = Console()
    color = console.is_terminal and not os.environ.get("NO_COLOR")
    ascii_only = not sys.stdout.encoding.lower().startswith("utf")
    width = console.width if console.is_terminal else 100
    sys.stdout.write(text_board(board, heading, width=width, color=color, ascii_only=ascii_only))


def _said(figures: Summary) -> str:
    rate = figures.read / figures.seconds if figures.seconds else 0
    parts = [f"{figures.read:,} posts in {figures.seconds:.1f} s ({rate:,.0f}/s)"]
    parts += [f"{figures.slices:,} slices"]
    parts += [f"{figures.rejected:,} bad lines"] if figures.rejected else []
    parts += [f"{figures.late:,} too late"] if figures.late else []
    return ", ".join(parts)
