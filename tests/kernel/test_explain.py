"""Why and why not: the arithmetic of any term, from the numbers that made the board."""

from __future__ import annotations

import random

import pytest

from groundswell.engines.loading import load_kernel
from groundswell.explanation import Explanation
from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.text.keys import key_of
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Board
from tests.conftest import batch_of
from tests.kernel.test_pipeline import SMALL, moment, ordinary


def told(term: str, tables: Tables) -> tuple[dict[int, Board], dict[int, Explanation]]:
    """Boards and explanations by minute of a night on which sixty people say one thing at 30:00."""
    rng = random.Random(1)
    posts = sorted(ordinary(45, rng) + moment(30, 60, "this is for marguerite", rng))
    kernel = Kernel(SMALL, tables)
    assert kernel.ask(term)
    found: list[Board] = []
    for i in range(0, len(posts), 500):
        found += kernel.add(batch_of(*posts[i : i + 500], first=i))
    found += kernel.finish()
    at = {board.at // 60_000_000: board for board in found}
    return at, {one.at // 60_000_000: one for one in kernel.explained}


def test_a_part_of_a_listed_phrase_is_told_by_its_story(tables: Tables) -> None:
    """“marguerite” is dropped from the terms of “this is for marguerite”, and is on the board."""
    boards, said = told("marguerite", tables)
    found = said[34]
    assert found.story is not None
    assert "marguerite" in " ".join(found.story.terms)
    assert found.story == next(s for s in boards[34].stories if s.id == found.story.id)
    quarter = next(w for w in found.windows if w.window_us == 900_000_000)
    assert quarter.people == 60
    assert quarter.people >= quarter.people_needed
    assert "is on the board" in str(found)


def test_people_needed_is_the_fewest_that_would_open_the_gate(tables: Tables) -> None:
    """Before the moment nobody says it; the fewest needed are at least the five of the gate."""
    _, said = told("marguerite", tables)
    before = said[20]
    assert before.story is None
    assert before.reasons == ("nobody said it in the last 60 min",)
    _, everyday = told("word1", tables)
    usual = everyday[40]
    assert usual.story is None
    assert "would have been enough" in usual.reasons[0]
    for window in usual.windows:
        if window.known:
            assert window.people < window.people_needed


def test_a_phrase_has_the_key_that_the_table_counts(tables: Tables) -> None:
    """Case and width do not matter; of four words the last three count; a blank has no key."""
    shouted, plain = key_of("FOR Marguerite", tables), key_of("for marguerite", tables)
    assert shouted is not None
    assert plain is not None
    assert shouted[0] == plain[0]
    longer = key_of("this is for marguerite", tables)
    assert longer is not None
    assert longer[1] == "is for marguerite"
    assert key_of("  ", tables) is None


@pytest.mark.parametrize(
    ("typed", "counted"),
    [
        ("youtube.com", "youtube.com"),
        ("https://youtube.com/", "youtube.com"),
        ("https://youtube.com/watch?v=1", "youtube.com/watch?v=1"),
        ("youtube.com/watch?v=1", "youtube.com/watch?v=1"),
        ("node.js", "js"),
        ("U.S. election", "election"),
    ],
)
def test_what_of_an_address_is_counted(tables: Tables, typed: str, counted: str) -> None:
    """A host stands for its domain, an address for its page, with or without its scheme."""
    key = key_of(typed, tables)
    assert key is not None
    assert key[1] == counted


PLAIN = [
    "the",
    "a",
    "to",
    "of",
    "and",
    "in",
    "is",
    "it",
    "for",
    "on",
    "you",
    "that",
    "with",
    "this",
    "at",
    "be",
    "are",
    "was",
    "have",
    "not",
    "they",
    "so",
]


def test_the_running_story_tells_its_words_and_is_never_announced() -> None:
    """On a stream of one match the match's name stands in the row that says what it is about."""
    rng = random.Random(3)
    posts = sorted(
        (m * 60 + rng.random() * 60, f"fan{rng.randrange(4_000)}",
         " ".join([*rng.choices(PLAIN, k=6), "swansea" if rng.random() < 0.9 else "rain"]))
        for m in range(40)
        for _ in range(40)
    )  # fmt: skip
    kernel = load_kernel(SMALL)
    assert kernel.ask("swansea")
    found = [
        b
        for i in range(0, len(posts), 200)
        for b in kernel.add(batch_of(*posts[i : i + 200], first=i))
    ]
    row = next(story for story in found[-1].stories if story.subject)
    assert (row.title, row.confirmed) == ("swansea", False)
    assert row.lift == pytest.approx(1.0, abs=0.2)  # measured: as many as usual
    assert not [event for board in found for event in board.events if event.story.id == row.id]
    assert "what this board is about" in str(kernel.explained[-1])
