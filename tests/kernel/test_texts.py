"""Texts of the posts that are held: the newest, as far as there is room for them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell.kernel.posts.texts import Texts

TEXT = st.text(max_size=12) | st.sampled_from(["", "\ud800 alone", "日本語", "👩‍👧 x", "\0"])


@dataclass
class Plainly:
    """All texts ever, and which are held: from the first on whose length with the later fits."""

    posts: int
    room: int
    said: list[tuple[str, str] | None] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    since: int = 0

    def keep(self, texts: list[tuple[str, str]]) -> None:
        self.said += texts
        self.sizes += [len(text) + len(origin) for text, origin in texts]
        self.since = max(self.since, len(self.said) - self.posts)
        while sum(self.sizes[self.since :]) > self.room:
            self.since += 1

    def held(self, position: int) -> tuple[str | None, str | None]:
        there = self.said[position] if position >= self.since else None
        return there or (None, None)


ONE = np.ones(9, np.int64)
STEPS = st.lists(
    st.lists(st.tuples(TEXT, TEXT), max_size=5)
    | st.tuples(st.sampled_from(["forget", "let go"]), st.integers(0, 7)),
    max_size=14,
)


@given(STEPS, st.sampled_from([8, 16, 64, 1024]))
def test_the_newest_texts_are_held_as_far_as_they_fit(
    steps: list[list[tuple[str, str]] | tuple[str, int]], room: int
) -> None:
    """Against a plain list, whatever is taken back or let go in between."""
    held, plain = Texts(8, room), Plainly(8, room)
    for step in steps:
        first = max(0, len(plain.said) - 8)
        if isinstance(step, list):
            held.keep(
                len(plain.said), [text for text, _ in step], [o for _, o in step], ONE[: len(step)]
            )
            plain.keep(step)
        elif step[0] == "let go":
            before = min(first + step[1], len(plain.said))
            held.let_go(before)
            plain.since = max(plain.since, before)
        elif first + step[1] < len(plain.said):
            held.forget((first + step[1]) % 8)
            plain.said[first + step[1]] = None
        for position in range(max(0, len(plain.said) - 8), len(plain.said)):
            there = held.at(position % 8), held.origin(position % 8)
            assert there == plain.held(position)


@pytest.mark.parametrize("early", [True, False])
def test_when_it_is_forgotten_changes_nobody_elses(early: bool) -> None:
    """Who looks before the close buries then what the close would."""
    held = Texts(8, 100)
    held.keep(0, ["a" * 30, "b" * 30, "c" * 30], [""] * 3, ONE[:3])
    if early:
        held.forget(2)
    held.keep(3, ["d" * 30], [""], ONE[:1])
    if not early:
        held.forget(2)
    assert [held.at(place) for place in range(4)] == [None, "b" * 30, None, "d" * 30]


def test_a_flood_of_long_posts_takes_no_more_room() -> None:
    """Nor do verbatim texts, which stand beside what was tokenised where the two differ."""
    held = Texts(8, 64)
    held.keep(0, ["a" * 60, "b" * 40], ["b", "b"], ONE[:2])
    assert (held.at(0), held.at(1)) == (None, "b" * 40)
    held.keep(2, ["c"], ["c" * 64], ONE[:1])
    assert held.prepared == held.origins == [None] * 8
    assert held.used == 0


def test_what_is_far_longer_than_its_words_pushes_nobody_out() -> None:
    """Eight thousand letters are one word; a post of a thousand words may be as long."""
    held = Texts(8, 1 << 14)
    held.keep(0, ["what others said"], ["b"], ONE[:1])
    held.keep(1, ["x" * 7_900] * 3, ["b"] * 3, ONE[:3])
    held.keep(4, ["word " * 1_000], ["b"], 1_000 * ONE[:1])
    assert (held.at(0), held.at(4)) == ("what others said", "word " * 1_000)
    assert held.at(2) == "x" * 1_056  # its first words can still be told
    assert held.origin(2) is None
    assert held.holds(np.arange(5)).tolist() == [True, False, False, False, True]
