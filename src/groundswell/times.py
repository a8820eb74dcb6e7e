"""Event time, as numbers and as text: microseconds since 1970-01-01 UTC, without leap seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MICROSECONDS = 1_000_000
"""Microseconds in a second: the unit of every `*_us` field and of slices."""
HOUR_US = 3_600 * MICROSECONDS
DAY_US = 24 * HOUR_US


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


def asked_wait(retry_after: str, now: float) -> float | None:
    """Seconds that a `Retry-After` header asks to wait at `now` (s), in either of its forms.

    None for what is no such header (RFC 9110, 10.2.3).

    >>> asked_wait("120", 0.0), asked_wait("soon", 0.0), asked_wait("-5", 0.0), asked_wait("²", 0.0)
    (120.0, None, None, None)
    >>> asked_wait("Thu, 01 Jan 1970 00:02:00 GMT", 60.0)
    60.0
    """
    if retry_after.isascii() and retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        when = parsedate_to_datetime(retry_after).timestamp()
    except (ValueError, OverflowError):
        return None
    return max(0.0, when - now)
