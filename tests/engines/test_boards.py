"""Boards by scope: each its own, `all` untouched, and no small language swamped."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from groundswell import scopes
from groundswell.engines.boards import Boards, Plan, plan
from groundswell.errors import UsageError
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Batch, Board
from groundswell.settings import Settings
from tests.conftest import batch_of

Post = tuple[float, str, str, str]
"""Second, author, text, language."""
SMALL = Rules(terms=1 << 17, ring_posts=1 << 15, ring_tokens=1 << 19)
LATE = 45 * 60_000_000
"""When the moments of the evening have been said, µs."""
AMID = ("lang:*", "lang:en", "w=match:whistle")
"""Scopes among which `all` is told."""
PART = Rules(terms=1 << 15, ring_posts=1 << 12, ring_tokens=1 << 16)


def talk(lang: str, people: int, posts: int, minutes: int, rng: random.Random) -> list[Post]:
    """Everyday talk: five words of a Zipf-like vocabulary of the language, by `people`."""
    return [
        (
            rng.random() * minutes * 60,
            f"{lang}{rng.randrange(people)}",
            " ".join(f"{lang}word{min(int(rng.paretovariate(0.6)), 399)}" for _ in range(5)),
            lang,
        )
        for _ in range(posts)
    ]


def moment(lang: str, minute: int, people: int, text: str, rng: random.Random) -> list[Post]:
    """`people` people say it, each among words of their own, over five minutes."""
    return [
        (
            minute * 60 + rng.random() * 300,
            f"{lang}{i}",
            f"{lang}word{rng.randrange(400)} {text} {lang}word{rng.randrange(400)}",
            lang,
        )
        for i in range(people)
    ]


def batch(posts: list[Post], first: int = 0) -> Batch:
    made = batch_of(*((second, author, text) for second, author, text, _ in posts), first=first)
    made.langs = [lang for *_, lang in posts]
    return made


def run(posts: list[Post], tables: Tables, asked: Plan, size: int = 500) -> list[Board]:
    boards = Boards(Kernel(SMALL, tables), asked)
    found: list[Board] = []
    for i in range(0, len(posts), size):
        found += boards.add(batch(posts[i : i + size], first=i))
    return found + boards.finish()


def wanted(*flags: str, rules: Rules = PART) -> Plan:
    return replace(plan(Settings(boards=scopes.boards(list(flags)))), rules=rules)


def bare(board: Board, name: str) -> dict[str, Any]:
    """A board and its events without its name, which stands in its stories' ids too."""
    told = {**board.to_dict(), "board": "", "events": [event.to_dict() for event in board.events]}
    for event in told["events"]:
        event["board"] = ""
    for story in [*told["stories"], *(event["story"] for event in told["events"])]:
        story["id"] = story["id"].removeprefix(f"{name}-")
    return told


def of(boards: list[Board], name: str) -> list[Board]:
    return [board for board in boards if board.board == name]


@pytest.fixture(scope="module")
def evening() -> list[Post]:
    """20,000 people with a dozen large moments, and 40 who speak Welsh with one of their own."""
    rng = random.Random(1)
    posts = talk("en", 20_000, 6_000, 46, rng) + talk("cy", 40, 120, 46, rng)
    for i in range(12):
        posts += moment("en", 40, 150, f"final{i} whistle{i}", rng)
    posts += moment("cy", 40, 20, "daeargryn aberystwyth", rng)
    return sorted(posts)


@pytest.fixture(scope="module")
def told(evening: list[Post], tables: Tables) -> Callable[..., list[Board]]:
    """The evening's boards for these scopes, counted once however many tests look at them."""
    return cache(lambda *flags: run(evening, tables, wanted(*flags)))


def test_a_small_language_is_not_swamped(told: Callable[..., list[Board]]) -> None:
    """20 of 40 Welsh speakers, among 20,000 others: first on their board, nowhere on `all`."""
    boards = told("lang:cy", "lang:en")
    first = next(b for b in of(boards, "cy") if b.at == LATE).stories[0]
    assert "daeargryn" in first.title
    assert first.rank == 1
    assert any(e.type == "story.started" for b in of(boards, "cy") for e in b.events)
    everywhere = [" ".join(story.terms) for b in of(boards, "all") for story in b.stories]
    assert any("whistle3" in terms for terms in everywhere)
    assert not any("daeargryn" in terms or "aberystwyth" in terms for terms in everywhere)


def test_every_spoken_language_has_a_board_unasked(told: Callable[..., list[Board]]) -> None:
    """`lang:*` makes a Welsh board after its twentieth speaker, and the moment is first on it."""
    boards = told("lang:*")
    assert {board.board for board in boards} == {"all", "languages", "cy", "en"}
    assert "20 people" in of(boards, "languages")[0].note
    assert "daeargryn" in next(b for b in of(boards, "cy") if b.at == LATE).stories[0].title


def test_all_is_the_same_with_and_without_further_boards(
    evening: list[Post], tables: Tables, told: Callable[..., list[Board]]
) -> None:
    """Byte for byte, events and ids included."""
    alone = run(evening, tables, Plan(PART))
    amid = told(*AMID)
    assert any(board.events for board in alone)
    assert [bare(b, "") for b in of(amid, "all")] == [bare(b, "") for b in alone]


