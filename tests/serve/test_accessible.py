"""Every page by the rules of axe-core (WCAG 2.2 A and AA, and its best practices)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from groundswell.serve.desk.state import DeskState
from tests.explanations import listed
from tests.serve.archived import OVER, RUNNING, archived, id_of
from tests.serve.boards import START
from tests.serve.test_browser import DESKTOP, PHONE, Watched

pytestmark = pytest.mark.browser
DAY = "2026-03-17"
PAGES = {
    "board": "/", "story": f"/story/{id_of(RUNNING)}", "over": f"/story/{id_of(OVER)}",
    "embed": f"/embed/{id_of(RUNNING)}", "calendar": "/past", "day": f"/past?day={DAY}",
    "then": f"/past?day={DAY}&time=19:08", "search": "/past?term=a", "why": "/why?term=cape",
    "about": "/about", "missing": "/nowhere", "login": "/login", "no story": "/story/none",
}  # fmt: skip


@pytest.fixture(scope="module")
def axe() -> Any:
    """The checker; where it is not installed there is one line, and in CI a failure."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing = "needs axe-core: pip install axe-playwright-python (a dev dependency)"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    return Axe()


AGAIN = "axe.run({resultTypes: ['violations']}).then(found => found.violations)"
"""Where axe is in the page already; without what it finds in order, which it gathers for long."""


def violations(axe: Any, page: Page) -> list[tuple[str, list[object]]]:
    """What axe finds on a page in both themes and both sizes: rules, and where they are broken."""
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    found = axe.run(page).response["violations"]
    for scheme, size in (("light", PHONE), ("dark", DESKTOP), ("dark", PHONE)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found += page.evaluate(AGAIN)
    return [(one["id"], [node["target"] for node in one["nodes"][:3]]) for one in found]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    state: DeskState
    with archived(tmp_path_factory.mktemp("kept")) as (state, address):
        state.ask = lambda term, _: listed(term, RUNNING)
        yield address


def test_the_days_of_these_pages_are_those_of_the_night() -> None:
    """The addresses above mean boards that there are."""
    from groundswell.model import iso

    assert iso(START).startswith(DAY)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_axe_finds_nothing(browser: Browser, url: str, axe: Any, path: str) -> None:
    """Contrast, names, landmarks, headings, tables: no violation in both themes and both sizes."""
    # axe is put into the page by its own script, which the policy would refuse
    page = Watched(browser, url, bypass_csp=True).page
    page.goto(url + path)
    assert violations(axe, page) == []


def test_axe_sees_dark_paper_and_a_phone(browser: Browser, url: str, axe: Any) -> None:
    """What the test above changes on a page is changed: ink on ink is found in one theme alone."""
    page = Watched(browser, url, bypass_csp=True, color_scheme="light").page
    page.goto(url)
    assert axe.run(page).response["violations"] == []
    page.add_style_tag(content="@media (width < 400px) { h1 { color: light-dark(#000, #222) } }")
    found = []
    for scheme, size in (("light", PHONE), ("dark", DESKTOP), ("dark", PHONE)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found.append([one["id"] for one in page.evaluate(AGAIN)])
    assert found == [[], [], ["color-contrast"]]


def test_axe_sees_the_dialog_and_the_open_details(browser: Browser, url: str, axe: Any) -> None:
    """What is shown on demand only is held to the same rules."""
    page = Watched(browser, url, bypass_csp=True).page
    page.goto(f"{url}/story/{id_of(OVER)}")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert [one["id"] for one in axe.run(page).response["violations"]] == []
    page.get_by_role("button", name="Keys").click()
    assert [one["id"] for one in axe.run(page).response["violations"]] == []
