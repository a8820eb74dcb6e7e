"""The ring of posts, held against plain lists: whose a token is, what is whole, what is gone."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.kernel.posts import ring


def appended(held: ring.Ring, texts: list[str], sizes: list[int]) -> None:
    """Posts of so many tokens each, whose tokens have no meaning."""
    n, total = len(texts), sum(sizes)
    none = np.zeros(n, np.uint64)
    posts = ring.Posts(
        texts, [f"id {text}" for text in texts], ["en"] * n, np.zeros(n, np.uint8),
        np.zeros(n, np.int64), np.zeros(n, np.uint8), none, none, none, none,
    )  # fmt: skip
    narrow, flags = np.zeros(total, np.uint16), np.zeros(total, np.uint8)
    first = np.concatenate(([0], np.cumsum(sizes, dtype=np.int64)))
    hashes = np.ones(total, np.uint64)
    ring.append(held, posts, hashes, narrow, narrow, flags, flags, first, 0)


@settings(max_examples=60)
@given(st.randoms(use_true_random=False), st.sampled_from([(4, 8), (16, 64), (64, 32), (8, 512)]))
def test_a_token_is_of_the_post_that_brought_it(rng: random.Random, sizes: tuple[int, int]) -> None:
    """However posts and tokens fall out: of those that are held, and of no others."""
    held = ring.Ring(*sizes)
    owners = [-1]
    for _ in range(30):
        run = [rng.choice((0, 0, 1, 3, 20)) for _ in range(rng.randint(1, sizes[0]))]
        while sum(run) > sizes[1]:
            run.pop()
        for i, size in enumerate(run):
            owners += [held.n_posts + i] * size
        appended(held, [""] * len(run), run)
        last = range(max(0, held.n_posts - held.posts), held.n_posts)
        there = [held.texts.at(post % held.posts) is not None for post in last]
        assert there == [post >= ring.oldest_whole(held) for post in last]
        tokens = np.arange(max(1, len(owners) - 3 * sizes[1]), len(owners) + 3)
        oldest = max(0, held.n_posts - held.posts)
        wanted = [
            owners[t]
            if held.n_tokens - held.tokens <= t < held.n_tokens and owners[t] >= oldest
            else -1
            for t in tokens.tolist()
        ]
        assert ring.owners_of(held, tokens).tolist() == wanted


@settings(max_examples=60)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=40))
def test_a_post_is_whole_while_all_of_its_tokens_are_held(sizes: list[int]) -> None:
    """Long posts push out the tokens of older ones that are held themselves: nobody reads those."""
    held = ring.Ring(16, 32)
    for size in sizes:
        appended(held, ["x"], [size])
    positions = np.arange(max(0, held.n_posts - held.posts), held.n_posts)
    begins = held.first[positions % held.posts]
    whole = positions[begins >= held.n_tokens - held.tokens]
    assert ring.oldest_whole(held) == whole[0]
    assert np.array_equal(ring.owners_of(held, begins[positions >= whole[0]]), whole)


def test_what_was_taken_back_has_no_words_left() -> None:
    """Its text, where it came from, and its language; others of the ring stay."""
    held = ring.Ring(4, 8)
    appended(held, ["a", "b", "c"], [1, 1, 1])
    assert ring.bury(held, np.array([1])) == 1
    assert [held.texts.at(i) for i in range(3)] == ["a", None, "c"]
    assert [held.texts.origin(i) for i in range(3)] == ["id a", None, "id c"]
    assert held.langs[:3] == ["en", "", "en"]
    assert held.flags.tolist() == [0, ring.DELETED, 0, 0]
