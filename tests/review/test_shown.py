"""What editors decided holds on every address of a desk, in its streams, its past and exports."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from groundswell.archive.export import WHAT, export
from groundswell.archive.reading import Reader, Span
from groundswell.model import Board, StoryEvent, iso
from groundswell.review.decisions import draft
from groundswell.review.ledger import Ledger
from groundswell.review.reading import Shown
from groundswell.review.rulings import Rulings
from groundswell.serve.desk import state
from groundswell.serve.desk.following import Following
from groundswell.serve.desk.state import DeskState
from groundswell.serve.stream.follow import Follower, Mark
from groundswell.serve.stream.written import Written
from tests.serve.archived import LONG, MINUTE, START, desk_of, kept, whole_night
from tests.serve.boards import board, story
from tests.serve.kept import get

OVER, RUNNING = "#harbourlight", "#coppercape"
OLD, NOW = story(OVER, 1).id, story(RUNNING, 1).id


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night, kept: one story is over and in the archive alone, one goes on."""
    return kept(tmp_path_factory.mktemp("night") / "kept", boards())


def boards() -> list[Board]:
    """The night; the story that goes on is told at its end to have split off the other."""
    told = whole_night(OVER, RUNNING)
    last = told[-1]
    split = StoryEvent("story.split", last.at, last.stories[0], other=OLD)
    return [*told[:-1], replace(last, events=(split,))]


@pytest.fixture
def desk(night: Path) -> DeskState:
    """The last twenty minutes of it, with decisions in memory."""
    return desk_of(boards(), night)


def addresses() -> list[str]:
    """All that may tell of a story, now, then and for ever."""
    then, late = iso(START + 8 * MINUTE), iso(START + 38 * MINUTE)
    told = ["", "/series", "/press", "/backstory"]
    return [
        "/", "/past", f"/past?day={then[:10]}", f"/past?at={then}", f"/past?at={late}",
        "/past?term=light", "/past?term=cape", "/about", f"/why?term=x&at={late}",
        f"/api/v1/boards/all?at={then}", f"/api/v1/boards/all?at={late}", "/api/v1/boards/all",
        *(f"/api/v1/stories/{one}{rest}" for one in (OLD, NOW) for rest in told),
        *(f"/{page}/{one}" for page in ("story", "embed") for one in (OLD, NOW)),
        f"/story/{OLD}/series.csv", f"/story/{NOW}/series.csv",
        "/api/v1/trends/tags", "/api/v1/trends/links", "/api/v1/trends/statuses",
        "/xrpc/app.bsky.unspecced.getTrends", "/feeds/all.rss", "/health",
    ]  # fmt: skip


def everywhere(desk: DeskState) -> dict[str, str]:
    """What every address answers, and the event stream from the night's beginning on."""
    found = {one: get(desk, one).text.casefold() for one in addresses()}
    return found | {"stream": streamed(desk).casefold()}


def streamed(desk: DeskState, last: int = START) -> str:
    async def read() -> bytes:
        follower = Follower(desk, "all", Mark(last, "", None), Written())
        return b"".join([event async for event in follower.look()])

    return asyncio.run(read()).decode()


def telling(found: dict[str, str], word: str) -> set[str]:
    return {address for address, text in found.items() if word in text}


@pytest.mark.parametrize(("title", "one"), [(OVER, OLD), (RUNNING, NOW)])
def test_a_hidden_story_is_on_no_address_and_undo_brings_every_byte_back(
    desk: DeskState, title: str, one: str
) -> None:
    """Neither its title nor its id: on pages, API, streams, feeds, neighbours, past and embed."""
    before = everywhere(desk)
    word = title.lstrip("#")
    told = telling(before, word)
    where = {"/past", f"/story/{one}", f"/embed/{one}", "stream", f"/api/v1/stories/{one}"}
    assert told >= where
    assert len(told) >= 10
    (hidden,) = desk.decide([draft("ann", "hide", "story", one)])
    after = everywhere(desk)
    assert telling(after, word) == set()
    own = {address for address in addresses() if one in address}
    assert telling(after, one) <= own
    assert {get(desk, address).status_code for address in own} == {410}
    desk.ledger.undo("bo", hidden.id)
    desk.rule(desk.ledger.rulings())
    assert everywhere(desk) == before


@pytest.mark.parametrize("verb", ["reject", "block", "waiting"])
def test_whatever_takes_a_story_off_takes_it_off_everywhere(desk: DeskState, verb: str) -> None:
    """A term that is rejected or blocked, and a story that waits for approval."""
    if verb == "waiting":
        desk.ledger.before_publish = True
        desk.decide([draft("settings", "hold", "desk", "desk")])
        desk.decide([draft("ann", "approve", "story", NOW)])
    else:
        desk.decide([draft("ann", verb, "term", OVER)])
        if verb == "reject":  # of a story that is called so; others may have the word
            desk.decide([draft("ann", "hide", "story", OLD)])
    found = everywhere(desk)
    assert telling(found, "harbourlight") == set()
    assert telling(found, "coppercape") != set()


def test_a_renamed_story_goes_by_its_new_name_alone(desk: DeskState) -> None:
    """In titles everywhere; its terms are what people said, and stay."""
    desk.decide([draft("ann", "rename", "story", one, value="<b>Power</b> cut")
                 for one in (OLD, NOW)])  # fmt: skip
    for address in ("/", f"/story/{OLD}", f"/story/{NOW}", "/past?term=cut", "/feeds/all.rss"):
        text = get(desk, address).text
        assert "<b>Power" not in text
        assert "Power" in text
    assert get(desk, f"/api/v1/stories/{OLD}").json()["title"] == "<b>Power</b> cut"
    assert get(desk, "/api/v1/boards/all").json()["stories"][0]["edited"] == ["renamed"]
    with desk.reading() as reader:
        titles = {one.title for found in reader.boards() for one in found.stories}
    assert titles == {"<b>Power</b> cut"}


