"""Reading feeds in turn, politely: a thread of its own, which no board waits for.

Each feed is asked for at its own time: after `every` seconds when all is well, later the longer it
fails, and not before its server's `Retry-After`. What has not changed is not sent again.
"""

from __future__ import annotations

import heapq
import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from itertools import chain, count
from typing import Final, Literal

from groundswell.errors import GroundswellError
from groundswell.fetching import Fetched, Fetcher
from groundswell.press.clippings import Clipping, Clippings
from groundswell.press.feeds import clippings
from groundswell.press.newsrooms import Newsroom
from groundswell.press.pages import fetched
from groundswell.press.robots import Robots

EVERY: Final = 300.0
"""Seconds between two requests for one feed."""
LONGEST: Final = 6 * 3_600.0
GAP: Final = 1.0
"""Seconds between two requests of any kind, at least."""
PAGES: Final = 20
"""Articles whose pages are read after one feed, at most."""
TRIES: Final = 3
"""Times that a page is asked for; then its summary has to do."""
AGAIN: Final = 3_600.0
"""Seconds until a page that was not given is asked for again; then four times as long."""
REMEMBERED: Final = 4_096
"""Pages that were not given, the last ones."""


FeedStatus = Literal["starting", "ok", "failing"]


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """Where a feed stands, as `/health` and `/metrics` tell it."""

    name: str
    """Its newsroom's; with a number where a newsroom has several feeds: "Harbour (2)"."""
    status: FeedStatus
    said: str
    """What went wrong last; "" when all is well."""
    failures: int
    """In a row, until now."""
    failed: int
    asked: int
    since: float | None
    """Seconds since its last good answer; None before the first."""
    wait: float
    """Seconds until it is asked for again."""


@dataclass(slots=True)
class Feed:
    """A newsroom's feed and how it did."""

    newsroom: Newsroom
    name: str = ""
    etag: str = ""
    last_modified: str = ""
    failures: int = 0
    said: str = ""
    """What went wrong last; "" when all is well."""
    asked: int = 0
    """How often it was asked for."""
    failed: int = 0
    """How often in vain."""
    fetched: float | None = None
    """When its last good answer came, and `due` when it is asked for again, in seconds of
    `time.monotonic`."""
    due: float = 0.0
    rng: random.Random = field(default_factory=random.Random)

    def wait(self, every: float, retry_after: float) -> float:
        """Seconds until it is asked for again."""
        backed_off = min(LONGEST, every * 2.0 ** min(self.failures, 10))
        return max(backed_off, min(retry_after, LONGEST)) * self.rng.uniform(1.0, 1.1)

    def health(self, now: float) -> FeedHealth:
        """Where it stands at `now`, of `time.monotonic`."""
        known = self.failures or self.fetched is not None
        return FeedHealth(
            self.name, "failing" if self.failures else "ok" if known else "starting", self.said,
            self.failures, self.failed, self.asked,
            None if self.fetched is None else max(0.0, now - self.fetched),
            max(0.0, self.due - now),
        )  # fmt: skip


Wanted = Callable[[Clipping], bool]
"""Whether an article belongs to a story that is told, so that its page is worth reading."""


