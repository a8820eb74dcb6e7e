"""Copies: what is one text by many people, and what only sounds alike."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.text.tokens import Tables, prepare, tokenize
from groundswell.kernel.trust.copies import LONG, OWN, copied, read

PEOPLE = 40


def copies(posts: list[list[str]], *, link: bool = False, authors: list[int] | None = None):
    """Which of these posts, each a list of words, are copies; a link stands behind each or none."""
    tokens = [
        word for words in posts for word in [*words, *(["https://x.example"] if link else [])]
    ]
    count = np.array([len(words) + link for words in posts], np.int64)
    kinds = np.array([3 if token.startswith("https:") else 5 if token.startswith("@") else 0
                      for token in tokens], np.uint8)  # fmt: skip
    first = np.cumsum(count) - count
    who = np.arange(1, len(posts) + 1) if authors is None else np.array(authors)
    return copied(read(hash_strings(tokens), kinds, first, count), who.astype(np.uint64))


def text(length: int) -> list[str]:
    return [f"w{i}" for i in range(length)]


def own(person: int, length: int) -> list[str]:
    return [f"p{person}-{i}" for i in range(length)]


@settings(deadline=None)
@given(length=st.integers(12, 40), places=st.lists(st.integers(0, 39), min_size=PEOPLE,
                                                   max_size=PEOPLE))  # fmt: skip
def test_a_paste_stays_one_whichever_word_each_person_changes(
    length: int, places: list[int]
) -> None:
    """Every post of twelve words or more with one of them changed, anywhere, is a copy."""
    posts = []
    for person, place in enumerate(places):
        words = text(length)
        words[place % length] = f"p{person}"
        posts.append(words)
    assert copies(posts).all()


@settings(deadline=None)
@given(quoted=st.integers(2, 30), said=st.lists(st.integers(OWN, 20), min_size=2, max_size=PEOPLE),
       before=st.booleans())  # fmt: skip
def test_a_quote_with_a_sentence_of_ones_own_is_no_copy(
    quoted: int, said: list[int], before: bool
) -> None:
    """Five own words or more before or behind what all quote, however long that is: no copy."""
    posts = [own(i, n) + text(quoted) if before else text(quoted) + own(i, n)
             for i, n in enumerate(said)]  # fmt: skip
    assert not copies(posts).any()


@settings(deadline=None)
@given(length=st.integers(0, LONG - 1))
def test_a_shout_is_no_copy_however_many_cry_it(length: int) -> None:
    """The same words by forty people, fewer than LONG: a stadium."""
    assert not copies([text(length)] * PEOPLE).any()


def test_a_short_text_with_a_link_is_a_copy() -> None:
    """Five words and a link, forty times: nobody shouts a link. Four are too few even so."""
    assert copies([text(5)] * PEOPLE, link=True).all()
    assert not copies([text(4)] * PEOPLE, link=True).any()


@settings(deadline=None)
@given(st.integers(3, 8), st.randoms(use_true_random=False))
def test_many_texts_are_none(kinds: int, random) -> None:
    """Three texts or more, each passed on by as many people: no copies; nor does order matter."""
    posts = [["rt", f"@press{i % kinds}", *own(i % kinds, 12)] for i in range(kinds * 10)]
    random.shuffle(posts)
    assert not copies(posts).any()


def test_a_repeated_post_is_a_copy_at_any_length() -> None:
    """RT @name and two words, by forty people; the same words without it are a shout."""
    assert copies([["rt", "@name", "goal", "zouma"]] * PEOPLE).all()
    assert not copies([["goal", "zouma"]] * PEOPLE).any()


def test_one_person_makes_no_common_text() -> None:
    """Thirty posts of one person beside nine people's own words are what one person says."""
    posts = [text(12)] * 30 + [own(i, 12) for i in range(9)]
    assert not copies(posts, authors=[1] * 30 + list(range(2, 11))).any()


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=14), min_size=1, max_size=30),
       st.randoms(use_true_random=False))  # fmt: skip
def test_the_order_of_posts_does_not_matter(posts: list[list[str]], random) -> None:
    """The same posts in another order: the same ones are copies."""
    order = list(range(len(posts)))
    random.shuffle(order)
    shuffled = copies([posts[i] for i in order])
    assert shuffled.tolist() == copies(posts)[order].tolist()


def test_what_software_and_campaigns_put_around_a_text_is_no_part_of_it(tables: Tables) -> None:
    """Other hashtags, emoji, links, capitals and marks: the same text to the letter."""
    base = "the committee must publish the report before the vote is held on Sunday"
    texts = [f"#tag{i} {base.upper() if i % 3 else base} {'🔥😂👏'[i % 3]}!! https://h{i}.example/{i}"
             for i in range(PEOPLE)]  # fmt: skip
    tokens = tokenize(prepare(texts, [()] * PEOPLE, tables), tables)
    found = read(tokens.hashes, tokens.kinds, tokens.first[:-1], np.diff(tokens.first))
    assert np.unique(found.pairs).size == len(base.split()) - 1
    assert copied(found, np.arange(1, PEOPLE + 1, dtype=np.uint64)).all()
