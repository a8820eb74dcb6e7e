"""Posts in, boards out: what starts a story, what does not, and the same for the same posts."""

from __future__ import annotations

import dataclasses
import random

import pytest

from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Batch, Board
from tests.conftest import batch_of

Post = tuple[float, str, str]
SMALL = Rules(terms=1 << 17, ring_posts=1 << 14, ring_tokens=1 << 18)
COMMON = [f"word{i}" for i in range(400)]


def ordinary(minutes: int, rng: random.Random, *, each: int = 60) -> list[Post]:
    """Everyday talk: five words a post of a Zipf-like vocabulary, by many people."""
    return [
        (m * 60 + rng.random() * 60, f"user{rng.randrange(5_000)}", _talk(rng))
        for m in range(minutes)
        for _ in range(each)
    ]


def _talk(rng: random.Random) -> str:
    return " ".join(COMMON[min(int(rng.paretovariate(0.6)), len(COMMON) - 1)] for _ in range(5))


def moment(at: int, people: int, text: str, rng: random.Random) -> list[Post]:
    """`people` different people say it, each in other company, over four minutes."""
    return [
        (at * 60 + rng.random() * 240, f"fan{at}-{i}", f"{_talk(rng)} {text} {_talk(rng)}")
        for i in range(people)
    ]


def boards(posts: list[Post], tables: Tables, rules: Rules = SMALL, size: int = 500) -> list[Board]:
    posts = sorted(posts)
    kernel = Kernel(rules, tables)
    out: list[Board] = []
    for i in range(0, len(posts), size):
        out += kernel.add(batch_of(*posts[i : i + size], first=i))
    return out + kernel.finish()


def started(found: list[Board]) -> list[str]:
    return [e.story.title for b in found for e in b.events if e.type == "story.started"]


def test_a_moment_becomes_one_story_with_its_onset(tables: Tables) -> None:
    """Sixty people say “this is for marguerite” at 30:00: one story, begun within two slices."""
    rng = random.Random(1)
    posts = ordinary(45, rng) + moment(30, 60, "this is for marguerite", rng)
    found = boards(posts, tables)
    begun = [e for b in found for e in b.events if e.type == "story.started"]
    events = [e for e in begun if "marguerite" in e.story.title]
    assert len(events) == 1
    assert abs(events[0].story.started_at / 60e6 - 30) <= 2
    told = [s for b in found for s in b.stories if s.id == events[0].story.id]
    assert max(story.posts for story in told) == 60
    assert max(story.authors for story in told) == 60
    assert next(b for b in found if b.at >= 34 * 60e6).stories[0].id == events[0].story.id


def test_one_author_makes_no_trend(tables: Tables) -> None:
    """10,000 posts of one author begin nothing: five people are needed."""
    rng = random.Random(2)
    spam = [(1_800 + i * 0.02, "spammer", f"buy gold now {i}") for i in range(10_000)]
    assert not any("gold" in title for title in started(boards(ordinary(45, rng) + spam, tables)))


def test_quiet_talk_begins_next_to_nothing(tables: Tables) -> None:
    """Two hours of everyday talk, the last of them busier: at most two false starts an hour."""
    rng = random.Random(3)
    busy = [(t + 5_400, a, x) for t, a, x in ordinary(30, rng, each=200)]
    assert len(started(boards(ordinary(90, rng) + busy, tables))) <= 4


def test_copied_text_is_doubted_and_ranks_below_an_organic_moment(tables: Tables) -> None:
    """300 accounts paste one text beside 80 people's own words: the paste is flagged and below."""
    rng = random.Random(4)
    paste = [
        (1_800 + rng.random() * 240, f"bot{i}", "vote number seven tonight because glory is ours")
        for i in range(300)
    ]
    found = boards(ordinary(45, rng) + paste + moment(30, 80, "power cut", rng), tables)
    stories = next(b for b in found if b.at >= 34 * 60e6).stories
    flags = {story.title: story.flags for story in stories}
    assert "copied-text" in next(
        f for title, f in flags.items() if "glory" in title or "vote" in title
    )
    organic = next(story for story in stories if "power" in story.title)
    assert organic.flags == ()
    assert organic.rank == 1


