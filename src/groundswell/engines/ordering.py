"""Puts posts in order: lines of a recording may be out of order by up to a minute.

Posts are kept in buckets of event time. A bucket is given out, sorted, when a post has come that is
younger than its end by the allowance; each post is moved once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from groundswell.model import MICROSECONDS, Batch

BUCKET_US = 10 * MICROSECONDS
_COLUMNS = ("ids", "texts", "times", "authors", "langs", "replies", "urls", "links")


def in_order(batches: Iterable[Batch], allowance_us: int) -> Iterator[Batch]:
    """Batches in event time. Posts later than the allowance come out of order, as they came.

    Rejects are passed on at once, in empty batches; a deletion keeps its place among the posts.

    >>> late = Batch(ids=["b", "a"], texts=["", ""], times=[2, 1], authors=["", ""],
    ...              langs=["", ""], replies=["", ""], urls=["", ""], links=[(), ()])
    >>> [batch.ids for batch in in_order([late], allowance_us=60_000_000)]
    [['a', 'b']]
    """
    buckets: dict[int, Batch] = {}
    newest = -(1 << 62)
    for batch in batches:
        if batch.rejected:
            yield Batch(rejected=batch.rejected, source=batch.source)
        _spread(batch, buckets)
        if batch.times:
            newest = max(newest, *batch.times)
        ready = (newest - allowance_us) // BUCKET_US
        for number in sorted(number for number in buckets if number < ready):
            yield _sorted(buckets.pop(number))
    for number in sorted(buckets):
        yield _sorted(buckets[number])


def _spread(batch: Batch, buckets: dict[int, Batch]) -> None:
    numbers = np.array(batch.times, np.int64) // BUCKET_US
    edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(batch)]
    for begin, end in pairwise(edges):
        if end > begin:
            bucket = _bucket(buckets, int(numbers[begin]), batch)
            for name in _COLUMNS:
                getattr(bucket, name).extend(getattr(batch, name)[begin:end])
    for post_id, time in batch.deleted:
        _bucket(buckets, time // BUCKET_US, batch).deleted.append((post_id, time))


def _bucket(buckets: dict[int, Batch], number: int, batch: Batch) -> Batch:
    bucket = buckets.get(number)
    if bucket is None:
        bucket = buckets[number] = Batch(source=batch.source)
    bucket.cursor = batch.cursor
    return bucket


def _sorted(batch: Batch) -> Batch:
    times = np.array(batch.times, np.int64)
    if times.size > 1 and (np.diff(times) < 0).any():
        order = np.argsort(times, kind="stable").tolist()
        for name in _COLUMNS:
            column = getattr(batch, name)
            setattr(batch, name, [column[i] for i in order])
    return batch
