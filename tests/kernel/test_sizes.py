"""How large a story is: by the words that are its own, however many others say what joined it."""

from __future__ import annotations

import random

from groundswell.kernel.text.tokens import Tables
from tests.kernel.test_pipeline import boards, moment, ordinary


def test_an_everyday_word_joins_a_story_and_does_not_make_it_larger(tables: Tables) -> None:
    """Eight say “marguerite” with a word that 60 others say too, as 45 do anyway: 30 are more."""
    rng = random.Random(5)
    few = moment(40, 8, "marguerite word12", rng)
    others = [(2_400 + rng.random() * 240, f"other{i}", f"word12 {i}") for i in range(60)]
    rivals = moment(40, 30, "vanishing spray", rng)
    posts = ordinary(60, rng) + few + others + rivals
    board = next(b for b in boards(posts, tables) if b.at == 45 * 60_000_000)
    first, second = board.stories[:2]
    assert first.title == "vanishing spray"
    assert "word12" in second.title
    assert second.excess + second.expected == 8
    assert second.why[0].startswith("“marguerite word12”: 8 people in 15 min")


def test_a_story_is_as_large_as_all_who_say_a_word_of_it(tables: Tables) -> None:
    """Twenty say “spray”, twenty “foam”, twelve both: fifty-two people, not thirty-two."""
    rng = random.Random(6)
    sayings = ["spray"] * 20 + ["foam"] * 20 + ["foam on spray"] * 12
    posts = [
        (2_400 + rng.random() * 240, f"fan{i}", f"{text} indeed{i}")
        for i, text in enumerate(sayings)
    ]
    found = boards(ordinary(60, rng) + posts, tables)
    story = next(b for b in found if b.at == 45 * 60_000_000).stories[0]
    assert {"spray", "foam"} <= set(story.terms)
    assert round(story.excess + story.expected) == 52
    assert story.why[1].startswith("all its words: 52 people in 15 min, 1.0 expected")
