"""Holding articles against open data beside the desk: no page waits for it.

A page shows what is known when it is made; what is not, is asked for by a thread of its own at the
pace of the services, and stands on the page the next time.
"""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from groundswell.errors import SourceError
from groundswell.press.article import Article
from groundswell.press.clippings import Clipping
from groundswell.press.knowledge import Discrepancy, Knowledge, discrepancies

WAITING: Final = 50
"""Articles that wait to be checked; others come again with the next page that shows them."""
HELD: Final = 1_000
"""Articles of which it is held what open data has otherwise."""
PAUSE: Final = 60.0
"""Seconds without a question after a service did not answer; twice as long each time again."""
LONGEST: Final = 6 * 3_600.0


class Checker:
    """Use it as a context: it asks as long as that is open.

    Args:
        sources: who is asked, in turn.
        stop: set when it ends; give it to who sleeps within `sources`, so that nobody waits long.
    """

    def __init__(self, sources: Sequence[Knowledge], stop: threading.Event | None = None) -> None:
        self._sources = sources
        self._stop = stop or threading.Event()
        self._lock = threading.Lock()
        self._known: OrderedDict[Clipping, tuple[Discrepancy, ...]] = OrderedDict()
        self._waiting: set[str] = set()
        self._queue: queue.Queue[tuple[Clipping, Article]] = queue.Queue(WAITING)
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name="open data", daemon=True)

    def __enter__(self) -> Checker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=2)

    def otherwise(self, clipping: Clipping, article: Article) -> tuple[Discrepancy, ...]:
        """What is known to be otherwise in an article; asked for later where it is not known yet.

        A made-up article is not asked about.
        """
        if clipping.simulated or not any(work.creator for work in article.works):
            return ()
        with self._lock:
            if clipping in self._known:
                self._known.move_to_end(clipping)
                return self._known[clipping]
            if clipping.url not in self._waiting and not self._queue.full():
                self._waiting.add(clipping.url)
                self._queue.put_nowait((clipping, article))
        return ()

    def check(self, clipping: Clipping, article: Article) -> float:
        """Asks about one article now; seconds until the next may be asked about."""
        found: tuple[Discrepancy, ...] | None = None
        try:
            found = tuple(one for source in self._sources for one in discrepancies(article, source))
        except SourceError:
            self._failures += 1
        else:
            self._failures = 0
        with self._lock:
            self._waiting.discard(clipping.url)
            if found is not None:
                self._known[clipping] = found
            if len(self._known) > HELD:
                self._known.popitem(last=False)
        if found is not None:
            return 0.0
        return min(LONGEST, PAUSE * 2.0 ** min(self._failures - 1, 10))

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                clipping, article = self._queue.get(timeout=0.2)
            except queue.Empty:
                continue
            self._stop.wait(self.check(clipping, article))
