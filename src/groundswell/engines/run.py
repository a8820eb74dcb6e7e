"""What happens while an engine runs: who is told of boards, asks, keeps, and wants to be left out.

Both ways of running share it: a recording in `local`, streams in `following`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from groundswell.alerts.watching import Unkept
from groundswell.engines.barring import Barring
from groundswell.engines.boards import Boards
from groundswell.engines.heeding import Heed
from groundswell.engines.keeping import Keeper, Tally
from groundswell.engines.ordering import Ordering
from groundswell.engines.questions import Questions
from groundswell.kernel.pipeline import Kernel
from groundswell.model import Batch, Board, Reject, Summary
from groundswell.revision import Keys, Revision
from groundswell.scopes import ALL
from groundswell.watch import Watch

FORESEE = 0.5
"""Least time between two looks at what was taken back, seconds."""
GLANCE = 0.1
"""Seconds between looks at what is asked while a replay waits for its time."""


@dataclass(slots=True)
class Run:
    """What happens while an engine runs; each callback is called in the engine's thread."""

    on_board: Callable[[Board], None]
    on_reject: Callable[[Reject], None] = lambda _: None
    on_batch: Callable[[Batch], None] = lambda _: None
    stop: threading.Event = field(default_factory=threading.Event)
    on_revision: Callable[[Revision, Keys], None] | None = None
    """Told what was taken back of boards that were shown, within seconds; None where all is new."""
    questions: Questions | None = None
    """Where the desk's readers ask; None where nobody does."""
    watch: Watch = field(default_factory=Watch)
    keeper: Keeper | None = None
    """What keeps it; None where nothing is kept."""
    alerts: Unkept | None = None
    """What finds alerts in a run that keeps nothing; of one that is kept, its keeper does."""
    heed: Heed | None = None
    """Who wants to be left out; None where nobody is asked."""
    barring: Barring | None = None
    """What editors block; None where nobody is asked."""
    tally: Tally = field(default_factory=Tally)
    began: float = field(default_factory=time.monotonic)
    _foreseen: int = 0
    """Of what was taken back since the last close, how much was told."""
    _rests_until: float = 0.0

    def note(self, batch: Batch) -> None:
        """Counts what a batch brought."""
        self.tally.read += len(batch)
        self.tally.rejected += len(batch.rejected)
        self.watch.took(batch)
        for reject in batch.rejected:
            self.on_reject(reject)
        self.on_batch(batch)

    def show(self, closed: list[Board], boards: Boards, began: float) -> None:
        """Hands boards on; those that an earlier part of a kept run handed on are passed over.

        `began` is when the work that closed them did, monotonic seconds.
        """
        self.tally.slices += sum(board.board == ALL for board in closed)
        self._foreseen = 0 if closed else self._foreseen
        revisions = boards.revisions()
        self._tell(revisions, boards)
        fresh = self.keeper.told(closed, revisions) if self.keeper else closed
        if self.alerts:
            self.alerts.take(fresh, revisions, boards.main.labels)
        for board in fresh:
            if board.board == ALL:
                seconds = time.monotonic() - began
                self.watch.closed(board, late=boards.main.state.late, seconds=seconds)
            self.on_board(board)

    def foresee(self, boards: Boards) -> None:
        """Tells those who show boards what was taken back since the last close.

        Boards change at closes alone, so that equal posts give equal boards whenever somebody
        looks. But what is shown follows a deletion at once: it is what stands there already, less
        what fell.
        """
        gone = boards.main.state.gone
        heard = len(gone.deleted) + len(gone.news) + boards.main.veiled
        began = time.monotonic()
        if self.on_revision is None or heard in (0, self._foreseen) or began < self._rests_until:
            return
        self._tell(boards.foresee(), boards)
        self._foreseen, now = heard, time.monotonic()
        self._rests_until = now + max(FORESEE, 2 * (now - began))

    def _tell(self, revisions: list[Revision], boards: Boards) -> None:
        if self.on_revision is not None:
            for one in revisions:
                self.on_revision(one, boards.main.labels)

    def leave_out(self, batch: Batch) -> Batch:
        """The batch itself, without who wants to be left out."""
        if self.heed is not None:
            self.heed.leave_out(batch)
        return batch

    def forget(self, boards: Boards, ordering: Ordering | None = None) -> None:
        """Lets go of who wants to be left out since the last look, in memory and archive."""
        if self.heed is None or not self.heed.changed():
            return
        posts, found = boards.forget(self.heed.chosen)
        waiting = ordering.buckets.values() if ordering else ()
        posts += sum(self.heed.leave_out(batch) for batch in waiting)
        self._tell(found, boards)
        if self.alerts:
            self.alerts.take([], found, boards.main.labels)
        if self.keeper:
            self.heed.taken(posts, self.keeper.forget(found))

    def begin(self, boards: Boards) -> None:
        """Says whether somebody follows what is taken back; before anything is counted."""
        boards.main.revising = self.keeper is not None or self.on_revision is not None

    def bar(self, boards: Boards, *, begin: bool = False) -> None:
        """Takes up what editors block; in the beginning all, when what was remembered is there."""
        if self.barring is not None:
            (self.barring.begin if begin else self.barring.look)(boards)

    def answer(self, kernel: Kernel) -> None:
        """Answers what was asked meanwhile."""
        if self.questions:
            self.questions.answer(kernel)

    def rest(self, seconds: float, boards: Boards, ordering: Ordering) -> None:
        """Waits, answers and forgets meanwhile; ends early when `stop` is set."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.stop.is_set():
            self.answer(boards.main)
            self.forget(boards, ordering)
            self.stop.wait(min(left, GLANCE) if self.questions or self.heed else left)

    def end(self, boards: Boards, *, whole: bool) -> None:
        """Closes the open slice; questions are about its board from then on.

        `whole` says that nothing more will come. A kept run that is stopped before is kept as it
        stands, in the middle of its slice: its last board is shown, and made again when it goes on.
        """
        if self.questions:
            self.questions.end(boards.main)
        if self.keeper and not whole:
            self.keeper.save()
            self.keeper = None
        began = time.monotonic()
        self.show(boards.finish(), boards, began)
        if self.keeper:
            self.keeper.end()

    def summary(self, boards: Boards) -> Summary:
        """The figures of the run so far."""
        seconds = time.monotonic() - self.began
        tally = self.tally
        return Summary(tally.read, tally.rejected, boards.main.state.late, tally.slices, seconds)
