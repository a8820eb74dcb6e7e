"""Posting lists and the first look, each held against plain Python over the same posts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from groundswell.kernel.posts import postings, ring
from groundswell.kernel.terms.counting import TRACKS, Said
from groundswell.kernel.terms.counts import Counts
from groundswell.kernel.terms.regions import SHIFT
from groundswell.kernel.terms.table import GRAMS, ROW, UNHEARD, WORDS

SLOW = (0.999, 0.8, 0.9, 0.95)
"""Decays of which the long run's is the slowest, as in most settings."""
QUICK = (0.5, 0.8, 0.9, 0.95)
"""Of which it is not."""
Slices = list[list[tuple[int, list[int]]]]
"""Posts of each slice: who, and words."""


def filled(
    slices: Slices, held: ring.Ring, decays: tuple[float, ...] = SLOW, terms: int = 1 << 14
) -> Counts:
    """A ring and a table that have taken posts of several slices, the last one still open."""
    counts = Counts(terms, np.array(decays, np.float32))
    said = Said(held.hashes, held.joins, held.back)
    for number, posts in enumerate(slices):
        if number:
            counts.next_slice()
        if not posts:
            continue
        authors = np.array([who for who, _ in posts], np.uint64) * np.uint64(0xD6E8FEB86659FD93)
        first = np.concatenate(([0], np.cumsum([len(words) for _, words in posts])))
        words = np.array([word for _, said_ in posts for word in said_], np.uint64)
        joins = np.ones(words.size, np.uint8)
        joins[first[:-1][np.diff(first) > 0]] = 0
        none = np.zeros(len(posts), np.uint64)
        flags = (authors % np.uint64(5) == 0).astype(np.uint8) * np.uint8(ring.DELETED)
        rows = ring.Posts(
            ["x"] * len(posts), ["b"] * len(posts), ["en"] * len(posts),
            np.zeros(len(posts), np.uint8), np.zeros(len(posts), np.int64), flags,
            authors, none, none, none,
        )  # fmt: skip
        narrow = np.zeros(words.size, np.uint16)
        falls = ring.falling_out(held, len(posts), words.size, counts.slice)
        counts.let_go(said, held.first[falls], held.count[falls], held.authors[falls])
        places = ring.append(
            held, rows, words * np.uint64(0x9E3779B97F4A7C15), narrow, narrow,
            narrow.astype(np.uint8), joins, first, counts.slice,
        )  # fmt: skip
        counts.count(said, held.first[places], held.count[places], authors)
    return counts


def drawn(rng: random.Random, slices: int, posts: int, vocabulary: int) -> Slices:
    """Random posts, most of them of few words that everybody says."""
    return [
        [
            (
                rng.randrange(1, 40),
                [1 + int(vocabulary * rng.random() ** 3) for _ in range(rng.randrange(9))],
            )
            for _ in range(rng.randrange(posts))
        ]
        for _ in range(slices)
    ]


def occurrences(held: ring.Ring, since: int) -> Iterator[tuple[int, list[int], int, int]]:
    """(post, hashes held of it, where these begin, flags): newest first."""
    for post in range(held.n_posts - 1, max(-1, held.n_posts - held.posts - 1), -1):
        place = post % held.posts
        first, size = int(held.first[place]), int(held.count[place])
        begin = max(first, held.n_tokens - held.tokens, 1)
        if held.slices[place] >= since and begin < first + size:
            at = np.arange(begin, first + size) % held.tokens
            yield post, held.hashes[at].tolist(), begin, int(held.flags[place])