def test_a_merged_story_leads_to_the_one_that_took_it_in(desk: DeskState) -> None:
    """By every address of it, with what was asked; on boards of the past as on those of now."""
    desk.decide([draft("ann", "merge", "story", OLD, value=NOW)])
    for head, rest in (("/story/", ""), ("/embed/", ""), ("/api/v1/stories/", "/series?limit=2")):
        answer = get(desk, head + OLD + rest)
        assert (answer.status_code, answer.headers["location"]) == (307, head + NOW + rest)
    assert OLD not in get(desk, f"/api/v1/boards/all?at={iso(START + 8 * MINUTE)}").text
    then = get(desk, f"/api/v1/boards/all?at={iso(START + 8 * MINUTE)}").json()["stories"]
    assert [(one["id"], one["edited"]) for one in then] == [(NOW, ["merged"])]
    alone = [one.authors for one in boards()[7].stories]
    assert then[0]["authors"] == max(alone)
    assert "at least" in get(desk, f"/past?at={iso(START + 8 * MINUTE)}").text


def test_exports_leave_out_what_is_hidden_unless_all_is_asked(night: Path, tmp_path: Path) -> None:
    """All kinds of exports, series by term too; nothing else is lost."""
    ledger = Ledger()
    ledger.add([draft("ann", "hide", "story", OLD)])

    def lines(what: str, reader: Reader) -> list[str]:
        export(reader, what, tmp_path / "out.ndjson", span=Span())
        return (tmp_path / "out.ndjson").read_text().splitlines()

    for what in WHAT:
        with Shown(night, ledger.rulings(), hushed=True) as shown, Reader(night) as whole:
            kept_lines, every = lines(what, shown), lines(what, whole)
        assert "harbourlight" not in "\n".join(kept_lines)
        if what in {"stories", "series", "events"}:
            others = [line for line in every if "harbourlight" not in line]
            assert len(kept_lines) >= len(others) > 0
        with Shown(night, Rulings(), hushed=True) as bare:
            assert lines(what, bare) == every


def test_open_streams_get_the_newest_board_again(desk: DeskState) -> None:
    """Marked `revised`, under its own number, at once; nobody who reads is left with the story."""
    follower = Follower(desk, "all", None, Written())

    async def look() -> list[bytes]:
        return [event async for event in follower.look()]

    assert b"coppercape" in b"".join(asyncio.run(look()))
    desk.decide([draft("ann", "hide", "story", NOW)])
    (event,) = asyncio.run(look())
    assert b'"revised":true' in event
    assert b"coppercape" not in event
    assert event.startswith(b"id: %d\n" % (START + LONG * MINUTE))
    assert asyncio.run(look()) == []


def test_a_decision_of_another_process_is_followed_within_a_second(tmp_path: Path) -> None:
    """And a desk that starts later begins with it."""
    folder = kept(tmp_path / "kept", boards())
    desk = desk_of(boards(), folder)
    desk.ledger = Ledger(folder)
    rung = threading.Event()
    with Following(desk, rung.set):
        rung.clear()
        began = time.monotonic()
        Ledger(folder).add([draft("cli", "hide", "story", NOW)])
        assert rung.wait(5)
        assert time.monotonic() - began < 1.0
        assert desk.newest is not None
        assert desk.newest.stories == ()
    again = desk_of(boards(), folder)
    again.ledger = Ledger(folder)
    with Following(again):
        assert get(again, f"/story/{NOW}").status_code == 410


def test_a_board_that_closes_later_is_shown_under_the_same_rulings(desk: DeskState) -> None:
    """The story comes again every minute; so does the decision."""
    desk.decide(
        [draft("ann", "hide", "story", NOW), draft("ann", "pin", "story", story("b", 1).id)]
    )
    desk.publish(board(("a", RUNNING, "b"), LONG + 1))
    assert desk.newest is not None
    assert [(one.title, one.rank, one.edited) for one in desk.newest.stories] == [
        ("b", 1, ("pinned",)), ("a", 2, ()),
    ]  # fmt: skip
    assert [one.title for one in desk.bare().newest_of("all").stories] == ["a", RUNNING, "b"]  # type: ignore[union-attr]


def test_before_publish_an_archive_of_before_stays_as_it_is(tmp_path: Path) -> None:
    """Stories wait from the newest slice that was kept when it was first set."""
    folder = kept(tmp_path / "kept", boards())
    ledger = Ledger(folder, before_publish=True)
    ledger.hold()
    ledger.hold()
    assert [(one.verb, one.who) for one in ledger.all()] == [("hold", "settings")]
    rulings = ledger.rulings()
    assert rulings.waiting_since == START + LONG * MINUTE
    assert not rulings.hides(OLD, OVER, START)
    assert rulings.hides("new", "new", START + (LONG + 1) * MINUTE)


def test_no_module_of_the_desk_opens_an_archive_by_itself() -> None:
    """They ask `DeskState.reading`, so none can forget what editors decided."""
    folder = Path(state.__file__).parent
    opening = [path.name for path in folder.glob("*.py") if " Reader(" in path.read_text("utf-8")]
    assert opening == []
