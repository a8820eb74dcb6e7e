"""The protocol of a source, and opening one by its URI."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from groundswell.errors import UsageError
from groundswell.model import Batch
from groundswell.watch import SourceHealth, clock

GROUP = "groundswell.sources"


@runtime_checkable
class Source(Protocol):
    """A stream of batches.

    Call order: `read` once, from one thread; `close` any time, from any thread, more than once.
    `read` blocks while it waits for posts, but never longer than about a second without yielding
    (an empty batch is fine), so that slices close on time. It ends when a recording ends or after
    `close`; a live source mends its own connection and does not end. Columns of every batch have
    one length; bad input goes to `rejected` and never raises. `SourceError` is raised only when
    going on is hopeless (no such file, no such host at the first attempt).

    Resuming: `read(after=cursor)` with a cursor of an earlier batch gives everything after that
    batch: at least once for live sources, exactly once for recordings. A source that cannot be
    asked again for what it gave has an attribute `rewinds` that is False: what it gives is then
    kept in a journal until a snapshot knows it, and it is read without a cursor.

    A source that others share may have a method `kept(cursor)`, which may be called from any
    thread: everything up to the cursor of a batch outlasts a crash now, or is counted where nothing
    is kept. It is for telling a broker how far we are; resuming goes by `after` alone.

    A live source may have a property `health` (`groundswell.watch.SourceHealth`), read from any
    thread: the desk then says where it stands.
    """

    @property
    def name(self) -> str:
        """What people read: `jetstream2.us-east`, `night.ndjson.gz`."""

    @property
    def live(self) -> bool:
        """True when posts come as they are written: time then closes slices, not the next post."""

    @property
    def simulated(self) -> bool:
        """True when the posts are made up: every page then says so."""

    def read(self, after: str = "") -> Iterator[Batch]:
        """Batches from the beginning (or from now, live), or after a cursor."""

    def close(self) -> None:
        """Ends `read` soon; releases what is held."""


def health_of(source: Source) -> SourceHealth:
    """Where a source stands; one that does not say is taken as connected."""
    said = getattr(source, "health", None)
    return (
        said if isinstance(said, SourceHealth) else SourceHealth(source.name, "connected", clock())
    )


def kept(source: Source, cursor: str) -> None:
    """Tells a source that wants to know it that everything up to a cursor is kept."""
    tell = getattr(source, "kept", None)
    if callable(tell):
        tell(cursor)


def open_source(uri: str) -> Source:
    """The source behind a URI: `jetstream`, `redis://…`, `file:PATH`, `-`, or a plug-in's.

    The scheme (before the first `:` or `+`) names the entry point; a plain path is a file.

    Raises:
        UsageError: no source has that scheme.
        SourceError: the source cannot be opened.
    """
    openers = {point.name: point for point in entry_points(group=GROUP)}
    scheme = _scheme(uri, known=set(openers))
    if scheme not in openers:
        near = difflib.get_close_matches(scheme, openers, n=1)
        raise UsageError(
            f"expected a source such as {', '.join(sorted(openers))}, got {uri!r}",
            hint=f"did you mean {near[0]!r}?" if near else "see `groundswell live --help`",
        )
    opener: Callable[[str], Source] = openers[scheme].load()
    return opener(uri)


def _scheme(uri: str, known: set[str]) -> str:
    if uri == "-":
        return "stdin"
    head = uri.split(":", 1)[0].split("+", 1)[0]
    if head in known or "://" in uri:
        return head
    return "file"
