"""Behind the doors in a real browser: logging in under a path, and strangers' words everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, expect

from groundswell.doors import Role, passwords
from groundswell.press.clippings import Clippings
from groundswell.serve.app import serve
from groundswell.serve.desk.pressroom import PressRoom
from groundswell.serve.desk.state import Context, DeskState
from groundswell.serve.gates.guards import Way
from tests.serve.archived import id_of
from tests.serve.boards import HOSTILE, MINUTE, ORDINARY, board, story
from tests.serve.entering import PASSWORD, PEOPLE, QUICK, Entered
from tests.serve.test_browser import DESKTOP, PHONE, Watched
from tests.serve.test_feeling import FELT, SAID
from tests.serve.test_press import ONE, TITLE, TWO, clip

pytestmark = pytest.mark.browser
LINKS = (
    "javascript:window.hit=9", "JaVaScRiPt:window.hit=9", "data:text/html,<script>1</script>",
    "vbscript:x", " javascript:window.hit=9", "https://a.example/\"onmouseover='window.hit=9'",
    "//evil.example", "https:\\\\evil.example",
)  # fmt: skip

TOUCHED = """() => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  return [...document.querySelectorAll("a[href], [cite]")].map((one) => {
    one.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
    const to = new URL(one.href ?? one.cite);
    return [to.protocol, Boolean(one.href) && to.origin !== location.origin, one.rel ?? ""];
  });
}"""
"""Points at every link of a page; of each the scheme, whether it leads elsewhere, and its `rel`."""


@pytest.fixture
def entered(tmp_path: Path) -> Iterator[Entered]:
    with patch.object(passwords, "hasher", QUICK):
        made = Entered.at(tmp_path / "doors")
        yield made
        made.store.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_desk_under_a_path_is_entered_read_and_left(
    browser: Browser, entered: Entered, size: dict[str, int]
) -> None:
    """From a story's address to the log-in and back, a new board, and out; all below /wire."""
    desk = DeskState(Context("simulated", ("a night",), MINUTE))
    desk.publish(board(ORDINARY))
    doors = entered.doors(reading="closed", way=Way(path="/wire"))
    with serve(desk, "127.0.0.1", 0, doors) as server:
        watched = Watched(browser, f"{server.url}/", viewport=size)
        page = watched.page
        told = f"{server.url}/story/{story(ORDINARY[0], 1).id}"
        page.goto(told)
        page.get_by_label("Name").fill(PEOPLE[Role.EDITOR])
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(ORDINARY[0])
        assert page.url == told
        page.get_by_role("link", name="Now", exact=True).click()
        expect(page.locator(".story h2")).to_have_text(list(ORDINARY))
        desk.publish(board(ORDINARY[::-1], 2))
        expect(page.locator(".story h2")).to_have_text(list(ORDINARY[::-1]))
        assert (
            page.locator(".story h2 a")
            .first.get_attribute("href", timeout=1_000)
            .startswith("/wire/story/")
        )
        expect(page.locator(".who")).to_contain_text("edda, editor")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("button", name="Log out").click()
        expect(page.locator("h1")).to_have_text("Log in")
        page.goto(told)
        expect(page.locator("h1")).to_have_text("Log in")
        assert watched.wrong == []
        assert watched.outside == []


def test_strangers_words_run_nothing_wherever_they_stand(browser: Browser) -> None:
    """In posts, names, tags, titles, feeds, sentences and links: 0 scripts, 0 violations."""
    held = Clippings()
    for number, text in enumerate(HOSTILE):
        words = text[:120]
        said = (
            f"{TITLE} and {words} were there. “{words},” Ansel Rook said. {(ONE, TWO)[number % 2]}"
        )
        held.add(
            clip("Tidewire", said, url=f"https://n{number}.example/{words}", publisher=words,
                 title=f"{TITLE} {words}")
        )  # fmt: skip
    with serve(_desk(held), "127.0.0.1", 0) as server:
        watched = Watched(browser, server.url)
        page = watched.page
        for path in ("/", f"/story/{id_of(TITLE)}", f"/embed/{id_of(TITLE)}", "/past", "/about"):
            page.goto(server.url + path)
            expect(page.locator("h1").first).to_be_visible()
            for scheme, foreign, rel in page.evaluate(TOUCHED):
                assert scheme in ("http:", "https:"), path
                assert "noopener" in rel or not foreign, path
        assert page.evaluate("window.hit") is None
        assert watched.wrong == []
        assert watched.outside == []


def _desk(held: Clippings) -> DeskState:
    """A desk on which whatever a stranger can write is hostile."""
    tags = tuple(f"#{text[:100]}" for text in HOSTILE)
    voices = tuple(
        replace(SAID, text=text, url=url, network=text[:60])
        for text, url in zip(HOSTILE, LINKS, strict=True)
    )
    first = story(TITLE, 1, terms=(TITLE, *tags), mood=FELT, voices=voices, eligible=len(voices))
    others = [story(text, rank) for rank, text in enumerate(HOSTILE, 2)]
    desk = DeskState(Context("simulated", HOSTILE[:3], MINUTE))
    for minute in range(1, 9):
        desk.publish(replace(board((), minute), stories=(first, *others)))
    desk.press = PressRoom(held)
    return desk
