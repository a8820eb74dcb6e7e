"""Where boards go: NDJSON or a table on stdout, a live terminal, the desk in the browser."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Literal

import msgspec
from rich.console import Console

from groundswell.cli.retrospect import Retrospect
from groundswell.model import MICROSECONDS, Batch, Board, Summary
from groundswell.serve.app import serve
from groundswell.serve.state import Context, DeskState
from groundswell.settings import Loaded
from groundswell.sources import Source
from groundswell.terminal import Heading, LiveBoard, text_board
from groundswell.terminal.progress import Progress


@dataclass(slots=True)
class Show:
    """One way of showing a run: callbacks for the engine; as a context it opens and closes."""

    board: Callable[[Board], None]
    batch: Callable[[Batch], None] = lambda _: None
    end: Callable[[Summary, threading.Event], None] = lambda _, __: None
    parts: list[Any] = field(default_factory=list)
    """Context managers that live as long as the run."""
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Show:
        for part in self.parts:
            self._stack.enter_context(part)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
        return cls(board, progress.advance, end, parts)

    @classmethod
    def table(cls, loaded: Loaded, source: Source, *, summary: bool = True) -> Show:
        """The recording's largest stories as a table on stdout; progress on stderr."""
        seen = Retrospect()
        heading = replace(_heading(loaded, [source]), whole=True)

        def end(figures: Summary, _: threading.Event) -> None:
            progress.stop()
            whole = seen.board(loaded.settings.top)
            if whole:
                _print_board(whole, heading)
            if summary:
                print(_said(figures), file=sys.stderr)

        progress = Progress(source)
        return cls(seen.add, progress.advance, end, [progress])

    @classmethod
    def terminal(cls, loaded: Loaded, sources: list[Source]) -> Show:
        """A live board in the terminal, nothing served."""
        live = LiveBoard(_heading(loaded, sources))

        def board(found: Board) -> None:
            live.heading = replace(live.heading, mode=_mode(sources))
            live.show(found)

        return cls(board, parts=[live])

    @classmethod
    def desk(cls, loaded: Loaded, sources: list[Source], *, keep_open: bool = False) -> Show:
        """The desk in the browser and the live board in the terminal.

        With `keep_open` it stays when the recording has ended, until Ctrl-C.
        """
        heading = _heading(loaded, sources)
        state = DeskState(Context(_mode(sources), heading.sources, heading.slice_us))
        live = LiveBoard(heading)

        def board(found: Board) -> None:
            # a live source knows that it is simulated only when its server has said so
            state.context = replace(state.context, mode=_mode(sources))
            live.heading = replace(live.heading, mode=state.context.mode)
            state.publish(found)
            live.show(found)

        def end(_: Summary, stop: threading.Event) -> None:
            state.end()
            if keep_open and not stop.is_set():
                print("the recording has ended; Ctrl-C ends the desk", file=sys.stderr)
                stop.wait()

        server = serve(state, loaded.settings.host, loaded.settings.port)
        return cls(board, end=end, parts=[server, live])


def _mode(sources: list[Source]) -> Literal["live", "replay", "simulated"]:
    if any(source.simulated for source in sources):
        return "simulated"
    return "live" if all(source.live for source in sources) else "replay"


def _heading(loaded: Loaded, sources: list[Source]) -> Heading:
    names = tuple(source.name for source in sources)
    return Heading(_mode(sources), names, loaded.settings.slice * MICROSECONDS)


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
