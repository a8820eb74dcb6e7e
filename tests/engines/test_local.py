"""The engine: order, slices on live time, the end of a run."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.engines.following import StreamClock, live
from groundswell.engines.local import replay
from groundswell.engines.ordering import in_order
from groundswell.engines.run import Run
from groundswell.errors import NothingToReadError, SourceError
from groundswell.kernel.pipeline import Rules
from groundswell.model import Batch, Board, Reject
from tests.conftest import batch_of

SECOND = 1_000_000


class Script:
    """A source that plays given batches and, if live, then waits to be closed."""

    def __init__(self, batches: list[Batch], *, live: bool = False) -> None:
        self.batches, self.live = batches, live
        self.name, self.simulated = "script", True
        self.closed = threading.Event()

    def read(self, after: str = "") -> Iterator[Batch]:
        yield from self.batches
        while self.live and not self.closed.wait(0.05):
            yield Batch()

    def close(self) -> None:
        self.closed.set()


@given(st.lists(st.integers(0, 600), max_size=80), st.integers(1, 20))
def test_lines_late_by_up_to_a_minute_are_put_in_order(jitter: list[int], size: int) -> None:
    """Whatever the order within a minute and the cut into batches, posts come out sorted, all."""
    posts = [(i * 5 + j / 10, "a", "x") for i, j in enumerate(jitter)]
    batches = [batch_of(*posts[i : i + size], first=i) for i in range(0, len(posts), size)]
    out = [t for batch in in_order(batches, 60 * SECOND) for t in batch.times]
    assert out == sorted(int(t * SECOND) for t, _, _ in posts)


def test_rejects_and_deletions_pass_through_the_ordering() -> None:
    """A reject is counted at once; a deletion keeps its place in time."""
    bad = Reject("no id", 1, b"{}")
    batch = batch_of((1, "a", "x"))
    batch.rejected, batch.deleted = [bad], [("p0", 100 * SECOND)]
    out = list(in_order([batch], 60 * SECOND))
    assert [r for b in out for r in b.rejected] == [bad]
    assert [d for b in out for d in b.deleted] == [("p0", 100 * SECOND)]


def test_replay_closes_every_slice_and_counts_what_it_read() -> None:
    """Three minutes with a gap give four boards, in order, and a summary that adds up."""
    boards: list[Board] = []
    batch = batch_of((0, "a", "one"), (61, "b", "two"), (200, "c", "three"))
    summary = replay(Script([batch]), Rules(), Run(on_board=boards.append))
    assert [b.posts for b in boards] == [1, 1, 0, 1]
    assert (summary.read, summary.slices, summary.late) == (3, 4, 0)


def test_a_recording_without_a_post_is_an_error() -> None:
    """Nothing good in it: an error that says how many lines came."""
    batch = Batch(rejected=[Reject("no id", 1, b"{}")])
    with pytest.raises(NothingToReadError, match="none in 1 lines"):
        replay(Script([batch]), Rules(), Run(on_board=lambda _: None))


def test_stop_ends_a_replay_with_its_open_slice_closed() -> None:
    """Ctrl-C after the first batch: what was read is on a last board."""
    boards: list[Board] = []
    run = Run(on_board=boards.append)
    run.on_batch = lambda _: run.stop.set()
    source = Script([batch_of((t, "a", "x")) for t in range(0, 1_000, 100)])
    summary = replay(source, Rules(), run, speed=1000)
    assert 1 <= summary.read < 10
    assert sum(b.posts for b in boards) == summary.read


def test_the_beginning_may_pass_at_once() -> None:
    """A minute at the pace of years is not waited for; what comes after it is."""
    rested: list[float] = []

    class Noting(Run):
        def rest(self, seconds: float, *_: object) -> None:
            rested.append(seconds)

    run = Noting(on_board=lambda _: None)
    source = Script([batch_of((t, "a", "x")) for t in (0, 30, 59, 61, 90)])
    replay(source, Rules(), run, speed=1e-6, quick_us=60 * SECOND)
    assert len(rested) == 2
    assert rested[0] <= 0, "the first that goes by time is due at once"
    assert rested[1] > 1e6


def test_a_live_slice_closes_by_the_streams_own_clock() -> None:
    """No later post comes, the stream's times are of another year: the board comes all the same."""
    boards: list[Board] = []
    run = Run(on_board=lambda board: (boards.append(board), run.stop.set()))
    source = Script([batch_of((1_000_000.1, "a", "x"), (1_000_000.3, "b", "y"))], live=True)
    live([source], Rules(slice_us=SECOND), run)
    assert boards[0].posts == 2
    assert source.closed.is_set()


def test_a_hopeless_source_ends_the_run_with_its_error() -> None:
    """What a source raises at its start reaches the user, and the others are closed."""

    class Hopeless(Script):
        def read(self, after: str = "") -> Iterator[Batch]:
            raise SourceError("expected a server")
            yield

    other = Script([], live=True)
    with pytest.raises(SourceError, match="expected a server"):
        live([Hopeless([]), other], Rules(), Run(on_board=lambda _: None))
    assert other.closed.is_set()


def test_the_stream_clock_goes_on_in_silence_and_never_back() -> None:
    """Time is the newest event time, plus what passed here since."""
    now = [10.0]
    clock = StreamClock(lambda: now[0])
    assert clock.now() == 0
    clock.saw(5 * SECOND)
    now[0] = 12.0
    assert clock.now() == 7 * SECOND
    clock.saw(4 * SECOND)
    assert clock.now() == 7 * SECOND


def test_a_post_that_two_servers_bring_counts_once() -> None:
    """Two live sources give the same post at different times: one is counted, one is repeated."""
    boards: list[Board] = []
    uri = "https://example.social/users/a/statuses/1"
    batches = [batch_of((1_000.1, "a", "x")), batch_of((1_000.2, "a", "x"))]
    for batch in batches:
        batch.ids = [uri]
    run = Run(on_board=lambda board: (boards.append(board), run.stop.set()))
    sources = [Script([batch], live=True) for batch in batches]
    live(sources, Rules(slice_us=SECOND), run)
    assert sum(board.posts for board in boards) == run.tally.read == 1
    assert run.watch.figures.repeated == 1
