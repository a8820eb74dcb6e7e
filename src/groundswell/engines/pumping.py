"""A bridge: what a source gives is written to a broker, and how far is noted with it.

A pump that is killed goes on where the target says it was: nothing is lost. What may be twice then
is what the target could not note together with the posts; each target says what that is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import msgspec

from groundswell.engines.heeding import Heed
from groundswell.engines.identity import recording
from groundswell.engines.keeping import rewinds
from groundswell.engines.recorder import lines
from groundswell.errors import SourceError
from groundswell.model import Batch
from groundswell.sources import Source
from groundswell.sources.backoff import Backoff
from groundswell.sources.brokers.writing import Letter, Target
from groundswell.sources.door import kept

ATTEMPTS = 3
"""Failures in a row after which a target that was never reached is given up."""
PUT = 1_000
"""Most messages that are written at once."""


class Place(msgspec.Struct, frozen=True):
    """How far a source was written: a cursor, and how many messages of what follows it."""

    cursor: str = ""
    taken: int = 0

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()


@dataclass(slots=True)
class Pump:
    """One run of a bridge; `run` is called once.

    `limit` is how many messages are written at most, 0 for no limit. `anew` says to begin at the
    source's beginning whatever was written before.
    """

    source: Source
    target: Target
    key: str
    """What the target notes the source's place by."""
    stop: Event
    limit: int = 0
    anew: bool = False
    heed: Heed | None = None
    on_batch: Callable[[Batch], None] = lambda _: None
    on_trouble: Callable[[str], None] = lambda _: None
    """Told why the target cannot take it, once a reason."""
    backoff: Backoff = field(default_factory=Backoff)
    written: int = 0
    """Messages that the target has: posts, deletions, news of accounts."""
    rejected: int = 0
    """Lines or messages of the source that could not be read."""
    resumed: bool = False
    """Whether it went on where an earlier run ended."""
    _reached: bool = False

    def run(self) -> None:
        """Writes until the source ends, the limit is reached or `stop` is set.

        Raises:
            SourceError: the source cannot be read, or the target never could be reached.
        """
        begin = Place()
        found = self._insist(lambda: self.target.place(self.key) or "none")  # it is there, too
        if rewinds(self.source) and not self.anew and found not in {"", "none"}:
            begin = msgspec.json.decode(found, type=Place)
        self.resumed = begin != Place()
        if self.stop.is_set():
            return
        stream = self.source.read(after=begin.cursor)
        for batch in stream:
            before, begin = begin, self._after(batch, begin)
            if self.stop.is_set() or not self._take(batch, before):
                break
            if batch.cursor:
                kept(self.source, batch.cursor)
            if self.limit and self.written >= self.limit:
                break
        self.source.close()
        for _ in stream:  # what comes now is not written and comes again; the source tells its end
            pass

    def _after(self, batch: Batch, before: Place) -> Place:
        """The place after a batch: a place may lie some batches beyond its cursor."""
        size = len(batch) + len(batch.deleted) + len(batch.accounts)
        return Place(batch.cursor or before.cursor, max(0, before.taken - size))

    def _take(self, batch: Batch, before: Place) -> bool:
        """Writes a batch; False where it was not, or not all of it."""
        self.rejected += len(batch.rejected)
        after = self._after(batch, before)
        if self.heed is not None:
            self.heed.changed()
            self.heed.leave_out(batch)
        self.on_batch(batch)
        letters = list(letters_of(batch))[before.taken :]
        most = self.limit - self.written if self.limit else len(letters)
        for at in range(0, min(len(letters), most), PUT):
            some = letters[at : min(at + PUT, most)]
            done = at + len(some)
            whole = done == len(letters) and batch.cursor
            if not self._put(some, after if whole else Place(before.cursor, before.taken + done),
                             part=not whole):  # fmt: skip
                return False
        return len(letters) <= most

    def _put(self, letters: list[Letter], place: Place, *, part: bool) -> bool:
        """Writes some of a batch, and notes how far that is.

        A live source cuts its batches anew each time: there a part of one is no place.
        """
        noted = "" if not rewinds(self.source) or (part and self.source.live) else str(place)
        simulated = self.source.simulated

        def put() -> str:
            self.target.put(letters, self.key, noted, simulated=simulated)
            return "written"

        if not self._insist(put):
            return False
        self.written += len(letters)
        return True

    def _insist(self, act: Callable[[], str]) -> str:
        """Tries until the target has done it; empty when it is stopped before.

        Raises:
            SourceError: the target could not be reached from the start.
        """
        failures, told = 0, ""
        while True:
            try:
                done = act()
            except self.target.failures as error:
                failures += 1
                reason = " ".join(str(error).split())[:200] or type(error).__name__
            else:
                self._reached = True
                self.backoff.reset()
                return done
            if not self._reached and failures >= ATTEMPTS:
                raise SourceError(
                    f"expected {self.target.name}, got: {reason}",
                    hint="is the broker running there? see docs/streams.md",
                )
            if reason != told:
                told = reason
                self.on_trouble(reason)
            if self.stop.wait(min(self.backoff.next(), 30.0 if self._reached else 0.3)):
                return ""


def letters_of(batch: Batch) -> Iterator[Letter]:
    """A batch as messages: each a line of a recording."""
    about = [
        *zip(batch.ids, batch.times, strict=True),
        *batch.deleted,
        *((news.author, news.time_us) for news in batch.accounts),
    ]
    for (key, time_us), line in zip(about, lines(batch), strict=True):
        yield Letter(key, line, time_us)


def key_of(uri: str, source: Source) -> str:
    """What a source's place is noted by: a stream's address, or what a recording is known by.

    Another recording under the same name is another source.

    Raises:
        SourceError: the recording cannot be read.
    """
    if source.live or not rewinds(source):
        return uri
    known: dict[str, Any] = recording(uri)
    return f"recording {known['begins'][:32]} of {known['bytes']} bytes"
