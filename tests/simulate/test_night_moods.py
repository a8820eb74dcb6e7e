"""How the made-up night reads: the moods that its moments are written in, as boards tell them."""

from __future__ import annotations

from itertools import islice

import pytest

from groundswell import settings
from groundswell.engines.loading import load_kernel
from groundswell.model import Board
from groundswell.simulate import generate, load_scenario
from groundswell.sources.memory import MemorySource

FIRST, POSTS = 30_000, 23_500  # from 20:32, before the dedication, to 21:16, after the slip


@pytest.fixture(scope="module")
def boards() -> list[Board]:
    posts = islice(generate(load_scenario("awards-night"), seed=1), FIRST, FIRST + POSTS)
    kernel = load_kernel(settings.rules(settings.of()))
    return [board for batch in MemorySource(posts).read() for board in kernel.add(batch)]


def led(boards: list[Board], title: str) -> list[tuple[str, ...]]:
    """What led the mood of the story of that title, board by board, where anything did."""
    return [
        story.mood.dominant
        for board in boards
        for story in board.stories
        if title in story.title and story.mood and story.mood.dominant
    ]


@pytest.mark.parametrize(
    ("title", "first", "also"),
    [
        ("Marguerite", "sadness", "love"),
        ("Ida Veld", "surprise", "admiration"),
        ("stairs", "amusement", ""),
    ],
)
def test_moments_read_as_they_were_meant(
    boards: list[Board], title: str, first: str, also: str
) -> None:
    """The dedication is sadness and love, the upset surprise, the slip amusement.

    What comes second does so while the moment is new: later people say other things of it.
    """
    found = led(boards, title)
    assert found[0][0] == first
    assert all(first in one for one in found[:6])
    assert not also or all(also in one for one in found[:2])


def test_quiet_talk_has_no_mood(boards: list[Board]) -> None:
    """What the whole stream talks of all day is led by nothing, or is no story at all."""
    quiet = [board for board in boards[:9] for one in board.stories if one.mood]
    assert quiet == []
