"""Ten times the usual rate for a while: nothing is dropped, memory is bounded, the lag goes."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left

import pytest

from groundswell import settings
from groundswell.engines import following, loading
from groundswell.engines.run import Run
from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.text.tokens import Tables
from groundswell.model import MICROSECONDS, Batch, Board
from groundswell.sources.jetstream import Jetstream
from tests.figures import Figure, sized
from tests.soak.memory import Growth
from tests.soak.serving import Plan, offsets, served

MOST_MIB = 1_024.0
"""MiB that a desk may have with the default tables, full, and an inbox that is full."""


@pytest.mark.figure("burst")
@sized([(100, 1.5), (1_000, 2.5), (100, 1.5)], [(300, 30.0), (3_000, 60.0), (300, 30.0)], minutes=6)
def test_ten_times_the_rate_drops_nothing(
    size: Plan, tables: Tables, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every post that was sent is on a board, before, during and after.

    It is on that of its slice, and counting is a second behind the sender at most, in the full run
    alone: how fast this machine is now is no matter of a quick test. Where it sleeps for longer
    than the grace that late posts have, a slice closes without them, and the next one has them.
    """
    full = size[0][1] > 10
    monkeypatch.setattr(loading, "load_kernel", lambda rules: Kernel(rules, tables))
    rules = settings.rules(settings.of(slice=60 if full else 1))
    boards, lags, firsts = list[Board](), list[tuple[float, float]](), list[int]()
    stop, seconds = threading.Event(), sum(one for _, one in size)
    due = list(offsets(size))

    def on_batch(batch: Batch) -> None:
        if batch.times:
            firsts.extend(batch.times[:1] if not firsts else ())
            newest = batch.times[-1] / MICROSECONDS
            lags.append((newest - firsts[0] / MICROSECONDS, time.time() - newest))

    def on_board(board: Board) -> None:
        boards.append(board)
        if board.at >= firsts[0] + seconds * MICROSECONDS:
            stop.set()

    with served(size) as url, Growth() as growth:
        timer = threading.Timer(seconds * 3 + 120, stop.set)  # a busy machine is no lost post
        timer.start()
        run = Run(on_board, on_batch=on_batch, stop=stop)
        following.live([Jetstream((url,))], rules, run)
        timer.cancel()
    sent = [bisect_left(due, board.at - firsts[0]) for board in boards]
    counted = [sum(board.posts for board in boards[: i + 1]) for i in range(len(boards))]
    begun, over = size[0][1], size[0][1] + size[1][1]
    worst = max((lag for at, lag in lags if begun <= at < over), default=0.0)
    back = next((at for at, lag in lags if at >= over and lag <= 1.0), seconds) - over
    after = sorted(lag for at, lag in lags if at >= min(over + back, lags[-1][0]))
    figure(
        f"{size[0][0]:,} → {size[1][0]:,} posts/s for {size[1][1]:g} s: {counted[-1]:,} of "
        f"{sent[-1]:,} posts on boards; at most {worst:.2f} s behind; {back:.1f} s after it within "
        f"1 s, from then on p50 {after[len(after) // 2]:.2f} s, and {after[-1]:.2f} s where slices "
        f"close; at most {growth.most:.0f} MiB", trials=1,
    )  # fmt: skip
    assert counted[-1] == sent[-1] == len(due)
    assert all(here <= all_so_far for here, all_so_far in zip(counted, sent, strict=True))
    assert not full or counted == sent
    # a quick run shares its process with other tests, and what they left in memory
    assert (growth.most if full else growth.mib) <= MOST_MIB
    assert not full or (back <= 10 and after[len(after) // 2] <= 1.0)
