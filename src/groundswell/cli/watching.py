"""A run that is watched while it goes on: a live board in the terminal, or the desk."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundswell.cli.show import Show, heading_of, mode_of
from groundswell.engines.feelings import load_reader
from groundswell.engines.questions import Questions
from groundswell.kernel.mood.weighing import weigh
from groundswell.model import MICROSECONDS, Batch, Board, Summary
from groundswell.review.ledger import Ledger
from groundswell.revision import Keys, Revision
from groundswell.scopes import ALL
from groundswell.serve.app import serve
from groundswell.serve.desk.announcing import announced
from groundswell.serve.desk.consent import Profiles
from groundswell.serve.desk.following import Following
from groundswell.serve.desk.state import Context, DeskState
from groundswell.serve.gates.doors import Doors
from groundswell.settings import Loaded
from groundswell.sources import Source, health_of
from groundswell.terminal import LiveBoard
from groundswell.watch import Watch

if TYPE_CHECKING:
    from groundswell.cli.alerting import Alerts
    from groundswell.cli.pressing import Press


def terminal(
    loaded: Loaded,
    sources: list[Source],
    *,
    shown: str = ALL,
    quiet: bool = False,
    ledger: Ledger | None = None,
) -> Show:
    """A live board in the terminal, nothing served; `quiet` leaves stderr to the log."""
    live = LiveBoard(heading_of(loaded, sources))
    watch = _watch(loaded, sources)
    context = Context(mode_of(sources), (), loaded.settings.slice * MICROSECONDS)
    state = DeskState(context, ledger=ledger)

    def board(found: Board) -> None:
        if found.board == shown and not quiet:
            state.publish(found)
            live.show(state.newest_of(shown) or found)

    def batch(_: Batch) -> None:
        live.heading = replace(live.heading, mode=mode_of(sources), sources=_names(watch))

    def revise(found: Revision, keys: Keys) -> None:
        state.revise(found, keys)
        live.revise(found, keys)

    following = Following(state, lambda: live.again(state.newest_of(shown)))
    parts = [following] if quiet else [following, live]
    judge = announced(state)
    return Show(board, batch, revise=revise, watch=watch, parts=parts, judge=judge)


def desk(  # noqa: PLR0913 -- all that a desk is made of
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
    heading = heading_of(loaded, sources)
    questions = Questions()
    context = Context(mode_of(sources), heading.sources, heading.slice_us, tuple(names))
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
        state.context = replace(state.context, mode=mode_of(sources))
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
    return Show(board, batch, end, revise, questions, watch, parts, alerts, judge)


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
