"""Counting against a plain-Python oracle; memory that is bounded and says what it forgot."""

from __future__ import annotations

from collections import defaultdict, deque
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.kernel.basis.hashing import join
from groundswell.kernel.terms import counts, table
from groundswell.kernel.terms.counting import MISSED, Said

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


def held(state: counts.Counts, words: int) -> dict[int, tuple[int, ...]]:
    """What is known of terms of so many words, by key: posts, authors, past, slice, last."""
    records = state.regions.records()
    records = records[records["words"] & table.WORDS == words]
    names = ("posts", "authors", "past", "slice", "last")
    columns = zip(*(records[name].tolist() for name in names), strict=True)
    return dict(zip(records["key"].tolist(), columns, strict=True))


def words_of(state: counts.Counts) -> dict[int, tuple[int, int]]:
    """(posts, authors) of each single word of the open slice."""
    inverse = pow(0x9E3779B97F4A7C15, -1, 2**64)
    return {
        key * inverse % 2**64: (posts, authors)
        for key, (posts, authors, _, slice_, _) in held(state, 1).items()
        if slice_ == state.slice
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
    posts: list[Post], size: int, places: int
) -> None:
    """Each word's posts and distinct authors equal the oracle's, for any cut into batches.

    Also where the ring drops posts of the slice that is open.
    """
    state = counts.Counts(1 << 14, DECAYS)
    ring = Ring(places)
    for i in range(0, len(posts), size):
        ring.feed(state, posts[i : i + size])
    assert words_of(state) == oracle(posts)
    assert state.authors == len({author for author, _ in posts})


class Plain:
    """Counting in plain Python, post by post: what the table must hold, term by term."""

    def __init__(self, doors: int) -> None:
        self.slice = 1
        self.doors = doors
        self.marks: dict[tuple[int, int], int] = {}
        self.said: dict[tuple[int, ...], list[set[int] | int]] = {}
        self.past: dict[tuple[int, ...], tuple[float, int]] = {}
        self.wrote: dict[int, set[tuple[int, ...]]] = defaultdict(set)

    def feed(self, posts: list[Post]) -> None:
        for author, words in posts:
            first = author not in self.wrote
            seen: set[tuple[int, ...]] = set()
            alive: dict[tuple[int, int], bool] = {}
            for end in range(len(words)):
                for n in (1, 2, 3):
                    parts = [alive.get((n - 1, e), False) for e in (end, end - 1)]
                    if n > 1 and not (end >= n - 1 and all(parts)):
                        break
                    term = tuple(words[end - n + 1 : end + 1])
                    alive[n, end] = self._say(term, author, seen)
            self.wrote[author] |= seen
            if first:  # of it all phrases are remembered, alive or not
                ends = [(n, end) for n in (2, 3) for end in range(n, len(words) + 1)]
                self.wrote[author] |= {tuple(words[end - n : end]) for n, end in ends}

    def _say(self, term: tuple[int, ...], author: int, seen: set[tuple[int, ...]]) -> bool:
        if new := term not in self.said and term not in self.past:
            if len(term) > 1 and not self._knock(term):
                return False
            self.past[term] = (0.0, 0)
        people = self.said.setdefault(term, [set(), 0])
        if term not in seen:
            seen.add(term)
            people[1] += 1
            if term not in self.wrote[author] or not people[0]:
                people[0].add(author)
        if new:
            return len(term) > 1
        return len(people[0]) > 1 or self.past[term][0] > 0

    def _knock(self, term: tuple[int, ...]) -> bool:
        """Whether the phrase that came last to its door looks as this one does."""
        key = _key(term)
        door, mark = (len(term), key * self.doors >> 64), max(1, key & 0xFF)
        before, self.marks[door] = self.marks.get(door), mark
        return before == mark

    def next_slice(self, steps: int) -> None:
        for term, (people, _) in self.said.items():
            past, last = self.past[term]
            decayed = past * DECAYS[0] ** (self.slice - last) if past else 0.0
            self.past[term] = (decayed + len(people), self.slice)
        self.slice += steps
        self.said, self.wrote = {}, defaultdict(set)


@given(
    st.lists(st.tuples(st.lists(post, max_size=25), st.integers(1, 3)), max_size=4),
    st.integers(1, 9),
)
@settings(deadline=None)
def test_all_terms_are_those_of_plain_counting(
    slices: list[tuple[list[Post], int]], size: int
) -> None:
    """Words, pairs and triples of several slices: posts and authors as plain Python counts them.

    Sweeps over runs of any length give what counting post by post, term by term, gives.
    """
    state, ring = counts.Counts(1 << 14, DECAYS), Ring()
    plain = Plain(state.regions.doors.shape[1])
    for posts, steps in slices:
        for i in range(0, len(posts), size):
            ring.feed(state, posts[i : i + size])
        plain.feed(posts)
        for words in (1, 2, 3):
            now = {key: row[:2] for key, row in held(state, words).items() if row[3] == state.slice}
            said = {
                _key(term): (times, len(people))
                for term, (people, times) in plain.said.items()
                if len(term) == words
            }
            assert now == said
        ring.next_slice(state, steps)
        plain.next_slice(steps)


