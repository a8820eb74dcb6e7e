"""The pages in a real browser: nothing runs that should not, and nothing jumps."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from groundswell.serve.desk.state import DeskState
from groundswell.watch import SourceHealth, Watch
from tests.serve.boards import HOSTILE, ORDINARY, board, served, story

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
OTHER = (*reversed(ORDINARY), "curtain call")


class Watched:
    """A page, and all that went wrong on it."""

    def __init__(self, browser: Browser, url: str, **options: object) -> None:
        self.context = browser.new_context(viewport=options.pop("viewport", DESKTOP), **options)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.wrong: list[str] = []
        self.outside: list[str] = []
        self.navigations = 0
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))
        self.page.on(
            "request",
            lambda r: None if r.url.startswith(url) else self.outside.append(r.url),
        )
        self.page.on("framenavigated", lambda _: self._went())
        self.page.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " e => console.error('policy: ' + e.violatedDirective))"
        )

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(message.text)

    def _went(self) -> None:
        self.navigations += 1


@pytest.fixture
def desk() -> Iterator[tuple[DeskState, str]]:
    with served() as pair:
        yield pair


def titles(page: Page) -> list[str]:
    return page.locator(".story h2").all_inner_texts()


def test_hostile_text_runs_nothing_and_is_shown(browser: Browser) -> None:
    """Scripts, handlers, styles and marks in every field: no dialog, no violation, no error."""
    with served(HOSTILE) as (desk, url):
        watched = Watched(browser, url)
        page = watched.page
        page.goto(url)
        desk.publish(board(HOSTILE[::-1], 2))
        expect(page.locator(".story h2").last).to_have_text(HOSTILE[0])
        for rank, title in enumerate(HOSTILE, 1):
            page.goto(f"{url}/story/{story(title, rank).id}")
            expect(page.locator("h1")).to_have_text(title)
        assert page.evaluate("window.hit") is None
        assert watched.wrong == []
        assert watched.outside == []


def test_a_new_board_changes_rows_without_a_navigation(
    browser: Browser, desk: tuple[DeskState, str]
) -> None:
    """Published boards come over the stream; the head's clock goes on; the console is clean."""
    state, url = desk
    watched = Watched(browser, url)
    watched.page.goto(url)
    went = watched.navigations
    state.publish(board(OTHER, 2))
    expect(watched.page.locator(".story h2")).to_have_text(list(OTHER))
    expect(watched.page.locator("[role=status]")).to_contain_text(OTHER[0])
    assert watched.navigations == went
    assert watched.wrong == []


def test_a_source_in_trouble_is_told_calmly_and_no_longer_when_it_is_back(
    browser: Browser, desk: tuple[DeskState, str]
) -> None:
    """A line under the head, hostile names included, that comes and goes without a new board."""
    state, url = desk
    name = HOSTILE[0]
    sources: list[SourceHealth] = []
    state.watch = Watch(lambda: sources, live=True)
    watched = Watched(browser, url, viewport=PHONE)
    watched.page.goto(url)
    line = watched.page.locator("#troubles")
    expect(line).to_be_hidden()
    sources.append(SourceHealth(name, "reconnecting", time.monotonic() - 42, "HTTP 503"))
    expect(line).to_contain_text(f"{name}: silent for 40 s, reconnecting (HTTP 503)")
    assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sources[:] = [SourceHealth(name, "connected", time.monotonic())]
    expect(line).to_be_hidden()
    assert watched.page.evaluate("window.hit") is None
    assert watched.wrong == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_boards_are_switched_by_links_and_live_on(
    browser: Browser, desk: tuple[DeskState, str], size: dict[str, int]
) -> None:
    """A click shows another board, whose events alone reach it; many fit on a phone as well."""
    state, url = desk
    names = ["cy", *(f"b{i}.example.social" for i in range(24))]
    for name in names:
        state.publish(board(OTHER, 1, name))
    watched = Watched(browser, url, viewport=size)
    page = watched.page
    page.goto(url)
    page.get_by_role("link", name="cy", exact=True).click()
    expect(page.locator(".story h2")).to_have_text(list(OTHER))
    expect(page.locator(".boards [aria-current=page]")).to_have_text("cy")
    state.publish(board(ORDINARY[:1], 2))
    state.publish(board(ORDINARY[1:], 2, "cy"))
    expect(page.locator(".story h2")).to_have_text(list(ORDINARY[1:]))
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    page.locator(".story h2 a").first.click()
    page.get_by_role("link", name="← Board").click()
    expect(page.locator("h1")).to_contain_text("cy")
    assert watched.wrong == []


