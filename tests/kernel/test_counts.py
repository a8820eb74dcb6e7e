"""Counting against a plain-Python oracle; memory that is bounded and says what it forgot."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.kernel import counts

DECAYS = np.array([0.99, 0.8, 0.0, 0.0], np.float32)
Post = tuple[int, list[int]]


def feed(state: counts.Counts, posts: list[Post], position: int = 1) -> int:
    """Counts posts (author, words) of the open slice; every two words of a post are joined."""
    first = np.cumsum([0, *[len(words) for _, words in posts]]).astype(np.int64)
    hashes = np.array([w * 0x9E3779B97F4A7C15 % 2**64 for _, ws in posts for w in ws], np.uint64)
    joins = np.ones(hashes.size, np.uint8)
    joins[first[:-1][first[:-1] < hashes.size]] = 0
    authors = np.array([a * 0xD6E8FEB86659FD93 % 2**64 for a, _ in posts], np.uint64)
    counts.count(state, hashes, joins, first, authors, position)
    return position + int(first[-1])


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


@given(st.lists(post, max_size=40), st.integers(1, 7))
@settings(deadline=None)
def test_posts_and_authors_are_exact_however_batches_fall(posts: list[Post], size: int) -> None:
    """Each word's posts and distinct authors equal the oracle's, for any cut into batches."""
    state = counts.Counts(1 << 14, DECAYS)
    position = 1
    for i in range(0, len(posts), size):
        position = feed(state, posts[i : i + size], position)
    assert words_of(state) == oracle(posts)
    assert state.authors == len({author for author, _ in posts})


def test_a_full_pair_set_grows_and_counts_on() -> None:
    """100,000 authors of one word in a slice: all are counted (the prototype lost some)."""
    state = counts.Counts(1 << 14, DECAYS)
    position = 1
    for base in range(0, 100_000, 5_000):
        position = feed(state, [(base + i + 1, [7]) for i in range(5_000)], position)
    assert words_of(state)[7] == (100_000, 100_000)


def test_a_full_table_forgets_the_weakest_and_says_how_many() -> None:
    """A million words seen once pass through a small table; what several people say stays."""
    state = counts.Counts(1 << 14, DECAYS)
    kept = [(author, [1, 2, 3]) for author in range(1, 30)]
    position = feed(state, kept)
    for base in range(10, 200_000, 1_000):
        position = feed(
            state,
            [(99, list(range(base + i, base + i + 10))) for i in range(0, 1_000, 10)],
            position,
        )
    assert state.evicted > 150_000
    assert state.records.size == 1 << 14
    assert words_of(state)[1] == (29, 29)
    assert state.used <= 0.75 * state.records.size


def test_history_follows_slots_that_move() -> None:
    """Growing the table moves its slots; what a term had in earlier slices goes with it."""
    state = counts.Counts(1 << 18, DECAYS)
    position = feed(state, [(author, [5]) for author in range(1, 11)])
    key = np.array([5 * 0x9E3779B97F4A7C15 % 2**64], np.uint64)
    counts.next_slice(state)
    size = state.records.size
    feed(state, [(1, list(range(100, 40_000)))], position)
    assert state.records.size > size
    found = counts.find(state, key)
    assert found.history[0] == pytest.approx(10 * 0.99, rel=1e-5)


def test_history_decays_a_slice_at_a_time_whenever_it_is_folded() -> None:
    """Ten authors in slice 1 and four in slice 3 weigh 10·d³ + 4·d in slice 4."""
    state = counts.Counts(1 << 14, DECAYS)
    key = np.array([5 * 0x9E3779B97F4A7C15 % 2**64], np.uint64)
    position = feed(state, [(author, [5]) for author in range(1, 11)])
    counts.next_slice(state, 2)
    feed(state, [(author, [5]) for author in range(1, 5)], position)
    counts.next_slice(state)
    assert counts.find(state, key).history[0] == pytest.approx(10 * 0.99**3 + 4 * 0.99, rel=1e-5)
