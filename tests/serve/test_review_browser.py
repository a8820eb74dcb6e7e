"""An editor and a reader in two browsers: what one takes off, the other loses without a reload."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, Page, expect

from groundswell.doors import Role, passwords
from groundswell.serve.app import serve
from groundswell.serve.desk.following import Following
from groundswell.serve.desk.state import DeskState
from tests.client import CLIENT
from tests.review.test_shown import addresses, boards
from tests.serve.archived import desk_of, kept
from tests.serve.boards import ORDINARY, board, story
from tests.serve.entering import PEOPLE, QUICK, Entered
from tests.serve.test_accessible import axe, violations
from tests.serve.test_browser import PHONE, Watched

__all__ = ["axe"]
pytestmark = pytest.mark.browser
SLICE_MS = 5_000
"""Milliseconds that a reader may go on seeing what was taken off; a slice has 60,000."""
TITLE, SHOWN = ORDINARY[0], list(ORDINARY)
ID = story(TITLE, 1).id


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DeskState, str, Entered]]:
    """A desk with users and an archive, on a free port."""
    folder = tmp_path_factory.mktemp("desk")
    with patch.object(passwords, "hasher", QUICK):
        entered = Entered.at(folder / "doors")
        night = [*boards(), board(ORDINARY, 41)]
        desk = desk_of(night, kept(folder / "kept", night))
        with serve(desk, "127.0.0.1", 0, entered.doors()) as server, Following(desk):
            yield desk, server.url, entered
        entered.store.close()


def editor(browser: Browser, url: str, entered: Entered, **options: object) -> Watched:
    """A page of an editor who has logged in."""
    watched = Watched(browser, url, **options)
    session = entered.sessions[Role.EDITOR]
    watched.context.add_cookies([{"name": "groundswell", "value": session, "url": url}])
    return watched


def traces(url: str) -> list[str]:
    """Public addresses that say the title."""
    paths = [*addresses(), f"/story/{ID}", f"/embed/{ID}", f"/api/v1/stories/{ID}",
             f"/story/{ID}/series.csv", f"/past?term={TITLE}"]  # fmt: skip
    said = f"“{TITLE}”"  # a search says again what was looked for, in these
    return [path for path in paths if TITLE in CLIENT.get(url + path).text.replace(said, "")
            and path != f"/past?term={TITLE}"]  # fmt: skip


def test_what_an_editor_hides_is_lost_by_who_reads_and_comes_back(
    browser: Browser, place: tuple[DeskState, str, Entered]
) -> None:
    """On an open board, without a reload and within a slice; no trace; undone, it is back."""
    _, url, entered = place
    reader, writer = Watched(browser, url), editor(browser, url, entered)
    reader.page.goto(url)
    expect(reader.page.locator(".story h2")).to_have_text(SHOWN)
    assert len(traces(url)) >= 5
    went = reader.navigations
    page = writer.page
    page.goto(f"{url}/story/{ID}")
    page.get_by_text("Edit, for all who read").click()
    page.get_by_label("Reason, for the log").fill("names a minor")
    page.get_by_role("button", name="Hide").click()
    expect(page.get_by_role("status").filter(has_text="Only editors")).to_be_visible()
    expect(reader.page.locator(".story:not(.gone) h2")).to_have_text(SHOWN[1:], timeout=SLICE_MS)
    assert TITLE not in reader.page.locator("main").inner_text()
    assert traces(url) == []
    page.goto(f"{url}/review")
    line = page.get_by_role("listitem").filter(has_text="names a minor")
    expect(line).to_contain_text(PEOPLE[Role.EDITOR])
    expect(line.locator("time")).to_have_attribute("datetime", _when(page))
    line.get_by_role("button", name="Undo").click()
    expect(page.locator(".undone").filter(has_text="names a minor")).to_be_visible()
    expect(reader.page.locator(".story h2")).to_have_text(SHOWN, timeout=SLICE_MS)
    assert len(traces(url)) >= 5
    assert reader.navigations == went
    assert reader.wrong == writer.wrong == []
    assert writer.outside == []


def _when(page: Page) -> object:
    year = page.evaluate("new Date().getUTCFullYear()")
    return re.compile(rf"^{year}-\d\d-\d\dT\d\d:\d\d:\d\d")


def test_the_whole_of_it_by_keyboard_on_a_phone(
    browser: Browser, place: tuple[DeskState, str, Entered]
) -> None:
    """A new title, from the story's page; nothing stands out of the window."""
    desk, url, entered = place
    watched = editor(browser, url, entered, viewport=PHONE)
    page = watched.page
    page.goto(f"{url}/story/{story(ORDINARY[1], 2).id}")
    page.get_by_text("Edit, for all who read").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Title", exact=True).fill("An editor’s title")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("An editor’s title")
    for path in ("/review", f"/story/{story(ORDINARY[1], 2).id}"):
        page.goto(url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    newest = desk.newest
    assert newest is not None
    assert newest.stories[1].edited == ("renamed",)
    assert watched.wrong == []


@pytest.mark.parametrize("path", ["/review", f"/story/{ID}"])
def test_axe_finds_nothing_on_an_editor_s_pages(
    browser: Browser, place: tuple[DeskState, str, Entered], axe: object, path: str
) -> None:
    """In both themes and sizes, with the forms unfolded."""
    _, url, entered = place
    page = editor(browser, url, entered, bypass_csp=True).page
    page.goto(url + path)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert violations(axe, page) == []