def _key(term: tuple[int, ...]) -> int:
    hashes = [np.uint64(word * 0x9E3779B97F4A7C15 % 2**64) for word in reversed(term)]
    key = hashes[0]
    for before in hashes[1:]:
        key = _joined(key, before)
    return int(key)


def _joined(left: np.uint64, right: np.uint64) -> np.uint64:
    """As loops do it, where whole numbers go round."""
    with np.errstate(over="ignore"):
        return np.uint64(join(left, right))


@pytest.mark.parametrize("size", [1, 37, 100])
def test_what_is_forgotten_does_not_go_by_batches(size: int) -> None:
    """A full table forgets the same terms however its posts are cut, and where each one stood."""
    posts = [(a % 90, [a * 7 % 300, *range(a * 9, a * 9 + 9), a % 40]) for a in range(5_000)]

    def counted(size: int) -> tuple[int, list[dict[int, tuple[int, ...]]]]:
        state, ring = counts.Counts(1 << 13, DECAYS), Ring()
        for begin in range(0, len(posts), 1_000):
            for i in range(begin, begin + 1_000, size):
                ring.feed(state, posts[i : i + min(size, begin + 1_000 - i)])
            ring.next_slice(state)
        return state.evicted, [held(state, words) for words in (1, 2, 3)]

    evicted, terms = counted(size)
    assert evicted > 10_000
    assert (evicted, terms) == counted(1_000)


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
            wrote[int(_joined(right, left))].add(author)
    counted = {key: authors for key, (_, authors, *_) in held(state, 2).items()}
    assert counted.keys() <= wrote.keys()
    for key, people in wrote.items():
        assert len(people) - MISSED <= counted.get(key, 0) <= len(people)


def test_a_hundred_thousand_authors_and_their_second_posts() -> None:
    """100,000 authors say one word twice in a slice: all are counted once (the prototype lost)."""
    state = counts.Counts(1 << 14, DECAYS)
    ring = Ring()
    for _ in range(2):
        for base in range(0, 100_000, 5_000):
            ring.feed(state, [(base + i + 1, [7]) for i in range(5_000)])
    assert words_of(state)[7] == (200_000, 100_000)


def test_a_full_table_forgets_the_weakest_and_says_how_many() -> None:
    """A million words seen once pass through a small table; what several people say stays."""
    state = counts.Counts(1 << 14, DECAYS)
    ring = Ring()
    ring.feed(state, [(author, [1, 2, 3]) for author in range(1, 30)])
    for base in range(10, 200_000, 1_000):
        words = [(99, list(range(base + i, base + i + 10))) for i in range(0, 1_000, 10)]
        ring.feed(state, words)
    assert state.evicted > 150_000
    assert sum(region.records.size for region in state.regions.regions) <= 1 << 14
    assert words_of(state)[1] == (29, 29)
    assert state.used <= 0.75 * (1 << 14)


def test_history_follows_slots_that_move() -> None:
    """Growing the table moves its slots; what a term had in earlier slices goes with it."""
    state = counts.Counts(1 << 18, DECAYS)
    ring = Ring()
    ring.feed(state, [(author, [5]) for author in range(1, 11)])
    key = np.array([5 * 0x9E3779B97F4A7C15 % 2**64], np.uint64)
    ring.next_slice(state)
    size = state.regions.regions[0].records.size
    ring.feed(state, [(1, list(range(i, i + 200))) for i in range(100, 40_000, 200)])
    assert state.regions.regions[0].records.size > size
    found = state.find(key)
    assert found.history[0] == pytest.approx(10 * 0.99, rel=1e-5)


def test_history_decays_a_slice_at_a_time_whenever_it_is_folded() -> None:
    """Ten authors in slice 1 and four in slice 3 weigh 10·d³ + 4·d in slice 4."""
    state = counts.Counts(1 << 14, DECAYS)
    ring = Ring()
    key = np.array([5 * 0x9E3779B97F4A7C15 % 2**64], np.uint64)
    ring.feed(state, [(author, [5]) for author in range(1, 11)])
    ring.next_slice(state, 2)
    ring.feed(state, [(author, [5]) for author in range(1, 5)])
    ring.next_slice(state)
    assert state.find(key).history[0] == pytest.approx(10 * 0.99**3 + 4 * 0.99, rel=1e-5)