def test_the_order_is_held_under_the_pointer(browser: Browser, desk: tuple[DeskState, str]) -> None:
    """Hovering freezes the rows and offers the changes; a click or leaving applies them."""
    state, url = desk
    page = Watched(browser, url).page
    page.goto(url)
    page.locator(".story h2").first.hover()
    state.publish(board(OTHER, 2))
    apply = page.locator("#apply")
    expect(apply).to_have_text("5 changes")
    assert titles(page) == list(ORDINARY)
    apply.click()
    expect(page.locator(".story h2")).to_have_text(list(OTHER))
    page.locator(".story h2").first.hover()
    state.publish(board(ORDINARY, 3))
    expect(apply).to_be_visible()
    page.mouse.move(5, 5)
    expect(page.locator(".story h2")).to_have_text(list(ORDINARY))
    expect(apply).to_be_hidden()


def test_the_order_is_held_under_the_focus(browser: Browser, desk: tuple[DeskState, str]) -> None:
    """With the keyboard on a story's link the rows stay; going on lets them move."""
    state, url = desk
    page = Watched(browser, url).page
    page.goto(url)
    page.locator(".story h2 a").first.focus()
    state.publish(board(OTHER, 2))
    expect(page.locator("#apply")).to_be_visible()
    assert titles(page) == list(ORDINARY)
    page.locator(".brand").focus()
    expect(page.locator(".story h2")).to_have_text(list(OTHER))


def test_pause_holds_and_going_on_applies(browser: Browser, desk: tuple[DeskState, str]) -> None:
    """The pause control says its state and keeps the rows until it is released."""
    state, url = desk
    page = Watched(browser, url).page
    page.goto(url)
    pause = page.locator("#pause")
    pause.click()
    page.mouse.move(5, 5)
    expect(pause).to_have_attribute("aria-pressed", "true")
    state.publish(board(OTHER, 2))
    expect(page.locator("#apply")).to_be_visible()
    assert titles(page) == list(ORDINARY)
    pause.click()
    expect(page.locator(".story h2")).to_have_text(list(OTHER))


@pytest.mark.parametrize("names", [ORDINARY, HOSTILE], ids=["ordinary", "hostile"])
def test_a_phone_never_scrolls_sideways(browser: Browser, names: tuple[str, ...]) -> None:
    """At 360 pixels every page fits, also with a title of 5,000 letters."""
    with served(names) as (_, url):
        page = Watched(browser, url, viewport=PHONE).page
        stories = [f"/story/{story(title, i + 1).id}" for i, title in enumerate(names)]
        for path in ("/", "/about", "/nowhere", *stories):
            page.goto(url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_both_themes(
    browser: Browser, desk: tuple[DeskState, str], scheme: str
) -> None:
    """Title, sentence, doubt and lift stand out from the page by 4.5 to 1 at the least."""
    page = Watched(browser, desk[1], color_scheme=scheme).page
    page.goto(desk[1])
    paper = _luminance(page, "body", "backgroundColor")
    assert (paper > 0.5) == (scheme == "light")
    for what in ("h1", ".story h2", ".sentence", ".doubt", ".lift", ".terms li", "footer p"):
        ink = _luminance(page, what, "color")
        contrast = (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05)
        assert contrast >= 4.5, what


def _luminance(page: Page, what: str, kind: str) -> float:
    """Relative luminance of a colour, as WCAG 2.2 defines it."""
    text = page.locator(what).first.evaluate(f"node => getComputedStyle(node).{kind}")
    channels = [int(n) / 255 for n in re.findall(r"\d+", text)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    browser: Browser, desk: tuple[DeskState, str]
) -> None:
    """Tab goes to the skip link, the brand, the controls and each story; the focus is seen."""
    page = Watched(browser, desk[1]).page
    page.goto(desk[1])
    reached = []
    for _ in range(18):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
        if reached[-1] in ORDINARY:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
    assert reached[0] == "To the stories"
    assert [name for name in reached if name in ORDINARY] == list(ORDINARY)


def test_every_page_is_one_document(browser: Browser, desk: tuple[DeskState, str]) -> None:
    """One first heading, a language, a title, and no request to anywhere else."""
    watched = Watched(browser, desk[1])
    for path in ("/", f"/story/{story(ORDINARY[0], 1).id}", "/about", "/nowhere"):
        watched.page.goto(desk[1] + path)
        assert watched.page.locator("h1").count() == 1
        assert watched.page.locator("html").get_attribute("lang") == "en"
        assert watched.page.title()
    assert watched.outside == []
