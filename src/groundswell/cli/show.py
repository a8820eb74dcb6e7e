"""Where boards go: NDJSON or a table on stdout, a live terminal, the desk in the browser."""

from __future__ import annotations

import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from rich.console import Console

from groundswell.alerts.courier import Judge, as_it_stands
from groundswell.cli.retrospect import Retrospect
from groundswell.engines.feelings import load_reader
from groundswell.engines.questions import Questions
from groundswell.kernel.mood.weighing import weigh
from groundswell.model import MICROSECONDS, Batch, Board, Summary
from groundswell.review.ledger import Ledger
from groundswell.revision import Keys, Revision
from groundswell.scopes import ALL, place
from groundswell.serve.app import serve
from groundswell.serve.desk.announcing import announced
from groundswell.serve.desk.consent import Profiles
from groundswell.serve.desk.following import Following
from groundswell.serve.desk.state import Context, DeskState
from groundswell.serve.gates.doors import Doors
from groundswell.settings import Loaded
from groundswell.sources import Source, health_of
from groundswell.terminal import Heading, LiveBoard, text_board
from groundswell.terminal.progress import Progress
from groundswell.watch import Watch

if TYPE_CHECKING:
    from groundswell.cli.alerting import Alerts
    from groundswell.cli.pressing import Press


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
    judge: Judge = as_it_stands
    """What of them may be told, as the desk's editors decide."""
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
        heading = replace(_heading(loaded, [source]), whole=True)

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

    @classmethod
    def terminal(  # noqa: PLR0913 -- as `desk` is called
        cls,
        loaded: Loaded,
        sources: list[Source],
        *,
        names: Sequence[str] = (),  # noqa: ARG003 -- as `desk` is called
        shown: str = ALL,
        quiet: bool = False,
        past: Sequence[Board] = (),  # noqa: ARG003 -- as `desk` is called
        archive: Path | None = None,  # noqa: ARG003 -- as `desk` is called
        press: Press | None = None,  # noqa: ARG003 -- as `desk` is called
        ledger: Ledger | None = None,
    ) -> Show:
        """A live board in the terminal, nothing served; `quiet` leaves stderr to the log."""
        live = LiveBoard(_heading(loaded, sources))
        watch = _watch(loaded, sources)
        context = Context(_mode(sources), (), loaded.settings.slice * MICROSECONDS)
        state = DeskState(context, ledger=ledger)

        def board(found: Board) -> None:
            if found.board == shown and not quiet:
                state.publish(found)
                live.show(state.newest_of(shown) or found)

        def batch(_: Batch) -> None:
            live.heading = replace(live.heading, mode=_mode(sources), sources=_names(watch))

        def revise(found: Revision, keys: Keys) -> None:
            state.revise(found, keys)
            live.revise(found, keys)

        following = Following(state, lambda: live.again(state.newest_of(shown)))
        parts = [following] if quiet else [following, live]
        judge = announced(state)
        return cls(board, batch, revise=revise, watch=watch, parts=parts, judge=judge)

    @classmethod
    def desk(  # noqa: PLR0913 -- all that a desk is made of
        cls,
        loaded: Loaded,
        sources: list[Source],
        *,
        names: Sequence[str] = (),
        shown: str = ALL,
        keep_open: bool = False,
        quiet: bool = False,
        past: Sequence[Board] = (),
        archive: Path | None = None,
        press: Press | None = None,
        ledger: Ledger | None = None,
    ) -> Show:
        """The desk in the browser, and one of its boards in the terminal.

        `names` are the boards besides `all` that are known already. With `keep_open` it stays when
        the recording has ended, until Ctrl-C. `quiet` leaves stderr to the log. `past` are boards
        that it shows at once; `archive` is the folder of what the run keeps; `press` reads
        newsrooms as long as the desk is open; `ledger` has what its editors decided.
        """
        heading = _heading(loaded, sources)
        questions = Questions()
        context = Context(_mode(sources), heading.sources, heading.slice_us, tuple(names))
        watch = _watch(loaded, sources)
        room = press.room if press else None
        state = DeskState(
            context, questions.ask, watch, archive, room, partial(weigh, load_reader()), ledger
        )
        if press:
            press.follow(state)
        for found in past:
            state.publish(found)
        live = LiveBoard(heading)
        profiles = Profiles() if any(getattr(one, "public", False) for one in sources) else None

        def board(found: Board) -> None:
            # a live source knows that it is simulated only when its server has said so
            state.context = replace(state.context, mode=_mode(sources))
            live.heading = replace(live.heading, mode=state.context.mode)
            state.publish(profiles.shown(found) if profiles else found)
            newest = state.newest_of(found.board)
            if newest and found.board == shown and not quiet:
                live.show(newest)

        def batch(_: Batch) -> None:
            live.heading = replace(live.heading, sources=_names(watch))

        def end(_: Summary, stop: threading.Event) -> None:
            state.end()
            if keep_open and not stop.is_set():
                print("the recording has ended; Ctrl-C ends the desk", file=sys.stderr)
                stop.wait()

        def revise(found: Revision, keys: Keys) -> None:
            state.revise(found, keys)
            live.revise(found, keys)

        doors = Doors.of(loaded.settings)
        server = serve(state, loaded.settings.host, loaded.settings.port, doors)
        parts: list[Any] = [Following(state, lambda: live.again(state.newest_of(shown)))]
        parts += [*(press.parts if press else ()), *([profiles] if profiles else ())]
        parts += [server] if quiet else [server, live]

        def alerts(found: Alerts) -> None:
            state.alerts = found.room

        judge = announced(state)
        return cls(board, batch, end, revise, questions, watch, parts, alerts, judge)


def _watch(loaded: Loaded, sources: list[Source]) -> Watch:
    return Watch(
        lambda: [health_of(source) for source in sources],
        live=all(source.live for source in sources),
        slice_us=loaded.settings.slice * MICROSECONDS,
    )


def _names(watch: Watch) -> tuple[str, ...]:
    """Sources by their names, each with what is wrong with it."""
    now = watch.monotonic()
    told = [(one.name, one.said(now)) for one in watch.sources()]
    return tuple(f"{name} ({said})" if said else name for name, said in told)


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
