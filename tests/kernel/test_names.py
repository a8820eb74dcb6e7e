"""What a name tells: more than a well-known word, and whole in scripts without spaces."""

from __future__ import annotations

import random

import pytest

from groundswell.engines.loading import load_lexicon
from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.text.tokens import Tables
from groundswell.kernel.usual.usage import Lexicon
from groundswell.model import Board
from tests.conftest import batch_of
from tests.kernel.test_pipeline import SMALL, Post
from tests.kernel.test_running import talk

HOUR = 60
BURST = range(3 * HOUR, 3 * HOUR + 10)


@pytest.fixture(scope="module")
def book(tables: Tables) -> Lexicon:
    return load_lexicon(tables)


def burst(said: str, people: int) -> list[Post]:
    """Plain English, forty posts a minute for over three hours; then so many people say this."""
    rng = random.Random(5)
    plain = [
        (m * 60 + rng.random() * 60, f"user{rng.randrange(9_000)}", talk(rng))
        for m in range(3 * HOUR + 20)
        for _ in range(40)
    ]
    return plain + [
        (rng.choice(BURST) * 60 + rng.random() * 60, f"fan{i}", f"{said} {talk(rng)}")
        for i in range(people)
    ]


def boards(posts: list[Post], tables: Tables, book: Lexicon) -> list[Board]:
    kernel = Kernel(SMALL, tables, book)
    return kernel.add(batch_of(*sorted(posts))) + kernel.finish()


def started(found: list[Board]) -> list[str]:
    return [e.story.title for board in found for e in board.events if e.type == "story.started"]


def listed(found: list[Board]) -> set[str]:
    return {story.title for board in found for story in board.stories}


def test_well_known_words_start_no_story_before_a_day_was_heard(
    tables: Tables, book: Lexicon
) -> None:
    """So many people start a story with a name; with "good afternoon" it is only listed."""
    named = boards(burst("Zeltrand Quarno", 60), tables, book)
    assert "Zeltrand Quarno" in started(named)
    greeted = boards(burst("good afternoon", 60), tables, book)
    rows = [s for board in greeted for s in board.stories if "good afternoon" in s.terms]
    assert rows
    assert started(greeted) == []
    assert any("before it has heard a whole day" in line for row in rows for line in row.why)


def test_a_crowd_starts_one_with_well_known_words_too(tables: Tables, book: Lexicon) -> None:
    """An earthquake on the first day is told: its people pass the higher bar."""
    assert started(boards(burst("the earthquake felt here", 240), tables, book)) != []


def test_a_name_without_spaces_is_told_whole(tables: Tables, book: Lexicon) -> None:
    """A dictionary cuts an unknown katakana name into pieces; no row has a piece as its title."""
    name = "シンーラコーミンナハルー"
    found = boards(burst(name, 60), tables, book)
    titles = {title for title in listed(found) if set(title) & set(name)}
    assert titles == {name}


def test_a_title_is_spelled_as_most_write_it(tables: Tables, book: Lexicon) -> None:
    """Who says a name first shouts it; its story is the same one, and is not called so for long."""
    rng = random.Random(6)
    begin = (3 * HOUR + 2) * 60
    shouted = [(begin + i, f"loud{i}", f"ZELTRAND QUARNO {talk(rng)}") for i in range(12)]
    told = [(begin + 60 + 8 * i, f"calm{i}", f"Zeltrand Quarno {talk(rng)}") for i in range(60)]
    found = boards(burst("nothing", 0) + shouted + told, tables, book)
    rows = [s for one in found for s in one.stories if s.title.casefold() == "zeltrand quarno"]
    assert rows[0].title == "ZELTRAND QUARNO"
    assert rows[-1].title == "Zeltrand Quarno"
    assert len({row.id for row in rows}) == 1
    assert all(row.title in row.terms for row in rows if row.title.casefold() in
               {term.casefold() for term in row.terms})  # fmt: skip


