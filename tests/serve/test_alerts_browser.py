"""The page of alerts in a real browser: by keyboard, on a phone, and by the rules of axe-core."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, expect

from groundswell.alerts.book import Book
from groundswell.alerts.channels import config
from groundswell.alerts.matching import Matcher
from groundswell.alerts.room import Room
from groundswell.alerts.rules import Rule
from groundswell.alerts.watching import Alerting, Unkept
from groundswell.doors import Role, passwords
from groundswell.kernel.text.tokens import Tables
from groundswell.serve.app import serve
from groundswell.serve.desk.state import Context, DeskState
from groundswell.settings import Settings, Table
from tests.alerts.making import board, story
from tests.serve.boards import HOSTILE
from tests.serve.entering import QUICK, Entered
from tests.serve.test_accessible import AGAIN
from tests.serve.test_accessible import axe as axe  # noqa: PLC0414 -- a fixture of this module too
from tests.serve.test_browser import DESKTOP, PHONE, Watched

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, tables: Tables) -> Iterator[tuple[str, str]]:
    """A desk whose alerts have hostile titles: its address, and an editor's session."""
    folder = tmp_path_factory.mktemp("alerts")
    where = config(Settings(alerts=Table({
        "webhook": {"ops": {"url": "https://hooks.example/", "secret_env": "NONE_SUCH"}},
    })))  # fmt: skip
    book = Book(folder, [Rule("loud", people=5, to=("webhook:ops", "rss"))])
    unkept = Unkept(Alerting(book, Matcher(tables)), folder)
    stories = [story(f"s{n}", title=title, rank=n + 1) for n, title in enumerate(HOSTILE)]
    for n in range(2):
        unkept.take([board(n, stories)], [], lambda _: frozenset())
    unkept.close()
    desk = DeskState(Context("live", ("a source",), 60_000_000))
    desk.publish(board(1, stories))
    desk.alerts = Room(book, where, folder)
    with patch.object(passwords, "hasher", QUICK):
        entered = Entered.at(tmp_path_factory.mktemp("doors"))
        with serve(desk, "127.0.0.1", 0, entered.doors()) as server:
            yield server.url, entered.sessions[Role.EDITOR]
        entered.store.close()


def opened(browser: Browser, place: tuple[str, str], **options: object) -> Watched:
    url, session = place
    seen = Watched(browser, url, **options)
    seen.context.add_cookies([{"name": "groundswell", "value": session, "url": url}])
    seen.page.goto(f"{url}/alerts")
    return seen


def test_a_rule_is_made_by_keyboard_and_nothing_hostile_runs(
    browser: Browser, place: tuple[str, str]
) -> None:
    """Enter in a field makes it; it is removed by its button; no script, no outside request."""
    seen = opened(browser, place)
    page = seen.page
    page.get_by_label("Name").fill("storm")
    page.get_by_label("A word, phrase, hashtag or emoji").fill("Sturm")
    page.keyboard.press("Enter")
    expect(page.get_by_text("a story on all says “Sturm”")).to_be_visible()
    page.get_by_role("button", name="Remove storm").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("a story on all says “Sturm”")).to_have_count(0)
    page.get_by_role("button", name="Test loud").click()
    expect(page.get_by_role("status")).to_contain_text("NONE_SUCH")
    assert seen.wrong == []
    assert seen.outside == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_and_nothing_overflows(
    browser: Browser, place: tuple[str, str], axe: object, size: dict[str, int]
) -> None:
    """In both themes."""
    page = opened(browser, place, bypass_csp=True, viewport=size).page
    violations = axe.run(page).response["violations"]  # type: ignore[attr-defined]
    page.emulate_media(color_scheme="dark")
    violations += page.evaluate(AGAIN)
    assert [(one["id"], [node["target"] for node in one["nodes"][:3]]) for one in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
