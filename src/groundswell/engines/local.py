"""One process: sources in, boards out.

A recording is read in the calling thread as fast as asked. Live sources are read in a thread each;
the calling thread counts, and closes slices by the stream's own clock: the newest event time seen,
plus the time that has passed here since. So a wrong clock here or there moves no slice.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np
import wordfreq

from groundswell.engines.ordering import in_order
from groundswell.errors import GroundswellError, NothingToReadError, UsageError
from groundswell.kernel import usage
from groundswell.kernel.characters import characters
from groundswell.kernel.domains import suffixes
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.tokens import Tables, tokenize
from groundswell.model import MICROSECONDS, Batch, Board, Explanation, Reject, Summary, iso
from groundswell.sources import Source

ALLOWANCE_US = 60 * MICROSECONDS
"""How far lines of a recording may be out of order."""
GRACE_US = MICROSECONDS
"""How long after a slice's end a live stream's last posts are waited for."""


RAREST = 450
"""Words of a language down to 10^−4.5 of all: rarer ones are no habit of anyone."""


PLATFORM_WORDS = ("rt", "via", "amp", "http", "https", "t", "co")
"""What software writes into posts: as everyday as a language's function words."""


def load_tables() -> Tables:
    """The tokeniser's tables, with the public suffix list as installed."""
    rules = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text("utf-8")
    return Tables(characters(), suffixes(rules.splitlines()))


def load_kernel(rules: Rules) -> Kernel:
    """A kernel with everything that it looks things up in."""
    tables = load_tables()
    return Kernel(rules, tables, load_lexicon(tables))


def load_lexicon(tables: Tables) -> usage.Lexicon:
    """General word frequencies of some forty languages, from the `wordfreq` package (0.8 s)."""
    platforms = tokenize(list(PLATFORM_WORDS), tables).hashes
    languages = tuple(sorted(wordfreq.available_languages("small")))
    keys, levels = [], []
    for language in languages:
        lists = wordfreq.get_frequency_list(language, "small")[:RAREST]
        words = [word for same in lists for word in same]
        level = [i for i, same in enumerate(lists) for _ in same]
        tokens = tokenize(words, tables)
        single = np.diff(tokens.first) == 1
        keys.append(tokens.hashes[tokens.first[:-1][single]])
        levels.append(np.maximum(np.array(level, np.uint16), 1)[single])
    keys.append(platforms)
    levels.append(np.full(platforms.size, 200, np.uint16))
    return usage.lexicon(keys, levels, (*languages, "platforms"))


@dataclass(slots=True)
class Run:
    """What happens while an engine runs; each callback is called in the engine's thread."""

    on_board: Callable[[Board], None]
    on_reject: Callable[[Reject], None] = lambda _: None
    on_batch: Callable[[Batch], None] = lambda _: None
    stop: threading.Event = field(default_factory=threading.Event)
    read: int = 0
    rejected: int = 0
    slices: int = 0
    began: float = field(default_factory=time.monotonic)

    def note(self, batch: Batch) -> None:
        """Counts what a batch brought."""
        self.read += len(batch)
        self.rejected += len(batch.rejected)
        for reject in batch.rejected:
            self.on_reject(reject)
        self.on_batch(batch)

    def show(self, boards: list[Board]) -> None:
        """Hands boards on."""
        for board in boards:
            self.slices += 1
            self.on_board(board)

    def summary(self, kernel: Kernel) -> Summary:
        """The figures of the run so far."""
        seconds = time.monotonic() - self.began
        return Summary(self.read, self.rejected, kernel.state.late, self.slices, seconds)


def replay(source: Source, rules: Rules, run: Run, *, speed: float = 0.0) -> Summary:
    """Runs a recording through the kernel to its end, or until `run.stop` is set.

    `speed` is event time over time here: 1 as it was, 60 a minute a second, 0 as fast as possible.

    Raises:
        NothingToReadError: not one line of it is a post.
        SourceError: it cannot be read.
    """
    kernel = load_kernel(rules)
    run.began = time.monotonic()
    for batch in _paced(in_order(_until(source, run), ALLOWANCE_US), speed, run.stop):
        run.note(batch)
        run.show(kernel.add(batch))
    run.show(kernel.finish())
    if run.read == 0 and not run.stop.is_set():
        raise NothingToReadError(
            f"expected posts in {source.name}, found none in {run.rejected} lines",
            hint="see the post format in the README, or keep the reasons with --rejects",
        )
    return run.summary(kernel)


