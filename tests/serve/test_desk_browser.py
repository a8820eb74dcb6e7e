"""The desk in a real browser: keys, reconnecting, figures that go on, a story's page, the theme."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from groundswell.serve.app import serve
from groundswell.serve.desk.state import DeskState
from tests.serve.archived import OVER, RUNNING, archived, id_of
from tests.serve.boards import HOSTILE, ORDINARY, board, served, story
from tests.serve.test_browser import OTHER, PHONE, Watched, titles

pytestmark = pytest.mark.browser
Desk = tuple[DeskState, str]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with served() as pair:
        yield pair


@contextmanager
def elsewhere(html: str) -> Iterator[str]:
    """Another site's page."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 204)
            self.end_headers()
            if self.path == "/":
                self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("localhost", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
        thread.join()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_by_keyboard_alone_a_story_is_found_opened_and_left(browser: Browser, desk: Desk) -> None:
    """Keys go through the stories, Enter opens one, ? says so, Escape closes that."""
    watched = Watched(browser, desk[1])
    page = watched.page
    page.goto(desk[1])
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    for key, title in (("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        expect(page.locator(":focus")).to_have_text(ORDINARY[title])
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(ORDINARY[0])
    page.go_back()
    expect(page.locator(".story h2")).to_have_text(list(ORDINARY))
    page.keyboard.press("p")
    expect(page.locator("#pause")).to_have_attribute("aria-pressed", "true")
    assert watched.wrong == []


def test_a_key_right_after_the_dialog_closed_is_heard(browser: Browser, desk: Desk) -> None:
    """Until the next frame the focus is still on the dialog's box, where nothing is written."""
    page = Watched(browser, desk[1]).page
    page.goto(desk[1])
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Keys of one letter are on").focus()
    page.evaluate(
        """() => {
          const box = document.querySelector("#keys-on");
          document.querySelector("#keys").close();
          box.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
        }"""
    )
    assert focused(page) == ORDINARY[0]


def test_keys_of_one_letter_can_be_switched_off_for_good(browser: Browser, desk: Desk) -> None:
    """Off they do nothing, also on the next page; in a field they never do; the button stays."""
    page = Watched(browser, desk[1]).page
    page.goto(desk[1])
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Keys of one letter are on").uncheck()
    page.get_by_role("button", name="Close").click()
    page.reload()
    page.keyboard.press("j")
    assert focused(page) not in ORDINARY
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Keys of one letter are on").check()
    page.get_by_role("button", name="Close").click()
    page.goto(desk[1] + "/why")
    page.locator("#term").press_sequentially("jk?")
    expect(page.locator("#term")).to_have_value("jk?")


def test_figures_go_on_where_the_order_is_held(browser: Browser, desk: Desk) -> None:
    """With the focus on a title its row's numbers are the newest; title, order, focus stay."""
    state, url = desk
    page = Watched(browser, url).page
    page.goto(url)
    page.keyboard.press("j")
    later = board(OTHER, 2)
    changed = tuple(replace(one, posts=4_321) for one in later.stories)
    state.publish(replace(later, stories=changed))
    expect(page.locator(".story .sentence").first).to_contain_text("4,321 posts")
    assert titles(page) == list(ORDINARY)
    assert focused(page) == ORDINARY[0]
    expect(page.locator(".story.gone")).to_have_count(0)
    page.keyboard.press(".")
    expect(page.locator(".story h2")).to_have_text(list(OTHER))
    assert focused(page) == ORDINARY[0], "the focus goes with its story"
    state.publish(board(ORDINARY[:1], 3))
    expect(page.locator(".story.gone")).to_have_count(len(OTHER) - 1)
    expect(page.locator(".story:not(.gone) h2")).to_have_text(ORDINARY[0])


def test_who_has_scrolled_down_is_not_moved(browser: Browser) -> None:
    """On a phone, reading the last rows: they stay, and the changes are offered within reach."""
    names = tuple(f"story number {i}" for i in range(12))
    with served(names) as (state, url):
        page = Watched(browser, url, viewport=PHONE).page
        page.goto(url)
        # not to a row's element: it may be drawn anew meanwhile
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        before = page.evaluate("scrollY")
        state.publish(board(names[::-1], 2))
        expect(page.locator("#apply")).to_be_in_viewport()
        assert titles(page) == list(names)
        assert page.evaluate("scrollY") == before
        page.locator("#apply").click()
        expect(page.locator(".story h2").first).to_have_text(names[-1])


def test_it_comes_back_after_the_desk_was_started_anew(browser: Browser) -> None:
    """The desk ends and another begins on its port: the page says so, and goes on by itself."""
    with served() as (_, url):
        watched = Watched(browser, url)
        watched.page.goto(url)
    expect(watched.page.locator("#lost")).to_be_visible()
    port = int(url.rsplit(":", 1)[1])
    with served() as (state, _), serve(state, "127.0.0.1", port):
        state.publish(board(OTHER, 5))
        expect(watched.page.locator(".story h2")).to_have_text(list(OTHER), timeout=20_000)
        expect(watched.page.locator("#lost")).to_be_hidden()
    assert watched.navigations == 1
    assert [line for line in watched.wrong if "ERR_" not in line] == []


def test_a_chosen_theme_stays(browser: Browser, desk: Desk) -> None:
    """From auto to light to dark, kept over pages without a flash; the paper follows."""
    page = Watched(browser, desk[1], color_scheme="light").page
    page.goto(desk[1])
    button = page.locator("#theme")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    button.click()
    button.click()
    expect(button).to_have_text("Theme: dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.goto(desk[1] + "/about")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator("#theme").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light


def test_nothing_moves_for_who_wants_no_motion(browser: Browser, desk: Desk) -> None:
    """With reduced motion rows change places at once, otherwise they glide."""
    state, url = desk
    moved = {}
    for minute, motion in enumerate(("reduce", "no-preference"), 2):
        page = Watched(browser, url, reduced_motion=motion).page
        page.add_init_script(
            "window.moves = 0; const animate = Element.prototype.animate;"
            "Element.prototype.animate = function (...all)"
            " { window.moves += 1; return animate.apply(this, all); };"
        )
        page.goto(url)
        names = OTHER if minute == 2 else ORDINARY
        state.publish(board(names, minute))
        expect(page.locator(".story h2")).to_have_text(list(names))
        moved[motion] = page.evaluate("window.moves")
    assert moved["reduce"] == 0
    assert moved["no-preference"] > 0


def test_a_slice_that_closes_while_a_storys_page_comes_is_told(
    browser: Browser, desk: Desk
) -> None:
    """The page was made before, its stream begins after: it shows what closed between."""
    state, url = desk
    watched = Watched(browser, url)
    page = watched.page

    def close(route: Route) -> None:
        state.publish(board(ORDINARY[::-1], 2))
        route.continue_()

    page.route(re.compile("/api/v1/stream"), close, times=1)
    page.goto(f"{url}/story/{story(ORDINARY[0], 1).id}")
    expect(page.locator(".lede")).to_contain_text("number 4")
    assert watched.wrong == []


def test_a_storys_page_goes_on_with_the_stream(browser: Browser, desk: Desk) -> None:
    """A slice later its numbers are newer, without a navigation; not while something is marked."""
    state, url = desk
    watched = Watched(browser, url)
    page = watched.page
    page.goto(f"{url}/story/{story(ORDINARY[0], 1).id}")
    expect(page.locator(".lede")).to_contain_text("number 1")
    later = board(ORDINARY[::-1], 2)
    state.publish(later)
    expect(page.locator(".lede")).to_contain_text("number 4")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.lede'))")
    state.publish(board(ORDINARY, 3))
    page.wait_for_timeout(700)
    expect(page.locator(".lede")).to_contain_text("number 4")
    assert watched.wrong == []


def test_the_link_is_copied(browser: Browser, desk: Desk) -> None:
    """The button puts the permanent address where it can be pasted, and says so."""
    watched = Watched(browser, desk[1], permissions=["clipboard-read", "clipboard-write"])
    address = f"{desk[1]}/story/{story(ORDINARY[0], 1).id}"
    watched.page.goto(address + "?from=somewhere")
    watched.page.get_by_role("button", name="Copy link").click()
    expect(watched.page.locator("#copied")).to_have_text("The link is copied.")
    assert watched.page.evaluate("navigator.clipboard.readText()") == address


def test_a_sentence_that_can_be_quoted_is_copied(browser: Browser, desk: Desk) -> None:
    """Its numbers, its time, its doubt, that it is simulated, and where it stands."""
    watched = Watched(browser, desk[1], permissions=["clipboard-read", "clipboard-write"])
    address = f"{desk[1]}/story/{story(ORDINARY[1], 2).id}"
    watched.page.goto(address)
    watched.page.get_by_role("button", name="Copy as a sentence").click()
    expect(watched.page.locator("#copied")).to_have_text("The sentence is copied.")
    said = str(watched.page.evaluate("navigator.clipboard.readText()"))
    for part in (
        f"“{ORDINARY[1]}”: 118 posts by 98 people from 19:00 to 19:01 UTC, 17 March 2026; ",
        "90 people, 38 times usual; doubt: copied text: ", "a simulated night", address,
    ):  # fmt: skip
        assert part in said


def test_a_stretch_of_the_curve_is_chosen_and_drawn(browser: Browser, tmp_path: Path) -> None:
    """What a mouse is drawn over is what the curve shows; a link leads back to the whole story."""
    with archived(tmp_path) as (_, url):
        watched = Watched(browser, url)
        page = watched.page
        page.goto(f"{url}/story/{id_of(OVER)}?since=nonsense&until=never&stretch=none")
        curve = page.locator("#curve .big.wide")
        begin, end = (int(str(curve.get_attribute(f"data-{one}"))) for one in ("begin", "end"))
        box = curve.bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] * 0.75, middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.25, middle, steps=3)
        expect(page.locator(".drawn")).to_be_visible()
        page.mouse.up()
        page.wait_for_url(re.compile("since="))
        now = [int(str(curve.get_attribute(f"data-{one}"))) for one in ("begin", "end")]
        assert begin < now[0] < now[1] < end
        page.mouse.click(box["x"] + box["width"] / 2, middle)
        page.get_by_role("link", name="The story", exact=True).click()
        expect(curve).to_have_attribute("data-begin", str(begin))
        assert watched.wrong == []


def test_the_first_event_leaves_rows_that_are_as_they_were(browser: Browser, desk: Desk) -> None:
    """The board that the page came with comes again over the stream: no row is made anew."""
    state, url = desk
    page = Watched(browser, url).page
    page.add_init_script(
        "window.changed = 0; document.addEventListener('DOMContentLoaded', () =>"
        " new MutationObserver(all => { window.changed += all.length; })"
        ".observe(document.querySelector('#rows'), { childList: true, subtree: true }))"
    )
    with page.expect_response(re.compile("/api/v1/stream")):
        page.goto(url)
    expect(page.locator("[role=status]")).to_be_empty()
    page.wait_for_timeout(500)
    assert page.evaluate("window.changed") == 0
    state.publish(board(OTHER, 2))
    expect(page.locator(".story h2")).to_have_text(list(OTHER))
    assert page.evaluate("window.changed") > 0


def test_a_frame_works_on_another_site(browser: Browser, desk: Desk) -> None:
    """What the page gives to copy stands on a page of another origin, and runs nothing."""
    page = Watched(browser, desk[1]).page
    page.goto(f"{desk[1]}/story/{story(ORDINARY[0], 1).id}")
    page.get_by_text("Embed this story").click()
    snippet = page.locator("#frame").input_value()
    with elsewhere(f"<!doctype html><title>elsewhere</title>{snippet}") as address:
        watched = Watched(browser, "http://")
        watched.page.goto(address)
        frame = watched.page.frame_locator("iframe")
        expect(frame.locator("h1")).to_have_text(ORDINARY[0])
        expect(frame.get_by_text("simulated night")).to_be_visible()
        box = watched.page.locator("iframe").bounding_box()
        assert box is not None
        assert frame.locator("html").evaluate("node => node.scrollHeight") <= box["height"]
        assert watched.wrong == []


def test_the_first_paint_is_small(browser: Browser) -> None:
    """A board of ten stories with all that it loads: 100 kB over the wire at the most."""
    with served(tuple(f"story number {i} of this night" for i in range(10))) as (_, url):
        page = Watched(browser, url).page
        sizes: dict[str, float] = {}
        names: dict[str, str] = {}
        wire = page.context.new_cdp_session(page)
        wire.on("Network.responseReceived", lambda e: names.update({e["requestId"]: e["type"]}))
        wire.on(
            "Network.loadingFinished",
            lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}),
        )
        wire.send("Network.enable")
        page.goto(url)
        expect(page.locator(".tools")).to_be_visible()
        kinds = {names[one] for one in sizes}
        print(f"first paint: {sum(sizes.values()) / 1_000:.0f} kB in {len(sizes)} requests")
        assert {"Document", "Stylesheet", "Script"} <= kinds
        assert 20_000 < sum(sizes.values()) <= 100_000


