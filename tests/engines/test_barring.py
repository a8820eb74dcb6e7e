"""Blocks that the engine counts by: who is blocked makes no story, and when it is undone, does."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from groundswell.archive import Archive
from groundswell.engines.barring import Barring
from groundswell.engines.boards import Boards, Plan
from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.text.tokens import Tables
from groundswell.model import AccountNews, Batch, Board, StoryEvent
from groundswell.review.decisions import draft
from groundswell.review.ledger import Ledger
from groundswell.review.lists import log_csv, log_of
from groundswell.review.showing import shown_board
from tests.conftest import batch_of
from tests.kernel.test_pipeline import SMALL, Post, moment, ordinary, started

MINUTE = 60_000_000
CAPE = ("block", "term", "copper cape")


def night() -> list[Post]:
    """Two moments: a light that people talk about, and a cape that one server's accounts push."""
    rng = random.Random(7)
    pushed = [(at, f"{who}@spam.example", f"{text} https://www.shop.example/{i}")
              for i, (at, who, text) in enumerate(moment(30, 60, "copper cape", rng))]  # fmt: skip
    return sorted(ordinary(42, rng) + moment(30, 60, "harbour light", rng) + pushed)


class Clock:
    """Half a second goes by at every look."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def played(
    tables: Tables, ledger: Ledger, decide: dict[int, list[tuple[str, ...]]] | None = None,
    size: int = 300,
) -> list[Board]:  # fmt: skip
    """The night's boards; `decide` says what is decided once a minute of it has come."""
    boards, found = Boards(Kernel(SMALL, tables), Plan(SMALL)), list[Board]()
    barring, todo = Barring(ledger, Clock()), dict(decide or {})
    barring.begin(boards)
    posts = night()
    for i in range(0, len(posts), size):
        found += boards.add(batch_of(*posts[i : i + size], first=i))
        for minute in [m for m in todo if posts[i][0] >= m * 60]:
            for verb, kind, subject in todo.pop(minute):
                if verb == "undo":
                    ledger.undo("ann", int(subject))
                else:
                    ledger.add([draft("ann", verb, kind, subject)])
        barring.look(boards)
    return found + boards.finish()


def says(boards: list[Board], word: str) -> bool:
    return any(word in str(story.to_dict()) for board in boards for story in board.stories)


def test_without_a_block_both_moments_are_stories(tables: Tables) -> None:
    """So that the tests below can fail."""
    found = played(tables, Ledger())
    assert says(found, "copper cape")
    assert any("light" in title for title in started(found))


@pytest.mark.parametrize(
    "block",
    [CAPE, ("block", "term", "CAPE"), ("block", "instance", "spam.example"),
     ("block", "domain", "shop.example")],
)  # fmt: skip
def test_what_is_blocked_begins_no_story_and_others_are_told(
    tables: Tables, block: tuple[str, ...]
) -> None:
    """From the first post on, by word, server or link; the other story is told all the same."""
    ledger = Ledger()
    found = played(tables, ledger, {0: [block]})
    assert not any("copper cape" in one.title for b in found for one in b.stories)
    rulings = ledger.rulings()
    assert not says([shown_board(one, rulings) for one in found], "copper cape")
    assert any("light" in title for title in started(found))
    assert max(s.authors for b in found for s in b.stories if "light" in s.title) >= 60
    assert ledger.all()[0].since > 0


@pytest.mark.parametrize("block", [CAPE, ("block", "instance", "spam.example")])
def test_what_is_held_is_taken_back_and_comes_back_when_the_block_is_undone(
    tables: Tables, block: tuple[str, ...]
) -> None:
    """At the next close after each; the undone block's people count again, all of them."""
    found = played(tables, Ledger(), {34: [block], 37: [("undo", "", "1")]}, size=20)
    told = {b.at // MINUTE: "copper cape" in {one.title for one in b.stories} for b in found}
    assert told[33]
    assert not told[36]
    assert told[39]
    people = [s.authors for b in found for s in b.stories if "cape" in s.title]
    assert max(people) == 60


def test_equal_posts_and_decisions_at_equal_times_give_equal_boards(
    tables: Tables, tmp_path: Path
) -> None:
    """However posts are cut, and whether decisions came in a run or are of its archive or log."""
    with Archive(tmp_path) as archive:
        archive.begin("live", {})
    one, other = Ledger(tmp_path), Ledger()
    when = {33: [("block", "instance", "spam.example")], 36: [("undo", "", "1"), CAPE]}
    live = played(tables, one, when, size=10)
    replayed = Ledger(replayed=log_of(log_csv(one.all())))
    assert [b.to_dict() for b in played(tables, replayed, size=977)] == [b.to_dict() for b in live]
    assert [b.to_dict() for b in played(tables, Ledger(tmp_path))] == [b.to_dict() for b in live]
    assert [b.to_dict() for b in played(tables, other)] != [b.to_dict() for b in live]


def test_a_blocked_account_stays_so_whatever_its_network_says_of_it(tables: Tables) -> None:
    """It was suspended and is back: the block is the desk's own."""
    boards = Boards(Kernel(SMALL, tables), Plan(SMALL))
    ledger, found = Ledger(), list[Board]()
    ledger.add([draft("ann", "block", "account", one) for _, one, text in night()
                if "copper" in text])  # fmt: skip
    barring = Barring(ledger, Clock())
    barring.begin(boards)
    for i, (at, who, text) in enumerate(night()):
        found += boards.add(batch_of((at, who, text), first=i))
        if i % 50 == 0:
            barring.look(boards)
        if "copper" in text:
            news = [AccountNews(who, state, int(at * 1e6)) for state in ("hidden", "active")]
            found += boards.add(Batch(accounts=news))
    assert not says(found + boards.finish(), "copper cape")


def test_a_split_tells_terms_apart_from_then_on(tables: Tables) -> None:
    """One moment of two names is one story; its editor names one of them; now there are two."""
    rng = random.Random(9)
    posts = sorted(ordinary(44, rng) + moment(30, 60, "harbour light", rng)
                   + [(t, f"x{a}", f"{text} harbour light")
                      for t, a, text in moment(30, 50, "zebra", rng)]
                   + moment(36, 60, "harbour light word3 zebra", rng))  # fmt: skip

    def last(split: bool) -> tuple[int, list[StoryEvent]]:
        boards, found = Boards(Kernel(SMALL, tables), Plan(SMALL)), list[Board]()
        ledger = Ledger()
        barring = Barring(ledger, Clock())
        barring.begin(boards)
        for i in range(0, len(posts), 50):
            found += boards.add(batch_of(*posts[i : i + 50], first=i))
            if split and posts[i][0] >= 33 * 60 and not ledger.all():
                ledger.add([draft("ann", "split", "story", "any", value="zebra")])
            barring.look(boards)
        then = next(board for board in found if board.at >= 38 * MINUTE)
        told = [one.title for one in then.stories if {"zebra", "light"} & set(one.title.split())]
        late = [e for b in found for e in b.events if "zebra" in e.story.title]
        return len(told), late

    assert last(split=False) == (1, [])
    stories, events = last(split=True)
    assert stories == 2
    assert [(one.type, one.story.title) for one in events] == [("story.split", "zebra")]
    assert events[0].other