def test_a_match_is_one_row_however_it_is_called(tables: Tables, book: Lexicon) -> None:
    """Nobody says two of its names in one post; another match of the same minutes stays apart."""
    rng = random.Random(7)
    called = ["Zeltrand vs Quarno", "#ZELvsQUA", "#ZeltrandVsQuarno", "#zelqua"]
    other = ["#Murgan #Toberly", "#MURvsTOB"]
    said = [
        (rng.choice(BURST) * 60 + rng.random() * 60, f"{form}{i}", f"{form} {talk(rng)}")
        for form in (*called, *other)
        for i in range(40)
    ]
    found = boards(burst("nothing", 0) + said, tables, book)
    last = next(board for board in found if board.at // 60_000_000 > BURST[-1])
    for word, people in (("zel", 160), ("mur", 80)):
        [row] = [s for s in last.stories if any(word in t.casefold() for t in (s.title, *s.terms))]
        assert 0.9 * people <= row.authors <= people


@pytest.mark.parametrize(
    "headline",
    [
        "Zeltrand Plant Explosion Shows Up on Quarno Maps",
        "after the Quarno night of the Explosion in the plant of Zeltrand it was all over the town",
    ],
)
def test_a_headline_is_told_once_and_not_cut_in_the_middle(
    headline: str, tables: Tables, book: Lexicon
) -> None:
    """Its phrases overlap: the row says it once, and its name does not end with “on”."""
    found = boards(burst(headline, 60), tables, book)
    rows = [s for board in found for s in board.stories if "Explosion" in s.title]
    assert rows
    for row in rows:
        said = (row.title, *row.terms)
        little = {"on", "up", "of", "in", "the", "it", "was", "after"}
        assert not any(term.split()[-1] in little for term in said)
        cut = [term.split() for term in said if not headline.startswith(term)]
        assert not any(words[0] in little for words in cut if len(words) > 5)
        words = [frozenset(term.split()) for term in row.terms]
        assert not any(
            len(one) >= 3 and len(one & other) >= 0.6 * len(one)
            for i, one in enumerate(words)
            for other in words[:i]
        )


def test_a_name_of_few_people_is_whole(tables: Tables, book: Lexicon) -> None:
    """On a small board four people are enough for a story, and for all words of its name."""
    rng = random.Random(8)
    name = "Old Zeltrand Bridge at Quarno"
    quiet = [
        (m * 60 + rng.random() * 60, f"user{rng.randrange(900)}", talk(rng))
        for m in range(3 * HOUR)
        for _ in range(2)
    ]
    said = [(2 * HOUR * 60 + 9 * i, f"fan{i}", f"{talk(rng)}. {name}!") for i in range(4)]
    found = boards(quiet + said, tables, book)
    titles = {title for title in listed(found) if set(title.split()) & set(name.split())}
    assert titles == {name}


@pytest.mark.parametrize(
    ("phrase", "word"), [("identified as", "as"), ("zorblé à", "à"), ("зорбел на", "на")]
)
def test_no_term_ends_in_the_middle(phrase: str, word: str, tables: Tables, book: Lexicon) -> None:
    """No story says a phrase that goes on in many ways, and ends in a function word."""
    rng = random.Random(9)
    said = [
        (rng.choice(BURST) * 60 + rng.random() * 60, f"fan{i}",
         f"{'Zeltrand' if i % 3 else ''}: {phrase} {talk(rng)}")
        for i in range(60)
    ]  # fmt: skip
    found = boards(burst("nothing", 0) + said, tables, book)
    told = [s for board in found for s in board.stories if "Zeltrand" in (s.title, *s.terms)]
    assert told
    terms = {term for story in told for term in (story.title, *story.terms)}
    assert not any(term.split()[-1] == word for term in terms)


def test_letters_of_an_abbreviation_are_no_terms(tables: Tables, book: Lexicon) -> None:
    """“R.I.P.” is three tokens, which say nothing beside a name."""
    rng = random.Random(10)
    said = [
        (rng.choice(BURST) * 60 + rng.random() * 60, f"fan{i}", f"R.I.P. Zeltrand, {talk(rng)}")
        for i in range(60)
    ]
    found = boards(burst("nothing", 0) + said, tables, book)
    rows = [s for board in found for s in board.stories if "Zeltrand" in (s.title, *s.terms)]
    assert rows
    assert not any({"R", "I", "P"} & {row.title, *row.terms} for row in rows)


@pytest.mark.parametrize("said", ["this is for Zeltrand", "what a night for Zeltrand"])
def test_a_phrase_keeps_its_small_words(said: str, tables: Tables, book: Lexicon) -> None:
    """A dedication is no name with words beside it."""
    titles = listed(boards(burst(said, 60), tables, book))
    assert {title for title in titles if "Zeltrand" in title} == {said}
