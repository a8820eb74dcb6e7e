"""Asking open data services politely: one request a second at most, each name once, then held."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import msgspec

from groundswell.errors import SourceError
from groundswell.fetching import Fetcher
from groundswell.press.knowledge import KnownWork

GAP: Final = 1.1
"""Seconds between two requests: MusicBrainz allows one a second, and Wikidata gets no more."""
HELD: Final = 1_000
"""Names of which it is held what a service said, the last that were asked for."""
LONGEST: Final = 100
"""Characters of a name that are asked for."""
_T = TypeVar("_T")


class OpenData(ABC):
    """A `Knowledge` of the web. A service says how it is asked; pace and memory are here.

    Args:
        fetcher: identifies us by its User-Agent, as these services ask.
        sleep, monotonic: for the pace.
    """

    name: str

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        sleep: Callable[[float], object] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetcher = fetcher
        self._sleep = sleep
        self._monotonic = monotonic
        self._free = 0.0
        self._held: OrderedDict[str, tuple[KnownWork, ...]] = OrderedDict()

    def works(self, creator: str) -> Sequence[KnownWork]:
        """Works of the one person or group of exactly this name; none where it may be several.

        Raises:
            SourceError: the service does not answer, or not as it should.
        """
        name = creator[:LONGEST]
        if name not in self._held:
            self._held[name] = tuple(self._asked(name))
            if len(self._held) > HELD:
                self._held.popitem(last=False)
        self._held.move_to_end(name)
        return self._held[name]

    @abstractmethod
    def _asked(self, name: str) -> list[KnownWork]:
        """What the service has now."""

    def _get(self, url: str, kind: type[_T]) -> _T:
        now = self._monotonic()
        if now < self._free:
            self._sleep(self._free - now)
        self._free = max(now, self._free) + GAP
        answer = self._fetcher.get(url)
        if answer.status != 200:
            raise SourceError(f"expected an answer from {self.name}, got {answer.status}")
        try:
            return msgspec.json.decode(answer.body, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise SourceError(f"expected {self.name}'s JSON, got: {error}") from error
