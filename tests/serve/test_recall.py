"""The API about the past: boards at a time, stories and series, held and from the archive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from groundswell.archive.database import FILE
from groundswell.model import iso
from groundswell.revision import Cut, Revision
from groundswell.serve.desk import state
from groundswell.serve.desk.state import DeskState
from tests.serve.kept import MINUTE, ORDINARY, START, WELSH, filled, get, story, told

OLD = ("an old tale", "another")
LENGTH = 40
HELD = 10


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskState]:
    """Forty minutes of boards, of which ten are held; the first twenty told another story."""
    monkeypatch.setattr(state, "HELD", HELD)
    boards = [told(m, OLD if m <= 20 else ORDINARY) for m in range(1, LENGTH + 1)]
    return filled(boards, tmp_path / "kept")


def when(minute: int, seconds: int = 0) -> str:
    return iso(START + minute * MINUTE + seconds * 1_000_000)


@pytest.mark.parametrize("minute", [1, 20, 21, 30, 31, 39, 40])
def test_a_board_at_a_time_is_the_last_that_had_closed(desk: DeskState, minute: int) -> None:
    """Whether it is held or kept, to the second, and as it was told."""
    titles = OLD if minute <= 20 else ORDINARY
    expected = told(minute, titles).to_dict()
    for seconds in (0, 1, 59):
        found = get(desk, f"/api/v1/boards/all?at={when(minute, seconds)}")
        assert found.json() == expected


def test_times_out_of_what_is_kept(desk: DeskState) -> None:
    """Later than all: the newest; before the first: not found."""
    assert get(desk, "/api/v1/boards/all?at=2999-01-01").json()["at"] == when(LENGTH)
    assert get(desk, f"/api/v1/boards/all?at={when(0, 59)}").status_code == 404
    assert get(desk, f"/api/v1/boards/cy?at={when(LENGTH)}").status_code == 404


def test_without_an_archive_only_what_is_held(desk: DeskState) -> None:
    """The error says that nothing else is kept."""
    desk.archive = None
    assert get(desk, f"/api/v1/boards/all?at={when(31)}").status_code == 200
    answer = get(desk, f"/api/v1/boards/all?at={when(30)}")
    assert answer.status_code == 404
    assert "keeps no archive" in answer.json()["error"]["message"]
    assert get(desk, f"/api/v1/stories/{story(OLD[0], 1).id}").status_code == 404


def test_a_past_story_is_told_as_it_was_last_listed(desk: DeskState) -> None:
    """Its last state, and when that was; when its boards are kept no more, its own row."""
    old = told(20, OLD).stories[0]
    path = f"/api/v1/stories/{old.id}"
    found = get(desk, path).json()
    assert found == old.to_dict() | {
        "board": "all", "last_listed_at": when(20), "ended_at": found["ended_at"],
    }  # fmt: skip
    assert desk.archive is not None
    with apsw.Connection(str(desk.archive / FILE)) as db:
        db.execute("DELETE FROM moment; DELETE FROM state")
    brief = get(desk, path).json()
    assert (brief["title"], brief["last_listed_at"]) == (OLD[0], when(20))
    assert "z" not in brief, "no figure is made up"


def test_a_series_goes_over_from_kept_to_held_without_a_seam(desk: DeskState) -> None:
    """Every slice once, in order, page by page or between two times."""
    name = told(21).stories[0].id
    whole = get(desk, f"/api/v1/stories/{name}/series").json()
    assert [point["at"] for point in whole["points"]] == [when(m) for m in range(21, 41)]
    assert whole["slice"] == 60
    assert whole["points"][0]["people"] == told(21).stories[0].spark[-1]
    pages, path = [], f"/api/v1/stories/{name}/series?limit=7"
    for _ in range(3):
        page = get(desk, path).json()
        pages += page["points"]
        path = f"/api/v1/stories/{name}/series?limit=7&since={page.get('next')}"
    assert pages == whole["points"]
    assert "next" not in page
    some = get(desk, f"/api/v1/stories/{name}/series?since={when(29)}&until={when(33)}").json()
    assert [point["at"] for point in some["points"]] == [when(m) for m in range(29, 33)]


def test_what_was_taken_from_held_boards_is_not_found_in_the_archive(desk: DeskState) -> None:
    """A hidden account's words stand in the archive still, and are not served from it."""
    gone, title = frozenset({1}), ORDINARY[0]
    name = told(40).stories[0].id
    veil = Revision(START + (LENGTH + 1) * MINUTE, 0, Cut(), Cut(gone))
    desk.revise(veil, lambda label: gone if label.startswith(title) else frozenset())
    assert get(desk, f"/api/v1/stories/{name}").status_code == 404
    assert get(desk, f"/api/v1/stories/{name}/series").status_code == 404
    assert title not in get(desk, f"/api/v1/boards/all?at={when(35)}").text


def test_a_damaged_archive_is_an_error_that_says_so(desk: DeskState) -> None:
    """503 in the one form; what is held is still answered."""
    assert desk.archive is not None
    (desk.archive / FILE).write_bytes(b"not a database" * 400)
    answer = get(desk, f"/api/v1/boards/all?at={when(5)}")
    assert answer.status_code == 503
    assert answer.json()["error"]["hint"]
    assert get(desk, "/api/v1/boards/all").status_code == 200


def test_names_of_other_boards_reach_their_own_stories(tmp_path: Path) -> None:
    """A story of the Welsh board is found by the board that its id names."""
    desk = filled([told(1), told(1, WELSH, "cy")], tmp_path / "kept")
    name = told(1, WELSH, "cy").stories[0].id
    points = get(desk, f"/api/v1/stories/{name}/series").json()["points"]
    assert [point["at"] for point in points] == [when(1)]
