"""Several recordings as one, in the order of their times.

Owns the merge and its cursor. A cursor holds, for each recording, the recording's own cursor and
how much was taken of the batch that follows it; so a merge resumes as exactly as its parts.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import attrgetter, itemgetter
from typing import NamedTuple

import msgspec

from groundswell.errors import SourceError
from groundswell.model import Batch, Reject
from groundswell.sources.door import Source

_POST, _GONE, _NEWS = range(3)
POSTS = 4_096
"""Most posts and deletions in a batch."""


class _Place(msgspec.Struct, frozen=True, array_like=True):
    """How far a source was taken: a cursor, then what was taken of what follows it."""

    cursor: str = ""
    posts: int = 0
    deleted: int = 0
    rejected: int = 0
    accounts: int = 0

    def plus(self, batch: Batch) -> _Place:
        """The place after a batch."""
        return _Place(
            self.cursor,
            self.posts + len(batch),
            self.deleted + len(batch.deleted),
            self.rejected + len(batch.rejected),
            self.accounts + len(batch.accounts),
        )

    def covers(self, other: _Place) -> bool:
        """True when nothing of another place lies beyond this one."""
        return (
            self.posts >= other.posts
            and self.deleted >= other.deleted
            and self.rejected >= other.rejected
            and self.accounts >= other.accounts
        )


class _Item(NamedTuple):
    """One post, deletion or news of an account, of one source."""

    time_us: int
    source: int
    batch: Batch
    at: int
    """Place in the batch's columns; for what is taken back, in its list."""
    kind: int
    rejected: list[Reject]
    """What was rejected before this item; given with it."""
    place: _Place
    """The source's place after this item."""


class MergedRecordings:
    """A source over several, merged by time; ties in the order of the sources.

    Call order and ends are those of `Source`. When a recording has no good line, its
    `NothingToReadError` is raised.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = list(sources)
        self._closed = False

    @property
    def name(self) -> str:
        """The names of all, as `a.ndjson + b.ndjson`."""
        return " + ".join(source.name for source in self._sources)

    @property
    def live(self) -> bool:
        """True when one of them is live."""
        return any(source.live for source in self._sources)

    @property
    def simulated(self) -> bool:
        """True when one of them is."""
        return any(source.simulated for source in self._sources)

    @property
    def rewinds(self) -> bool:
        """True when each of them can be asked again for what it gave."""
        return all(getattr(source, "rewinds", True) for source in self._sources)

    @property
    def bytes_total(self) -> int | None:
        """Sum of the sizes, or None when one is unknown."""
        return _sum([getattr(source, "bytes_total", None) for source in self._sources])

    @property
    def bytes_done(self) -> int | None:
        """Sum of the bytes read, or None when one is unknown."""
        return _sum([getattr(source, "bytes_done", None) for source in self._sources])

    def close(self) -> None:
        """End `read` soon."""
        self._closed = True
        for source in self._sources:
            source.close()

    def read(self, after: str = "") -> Iterator[Batch]:
        """Batches of at most `POSTS` posts and deletions, in the order of time.

        Raises:
            SourceError: the cursor is of another set of recordings, or one cannot be read.
        """
        places = self._places(after)
        streams = [
            _items(source, number, place)
            for number, (source, place) in enumerate(zip(self._sources, places, strict=True))
        ]
        batch, taken = Batch(), 0
        for item in heapq.merge(*streams, key=attrgetter("time_us")):
            _take(batch, item)
            places[item.source] = item.place
            taken += 1
            if taken == POSTS:
                yield self._sealed(batch, places)
                batch, taken = Batch(), 0
            if self._closed:
                break
        yield self._sealed(batch, places)

    def _sealed(self, batch: Batch, places: list[_Place]) -> Batch:
        batch.cursor = msgspec.json.encode(places).decode()
        batch.source = self.name
        return batch

    def _places(self, after: str) -> list[_Place]:
        if not after:
            return [_Place()] * len(self._sources)
        try:
            places = msgspec.json.decode(after, type=list[_Place])
        except msgspec.DecodeError:
            places = []
        if len(places) != len(self._sources):
            raise SourceError(
                f"expected a cursor of {len(self._sources)} recordings, got {after[:80]!r}",
                hint="resume with the same recordings in the same order",
            )
        return places


def merge(sources: Sequence[Source]) -> MergedRecordings:
    """Several recordings as one source, in the order of their times."""
    return MergedRecordings(sources)


def _items(source: Source, number: int, place: _Place) -> Iterator[_Item]:
    """Posts and deletions of one source after a place, each with the place after it."""
    before, skip, seen = place.cursor, place, _Place()
    waiting: list[Reject] = []
    for batch in source.read(after=before):
        # A source may cut its batches elsewhere when it resumes: what to skip is counted over all.
        posts = min(max(skip.posts - seen.posts, 0), len(batch))
        deleted = min(max(skip.deleted - seen.deleted, 0), len(batch.deleted))
        accounts = min(max(skip.accounts - seen.accounts, 0), len(batch.accounts))
        rejects = batch.rejected[max(skip.rejected - seen.rejected, 0) :]
        waiting += [replace(reject, recording=number) for reject in rejects]
        rows = [(batch.times[at], at, _POST) for at in range(posts, len(batch))]
        gone = [(batch.deleted[at][1], at, _GONE) for at in range(deleted, len(batch.deleted))]
        news = [
            (batch.accounts[at].time_us, at, _NEWS) for at in range(accounts, len(batch.accounts))
        ]
        rejected = max(seen.rejected + len(batch.rejected), skip.rejected)
        for time_us, at, kind in heapq.merge(rows, gone, news, key=itemgetter(0)):
            posts, deleted = posts + (kind == _POST), deleted + (kind == _GONE)
            accounts += kind == _NEWS
            now = _Place(
                before, seen.posts + posts, seen.deleted + deleted, rejected,
                seen.accounts + accounts,
            )  # fmt: skip
            yield _Item(time_us, number, batch, at, kind, waiting, now)
            waiting = []
        seen = seen.plus(batch)
        if seen.covers(skip):
            before, skip, seen = batch.cursor, _Place(), _Place()
    last = _Place(before)
    yield _Item(_END, number, Batch(), 0, kind=_POST, rejected=waiting, place=last)


_END = 1 << 63
"""After all times: carries the rejects that no post follows."""


def _take(batch: Batch, item: _Item) -> None:
    batch.rejected += item.rejected
    given, at = item.batch, item.at
    if item.time_us == _END:
        return
    if item.kind == _GONE:
        batch.deleted.append(given.deleted[at])
        return
    if item.kind == _NEWS:
        batch.accounts.append(given.accounts[at])
        return
    if given.ids[at] in given.unquoted:
        batch.unquoted.add(given.ids[at])
    batch.ids.append(given.ids[at])
    batch.texts.append(given.texts[at])
    batch.times.append(given.times[at])
    batch.authors.append(given.authors[at])
    batch.langs.append(given.langs[at])
    batch.replies.append(given.replies[at])
    batch.urls.append(given.urls[at])
    batch.links.append(given.links[at])


def _sum(sizes: list[int | None]) -> int | None:
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None
