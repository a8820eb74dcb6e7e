"""What a run says of itself: states, lag, stalls, log lines."""

from __future__ import annotations

import logging

import pytest

from groundswell.model import Batch, Board
from groundswell.watch import LOG, Gap, SourceHealth, Watch
from tests.conftest import batch_of

SECOND = 1_000_000


class Clocks:
    """Time that tests move."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now + 500.0


def watch_of(*states: SourceHealth) -> tuple[Watch, Clocks, list[SourceHealth]]:
    clocks, sources = Clocks(), list(states)
    watch = Watch(lambda: sources, live=True, monotonic=clocks.monotonic, wall=clocks.wall)
    return watch, clocks, sources


def board(at: float) -> Board:
    return Board("all", int(at * SECOND), True, (1, 60), 5, 4, (), evicted=3)


@pytest.mark.parametrize(
    ("state", "quiet", "said"),
    [
        ("connected", 5, ""),
        ("connected", 47, "silent for 40 s"),
        ("reconnecting", 3, "reconnecting (HTTP 503)"),
        ("reconnecting", 47, "silent for 40 s, reconnecting (HTTP 503)"),
        ("starting", 1, "connecting"),
        ("ended", 100, "ended"),
    ],
)
def test_a_state_in_words(state: str, quiet: float, said: str) -> None:
    """Nothing where nothing is wrong; silence in tens of seconds, so that it does not flicker."""
    reason = "HTTP 503" if state == "reconnecting" else ""
    one = SourceHealth("a", state, 100.0, reason)  # type: ignore[arg-type]
    assert one.said(100.0 + quiet) == said


def test_a_desk_is_stalled_when_nothing_comes_or_no_slice_closes() -> None:
    """One source that speaks is enough, and a replay never is."""
    watch, clocks, sources = watch_of(
        SourceHealth("a", "connected", 1_000.0), SourceHealth("b", "connected", 1_000.0)
    )
    assert watch.stalled == ""
    clocks.now += 200
    watch.closed(board(1_600), late=0, seconds=0.01)
    assert watch.stalled.startswith("nothing has come for 200 s")
    sources[1] = SourceHealth("b", "connected", clocks.now - 1)
    assert watch.stalled == ""
    clocks.now += 250
    assert watch.stalled != "", "nothing has come"
    sources[1] = SourceHealth("b", "connected", clocks.now)
    assert watch.stalled == "", "a stream may be quiet for long before its first post"
    watch.took(batch_of((1_600, "a", "x")))
    sources[1] = SourceHealth("b", "connected", clocks.now)
    assert watch.stalled.startswith("no slice has closed for 250 s")
    watch.live = False
    assert watch.stalled == ""


def test_figures_add_up() -> None:
    """Posts, rejects, deletions, closes, and how far behind the board is."""
    watch, clocks, _ = watch_of()
    batch = batch_of((1_400, "a", "x"), (1_450, "b", "y"))
    batch.deleted = [("p0", 1_460 * SECOND)]
    watch.took(batch)
    watch.took(Batch())
    watch.closed(board(1_498), late=2, seconds=0.25)
    figures = watch.figures
    assert (figures.posts, figures.deletions, figures.late, figures.evicted) == (2, 1, 2, 3)
    assert (figures.lag, figures.close_seconds, figures.slices) == (2.0, 0.25, 1)
    assert watch.newest_age == 50.0
    clocks.now += 10
    assert watch.newest_age == 60.0


def test_changes_of_sources_and_gaps_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """A line when a state changes and when a gap comes; looking again says nothing."""
    watch, clocks, sources = watch_of(SourceHealth("a", "connected", 1_000.0))
    LOG.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.INFO, "groundswell"):
            for step in range(4):
                if step == 2:
                    gap = Gap(1 * SECOND, 2 * SECOND, "HTTP 429")
                    sources[0] = SourceHealth("a", "reconnecting", 1_000.0, "why", 1, (gap,))
                clocks.now += 1.5
                watch.look()
    finally:
        LOG.removeHandler(caplog.handler)
    told = [(record.getMessage(), record.levelname) for record in dict.fromkeys(caplog.records)]
    assert told == [("source", "INFO"), ("source", "WARNING"), ("gap", "WARNING")]