def test_deleted_posts_leave_the_counts(tables: Tables) -> None:
    """An astroturf wave that is deleted within its slice never gets on the board."""
    rng = random.Random(5)
    wave = [
        (1_800 + rng.random() * 50, f"turf{i}", f"zebra revolt {_talk(rng)}") for i in range(200)
    ]
    kernel = Kernel(SMALL, tables)
    posts = sorted(ordinary(45, rng) + wave)
    batch = batch_of(*posts)
    gone = [i for i, (_, author, _) in enumerate(posts) if author.startswith("turf")]
    kernel.add(batch_of(*posts[: gone[-1] + 1]))
    kernel.add(Batch(deleted=[(f"p{i}", 1_852_000_000) for i in gone]))
    found = kernel.add(batch_of(*posts[gone[-1] + 1 :], first=gone[-1] + 1)) + kernel.finish()
    assert not any("zebra" in s.title for b in found for s in b.stories)
    assert len(batch) == len(posts)


@pytest.mark.parametrize("size", [1, 97, 10_000])
def test_the_same_posts_give_the_same_boards_for_any_batches(size: int, tables: Tables) -> None:
    """Cutting the stream elsewhere changes no byte of any board."""
    rng = random.Random(6)
    posts = ordinary(20, rng, each=30) + moment(10, 30, "upset win", rng)
    one = [b.to_dict() for b in boards(posts, tables)]
    assert [b.to_dict() for b in boards(posts, tables, size=size)] == one


def test_a_small_ring_forgets_posts_but_not_order(tables: Tables) -> None:
    """With room for 512 posts the boards still come, and no story has posts that are not held."""
    rng = random.Random(7)
    rules = dataclasses.replace(SMALL, ring_posts=512, ring_tokens=8_192)
    found = boards(ordinary(40, rng) + moment(30, 60, "power cut", rng), tables, rules, size=100)
    assert any("power" in title for title in started(found))


def test_time_does_not_run_away(tables: Tables) -> None:
    """A year of silence costs no year of slices, and a late post is counted as late."""
    kernel = Kernel(SMALL, tables)
    kernel.add(batch_of((60, "a", "hello")))
    found = kernel.add(batch_of((366 * 86_400, "b", "again")))
    assert len(found) < 5_000
    kernel.add(batch_of((100, "c", "late")))
    assert kernel.state.late == 1


def test_a_story_that_joins_another_says_which(tables: Tables) -> None:
    """Two moments, then both in one breath: the later one joins the first, by its id."""
    rng = random.Random(1)
    posts = ordinary(70, rng)
    for minute in range(60, 64):
        posts += moment(minute, 40, "copper cape" if minute < 62 else "lantern stairs", rng)
    for minute in range(64, 68):
        posts += moment(minute, 90, "copper cape lantern stairs", rng)
    events = [event for found in boards(posts, tables) for event in found.events]
    begun = {e.story.id: e.story.title for e in events if e.type == "story.started"}
    joined = [(e.story.title, begun[e.other]) for e in events if e.type == "story.merged"]
    assert joined == [("lantern stairs", "copper cape")]
    assert all(not event.other for event in events if event.type == "story.started")


def test_a_story_stands_on_a_board_once(tables: Tables) -> None:
    """Two waves of the same words: on every board ids are distinct and ranks run from 1."""
    rng = random.Random(8)
    posts = ordinary(60, rng) + moment(30, 80, "upset win", rng) + moment(38, 80, "upset win", rng)
    for board in boards(posts, tables):
        assert len({story.id for story in board.stories}) == len(board.stories)
        assert [story.rank for story in board.stories] == list(range(1, len(board.stories) + 1))


@pytest.mark.parametrize("form", ["https://crowd.example/users/{}", "{}@crowd.example"])
def test_people_of_one_server_are_doubted_however_they_are_named(form: str, tables: Tables) -> None:
    """Eighty people of one instance say it, among people of none: the doubt names the instance."""
    rng = random.Random(7)
    said = [
        (at, form.format(f"fan{i}"), text)
        for i, (at, _, text) in enumerate(moment(30, 80, "power cut", rng))
    ]
    found = boards(ordinary(45, rng) + said, tables)
    shown = next(
        story for b in found if b.at >= 34 * 60e6 for story in b.stories if "power" in story.title
    )
    assert any("one instance" in doubt.reason for doubt in shown.doubts)