def explained(
    source: Source, rules: Rules, term: str, *, at_us: int | None, stop: threading.Event
) -> Explanation:
    """What the board of the slice that holds `at_us` says of a term.

    Without a time: of the slice in which most people above usual said it, as far as was read.

    Raises:
        UsageError: there is no word in `term`, or no slice holds the time.
        NothingToReadError: not one line of the source is a post.
    """
    kernel = load_kernel(rules)
    if not kernel.ask(term):
        raise UsageError(f"expected a word, hashtag, emoji or link, got {term!r}")
    found: list[Explanation] = []
    for batch in in_order(source.read(), ALLOWANCE_US):
        kernel.add(batch)
        found += kernel.explained
        kernel.explained.clear()
        if found and at_us is None:
            found = [max(found, key=_excess)]
        elif found and at_us is not None and found[-1].at > at_us:
            source.close()
            break
        if stop.is_set():
            break
    kernel.finish()
    found += kernel.explained
    if not found:
        raise NothingToReadError(f"expected posts in {source.name}, found none")
    if at_us is None:
        return max(found, key=_excess)
    holds = [one for one in found if one.at - rules.slice_us <= at_us < one.at]
    if not holds:
        span = f"{iso(found[0].at - rules.slice_us)} to {iso(found[-1].at)}"
        raise UsageError(f"expected a time from {span}, got {iso(at_us)}")
    return holds[0]


def _excess(explanation: Explanation) -> float:
    return max((w.people - w.expected for w in explanation.windows), default=-1.0)


def _until(source: Source, run: Run) -> Iterator[Batch]:
    for batch in source.read():
        if run.stop.is_set():
            source.close()
            return
        yield batch


def _paced(batches: Iterator[Batch], speed: float, stop: threading.Event) -> Iterator[Batch]:
    """Lets a batch through when its time has come; batches are cut to a slice of it by ordering."""
    if speed <= 0:
        yield from batches
        return
    origin: int | None = None
    began = time.monotonic()
    for batch in batches:
        if batch.times:
            origin = batch.times[0] if origin is None else origin
            due = began + (batch.times[0] - origin) / MICROSECONDS / speed
            stop.wait(max(0.0, due - time.monotonic()))
        if stop.is_set():
            return
        yield batch


def live(sources: list[Source], rules: Rules, run: Run) -> Summary:
    """Follows live sources until `run.stop` is set; the open slice is closed at the end.

    Raises:
        SourceError: a source is hopeless from the start.
    """
    inbox: queue.Queue[Batch | GroundswellError] = queue.Queue(maxsize=256)
    kernel = load_kernel(rules)
    threads = [
        threading.Thread(target=_pump, args=(source, inbox, run.stop), daemon=True)
        for source in sources
    ]
    for thread in threads:
        thread.start()
    try:
        _follow(kernel, inbox, run, threads)
        run.show(kernel.finish())
    finally:
        run.stop.set()
        for source in sources:
            source.close()
        for thread in threads:
            thread.join(timeout=5)
    return run.summary(kernel)


def _follow(
    kernel: Kernel,
    inbox: queue.Queue[Batch | GroundswellError],
    run: Run,
    threads: list[threading.Thread],
) -> None:
    clock = StreamClock()
    while not run.stop.is_set():
        try:
            item = inbox.get(timeout=0.2)
        except queue.Empty:
            if not any(thread.is_alive() for thread in threads):
                return
            item = Batch()
        if isinstance(item, GroundswellError):
            raise item
        run.note(item)
        if item.times:
            clock.saw(max(item.times))
        run.show(kernel.add(item))
        run.show(kernel.tick(clock.now() - GRACE_US))


def _pump(
    source: Source, inbox: queue.Queue[Batch | GroundswellError], stop: threading.Event
) -> None:
    """Moves a source's batches into the inbox; a full inbox holds the source back, never drops."""
    try:
        for batch in source.read():
            while not stop.is_set():
                try:
                    inbox.put(batch, timeout=0.5)
                    break
                except queue.Full:
                    continue
            if stop.is_set():
                return
    except GroundswellError as error:
        inbox.put(error)


class StreamClock:
    """Event time that goes on while a stream is silent."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._newest = 0
        self._at = monotonic()

    def saw(self, newest_us: int) -> None:
        """Takes note of the newest event time."""
        if newest_us > self._newest:
            self._newest, self._at = newest_us, self._monotonic()

    def now(self) -> int:
        """Event time now, µs; 0 before the first post."""
        if not self._newest:
            return 0
        return self._newest + int((self._monotonic() - self._at) * MICROSECONDS)
