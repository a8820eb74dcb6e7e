"""Asked in the middle of a slice: as if the board closed now, and without a trace in any board."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Batch, Board
from tests.conftest import batch_of
from tests.kernel.test_pipeline import SMALL, moment, ordinary

TERMS = ("marguerite", "word1", "this is for marguerite", "nobody says this")


def night() -> list[Batch]:
    """Forty minutes in batches that end within slices; sixty people say one thing at 30:00."""
    rng = random.Random(1)
    posts = sorted(ordinary(40, rng) + moment(30, 60, "this is for marguerite", rng))
    batches = [batch_of(*posts[i : i + 97], first=i) for i in range(0, len(posts), 97)]
    for i, batch in enumerate(batches[1:], 1):  # every batch deletes a post of the one before
        batch.deleted = [(batches[i - 1].ids[5], batch.times[0])]
    return batches


@pytest.mark.parametrize("share", [0.3, 0.78, 0.8, 0.83, 0.95])
def test_the_numbers_are_those_of_a_board_that_closes_then(tables: Tables, share: float) -> None:
    """Stopped at any place, the answer and the board's own explanation are one but for `open`."""
    batches = night()
    batches = batches[: int(share * len(batches))]
    asking, closing = Kernel(SMALL, tables), Kernel(SMALL, tables)
    for batch in batches:
        asking.add(batch)
        closing.add(batch)
    for term in TERMS:
        closing.ask(term)
    closing.finish()
    told = asking.so_far(TERMS)
    assert list(told) == list(TERMS)
    assert all(one.open for one in told.values())
    assert [replace(one, open=False) for one in told.values()] == closing.explained


def test_asking_changes_no_board(tables: Tables) -> None:
    """A kernel that is asked after every batch makes the boards of one that never is."""
    asked, quiet = Kernel(SMALL, tables), Kernel(SMALL, tables)
    boards: tuple[list[Board], list[Board]] = ([], [])
    for i, batch in enumerate(night()):
        boards[0].extend(asked.add(batch))
        boards[1].extend(quiet.add(batch))
        if i % 3 == 0:
            asked.so_far(TERMS)
    assert asked.finish() == quiet.finish()
    assert boards[0] == boards[1]
    assert any(board.stories for board in boards[0])


def test_a_part_stays_good_when_the_first_has_closed(tables: Tables) -> None:
    """Taken apart before the last close, a kernel tells the last board after it."""
    kernel = Kernel(SMALL, tables)
    for batch in night()[:80]:
        kernel.add(batch)
    last = kernel.apart()
    board = kernel.finish()[0]
    told = last.so_far(["marguerite"])["marguerite"]
    assert told.at == board.at
    assert told == last.so_far(["marguerite"])["marguerite"]


def test_nothing_is_said_before_the_first_post_or_without_a_word(tables: Tables) -> None:
    """No post, no slice, no answer; no word, no answer."""
    kernel = Kernel(SMALL, tables)
    assert kernel.so_far(["x"]) == {}
    kernel.add(batch_of((1, "a", "x")))
    assert kernel.so_far(["...", "x"]).keys() == {"x"}