class Reporters:
    """Reads feeds as long as the context is open.

    Args:
        newsrooms: whose feeds.
        held: where articles go.
        wanted: asked for each new article without a text; those are fetched, where robots.txt
            allows.
        every: seconds between two requests for one feed.
        gap: seconds between two requests of any kind.
        loopback: whether feeds of this machine are read: the simulated newsroom's.
        simulated: whether what comes is made up, which is then said wherever it is shown.
        now_us: the time that is the articles' own, µs.
    """

    def __init__(  # noqa: PLR0913 -- all that reading politely takes
        self,
        newsrooms: Sequence[Newsroom],
        held: Clippings,
        *,
        wanted: Wanted = lambda _: False,
        every: float = EVERY,
        gap: float = GAP,
        loopback: bool = False,
        simulated: bool = False,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1_000,
    ) -> None:
        self.feeds = [
            Feed(one, name) for one, name in zip(newsrooms, _names(newsrooms), strict=True)
        ]
        self._held = held
        self._wanted = wanted
        self._every = every
        self._gap = gap
        self._simulated = simulated
        self._now_us = now_us
        self._stop = threading.Event()
        self._fetcher = Fetcher(loopback=loopback)
        self._robots = Robots(self._fetcher)
        self._refused: OrderedDict[str, tuple[int, float]] = OrderedDict()
        """Pages that were not given: how often, and when they may be asked for again."""
        self._thread = threading.Thread(target=self._run, name="press", daemon=True)

    def __enter__(self) -> Reporters:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=2)

    def _run(self) -> None:
        turns = [(i * self._gap, i) for i in range(len(self.feeds))]
        begin = time.monotonic()
        for due, number in turns:
            self.feeds[number].due = begin + due
        while turns and not self._stop.is_set():
            due, number = heapq.heappop(turns)
            if self._stop.wait(max(0.0, begin + due - time.monotonic(), self._gap)):
                break
            wait = self.ask(self.feeds[number])
            heapq.heappush(turns, (time.monotonic() - begin + wait, number))

    def health(self) -> list[FeedHealth]:
        """Where each feed stands, in the order of the list; from any thread."""
        now = time.monotonic()
        return [feed.health(now) for feed in self.feeds]

    def ask(self, feed: Feed) -> float:
        """Asks for one feed now; seconds until it may be asked for again."""
        feed.asked += 1
        trouble, retry = self._trouble(feed)
        if trouble:
            feed.failures, feed.failed = feed.failures + 1, feed.failed + 1
        else:
            feed.failures, feed.fetched = 0, time.monotonic()
        feed.said = trouble
        wait = feed.wait(self._every, retry)
        feed.due = time.monotonic() + wait
        return wait

    def _trouble(self, feed: Feed) -> tuple[str, float]:
        """Fetches a feed; what went wrong, or "", and the seconds that its server asks to wait."""
        try:
            answer = self._fetcher.get(
                feed.newsroom.feed, etag=feed.etag, last_modified=feed.last_modified
            )
            if answer.status == 200:
                self._take(feed, answer)
            elif answer.status != 304:
                return f"HTTP {answer.status}", _seconds(answer.retry_after)
        except GroundswellError as error:
            return error.problem, 0.0
        except Exception as error:  # one feed's oddity must not end the thread for all
            return f"unexpected {type(error).__name__}", 0.0
        return "", 0.0

    def _take(self, feed: Feed, answer: Fetched) -> None:
        found = clippings(
            answer.body, url=answer.url, publisher=feed.newsroom.name, seen_us=self._now_us()
        )
        pages = 0
        for one in found:
            clipping = replace(
                one, language=one.language or feed.newsroom.language, simulated=self._simulated
            )
            before = self._held.get(clipping.url)
            self._held.add(clipping)
            lacking = not clipping.text and not (before and before.text)
            may = lacking and pages < PAGES and self._may_read(clipping.url)
            if may and self._wanted(clipping):
                pages += 1
                self._read(clipping)
        # not before all of it is held: who has these is not sent the same again
        feed.etag, feed.last_modified = answer.etag, answer.last_modified

    def _may_read(self, url: str) -> bool:
        tries, due = self._refused.get(url, (0, 0.0))
        return tries < TRIES and time.monotonic() >= due

    def _give_up(self, url: str) -> None:
        """Notes that a page was not given, so that no feed's next turn asks for it again."""
        tries, _ = self._refused.pop(url, (0, 0.0))
        self._refused[url] = (tries + 1, time.monotonic() + AGAIN * 4**tries)
        while len(self._refused) > REMEMBERED:
            self._refused.popitem(last=False)

    def _read(self, clipping: Clipping) -> None:
        """The page of an article, where its place allows it."""
        try:
            if self._stop.wait(max(self._gap, min(self._robots.delay(clipping.url), 30.0))):
                return
            page = fetched(clipping.url, self._fetcher, self._robots)
        except GroundswellError:
            self._give_up(clipping.url)  # its summary stays
            return
        self._refused.pop(clipping.url, None)
        self._held.add(replace(clipping, text=page.text))


def _names(newsrooms: Sequence[Newsroom]) -> list[str]:
    """A name for each feed that no other has.

    >>> _names([Newsroom("A", "https://a.example/1"), Newsroom("A", "https://a.example/2")])
    ['A', 'A (2)']
    """
    names: list[str] = []
    for one in newsrooms:
        tries = chain([one.name], (f"{one.name} ({n})" for n in count(2)))
        names.append(next(name for name in tries if name not in names))
    return names


def _seconds(retry_after: str) -> float:
    """Seconds that a server asks to wait, in either of the header's forms.

    >>> _seconds("120"), _seconds(""), _seconds("never"), _seconds("²")
    (120.0, 0.0, 0.0, 0.0)
    """
    if retry_after.isdecimal():
        return float(retry_after[:9])
    try:
        when = parsedate_to_datetime(retry_after).timestamp()
    except ValueError:
        return 0.0
    return max(0.0, when - time.time())
