"""One recording through the engine: what `demo` and `replay` share; and opening recordings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from groundswell import settings
from groundswell.cli.stopping import stop_on_signals
from groundswell.errors import UsageError
from groundswell.model import Board, Reject
from groundswell.settings import Loaded

if TYPE_CHECKING:
    from groundswell.cli.show import Show
    from groundswell.engines.boards import Plan
    from groundswell.engines.keeping import Keeper
    from groundswell.review.ledger import Ledger
    from groundswell.sources import Source


def play(  # noqa: PLR0913 -- all that one run is made of
    sources: list[Source],
    loaded: Loaded,
    *,
    speed: str,
    mode: Show,
    quick_us: int = 0,
    rejects: Sequence[Path] = (),
    boards: Plan | None = None,
    kept: Sequence[str] = (),
    resume: bool = False,
    alerts: bool = False,
    ledger: Ledger | None = None,
) -> None:
    """Runs one recording and shows it; rejects are kept beside the file that they stood in."""
    rules = settings.rules(loaded.settings)
    pace = settings.speed(speed)

    from groundswell.cli import clustering
    from groundswell.engines import local
    from groundswell.engines.barring import Barring
    from groundswell.engines.heeding import Heed
    from groundswell.engines.run import Run
    from groundswell.sources.recordings import RejectWriter

    stop = stop_on_signals()
    with ExitStack() as stack:
        keeper: Keeper | None = None
        if kept and boards:
            from groundswell.cli import keeping
            from groundswell.engines import identity

            known = identity.of_replay(kept, rules, boards)
            keeper = keeping.replayed(stack, loaded.settings, known, resume=resume)
            if keeper is None:
                return
            if resume and mode.looks_back:
                keeping.retold(loaded.settings, mode.board, stop)
        hands = clustering.hands(stack, loaded.settings)
        writers = [stack.enter_context(RejectWriter(path)) for path in rejects]

        def keep(reject: Reject) -> None:
            if writers:
                writers[reject.recording].write([reject])

        found = None
        if alerts:
            from groundswell.cli import alerting

            found = alerting.opened(
                stack, loaded.settings, keeper, lambda: any(one.simulated for one in sources),
                judge=mode.judge,
            )  # fmt: skip
            mode.alerts(found)
        run = Run(
            on_board=mode.board, on_batch=mode.batch, on_reject=keep, stop=stop,
            questions=mode.questions, watch=mode.watch, keeper=keeper, on_revision=mode.revise,
            heed=Heed(Path(loaded.settings.data_dir)) if keeper else None,
            alerts=found.unkept if found else None,
            barring=Barring(ledger) if ledger else None,
        )  # fmt: skip
        stack.enter_context(mode)
        if found:
            stack.enter_context(found.couriers)
        summary = local.replay(
            sources[0], rules, run, speed=pace, quick_us=quick_us, plan=boards, hands=hands
        )
        mode.end(summary, run.stop)


def recording(files: list[str]) -> Source:
    """Recordings by their names, merged by time; a live source is refused."""
    from groundswell.sources import open_source
    from groundswell.sources.recordings import merge

    opened = [open_source(name) for name in files]
    if any(source.live for source in opened):
        raise UsageError("expected recordings", hint="a live stream is followed by `live`")
    return opened[0] if len(opened) == 1 else merge(opened)


def kept_of(files: list[str], *, rejects: bool) -> list[str]:
    """The recordings of a replay that is kept.

    Raises:
        UsageError: it is one that could not go on as it began.
    """
    if rejects:
        raise UsageError(
            "expected --rejects or --keep, got both: a run that goes on would keep lines twice",
            hint="keep the rejects with a replay of their own",
        )
    if "-" in files and len(files) > 1:
        raise UsageError("expected standard input alone to be kept", hint="put it into a file")
    return files


def ledger_of(current: settings.Settings, folder: Path | None) -> Ledger:
    """Where editors' decisions about a run stand: beside what it keeps, or in memory."""
    from groundswell.review.ledger import Ledger

    return Ledger(folder, before_publish=current.review_before_publish)


def log(file: Path) -> Ledger:
    """The decisions of another run.

    Raises:
        UsageError: they cannot be read.
    """
    from groundswell.review.ledger import Ledger
    from groundswell.review.lists import log_of

    try:
        return Ledger(replayed=log_of(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"expected decisions in {file}, got: {error}") from error


def under(ledger: Ledger, show: Callable[[Board], None]) -> Callable[[Board], None]:
    """Shows boards as a desk with these decisions would."""
    from groundswell.review.showing import shown_board

    rulings = ledger.rulings()
    return lambda board: show(shown_board(board, rulings))