def test_from_the_calendar_to_a_board_of_the_past(browser: Browser, tmp_path: Path) -> None:
    """A day, an hour, the board of that minute, the minute before; nothing breaks on the way."""
    with archived(tmp_path) as (_, url):
        watched = Watched(browser, url)
        page = watched.page
        page.goto(f"{url}/past")
        page.locator(".month a").first.click()
        page.locator(".history a").first.click()
        expect(page.locator("h1")).to_contain_text("The board at")
        expect(page.locator(".story h2")).to_have_text([RUNNING])
        for _ in range(2):
            page.get_by_role("link", name="→").click()
        expect(page.locator(".story h2")).to_have_text([OVER, RUNNING])
        page.locator(".story h2 a").first.click()
        expect(page.locator(".big.wide").first).to_be_visible()
        assert watched.wrong == []
        assert watched.outside == []


@pytest.mark.parametrize("names", [(OVER, RUNNING), HOSTILE[:2], HOSTILE[6:8]])
def test_every_page_fits_a_phone_and_runs_nothing(
    browser: Browser, tmp_path: Path, names: tuple[str, str]
) -> None:
    """360 pixels, also for a title of 5,000 letters and one of marks: no sideways scrolling."""
    with archived(tmp_path, *names) as (_, url):
        watched = Watched(browser, url, viewport=PHONE)
        page = watched.page
        page.goto(f"{url}/past")
        day = page.locator(".month a").first.get_attribute("href")
        stories = [f"/{kind}/{id_of(one)}" for kind in ("story", "embed") for one in names]
        for path in ("/", "/past", str(day), "/past?term=e", "/story/none", *stories):
            page.goto(url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        assert page.evaluate("window.hit") is None
        assert [line for line in watched.wrong if "404" not in line] == []
        assert watched.outside == []
