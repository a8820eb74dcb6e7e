"""A language that wakes up lifts its everyday words, and is no news."""

from __future__ import annotations

import numpy as np
import pytest

from groundswell.engines.loading import load_tables
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.usual.rhythm import KNOWN, LANGUAGES, MOST, Rhythm, languages_of, lifts
from groundswell.model import MICROSECONDS, Batch

MINUTE = 60 * MICROSECONDS
ALL = {"decay": 1.0, "prior": 1.0}


def heard(*slices: tuple[int, int]) -> Rhythm:
    """People of two languages a slice, oldest first; the last one is open."""
    rhythm = Rhythm(depth=4)
    for number, (welsh, english) in enumerate(slices):
        langs = ["cy"] * welsh + ["en"] * english
        if number:
            rhythm.turn(1.0)
        rhythm.hear(rhythm.read(langs), np.arange(1, len(langs) + 1, dtype=np.uint64))
    return rhythm


def lift(rhythm: Rhythm, language: int, history: float, now: float, volumes: list[float]) -> float:
    past = float(rhythm.past.sum())
    found = lifts(
        rhythm, np.array([language]), np.array([history]), np.array([[now, 0.0, 0.0, 0.0]]),
        np.array(volumes), past, (1,), **ALL,
    )  # fmt: skip
    return float(found[0, 0])


def test_who_writes_in_a_language_is_counted_once_a_slice() -> None:
    rhythm = Rhythm(depth=2)
    spoken = rhythm.read(["cy", "cy-GB", "en", "", "cy"])
    rhythm.hear(spoken, np.array([7, 7, 7, 9, 8], np.uint64))
    welsh, english = rhythm.codes["cy"], rhythm.codes["en"]
    assert welsh == rhythm.codes["cy-GB"] != english
    assert rhythm.people[[welsh, english, 0], 0].tolist() == [2, 1, 1]
    rhythm.turn(0.5)
    assert rhythm.past[welsh] == 1.0
    assert rhythm.people[:, 0].sum() == 0
    assert rhythm.people[welsh, 1] == 2
    rhythm.turn(0.5, steps=5)
    assert rhythm.people.sum() == 0


def test_a_word_of_a_language_that_wakes_is_allowed_as_many_times_more() -> None:
    """Ten of 1,000 people were Welsh, and now fifty of 100 are."""
    rhythm = heard(*[(1, 99)] * 10, (50, 50))
    welsh = rhythm.codes["cy"]
    found = lift(rhythm, welsh, 3.0, 15.0, [100.0, 100.0, 100.0, 100.0])
    now = 50 - 15  # others
    assert found == pytest.approx((now - now**0.5) / ((100 * 7 + now) / 1_001))
    assert lift(rhythm, rhythm.codes["en"], 3.0, 15.0, [100.0] * 4) == 1.0
    assert lift(rhythm, 0, 3.0, 15.0, [100.0] * 4) == 1.0


def test_people_who_all_say_the_word_are_no_rhythm() -> None:
    """What is more in a language is the word's own people: that is news."""
    rhythm = heard(*[(1, 99)] * 10, (51, 49))
    assert lift(rhythm, rhythm.codes["cy"], 0.0, 50.0, [100.0] * 4) == 1.0


def test_a_lift_has_bounds() -> None:
    rhythm = heard(*[(0, 100)] * 40, (90, 10))
    assert lift(rhythm, rhythm.codes["cy"], 0.0, 0.0, [100.0] * 4) == MOST


def test_a_term_is_of_the_language_that_most_of_its_posts_name() -> None:
    spoken = np.array([1, 1, 1, 2, 1, 2, 0, 0, 0], np.uint8)
    assert languages_of(np.array([0, 4, 6, 9]), spoken).tolist() == [1, 0, 0]


def test_nonsense_does_not_grow_it() -> None:
    rhythm = Rhythm()
    for begin in range(0, 3 * KNOWN, 1_000):
        spoken = rhythm.read([f"x{number}" for number in range(begin, begin + 1_000)])
        assert spoken.max() < LANGUAGES
    assert len(rhythm.codes) <= KNOWN + 1_000
    assert len(rhythm.languages) == LANGUAGES


def _minute(number: int, welsh: int, lang: str) -> Batch:
    """Six hundred who say this and that, and some Welsh, of whom a third say good morning."""
    batch = Batch()
    for i in range(welsh + 600):
        said = f"word{(i * 7 + number) % 90} thing{(i * 11 + number) % 70}"
        if i < welsh:
            said = "bore" if i % 3 == 0 else f"gair{(i * 5 + number) % 60}"
        batch.ids.append(f"{number}-{i}")
        batch.texts.append(f"{said} w{number}x{i}")
        batch.times.append(number * MINUTE + i)
        batch.authors.append(f"author {number % 7} {i}")
        batch.langs.append(lang if i < welsh else "en")
        batch.replies.append("")
        batch.urls.append("")
        batch.links.append(())
    return batch


@pytest.mark.parametrize(("lang", "starts"), [("cy", False), ("en", True)])
def test_the_words_of_a_waking_language_begin_no_story(lang: str, starts: bool) -> None:
    """Were they said among all the others' words, they would."""
    kernel = Kernel(Rules(learning=10, season_terms=1 << 8), load_tables())
    titles: set[str] = set()
    for number in range(100, 190):
        boards = kernel.add(_minute(number, 3 if number < 180 else 60, lang))
        titles |= {story.title for board in boards for story in board.stories}
    assert ("bore" in titles) == starts
