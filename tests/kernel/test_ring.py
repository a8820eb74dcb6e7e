"""The ring of posts, held against plain lists: whose a token is, what was written, what is gone."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.kernel import octets, ring

TEXTS = st.text(st.characters(blacklist_categories=()), max_size=40)


def appended(held: ring.Ring, texts: list[str], sizes: list[int]) -> None:
    """Posts of so many tokens each, whose tokens have no meaning."""
    n, total = len(texts), sum(sizes)
    none = np.zeros(n, np.uint64)
    posts = ring.Posts(
        texts, [f"id {text}" for text in texts], ["en"] * n, np.zeros(n, np.uint8),
        np.zeros(n, np.int64), np.zeros(n, np.uint8), none, none, none, none,
    )  # fmt: skip
    narrow, flags = np.zeros(total, np.uint16), np.zeros(total, np.uint8)
    first = np.concatenate(([0], np.cumsum(sizes)))
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
        appended(held, ["x"] * len(run), run)
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


@settings(max_examples=60)
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=8), max_size=12), st.randoms())
def test_what_was_written_is_read_again(batches: list[list[str]], rng: random.Random) -> None:
    """Any text, half a surrogate pair as well; what was taken back has no octet left."""
    held, all_ = ring.Ring(8, 8), []
    for texts in batches:
        appended(held, texts, [0] * len(texts))
        all_ += texts
        gone = rng.randrange(min(8, held.n_posts))
        place = (held.n_posts - 1 - gone) % 8
        ring.bury(held, np.array([place]))
        all_[-1 - gone] = None
        for back, text in enumerate(all_[:-9:-1]):
            at = (held.n_posts - 1 - back) % 8
            assert ring.text(held, at) == text
            assert held.origins[at] == (None if text is None else f"id {text}")
            assert held.langs[at] == ("" if text is None else "en")


def test_no_octet_stays_of_what_is_gone() -> None:
    """Neither of a post that was deleted nor of one that fell out, over many segments."""
    held = ring.Ring(4, 8)
    text = "<sentinel>" * (octets.SEGMENT // 40)
    for _ in range(24):
        appended(held, [text, "tail"], [0, 0])
    left = b"".join(part.tobytes() for part in held.texts.segments)
    assert left.count(b"<sentinel>") == 2 * text.count("<sentinel>")
    assert len(held.texts.segments) <= 3
    ring.bury(held, np.arange(4))
    assert not any(part.any() for part in held.texts.segments)
    assert ring.text(held, 0) is None
