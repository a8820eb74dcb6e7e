"""robots.txt of the places that are read, as RFC 9309 wants: what cannot be had is a no for now."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from groundswell.errors import SourceError
from groundswell.fetching import Fetcher, RefusedError

NAME: Final = "groundswell"
KEPT_SECONDS: Final = 3_600.0
_MOST_PLACES: Final = 1_000
_MOST_BYTES: Final = 500 << 10
"""As much of a robots.txt as RFC 9309 asks to read."""


_NOTHING: Final = ("User-agent: *", "Disallow: /")


@dataclass(frozen=True, slots=True)
class _Known:
    rules: RobotFileParser
    until: float


class Robots:
    """Says whether a page may be read; each place's file is asked for once an hour at most."""

    def __init__(
        self, fetcher: Fetcher, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetcher = fetcher
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}

    def allow(self, url: str) -> bool:
        """Whether the place of an address allows that it is read.

        Raises:
            RefusedError: it is a place from which nothing is fetched.
        """
        return self._rules(url).can_fetch(NAME, url)

    def delay(self, url: str) -> float:
        """Seconds that the place asks to leave between two requests; at least 1."""
        return max(1.0, float(self._rules(url).crawl_delay(NAME) or 0))

    def _rules(self, url: str) -> RobotFileParser:
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}"
        known, now = self._known.get(place), self._monotonic()
        if known is None or known.until < now:
            if len(self._known) >= _MOST_PLACES:
                self._known.clear()
            known = _Known(self._asked(place), now + KEPT_SECONDS)
            self._known[place] = known
        return known.rules

    def _asked(self, place: str) -> RobotFileParser:
        rules = RobotFileParser()
        try:
            answer = self._fetcher.get(f"{place}/robots.txt")
        except RefusedError:
            raise
        except SourceError:
            rules.parse(_NOTHING)
            return rules
        if answer.status == 200:
            text = answer.body[:_MOST_BYTES].decode("utf-8", "replace")
            rules.parse(text.splitlines())
        elif answer.status >= 500 or answer.status == 429:
            rules.parse(_NOTHING)
        else:
            rules.parse([])  # there is none: all may be read
        return rules
