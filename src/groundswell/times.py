"""Event time, as numbers and as text: microseconds since 1970-01-01 UTC, without leap seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MICROSECONDS = 1_000_000
"""Microseconds in a second: the unit of every `*_us` field and of slices."""


def iso(time_us: int) -> str:
    """RFC 3339 in UTC, with a fraction only when there is one.

    >>> iso(1_466_381_160_000_000)
    '2016-06-20T00:06:00Z'
    >>> iso(1_466_381_160_250_000)
    '2016-06-20T00:06:00.250000Z'
    """
    seconds, fraction = divmod(time_us, MICROSECONDS)
    stamp = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{stamp}.{fraction:06d}Z" if fraction else f"{stamp}Z"


def day(time_us: int) -> str:
    """A date for people, UTC.

    >>> day(1_466_381_160_000_000)
    '20 June 2016'
    """
    when = datetime.fromtimestamp(time_us // MICROSECONDS, UTC)
    return f"{when.day} {when:%B %Y}"


def microseconds(stamp: str) -> int:
    """The time of what `iso` wrote.

    >>> microseconds("2016-06-20T00:06:00.250000Z")
    1466381160250000
    """
    since = datetime.fromisoformat(stamp) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(microseconds=1)
