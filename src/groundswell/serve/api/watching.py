"""`/metrics`: the figures of a run, of its sources and of its newsrooms.

The Prometheus text format (version 0.0.4) is written by hand: a line a figure, all of them known
here. The client library would add a registry of its own for what is one snapshot.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from groundswell.doors import Role
from groundswell.press.reporters import FeedHealth
from groundswell.serve.api.health import feeds
from groundswell.serve.desk.state import desk_of
from groundswell.serve.visitors.visiting import requires
from groundswell.watch import SourceHealth, Watch

Sample = tuple[str, float]
"""Labels as they are written, and a value."""


@requires(Role.ADMIN, when_open=Role.NONE)
async def metrics(request: Request) -> Response:
    """The figures of the run, for Prometheus."""
    desk = desk_of(request)
    readers = request.app.state.readers
    text = "".join(exposition(desk.watch, readers.now, readers.dropped, feeds(desk)))
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def exposition(
    watch: Watch, readers: int = 0, dropped: int = 0, newsrooms: Sequence[FeedHealth] = ()
) -> Iterator[str]:
    """All figures in Prometheus' text format, a family after the other."""
    figures, now = watch.figures, watch.monotonic()
    sources = watch.sources()
    for name, about, value in (
        ("posts", "posts taken in", figures.posts),
        ("rejected", "lines and events that could not be read", figures.rejected),
        ("repeated", "posts left out because they had come before", figures.repeated),
        ("late", "posts that came too late for their slice", figures.late),
        ("deletions", "posts that were taken back", figures.deletions),
        ("account_news", "accounts that were hidden, deleted, or came back", figures.accounts),
        ("evicted_terms", "terms forgotten to make room", figures.evicted),
        ("slices", "slices closed", figures.slices),
        ("close_seconds", "seconds spent on closing slices", figures.close_seconds),
        ("readers_dropped", "readers of event streams who took nothing any more", dropped),
    ):
        yield from _family(f"groundswell_{name}_total", about, "counter", [("", value)])
    age = watch.newest_age
    gauges: list[tuple[str, str, float]] = [
        ("last_close_seconds", "what the last slice took to close", figures.last_close_seconds),
        ("lag_seconds", "from the end of the last slice to its board", figures.lag),
        ("learning", "1 while what is usual is still learned", float(figures.learning)),
        ("up", "0 when the desk does not do its work", float(not watch.stalled)),
        ("readers", "open event streams", readers),
        ("memory_bytes", "resident memory", memory()),
    ]
    if age is not None:
        gauges.append(("newest_post_age_seconds", "since the newest post", age))
    for name, about, value in gauges:
        yield from _family(f"groundswell_{name}", about, "gauge", [("", value)])
    for name, about, kind, samples in (
        ("reconnects_total", "connections that were mended", "counter",
         [(_label(one), one.reconnects) for one in sources]),
        ("gaps_total", "times from which posts may be missing", "counter",
         [(_label(one), len(one.gaps)) for one in sources]),
        ("left_out_total", "posts whose authors or servers ask not to be taken", "counter",
         [(_label(one), one.left_out) for one in sources]),
        ("source_up", "1 while a source is connected and speaks", "gauge",
         [(_label(one), int(one.now(now) == "connected")) for one in sources]),
        ("source_quiet_seconds", "since something came", "gauge",
         [(_label(one), one.quiet(now)) for one in sources]),
    ):  # fmt: skip
        yield from _family(f"groundswell_{name}", about, kind, samples)
    yield from _of_feeds(newsrooms)


def _of_feeds(newsrooms: Sequence[FeedHealth]) -> Iterator[str]:
    """A label is a newsroom of the list that is read: there are no more than it has."""
    labelled = [(_labelled("newsroom", one.name), one) for one in newsrooms]
    for name, about, kind, samples in (
        ("feed_requests_total", "requests for a newsroom's feed", "counter",
         [(label, one.asked) for label, one in labelled]),
        ("feed_failures_total", "requests for a feed that brought nothing to read", "counter",
         [(label, one.failed) for label, one in labelled]),
        ("feed_up", "1 while the last answer for a feed was a good one", "gauge",
         [(label, int(one.status == "ok")) for label, one in labelled]),
        ("feed_failures_in_a_row", "since the last good answer", "gauge",
         [(label, one.failures) for label, one in labelled]),
        ("feed_wait_seconds", "until a feed is asked for again", "gauge",
         [(label, one.wait) for label, one in labelled]),
        ("feed_fetched_seconds", "since the last good answer", "gauge",
         [(label, one.since) for label, one in labelled if one.since is not None]),
    ):  # fmt: skip
        yield from _family(f"groundswell_{name}", about, kind, samples)


def _family(name: str, about: str, kind: str, samples: Sequence[Sample]) -> Iterator[str]:
    if samples:
        yield f"# HELP {name} {about}\n# TYPE {name} {kind}\n"
        yield from (f"{name}{labels} {_number(value)}\n" for labels, value in samples)


def _number(value: float) -> str:
    """Whole numbers without a fraction or an exponent, whatever their size.

    >>> _number(12_345_678), _number(0.25)
    ('12345678', '0.25')
    """
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _label(one: SourceHealth) -> str:
    return _labelled("source", one.name)


def _labelled(key: str, name: str) -> str:
    value = name.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'{{{key}="{value}"}}'


def memory() -> float:
    """Resident memory in bytes; where the system does not say, the most that there was."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return float(pages * resource.getpagesize())
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return float(most if sys.platform == "darwin" else most * 1024)
