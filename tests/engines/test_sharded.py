"""Counting by shards: what comes out is what one table says, to the byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.archive import codec
from groundswell.engines.memory import remembered, resolve, take_up
from groundswell.engines.sharded import AHEAD, Sharded
from groundswell.kernel.terms.counting import Said
from groundswell.kernel.terms.counts import Counts
from tests.engines.crew import Here, Several, alone, boards, night, play, told

DECAYS = np.array([0.99, 0.8, 0.0, 0.0], np.float32)


@pytest.mark.parametrize("shards", [1, 2, 3])
def test_boards_are_those_of_one_process(shards: int) -> None:
    """Also where terms are forgotten, posts leave the ring early, come late or are taken back."""
    whole = list(alone())
    assert '"evicted": 0' not in whole[-1]
    assert sum('"title"' in board for board in whole) > 3
    assert play(list(night()), Several(shards)) == whole


def test_a_single_shard_counts_some_posts_after_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """It needs nobody else's answers, so no empty step is taken; the boards are the same."""
    monkeypatch.setattr("groundswell.kernel.terms.counts.RUN", 16)
    hands = Several(1)
    assert play(list(night()), hands) == list(alone())
    assert hands.crews[0].empty == 0


def test_a_snapshot_of_shards_is_one_of_one_process(tmp_path: Path) -> None:
    """A run that began with three shards goes on alone, then with two: the boards are the same."""
    batches = list(night())
    third = len(batches) // 3
    whole, found = list(alone()), []
    for part, hands in (
        (batches[:third], Several(3)), (batches[third : 2 * third], None),
        (batches[2 * third :], Several(2)),
    ):  # fmt: skip
        there = boards(hands)
        if (tmp_path / "kept").exists():
            take_up(there, codec.read(tmp_path / "kept", resolve))
        for batch in part:
            found += there.add(batch)
        with (tmp_path / "kept").open("wb") as file:
            codec.write(file, remembered(there, None, 0, 0, 0))
    assert told(found + there.finish()) == whole


def test_asking_in_the_middle_of_a_slice_moves_nothing() -> None:
    """What the board would say now, asked between two batches, changes no later board."""
    batches = list(night())
    there, found = boards(Several(2)), []
    for batch in batches:
        found += there.add(batch)
        there.main.so_far(["red carpet"])
    assert told(found + there.finish()) == list(alone())


def test_who_brings_posts_waits_for_who_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards that are never ready let a few runs wait and no more; the boards are the same."""
    monkeypatch.setattr("groundswell.engines.cutting.RUN_POSTS", 64)
    monkeypatch.setattr(Here, "ready", lambda _: False)
    hands, deepest = Several(2), 0
    there, found = boards(hands), []
    for batch in night():
        found += there.add(batch)
        counts = there.main.state.counts
        assert isinstance(counts, Sharded)
        deepest = max(deepest, len(counts._runs))
    assert told(found + there.finish()) == list(alone())
    assert deepest == AHEAD


def test_a_crew_that_wants_to_rest_is_let(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of slices too, when nothing is under way; the boards are the same."""
    monkeypatch.setattr("groundswell.engines.cutting.RUN_POSTS", 64)
    monkeypatch.setattr(Here, "restless", property(lambda _: True), raising=False)
    hands = Several(2)
    assert play(list(night()), hands) == list(alone())
    assert hands.crews[0].rests > 40


posts = st.lists(st.tuples(st.integers(1, 5), st.lists(st.integers(1, 9), max_size=7)), max_size=50)


@given(posts, st.integers(1, 9), st.integers(1, 4), st.integers(2, 20))
def test_every_term_has_the_counts_of_one_table(
    said: list[tuple[int, list[int]]], size: int, shards: int, closes: int
) -> None:
    """Posts and people of words and phrases, and where each word stood last, for any cut."""
    one, several = Counts(1 << 14, DECAYS), Sharded(Here(shards), Counts(1 << 14, DECAYS))
    rings = [_feed(state, said, size, closes) for state in (one, several)]
    keys = np.concatenate([rings[0].hashes[:400], one.regions.records()["key"]])
    for mine, theirs in zip(one.said_now(keys), several.said_now(keys), strict=True):
        assert mine.tolist() == theirs.tolist()
    for name in ("keys", "words", "last", "history"):
        mine, theirs = getattr(one.find(keys), name), getattr(several.find(keys), name)
        assert mine.tolist() == theirs.tolist()
    assert rings[0].back.tolist() == rings[1].back.tolist()
    assert (one.authors, one.used) == (several.authors, several.used)
    assert one.commonest_now(most=3, least=1) == several.commonest_now(most=3, least=1)
    assert [x.tolist() for x in one.words_now()] == [x.tolist() for x in several.words_now()]


def _feed(
    state: Counts | Sharded, said: list[tuple[int, list[int]]], size: int, closes: int
) -> Said:
    """Counts posts so many at once, and closes a slice after so many posts."""
    ring = Said(
        np.zeros(1 << 10, np.uint64), np.zeros(1 << 10, np.uint8), np.zeros(1 << 10, np.uint32)
    )
    at = 1
    for begin in range(0, len(said), size):
        part = said[begin : begin + size]
        sizes = [len(words) for _, words in part]
        first = at + np.cumsum([0, *sizes])
        for start, (_, words) in zip(first.tolist(), part, strict=False):
            for i, word in enumerate(words):
                ring.hashes[start + i] = word * 0x9E3779B97F4A7C15 % 2**64
                ring.joins[start + i] = i > 0
        authors = np.array([author * 0xD6E8FEB86659FD93 % 2**64 for author, _ in part], np.uint64)
        state.count(ring, first[:-1].astype(np.int64), np.array(sizes, np.uint16), authors)
        at = int(first[-1])
        if begin // closes != (begin + size) // closes:
            state.next_slice()
    return ring
