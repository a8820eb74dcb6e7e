"""The page that says why, in a real browser: hostile terms, a phone, both themes, the keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.explanations import listed
from tests.serve.boards import HOSTILE, ORDINARY, story
from tests.serve.test_browser import PHONE, Watched, _luminance
from tests.serve.test_why import asking

pytestmark = pytest.mark.browser


@pytest.fixture
def url() -> Iterator[str]:
    with asking(lambda term, _: listed(term, ORDINARY[0])) as url:
        yield url


def test_a_hostile_term_runs_nothing_and_is_shown(browser: Browser) -> None:
    """Typed into the form, each comes back as text: no dialog, no violation, no error."""
    with asking(lambda term, _: listed(term, term), HOSTILE) as url:
        watched = Watched(browser, url)
        page = watched.page
        for term in (one for one in HOSTILE if len(one) <= 100):
            page.goto(f"{url}/why")
            page.locator("#term").fill(term)
            page.keyboard.press("Enter")
            expect(page.locator(".answer bdi")).to_have_text(term.strip())
            expect(page.locator("#term")).to_have_value(term.strip())
        assert page.evaluate("window.hit") is None
        assert watched.wrong == []
        assert watched.outside == []


@pytest.mark.parametrize("term", ["goal", "W" * 100, HOSTILE[0]])
def test_a_phone_never_scrolls_sideways(browser: Browser, url: str, term: str) -> None:
    """At 360 pixels the form and the answer fit; only the table may be scrolled in its own box."""
    page = Watched(browser, url, viewport=PHONE).page
    for path in ("/why", f"/why?term={term}"):
        page.goto(url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_themes(browser: Browser, url: str, scheme: str) -> None:
    """Answer, numbers, notes and the verdict stand out from the page by 4.5 to 1."""
    page = Watched(browser, url, color_scheme=scheme).page
    page.goto(f"{url}/why?term=goal")
    paper = _luminance(page, "body", "backgroundColor")
    for what in (
        ".answer",
        ".sums td",
        ".sums th",
        ".sums small",
        ".notes dd",
        ".verdict",
        "label",
    ):
        ink = _luminance(page, what, "color")
        assert (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05) >= 4.5, what


def test_from_a_story_to_its_why_and_back(browser: Browser, url: str) -> None:
    """The story's link asks about it; the answer links the story."""
    page = Watched(browser, url).page
    page.goto(f"{url}/story/{story(ORDINARY[0], 1).id}")
    page.get_by_role("link", name="Why is this on the board").click()
    expect(page.locator("#term")).to_have_value(ORDINARY[0])
    page.get_by_role("link", name=ORDINARY[0], exact=True).click()
    expect(page.locator("h1")).to_have_text(ORDINARY[0])
