"""Texts of the posts that are held: the newest, as far as there is room for them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from groundswell.kernel.posts.texts import Texts

TEXT = st.text(max_size=12) | st.sampled_from(["", "\ud800 alone", "日本語", "👩‍👧 x", "\0"])


@given(st.lists(st.lists(TEXT, max_size=5), max_size=12), st.sampled_from([8, 16, 64, 1024]))
def test_the_newest_texts_are_held_as_far_as_they_fit(batches: list[list[str]], room: int) -> None:
    """Against a plain list."""
    held, said = Texts(8, room), list[str]()
    for texts in batches:
        held.keep(texts)
        said += texts
    points = 0
    for position in reversed(range(max(0, len(said) - 8), len(said))):
        points += len(said[position])
        fits = points <= room
        if fits or said[position]:  # an empty one takes no room, and says nothing
            assert held.at(position % 8) == (said[position] if fits else None)
    assert held.used == sum(len(text) for text in held.held if text is not None) <= room


def test_what_was_forgotten_is_gone_and_makes_room() -> None:
    held = Texts(4, 16)
    held.keep(["first one", "second", "x"])
    held.forget(0)
    held.keep(["and a third"[:9]])
    assert [held.at(place) for place in range(4)] == [None, "second", "x", "and a thi"]


def test_older_texts_are_let_go() -> None:
    """Also where they go round the end; twice is as once."""
    held = Texts(4, 64)
    held.keep(["a", "b", "c"])
    held.keep(["d", "e", "f"])
    for _ in range(2):
        held.let_go(5)
        assert [held.at(place) for place in range(4)] == [None, "f", None, None]
    assert held.used == 1


def test_a_flood_of_long_posts_takes_no_more_room() -> None:
    held = Texts(8, 64)
    held.keep(["a" * 10_000, "b" * 40])
    assert (held.at(0), held.at(1)) == (None, "b" * 40)
    held.keep(["c" * 65])
    assert held.held == [None] * 8
    assert held.used == 0
