"""How often somebody may ask, and how long to wait after failed logins.

All is in memory and bounded: at most `HELD` of whom something is remembered, the longest silent
forgotten first. A desk that is started anew has forgotten all of it.
"""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

HELD: Final = 10_000
FREE: Final = 3
"""Failed logins of a name from an address before the first wait."""
LONGEST: Final = 900.0
"""Seconds of the longest wait after failed logins."""
_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many a minute in the long run."""

    name: str
    burst: int
    a_minute: float


class Buckets:
    """Token buckets, one for each rate and whom it is held against."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._held: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, rate: Rate, of: str) -> float:
        """Takes one; returns 0, or the seconds after which there is one again.

        >>> buckets = Buckets(now=lambda: 0.0)
        >>> [buckets.take(Rate("x", burst=2, a_minute=60), "ann") for _ in range(3)]
        [0.0, 0.0, 1.0]
        """
        now, key = self._now(), (rate.name, of)
        left, at = self._held.pop(key, (float(rate.burst), now))
        left = min(float(rate.burst), left + (now - at) * rate.a_minute / 60)
        _keep(self._held, key, (left - 1 if left >= 1 else left, now))
        return 0.0 if left >= 1 else (1 - left) * 60 / rate.a_minute


class Lockout:
    """Waits that double with each failed login of a name from an address, known or unknown."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._held: OrderedDict[tuple[str, str], tuple[int, float]] = OrderedDict()

    def wait(self, name: str, address: str) -> float:
        """Seconds until this name may be tried again from this address."""
        failed, at = self._held.get((name.casefold(), address), (0, 0.0))
        if failed < FREE:
            return 0.0
        return max(0.0, at + min(LONGEST, 2.0 ** (failed - FREE)) - self._now())

    def failed(self, name: str, address: str) -> None:
        """One more that failed."""
        key = (name.casefold(), address)
        count, _ = self._held.pop(key, (0, 0.0))
        _keep(self._held, key, (count + 1, self._now()))

    def passed(self, name: str, address: str) -> None:
        """Somebody has logged in: nothing is held against them."""
        self._held.pop((name.casefold(), address), None)


def _keep(held: OrderedDict[_K, _V], key: _K, value: _V) -> None:
    held[key] = value
    while len(held) > HELD:
        held.popitem(last=False)


def network(address: str) -> str:
    """Whom an address stands for: of IPv6 the /64, which one household has whole.

    >>> network("192.0.2.7"), network("2001:db8::7")
    ('192.0.2.7', '2001:db8::/64')
    """
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(known, ipaddress.IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped or ipaddress.ip_network((int(known) >> 64 << 64, 64)))
    return str(known)
