"""A recording looked back on: what was taken back, once and again."""

from __future__ import annotations

import pytest

from groundswell.cli.retrospect import Retrospect
from groundswell.revision import Cut, Revision
from tests.serve.boards import MINUTE, board


@pytest.mark.parametrize(("later", "posts"), [(1, 5), (0, 119), (-MINUTE, 119)])
def test_what_boards_have_followed_is_not_taken_back_again(later: int, posts: int) -> None:
    """A run that goes on after a kill hears again of deletions that the boards it kept know of."""
    seen, told = Retrospect(), board(("Zeltrand",), minute=5)
    seen.add(told)
    cut = Cut(totals={told.stories[0].id: (5, 4)})
    seen.revise(Revision(told.at + later, 0, cut), lambda _: frozenset())
    whole = seen.board(10)
    assert whole is not None
    assert [one.posts for one in whole.stories] == [posts]
