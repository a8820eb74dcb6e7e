"""Counting against a plain-Python oracle; memory that is bounded and says what it forgot."""

from __future__ import annotations

from collections import defaultdict, deque
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.kernel import counts
from groundswell.kernel.counting import MISSED, Said
from groundswell.kernel.hashing import join

DECAYS = np.array([0.99, 0.8, 0.0, 0.0], np.float32)
Post = tuple[int, list[int]]


class Ring:
    """Tokens of a slice as `count` reads them: a ring of `size` places that drops the oldest."""

    def __init__(self, size: int = 1 << 17) -> None:
        self.size = size
        self.position = 1
        self.held: deque[tuple[int, int, int]] = deque()  # (first, tokens, author)
        self.said = Said(
            np.zeros(size, np.uint64), np.zeros(size, np.uint8), np.zeros(size, np.uint32)
        )

    def feed(self, state: counts.Counts, posts: list[Post]) -> None:
        """Counts posts (author, words) of the open slice; every two words of a post are joined."""
        sizes = [len(words) for _, words in posts]
        keys = [author * 0xD6E8FEB86659FD93 % 2**64 for author, _ in posts]
        first = self.position + np.cumsum([0, *sizes])
        self._let_go(state, int(first[-1]))
        for begin, (_, words) in zip(first.tolist(), posts, strict=False):
            for i, word in enumerate(words):
                self.said.hashes[(begin + i) % self.size] = word * 0x9E3779B97F4A7C15 % 2**64
                self.said.joins[(begin + i) % self.size] = i > 0
        self.held += zip(first.tolist(), sizes, keys, strict=False)
        self.position = int(first[-1])
        state.count(
            self.said,
            first[:-1].astype(np.int64),
            np.array(sizes, np.uint16),
            np.array(keys, np.uint64),
        )

    def _let_go(self, state: counts.Counts, end: int) -> None:
        while self.held and self.held[0][0] + self.size < end:
            first, size, author = self.held.popleft()
            state.let_go(
                self.said,
                np.array([first], np.int64),
                np.array([size], np.uint16),
                np.array([author], np.uint64),
            )

    def next_slice(self, state: counts.Counts, steps: int = 1) -> None:
        state.next_slice(steps)
        self.held.clear()


def words_of(state: counts.Counts) -> dict[int, tuple[int, int]]:
    """(posts, authors) of each single word of the open slice."""
    inverse = pow(0x9E3779B97F4A7C15, -1, 2**64)
    active = state.records[state.active[: state.n_active]]
    return {
        int(r["key"]) * inverse % 2**64: (int(r["posts"]), int(r["authors"]))
        for r in active
        if r["words"] == 1
    }


def oracle(posts: list[Post]) -> dict[int, tuple[int, int]]:
    seen: dict[int, list[int]] = defaultdict(list)
    for author, words in posts:
        for word in set(words):
            seen[word].append(author)
    return {word: (len(authors), len(set(authors))) for word, authors in seen.items()}


post = st.tuples(st.integers(1, 6), st.lists(st.integers(1, 12), max_size=8))


@given(st.lists(post, max_size=40), st.integers(1, 7), st.sampled_from([1 << 6, 1 << 17]))
@settings(deadline=None)
def test_posts_and_authors_are_exact_however_batches_fall(
    posts: list[Post], size: int, ring: int
) -> None:
    """Each word's posts and distinct authors equal the oracle's, for any cut into batches.

    Also where the ring drops posts of the slice that is open.
    """
    state = counts.Counts(1 << 14, DECAYS)
    held = Ring(ring)
    for i in range(0, len(posts), size):
        held.feed(state, posts[i : i + size])
    assert words_of(state) == oracle(posts)
    assert state.authors == len({author for author, _ in posts})


@given(st.lists(post, max_size=60))
@settings(deadline=None)
def test_a_phrase_lacks_no_more_people_than_said(posts: list[Post]) -> None:
    """Pairs of words: never more authors than wrote them, and at most `MISSED` fewer."""
    state = counts.Counts(1 << 14, DECAYS)
    Ring().feed(state, posts)
    wrote: dict[int, set[int]] = defaultdict(set)
    for author, words in posts:
        keys = [np.uint64(w * 0x9E3779B97F4A7C15 % 2**64) for w in words]
        for left, right in pairwise(keys):
            wrote[int(join(right, left))].add(author)
    counted = {int(r["key"]): int(r["authors"]) for r in state.records if r["words"] == 2}
    assert counted.keys() <= wrote.keys()
    for key, people in wrote.items():
        assert len(people) - MISSED <= counted.get(key, 0) <= len(people)


def test_a_hundred_thousand_authors_and_their_second_posts() -> None:
    """100,000 authors say one word twice in a slice: all are counted once (the prototype lost)."""
    state = counts.Counts(1 << 14, DECAYS)
    held = Ring()
    for _ in range(2):
        for base in range(0, 100_000, 5_000):
            held.feed(state, [(base + i + 1, [7]) for i in range(5_000)])
    assert words_of(state)[7] == (200_000, 100_000)


def test_a_full_table_forgets_the_weakest_and_says_how_many() -> None:
    """A million words seen once pass through a small table; what several people say stays."""
    state = counts.Counts(1 << 14, DECAYS)
    held = Ring()
    held.feed(state, [(author, [1, 2, 3]) for author in range(1, 30)])
    for base in range(10, 200_000, 1_000):
        words = [(99, list(range(base + i, base + i + 10))) for i in range(0, 1_000, 10)]
        held.feed(state, words)
    assert state.evicted > 150_000
    assert state.records.size == 1 << 14
    assert words_of(state)[1] == (29, 29)
    assert state.used <= 0.75 * state.records.size


def test_history_follows_slots_that_move() -> None:
    """Growing the table moves its slots; what a term had in earlier slices goes with it."""
    state = counts.Counts(1 << 18, DECAYS)
    held = Ring()
    held.feed(state, [(author, [5]) for author in range(1, 11)])
    key = np.array([5 * 0x9E3779B97F4A7C15 % 2**64], np.uint64)
    held.next_slice(state)
    size = state.records.size
    held.feed(state, [(1, list(range(i, i + 200))) for i in range(100, 40_000, 200)])
    assert state.records.size > size
    found = state.find(key)
    assert found.history[0] == pytest.approx(10 * 0.99, rel=1e-5)


def test_history_decays_a_slice_at_a_time_whenever_it_is_folded() -> None:
    """Ten authors in slice 1 and four in slice 3 weigh 10·d³ + 4·d in slice 4."""
    state = counts.Counts(1 << 14, DECAYS)
    held = Ring()
    key = np.array([5 * 0x9E3779B97F4A7C15 % 2**64], np.uint64)
    held.feed(state, [(author, [5]) for author in range(1, 11)])
    held.next_slice(state, 2)
    held.feed(state, [(author, [5]) for author in range(1, 5)])
    held.next_slice(state)
    assert state.find(key).history[0] == pytest.approx(10 * 0.99**3 + 4 * 0.99, rel=1e-5)