def listed(held: ring.Ring, term: list[int], since: int, *, deleted: bool) -> list[tuple[int, int]]:
    """Posts that say a term, newest first, and where its last occurrence in each ends."""
    found = []
    for post, said, begin, flags in occurrences(held, since):
        if bool(flags & ring.DELETED) is not deleted:
            continue
        ends = [
            begin + i
            for i in range(len(term) - 1, len(said))
            if said[i - len(term) + 1 : i + 1] == term
        ]
        found += [(post, ends[-1])] if ends else []
    return found


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([(64, 128), (256, 1 << 11)]))
@pytest.mark.parametrize("deleted", [False, True])
def test_lists_are_those_of_a_search_through_all_posts(
    deleted: bool, rng: random.Random, sizes: tuple[int, int]
) -> None:
    """More terms at once than chains are followed; words that a post says twice; what fell out."""
    held = ring.Ring(*sizes)
    counts = filled(drawn(rng, 5, sizes[1] // 10, 30), held)
    records = counts.regions.records()
    records = records[np.argsort(records["key"])]
    since = counts.slice - 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "_LISTED", 8)  # it has to look for more room, too
        lists = postings.find(
            held, records["last"], records["words"] & WORDS, since, deleted=deleted
        )
    told = 0
    for i, record in enumerate(records):
        end, size = int(record["last"]), int(record["words"] & WORDS)
        if end < held.n_tokens - held.tokens + GRAMS:
            continue  # its words are not held any more: who asks has an older table
        term = held.hashes[np.arange(end - size + 1, end + 1) % held.tokens].tolist()
        found = list(zip(lists.of(i).tolist(), lists.places(i).tolist(), strict=True))
        assert found == listed(held, term, since, deleted=deleted)
        told += len(found)
    assert records.size < 20 or told or deleted


def looked(
    counts: Counts, volumes: NDArray[np.float32], least: float, bar: float, share: float
) -> set[int]:
    """Keys of terms that are above usual in some window, by the formula and nothing else."""
    found = set()
    tracks = volumes.size - 1
    records = counts.regions.records()
    for record in records[records["slice"] == counts.slice]:
        rows = counts.regions.regions[int(record["key"] >> SHIFT)].rows
        people = np.float32(record["authors"] + (record["words"] & WORDS > 1))
        for t in range(tracks):
            recent = rows[int(record["words"] >> ROW), t - 1] if t else np.float32(0)
            passed = volumes[t] if t else np.float32(0)
            if t and passed <= 0:
                continue
            inside, seen = volumes[tracks] + passed, people + recent
            scale = inside / (max(volumes[0] - passed, np.float32(0)) + np.float32(50))
            floor = max(np.float32(1), scale, np.float32(share) * inside)
            expected = max(record["past"] - recent, np.float32(0)) * scale + floor
            if scale > UNHEARD or seen < np.float32(least) or seen <= expected:
                continue
            if seen * np.log(seen / expected) - (seen - expected) >= np.float32(bar):
                found.add(int(record["key"]))
    return found


@settings(max_examples=25, deadline=None)
@given(
    st.randoms(use_true_random=False),
    st.sampled_from([0.5, 1.8, 3.0]),
    st.sampled_from([0.1, 1.5, 2.5]),
    st.sampled_from([0.0, 0.02, 0.1]),
)
@pytest.mark.parametrize("decays", [SLOW, QUICK])
def test_the_first_look_passes_over_none_that_the_formula_finds(
    decays: tuple[float, ...], rng: random.Random, least: float, z: float, share: float
) -> None:
    counts = filled(drawn(rng, 6, 120, 60), ring.Ring(1 << 10, 1 << 13), decays)
    people = [float(rng.randrange(300)) for _ in range(TRACKS)]
    volumes = np.array([*people, counts.authors], np.float32)
    found = counts.candidates(volumes, min_authors=least, z=z, share=share, prior=50.0)
    wanted = looked(counts, volumes, least, z * z / 2, share)
    assert set(found.keys.tolist()) == wanted


def test_said_by_many_is_only_what_was_said_now() -> None:
    rng = random.Random(7)
    counts: Any = filled(drawn(rng, 4, 200, 60), ring.Ring(1 << 10, 1 << 13))
    records = counts.regions.records()
    for least in (0, 1, 3, 10):
        keys, people = counts.words_now(least)
        here = records[
            (records["slice"] == counts.slice)
            & (records["words"] & WORDS == 1)
            & (records["authors"] >= least)
        ]
        assert keys.tolist() == sorted(here["key"].tolist())
        assert people.sum() == here["authors"].sum()
    assert keys.size > 0
