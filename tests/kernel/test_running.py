"""A board with one subject: its running story, the small things in it, and doubts about it."""

from __future__ import annotations

import random
from itertools import accumulate

import pytest
import wordfreq

from groundswell.engines.loading import load_lexicon
from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.text.tokens import Tables
from groundswell.kernel.usual.usage import Lexicon
from groundswell.model import Board, Story
from tests.conftest import batch_of
from tests.kernel.test_pipeline import SMALL, Post

PLAIN = wordfreq.top_n_list("en", 3_000, wordlist="small")
USES = list(accumulate(wordfreq.word_frequency(word, "en") for word in PLAIN))
MINUTES = 100


@pytest.fixture(scope="module")
def book(tables: Tables) -> Lexicon:
    return load_lexicon(tables)


def talk(rng: random.Random) -> str:
    return " ".join(rng.choices(PLAIN, cum_weights=USES, k=8))


def derby(rng: random.Random, *, tagged: float) -> list[Post]:
    """Plain English, forty posts a minute, of which the share `tagged` has the subject's tag."""
    return [
        (
            m * 60 + rng.random() * 60,
            f"user{rng.randrange(5_000)}",
            f"{talk(rng)} {'#derbyday' if rng.random() < tagged else ''}",
        )
        for m in range(MINUTES)
        for _ in range(40)
    ]


def boards(posts: list[Post], tables: Tables, book: Lexicon) -> list[Board]:
    kernel = Kernel(SMALL, tables, book)
    return kernel.add(batch_of(*sorted(posts))) + kernel.finish()


def running(found: list[Board]) -> list[Story]:
    return [story for board in found for story in board.stories if story.subject]


def test_what_all_speak_of_is_listed_once_and_never_announced(
    tables: Tables, book: Lexicon
) -> None:
    """A tag in nine posts of ten has one row with one name from when it is known, and no start."""
    found = boards(derby(random.Random(1), tagged=0.9), tables, book)
    rows = running(found)
    assert len(rows) >= MINUTES / 2
    assert {row.title for row in rows} == {"#derbyday"}
    assert len({row.id for row in rows}) == 1
    assert not any(event.story.title == "#derbyday" for b in found for event in b.events)


def test_a_board_of_everything_has_no_running_story(tables: Tables, book: Lexicon) -> None:
    """A tag in every third post is not what the board is about."""
    assert running(boards(derby(random.Random(2), tagged=0.3), tables, book)) == []


def test_what_is_too_small_for_a_story_is_a_moment_of_the_running_one(
    tables: Tables, book: Lexicon
) -> None:
    """Four people name a scorer at 80:00: no row of its own and no alarm, a moment all the same."""
    rng = random.Random(3)
    named = [(80 * 60 + i * 30.0, f"fan{i}", f"{talk(rng)} zouma #derbyday") for i in range(4)]
    found = boards(derby(rng, tagged=0.9) + named, tables, book)
    after = [board for board in found if 81 * 60e6 <= board.at <= 86 * 60e6]
    assert any(
        "zouma" in (moment.title.lower(), *moment.terms)
        for row in running(after) for moment in row.moments
    )  # fmt: skip
    assert not any(
        "zouma" in story.title.lower() for b in after for story in b.stories if not story.subject
    )
    assert not any("zouma" in event.story.title.lower() for b in found for event in b.events)


def test_a_subject_of_one_pasted_text_is_doubted(tables: Tables, book: Lexicon) -> None:
    """From 70:00 on most say the same twelve words with the tag: the running story is flagged."""
    rng = random.Random(4)
    text = "everyone must vote for number seven tonight because glory is ours again #derbyday"
    paste = [(70 * 60 + i * 1.2, f"bot{i}", text) for i in range(1_400)]
    before = boards(derby(rng, tagged=0.9), tables, book)
    after = boards(derby(rng, tagged=0.9) + paste, tables, book)
    assert not any(row.doubts for row in running(before))
    assert any("copied-text" in row.flags for row in running(after))