def test_a_language_board_is_that_of_its_posts_alone(
    evening: list[Post], tables: Tables, told: Callable[..., list[Board]]
) -> None:
    """Apart from its name; before its first post it is blank, and after its last it goes on."""
    boards = told("lang:cy", "lang:en")
    for name in ("cy", "en"):
        ours = [board for board in of(boards, name) if board.learned[0]]
        kernel = Kernel(PART, tables)
        alone = kernel.add(batch([post for post in evening if post[3] == name])) + kernel.finish()
        theirs = [bare(b, name) for b in ours]
        mine = [bare(b, name) for b in alone]
        assert len(mine) >= 44
        assert theirs[: len(mine)] == mine
        assert all(board["posts"] == 0 for board in theirs[len(mine) :])


def test_cutting_into_batches_changes_no_board(tables: Tables) -> None:
    """Also where languages get their boards one by one, and where nobody speaks for a while."""
    rng = random.Random(2)
    posts = talk("cy", 40, 200, 9, rng) + talk("en", 90, 600, 15, rng)
    posts += [(t + 60 * 40, *rest) for t, *rest in talk("ga", 40, 200, 5, rng)]
    posts += [*moment("cy", 6, 15, "daeargryn", rng), (5_000.0, "en1", "late", "en")]
    posts.sort()
    asked = wanted("lang:*", "w=match:daear", "lang:ga", "h=host:a.social")
    whole = [board.to_dict() for board in run(posts, tables, asked)]
    for size in (1, 97, 100_000):
        cut = [board.to_dict() for board in run(posts, tables, asked, size=size)]
        assert cut == whole, size
    assert [(b["at"], b["board"] != "all", b["board"]) for b in whole] == sorted(
        (b["at"], b["board"] != "all", b["board"]) for b in whole
    )
    assert {b["board"] for b in whole} >= {"all", "cy", "en", "ga", "w", "h"}


def test_story_ids_of_different_boards_differ(told: Callable[..., list[Board]]) -> None:
    """The same moment on three boards is three stories."""
    boards = told(*AMID)
    ids = {name: {s.id for b in of(boards, name) for s in b.stories} for name in ("all", "en", "w")}
    assert all(ids.values())
    assert not ids["all"] & ids["en"]
    assert not ids["all"] & ids["w"]
    assert not ids["en"] & ids["w"]


def test_deletions_reach_every_board(tables: Tables) -> None:
    """Deleted before its slice closes, a wave stands on no board; kept, it stands on both."""
    rng = random.Random(3)
    posts = sorted(talk("cy", 40, 160, 45, rng) + talk("en", 500, 2_000, 45, rng))
    wave = [(30 * 60 + i / 10, f"cy{i}", f"sebra cyworda{i}", "cy") for i in range(30)]
    before = [post for post in posts if post[0] < 30 * 60]
    after = [post for post in posts if post[0] >= 30 * 60 + 4]

    def titles(gone: Batch) -> set[str]:
        boards = Boards(Kernel(SMALL, tables), wanted("lang:cy"))
        found = boards.add(batch(before + wave)) + boards.add(gone)
        found += boards.add(batch(after, first=100_000)) + boards.finish()
        return {b.board for b in found for s in b.stories if "sebra" in " ".join(s.terms)}

    n = len(before)
    deleted = Batch(deleted=[(f"p{i}", 1_804_000_000) for i in range(n, n + len(wave))])
    assert titles(Batch()) == {"all", "cy"}
    assert titles(deleted) == set()


def test_a_post_that_names_no_language_is_of_the_one_that_it_is_in(tables: Tables) -> None:
    """Where the stream is silent the words say it; what cannot be told is of no language."""
    welsh = "mae hi'n braf iawn heddiw yng Nghaerdydd ac rydw i'n hapus"
    posts = [(float(i), f"u{i}", welsh if i % 2 else "hello", "") for i in range(10)]
    (board,) = of(run(posts, tables, wanted("lang:cy")), "cy")
    assert (board.posts, board.note) == (5, "")


def test_a_board_that_has_nothing_to_go_by_says_so(tables: Tables) -> None:
    """Posts without a language, of accounts without a host: each board says what is missing."""
    posts = [(float(60 * i), f"u{i}", "hello", "") for i in range(5)]
    boards = run(posts, tables, wanted("lang:cy", "lang:*", "h=host:a.social", "m=match:zebra"))
    assert len(of(boards, "cy")) == len(of(boards, "all")) == 5
    notes = {board.board: board.note for board in boards}
    assert "names its language" in notes["cy"]
    assert "names its language" in notes["languages"]
    assert "names its host" in notes["h"]
    assert notes["m"] == notes["all"] == ""
    told = [(float(60 * i), f"u{i}", "hello", "en") for i in range(5)]
    assert [b.note for b in of(run(told, tables, wanted("lang:cy")), "cy")] == [""] * 5


def test_time_closes_every_board(tables: Tables) -> None:
    """A tick without posts closes all of them alike, and none before the first post."""
    boards = Boards(Kernel(SMALL, tables), wanted("lang:cy", "lang:ga"))
    assert boards.tick(0) == []
    boards.add(batch([(0.0, "a", "x", "cy")]))
    found = boards.tick(120_000_000)
    assert [(b.board, b.at, b.posts) for b in found] == [
        ("all", 60_000_000, 1), ("cy", 60_000_000, 1), ("ga", 60_000_000, 0),
        ("all", 120_000_000, 0), ("cy", 120_000_000, 0), ("ga", 120_000_000, 0),
    ]  # fmt: skip


def test_every_language_is_asked_for_once() -> None:
    """Two scopes of `lang:*` would make the same boards twice."""
    with pytest.raises(UsageError, match="once"):
        wanted("a=lang:*", "b=lang:*")
