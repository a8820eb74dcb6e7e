"""Puts posts in order: lines of a recording may be out of order by up to a minute.

Posts are kept in buckets of event time. A bucket is given out, sorted, when a post has come that is
younger than its end by the allowance; each post is moved once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from groundswell.model import COLUMNS, MICROSECONDS, Batch

BUCKET_US = 10 * MICROSECONDS


@dataclass(slots=True)
class Ordering:
    """Posts that wait for those before them: `take` a batch, then `next` until there is none.

    What it holds is all that it remembers, so a run may stop between any two calls and go on later.
    Posts later than the allowance come out of order, as they came. Rejects are not kept.
    """

    allowance_us: int
    newest: int = -(1 << 62)
    """Newest event time that came, µs."""
    buckets: dict[int, Batch] = field(default_factory=dict)

    def take(self, batch: Batch) -> None:
        """Takes posts and deletions."""
        _spread(batch, self.buckets)
        if batch.times:
            self.newest = max(self.newest, *batch.times)

    def ready(self) -> list[int]:
        """Numbers of the buckets that `next` gives before more has come, oldest first."""
        end = (self.newest - self.allowance_us) // BUCKET_US
        return sorted(number for number in self.buckets if number < end)

    def sorted(self, number: int) -> Batch:
        """The posts of a bucket in order; they stay where they are."""
        return _sorted(self.buckets[number])

    def next(self, *, all_: bool = False) -> Batch | None:
        """The oldest posts, in order, when none before them can come; with `all_`, in any case."""
        number = min(self.buckets, default=None)
        ready = (self.newest - self.allowance_us) // BUCKET_US
        if number is None or not (all_ or number < ready):
            return None
        return _sorted(self.buckets.pop(number))


def in_order(batches: Iterable[Batch], allowance_us: int) -> Iterator[Batch]:
    """Batches in event time. Posts later than the allowance come out of order, as they came.

    Rejects are passed on at once, in empty batches; what is taken back keeps its place in time.

    >>> late = Batch(ids=["b", "a"], texts=["", ""], times=[2, 1], authors=["", ""],
    ...              langs=["", ""], replies=["", ""], urls=["", ""], links=[(), ()])
    >>> [batch.ids for batch in in_order([late], allowance_us=60_000_000)]
    [['a', 'b']]
    """
    waiting = Ordering(allowance_us)
    for batch in batches:
        if batch.rejected:
            yield Batch(rejected=batch.rejected, source=batch.source)
        waiting.take(batch)
        while (ready := waiting.next()) is not None:
            yield ready
    while (rest := waiting.next(all_=True)) is not None:
        yield rest


def _spread(batch: Batch, buckets: dict[int, Batch]) -> None:
    numbers = np.array(batch.times, np.int64) // BUCKET_US
    edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(batch)]
    for begin, end in pairwise(edges):
        if end > begin:
            bucket = _bucket(buckets, int(numbers[begin]), batch)
            for name in COLUMNS:
                getattr(bucket, name).extend(getattr(batch, name)[begin:end])
            if batch.unquoted:
                bucket.unquoted.update(batch.unquoted.intersection(batch.ids[begin:end]))
    for post_id, time in batch.deleted:
        _bucket(buckets, time // BUCKET_US, batch).deleted.append((post_id, time))
    for news in batch.accounts:
        _bucket(buckets, news.time_us // BUCKET_US, batch).accounts.append(news)


def _bucket(buckets: dict[int, Batch], number: int, batch: Batch) -> Batch:
    bucket = buckets.get(number)
    if bucket is None:
        bucket = buckets[number] = Batch(source=batch.source)
    bucket.cursor = batch.cursor
    return bucket


def _sorted(batch: Batch) -> Batch:
    times = np.array(batch.times, np.int64)
    if times.size > 1 and (np.diff(times) < 0).any():
        batch.keep(np.argsort(times, kind="stable").tolist())
    return batch