def test_names_that_fall_are_told_and_common_words_are_not(tables: Tables, book: Lexicon) -> None:
    """Three people in a minute name a speaker, three a well-known word, and three an account."""
    rng = random.Random(5)
    said = "Grzelczak {} and gloves #derbyday"
    named = [(80 * 60 + i * 15.0, f"fan{i}", said.format(talk(rng))) for i in range(3)]
    named += [(80 * 60 + i * 15.0, f"wit{i}", f"{talk(rng)} chicken #derbyday") for i in range(3)]
    named += [(80 * 60 + i * 15.0, f"pal{i}", f"@nobody {talk(rng)} #derbyday") for i in range(3)]
    found = boards(derby(rng, tagged=0.9) + named, tables, book)
    told = [moment for row in running(found) for moment in row.moments]
    (first, *_) = [moment for moment in told if moment.title == "Grzelczak"]
    assert "gloves" in first.terms
    assert first.authors == 3
    assert all(moment.title in row.terms for row in running(found) for moment in row.moments[:2])
    assert all(row.terms[0] == row.title for row in running(found))
    assert not any("@nobody" in (moment.title, *moment.terms) for moment in told)
    assert not any(moment.title == "chicken" for moment in told)


def test_what_was_a_story_before_is_not_told_twice(tables: Tables, book: Lexicon) -> None:
    """An explosion comes to fill the board: one row has its words, first its own, then the other.

    Its story began when the board was of everything; its people speak on after that.
    """
    rng = random.Random(6)
    said = "kaboomville plant explosion"
    posts = derby(rng, tagged=0.0)
    posts += [
        (30 * 60 + rng.random() * 70 * 60, f"fan{i}", f"{said} {talk(rng)}") for i in range(14_000)
    ]
    posts += [(34 * 60 + i * 15.0, f"pal{i}", f"{talk(rng)} Grzelczak") for i in range(4)]
    kernel = Kernel(SMALL, tables, book)
    assert kernel.ask("Grzelczak")
    found = kernel.add(batch_of(*sorted(posts))) + kernel.finish()
    assert running([board for board in found if board.at > 40 * 60e6])
    titles = [[story.title.casefold() for story in board.stories] for board in found]
    assert all(len(set(row)) == len(row) for row in titles)
    rows = [story for board in found for story in board.stories if story.title == said]
    about = [any("what this board is about" in line for line in row.why) for row in rows]
    announced = [row.confirmed for row in rows]
    assert announced == sorted(announced, reverse=True)
    assert any(told and new for told, new in zip(about, announced, strict=True))
    assert about[-1]
    named = {
        board.at
        for board in found
        for row in board.stories
        if not row.subject and "Grzelczak" in {moment.title for moment in row.moments}
    }
    assert named
    assert all(one.on_board for one in kernel.explained if one.at in named)


@pytest.mark.parametrize(
    ("word", "own"), [("another", False), ("penalty", True), ("zorbavell", True)]
)
def test_small_talk_is_a_moment_of_what_all_speak_of(
    word: str, own: bool, tables: Tables, book: Lexicon
) -> None:
    """Thirty people say it with the tag: "penalty" has a row of its own, "another" has none."""
    rng = random.Random(7)
    said = [(80 * 60 + i * 4.0, f"fan{i}", f"{talk(rng)} {word} #derbyday") for i in range(30)]
    after = [b for b in boards(derby(rng, tagged=0.9) + said, tables, book) if b.at > 82 * 60e6]
    rows = [story for board in after for story in board.stories if word in story.title]
    assert bool(rows) == own
    within = [moment.title for row in running(after) for moment in row.moments]
    assert (word in within) != own


def test_what_software_writes_is_no_subject(tables: Tables, book: Lexicon) -> None:
    """Where nine posts of ten pass on another's, the board is not about "RT"."""
    rng = random.Random(9)
    posts = [
        (at, author, f"RT @user{rng.randrange(5_000)}: {text}" if rng.random() < 0.9 else text)
        for at, author, text in derby(rng, tagged=0.3)
    ]
    assert running(boards(posts, tables, book)) == []
