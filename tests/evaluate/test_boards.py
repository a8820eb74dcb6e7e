"""From posts to a peer's board: the kernel's terms, exact counts, one identity over slices."""

from __future__ import annotations

import numpy as np
import pytest

from groundswell.evaluate.boards import boards
from groundswell.evaluate.corpus import Corpus, Posts, frequent_words, stop_words
from groundswell.evaluate.grams import grams
from groundswell.evaluate.peers import PEERS
from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.text.tokens import Tables
from groundswell.settings import Settings, rules
from tests.conftest import batch_of

MINUTE = 60_000_000


def corpus_of(tables: Tables, *posts: tuple[float, str, str], **options: object) -> Corpus:
    held = Posts()
    held.add(batch_of(*posts))
    return Corpus(held, tables, MINUTE, **options)  # type: ignore[arg-type]


def names(corpus: Corpus) -> dict[str, int]:
    return {corpus.named(term).label.lower(): term for term in range(corpus.terms)}


def test_terms_are_the_kernels_terms(tables: Tables) -> None:
    """Every term of a text that four people write has its key in the kernel's table."""
    text = "Goal for Chelsea, by #CFC 🎉"
    found = grams([text], [()], tables, np.zeros(0, np.uint64))
    kernel = Kernel(rules(Settings()), tables)
    kernel.add(batch_of(*((i, f"u{i}", text) for i in range(4))))
    held = set(kernel.state.counts.regions.records()["key"].tolist()) - {0}
    assert len(held) == 9  # six tokens, goal for, for chelsea, goal for chelsea
    assert set(found.keys.tolist()) == held


def test_counts_are_distinct_people_a_slice_and_fresh_ones_a_day(tables: Tables) -> None:
    """One author twice is one; who said it a slice before is not fresh; posts count each."""
    posts = [(1, "a", "zouma"), (2, "a", "zouma"), (3, "b", "zouma"), (61, "b", "zouma"),
             (62, "c", "zouma"), (200, "d", "other words")]  # fmt: skip
    corpus = corpus_of(tables, *posts)
    term = names(corpus)["zouma"]
    slices = list(corpus.slices())
    assert [s.counts[s.terms == term].tolist() for s in slices] == [[2.0], [2.0], [], []]
    assert [s.fresh[s.terms == term].tolist() for s in slices] == [[2.0], [1.0], [], []]
    assert [s.volume for s in slices] == [2.0, 2.0, 0.0, 1.0]
    by_posts = corpus_of(tables, *posts, counting="posts")
    assert next(iter(by_posts.slices())).counts.tolist() == [3.0]


def test_what_only_one_person_says_is_left_out(tables: Tables) -> None:
    """`other` and `words` never have two people in a slice."""
    corpus = corpus_of(tables, (1, "a", "zouma other"), (2, "b", "zouma"), (61, "c", "words"))
    assert set(names(corpus)) == {"zouma"}


def test_posting_lists_are_the_posts_of_a_term_within_a_span(tables: Tables) -> None:
    """Positions 0, 1 and 3 have the word; the last slice has only position 3."""
    corpus = corpus_of(
        tables, (1, "a", "zouma"), (2, "b", "zouma"), (61, "c", "no"), (62, "d", "zouma")
    )
    term = np.array([names(corpus)["zouma"]])
    number = list(corpus.slices())[-1].number
    assert corpus.postings(term, 0, 4)[0].tolist() == [0, 1, 3]
    assert corpus.postings(term, *corpus.span(number, 1))[0].tolist() == [3]


def test_stop_words_leave_and_take_phrases_that_begin_or_end_with_them(tables: Tables) -> None:
    """`the` within a phrase stays; a word of most posts is a frequent one."""
    posts = [(i, f"p{i}", "goal in the rain") for i in range(3)]
    corpus = corpus_of(tables, *posts, stop=stop_words(["the", "in"], tables))
    assert set(names(corpus)) == {"goal", "rain"}
    held = Posts()
    held.add(batch_of(*posts))
    assert set(frequent_words(held, tables).tolist()) == set(
        stop_words(["goal", "in", "the", "rain"], tables).tolist()
    )


@pytest.mark.parametrize("name", sorted(PEERS))
def test_every_peer_finds_a_burst_and_tells_it_once(name: str, tables: Tables) -> None:
    """Calm talk, then sixty people on one goal in two minutes: first place, one new story."""
    calm = [(i * 4.0, f"u{i % 40}", f"some talk of tea number {i % 7}") for i in range(300)]
    burst = [(1210 + i * 2.0, f"z{i}", "Zouma scores a goal") for i in range(60)]
    corpus = corpus_of(tables, *calm, *burst)
    made = list(boards(corpus, PEERS[name](corpus), rules(Settings())))
    titled = [[story.title.lower() for story in board.stories[:1]] for board in made]
    assert any("zouma" in title for title in titled[21])
    started = [event for board in made for event in board.events if event.type == "story.started"]
    assert sum("zouma" in event.story.title.lower() for event in started) == 1
    again = list(boards(corpus, PEERS[name](corpus), rules(Settings())))
    assert [board.to_dict() for board in again] == [board.to_dict() for board in made]


def test_an_empty_corpus_has_no_boards(tables: Tables) -> None:
    """No post, no slice."""
    corpus = Corpus(Posts(), tables, MINUTE)
    assert list(corpus.slices()) == []
