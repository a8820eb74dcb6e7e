"""A run's memory and rows in the archive: what is kept, when, and how a run goes on.

Boards of whole slices are committed a few times a second at most, together with the sources'
places; a snapshot of the run's memory is kept every few minutes of event time, of a live run by a
thread beside it. A run that goes on
takes up the last snapshot, reads on from its places, and counts quietly up to the last slice that
was committed: the same posts give the same boards, so none is written twice and none is missing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from groundswell.alerts.watching import Alerting
from groundswell.archive import Archive
from groundswell.engines.boards import Boards
from groundswell.engines.memory import Memory, remembered, resolve, take_up, wordless
from groundswell.engines.ordering import Ordering
from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.series import Counter
from groundswell.model import MICROSECONDS, Batch, Board, Counted
from groundswell.revision import Revision
from groundswell.sources import Source
from groundswell.sources.door import kept

COMMIT_SECONDS: Final = 0.25
"""Least time between two commits while a recording is read as fast as it goes."""
SHARE: Final = 0.05
"""Share of the time that snapshots may take."""


@dataclass(slots=True)
class Tally:
    """What a run has read so far, over all its parts."""

    read: int = 0
    rejected: int = 0
    slices: int = 0


@dataclass(slots=True)
class Keeper:
    """Keeps a run; a run that is not kept has none.

    Call order: `go_on` once, then for every batch `receive`, counting, `told`, `heard`, and
    `settle`; `end` at the end. All from the engine's thread.
    """

    archive: Archive
    every_us: int = 300 * MICROSECONDS
    """Event time between snapshots."""
    commit_seconds: float = COMMIT_SECONDS
    share: float = SHARE
    monotonic: Callable[[], float] = time.monotonic
    alerting: Alerting | None = None
    """What finds alerts in the slices that are committed; None where nobody is told."""
    tally: Tally = field(default_factory=Tally)
    committed: int = 0
    """End of the last slice whose rows the archive has, µs."""
    resumed: bool = False
    """Whether it goes on from a snapshot."""
    _boards: Boards = field(init=False)
    _live: bool = False
    _ordering: Ordering | None = None
    _cursors: dict[str, str] = field(default_factory=dict)
    _journaled: frozenset[str] = frozenset()
    _sources: Mapping[str, Source] = field(default_factory=dict)
    _rows: list[Board] = field(default_factory=list)
    _counted: list[Counted] = field(default_factory=list)
    _revisions: list[Revision] = field(default_factory=list)
    _withdrawn: bool = False
    """Whether something was taken back since the last snapshot."""
    _rereads: bool = False
    """Whether what was received after the last snapshot is still to be counted."""
    _known: _Known | None = None
    _committed_at: float = 0.0
    _saved_us: int = 0
    _saved_at: float = 0.0
    _rest: float = 0.0
    _saving: dict[str, str] = field(default_factory=dict)
    """The cursors of the newest snapshot, until the sources know of it."""

    # -- beginning -------------------------------------------------------------------------------

    def go_on(
        self, boards: Boards, ordering: Ordering | None, sources: Mapping[str, Source]
    ) -> dict[str, str]:
        """Makes a run remember what the archive does; returns the cursors to read on from.

        `sources` by the keys that cursors go by; an ordering waits for posts of a recording.
        """
        self._boards, self._ordering, self._sources = boards, ordering, sources
        self._rereads = True
        self._journaled = frozenset(key for key, one in sources.items() if not rewinds(one))
        boards.main.counter = Counter(boards.main.tables)
        stream, position = self.archive.stream, self.archive.position
        self.committed = stream.committed if stream else 0
        self._live = any(source.live for source in sources.values())
        if position is None:
            # a recording is read from its beginning; a stream that learns anew, from where it was
            return self._askable(stream.cursors) if stream and self._live else {}
        memory: Memory = self.archive.load(position, resolve)
        take_up(boards, memory)
        if ordering is not None and memory.ordering is not None:
            ordering.newest, ordering.buckets = memory.ordering.newest, memory.ordering.buckets
        self.tally.read, self.tally.rejected = memory.read, memory.rejected
        self.tally.slices = memory.slices
        self._cursors = dict(position.cursors)
        self._saved_us = position.at
        self.resumed = True
        if self._live:
            self._known = _Known(boards)
        return self._askable(self._cursors)

    def _askable(self, cursors: Mapping[str, str]) -> dict[str, str]:
        """The cursors of sources that can be asked again for what they gave."""
        return {key: cursor for key, cursor in cursors.items() if key not in self._journaled}

    def again(self) -> Iterator[tuple[str, Batch]]:
        """What was received, and journaled, after the snapshot: to be counted again."""
        position = self.archive.position
        yield from self.archive.journal.read(position.journal if position else 0)
        self._rereads = False

    # -- while it runs ---------------------------------------------------------------------------

    def receive(self, key: str, batch: Batch) -> None:
        """Takes note of a batch before it is counted.

        What cannot be had again goes to the journal; what the snapshot had already is left out.
        """
        self._withdrawn |= bool(batch.deleted or batch.accounts)
        if self._known is not None:
            self._known.leave_out(batch)
        if key in self._journaled and (batch.ids or batch.deleted or batch.accounts):
            self.archive.journal.append(key, batch)

    def told(self, boards: list[Board], revisions: Sequence[Revision] = ()) -> list[Board]:
        """Takes the boards of closed slices, and what was taken back from those before.

        Returns the boards that nobody has seen yet.
        """
        self._revisions += [one for one in revisions if one.before > self.committed]
        fresh = [board for board in boards if board.at > self.committed]
        self._rows += fresh
        self._counted += [one for one in self._boards.counted() if one.at > self.committed]
        return fresh

    def heard(self, key: str, cursor: str) -> None:
        """A source was counted, or waits in the ordering, up to a cursor."""
        if cursor:
            self._cursors[key] = cursor

    def settle(self) -> None:
        """Commits and keeps a snapshot where it is time."""
        now = self.monotonic()
        if self._rows and now - self._committed_at >= self.commit_seconds:
            self._commit(now)
        newest = self._boards.main.state.newest
        if newest and not self._saved_us:
            self._saved_us = newest
            if self._live:  # a stream has no beginning to go back to: its first place is kept
                self.save()
        due = newest - self._saved_us >= self.every_us
        # what was taken back stands in the last snapshot, also of a stream that falls silent
        due |= self._withdrawn and now - self._saved_at >= self.every_us / MICROSECONDS
        saved = self.archive.saved()
        if saved:
            self._tell_sources()
        if saved and due and now - self._saved_at >= self._rest:
            self.save(aside=self._live)

    def save(self, *, aside: bool = False) -> None:
        """Commits, and keeps a snapshot: without the texts of posts that were taken back.

        Aside, a thread writes it while the run goes on. While the journal is read again none is
        kept, for that would drop what is yet to be read.
        """
        if self._rereads:
            return
        began = self.monotonic()
        self._commit(began)
        self._boards.foresee()
        newest = self._boards.main.state.newest
        save = self.archive.save_aside if aside else self.archive.save
        save(self._memory(), newest, self._cursors)
        self._saving = dict(self._cursors)
        if not aside:
            self._tell_sources()
        self._saved_us, self._saved_at = newest, self.monotonic()
        self._rest = (self._saved_at - began) / self.share
        self._withdrawn = False

    def _tell_sources(self) -> None:
        """Tells sources how far a snapshot goes that is on the disk."""
        for key, cursor in self._saving.items():
            if key in self._sources:
                kept(self._sources[key], cursor)
        self._saving = {}

    def forget(self, revisions: Sequence[Revision]) -> int:
        """Takes back at once what authors want forgotten, from rows, snapshot and journal.

        Returns the rows that changed or went.
        """
        self._commit(self.monotonic())
        rows = self.archive.revise(revisions, self._boards.main.labels)
        self._withdrawn = True
        self.save()
        return rows

    def end(self) -> None:
        """The recording was read to its end, and its last slice is told.

        The snapshot that stays goes on nothing and holds no text: it says which terms fall when
        somebody wants to be forgotten.
        """
        self.archive.saved(wait=True)
        self._commit(self.monotonic(), done=True)
        self.archive.save(wordless(self._memory()), self._boards.main.state.newest, self._cursors)

    def _memory(self) -> Memory:
        tally = self.tally
        return remembered(self._boards, self._ordering, tally.read, tally.rejected, tally.slices)

    def _commit(self, now: float, *, done: bool = False) -> None:
        if not (self._rows or done):
            return
        gaps = {key: _gaps(source) for key, source in self._sources.items() if _gaps(source)}
        self.archive.commit(
            self._rows, self._counted, self._cursors, gaps=gaps, done=done,
            revisions=self._revisions, keys=self._boards.main.labels,
            after_slice=self.alerting.take if self.alerting else None,
        )  # fmt: skip
        if self.alerting:
            self.alerting.committed()
        self.committed = max([self.committed, *(board.at for board in self._rows)])
        self._rows, self._counted, self._revisions, self._committed_at = [], [], [], now


class _Known:
    """Posts that a snapshot has: a live source that goes on gives some seconds of them again."""

    def __init__(self, boards: Boards) -> None:
        held = boards.main.state.ring
        size = min(held.n_posts, held.posts)
        order = np.lexsort((held.times[:size], held.ids[:size]))
        self._ids, self._times = held.ids[order], held.times[order]
        self._newest = boards.main.state.newest

    def leave_out(self, batch: Batch) -> None:
        """Drops from a batch what was counted before; a later version of a post is none of it."""
        if not batch.times or min(batch.times) > self._newest or not self._ids.size:
            return
        hashes, times = hash_strings(batch.ids), np.array(batch.times, np.int64)
        newest = np.maximum(np.searchsorted(self._ids, hashes, "right") - 1, 0)
        again = (self._ids[newest] == hashes) & (times <= self._times[newest])
        if again.any():
            batch.keep(np.flatnonzero(~again).tolist())


def rewinds(source: Source) -> bool:
    """Whether a source can be asked again for what it gave; one that does not say, can."""
    return bool(getattr(source, "rewinds", True))


def keyed(sources: Sequence[Source]) -> dict[str, Source]:
    """Sources by name; of two with one name the second has its number behind it."""
    found: dict[str, Source] = {}
    for source in sources:
        same = sum(one.name == source.name for one in found.values())
        found[f"{source.name}#{same + 1}" if same else source.name] = source
    return found


def _gaps(source: Source) -> list[tuple[int, int, str]]:
    gaps: Sequence[Any] = getattr(source, "gaps", ())
    return [(gap.begin, gap.end, gap.reason) for gap in gaps]
