"""Lengths, times and speeds as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from groundswell.errors import UsageError
from groundswell.model import MICROSECONDS

_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)?")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, None: 1}


def seconds(text: str) -> int:
    """A length of time as people write it.

    >>> seconds("90"), seconds("15m"), seconds("1h")
    (90, 900, 3600)

    Raises:
        UsageError: it is none.
    """
    found = _LENGTH.fullmatch(text.strip())
    length = round(float(found[1]) * _UNITS[found[2]]) if found else 0
    if length < 1:
        raise UsageError(f"expected a length such as 60s, 15m or 1h, got {text!r}")
    return length


def event_time(when: str | datetime) -> int:
    """Event time, µs, of a time or its RFC 3339; without a zone it is UTC.

    >>> event_time("1970-01-01T00:01:00Z"), event_time("1970-01-01 00:01")
    (60000000, 60000000)

    Raises:
        UsageError: it is none.
    """
    try:
        time = datetime.fromisoformat(when) if isinstance(when, str) else when
        # in UTC it has to have a year of four digits as well, or nobody could write it again
        known = time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
        return round(known.timestamp() * MICROSECONDS)
    except (ValueError, OverflowError):
        raise UsageError(f"expected a time as 2013-04-15T19:00:00Z, got {when!r}") from None


def speed(text: str) -> float:
    """Event time over time here; 0 for as fast as possible.

    >>> speed("60x"), speed("1"), speed("max")
    (60.0, 1.0, 0.0)

    Raises:
        UsageError: it is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)x?", text)
    if text != "max" and (not found or float(found[1]) <= 0):
        raise UsageError(f"expected a speed such as max, 1x or 60x, got {text!r}")
    return float(found[1]) if found else 0.0
