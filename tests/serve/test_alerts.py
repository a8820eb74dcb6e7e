"""Rules by API and page: for editors, refused with words, and what they are told back."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import feedparser
import httpx
import msgspec
import pytest

from groundswell.alerts.book import Book
from groundswell.alerts.channels import config
from groundswell.alerts.courier import Courier
from groundswell.alerts.matching import Matcher
from groundswell.alerts.outbox import Outbox
from groundswell.alerts.posting import Poster
from groundswell.alerts.room import Room
from groundswell.alerts.rules import Rule
from groundswell.alerts.saying import Told
from groundswell.alerts.senders import sender
from groundswell.alerts.watching import Alerting, Unkept
from groundswell.doors import Role, passwords
from groundswell.kernel.text.tokens import Tables
from groundswell.review.decisions import draft, undoing
from groundswell.review.ledger import Ledger
from groundswell.review.rulings import Rulings
from groundswell.serve.api import alerts_api
from groundswell.serve.desk.announcing import announced
from groundswell.serve.desk.state import Context, DeskState
from groundswell.settings import Settings, Table
from tests.alerts.making import board, story
from tests.alerts.receiving import SECRET, Receiver
from tests.serve.entering import QUICK, Entered, ask

HOSTILE = "</script><img src=x onerror=alert(1)> & “quoted”"


@pytest.fixture(scope="module")
def entered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entered]:
    with patch.object(passwords, "hasher", QUICK):
        made = Entered.at(tmp_path_factory.mktemp("doors"))
        yield made
        made.store.close()


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("OPS_SECRET", SECRET)
    with Receiver() as one:
        yield one


@pytest.fixture
def desk(tmp_path: Path, tables: Tables, receiver: Receiver) -> DeskState:
    """A desk with a rule of the settings, one that was told, and a webhook."""
    where = config(Settings(alerts=Table({
        "allow_private": ["127.0.0.1"],
        "webhook": {"ops": {"url": receiver.url, "secret_env": "OPS_SECRET"}},
        "rule": {"loud": {"people": 50, "to": ["webhook:ops", "rss"]}},
    })))  # fmt: skip
    matcher = Matcher(tables)

    def check(rule: Rule) -> None:
        where.check(rule)
        matcher.check(rule)

    book = Book(tmp_path, where.rules, check)
    unkept = Unkept(Alerting(book, matcher, simulated=lambda: True), tmp_path)
    for n in range(2):
        unkept.take([board(n, [story(title=HOSTILE)])], [], lambda _: frozenset())
    unkept.close()
    outbox, channel = Outbox(tmp_path, "webhook:ops"), where.channels["webhook:ops"]
    with Poster(where.allowed) as poster:
        Courier(channel, sender(channel, poster), outbox, where.base_url).turn()
    outbox.close()
    found = DeskState(Context("simulated", ("a night",), 60_000_000))
    found.publish(board(1, [story()]))
    found.alerts = Room(book, where, tmp_path)
    return found


def as_editor(
    desk: DeskState, entered: Entered, method: str, path: str, **sent: Any
) -> httpx.Response:
    return ask(desk, entered.doors(), method, path, entered.headers(Role.EDITOR), **sent)


def test_a_rule_is_made_tested_and_removed_by_the_api(
    desk: DeskState, entered: Entered, receiver: Receiver
) -> None:
    """Each answer has exactly the fields that are described."""
    rule = {"name": "storm", "term": "storm", "people": 5, "to": ["webhook:ops"]}
    made = as_editor(desk, entered, "POST", "/api/v1/alerts", json=rule)
    assert made.status_code == 201
    msgspec.json.decode(made.content, type=alerts_api.NewRule, strict=True)
    listed = as_editor(desk, entered, "GET", "/api/v1/alerts")
    found = msgspec.json.decode(listed.content, type=alerts_api.Alerts, strict=True)
    assert [(one.name, one.fixed) for one in found.rules] == [("loud", True), ("storm", False)]
    assert [one.id for one in found.channels] == ["webhook:ops"]
    tested = as_editor(desk, entered, "POST", "/api/v1/alerts/storm/test")
    assert msgspec.json.decode(tested.content, type=alerts_api.Tests).tried[0].ok
    assert json.loads(receiver.got[-1].body)["data"]["test"] is True
    log = as_editor(desk, entered, "GET", "/api/v1/alerts/log?limit=5")
    told = msgspec.json.decode(log.content, type=alerts_api.AlertLog, strict=True).alerts
    assert [(one.test, one.deliveries[0].state) for one in told] == [
        (True, "sent"),
        (False, "sent"),
    ]
    assert as_editor(desk, entered, "DELETE", "/api/v1/alerts/storm").status_code == 204
    assert as_editor(desk, entered, "DELETE", "/api/v1/alerts/storm").status_code == 400


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "expected a rule as JSON"),
        (b"[]", "expected a rule as JSON"),
        (b"{}", "expected a rule to be named"),
        (b'{"name": "x"}', "expected a condition"),
        (b'{"name": "x", "term": "..."}', "expected a word"),
        (b'{"name": "x", "term": "a", "to": ["webhook:opps"]}', "expected a channel"),
        (b'{"name": "loud", "term": "a"}', "there is a rule"),
        (b'{"name": "x", "term": "\\ud800"}', ""),
    ],
)
def test_a_wrong_rule_is_refused_with_words(
    body: bytes, said: str, desk: DeskState, entered: Entered
) -> None:
    """400, and what to try; nothing is made."""
    answer = as_editor(desk, entered, "POST", "/api/v1/alerts", content=body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]
    assert answer.json()["error"]["hint"]
    assert desk.alerts is not None
    assert [rule.name for rule in desk.alerts.book.rules()] == ["loud"]


@pytest.mark.parametrize("role", [Role.NONE, Role.READER])
def test_readers_learn_nothing_of_rules(role: Role, desk: DeskState, entered: Entered) -> None:
    """Neither the rules nor the log; the feed is theirs."""
    for path in ("/alerts", "/api/v1/alerts", "/api/v1/alerts/log"):
        answer = ask(desk, entered.doors(), "GET", path, entered.headers(role))
        assert answer.status_code in {303, 401, 403}
        assert "loud" not in answer.text
    feed = ask(desk, entered.doors(), "GET", "/feeds/alerts.rss", entered.headers(role))
    assert feed.status_code == 200


def test_the_feed_is_read_by_a_reader(desk: DeskState, entered: Entered) -> None:
    """Its ids are those of webhooks, what is made up is said, and a title is text."""
    found = feedparser.parse(as_editor(desk, entered, "GET", "/feeds/alerts.rss").content)
    assert not found.bozo
    (entry,) = found.entries
    assert entry.title == f"[simulated] {HOSTILE}"
    assert entry.id.startswith("msg_")
    assert entry.link.endswith("/story/a")
    assert "<img" not in entry.description


def test_the_page_says_all_of_it_and_nothing_runs(desk: DeskState, entered: Entered) -> None:
    """Rules, channels, log and forms; a hostile title is text."""
    page = as_editor(desk, entered, "GET", "/alerts")
    assert page.status_code == 200
    assert HOSTILE not in page.text
    assert html.escape(HOSTILE, quote=False) in page.text.replace("&#34;", '"')
    assert "a story on all, by 50 people or more" in page.text
    assert "webhook:ops sent" in page.text
    assert SECRET not in page.text


def test_the_form_makes_a_rule_and_says_what_is_wrong(desk: DeskState, entered: Entered) -> None:
    """With its values still in it, and by a session with its CSRF token."""
    given = {"name": "storm", "term": "Sturm & Drang", "people": "many", "to.webhook:ops": "on"}
    headers = entered.headers(Role.EDITOR, "session")
    wrong = ask(desk, entered.doors(), "POST", "/alerts", headers, data=given)
    assert wrong.status_code == 400
    assert "expected a number for people" in wrong.text
    assert "Sturm &amp; Drang" in wrong.text
    good = given | {"people": "20", "cooldown": "1h", "stirring": "on"}
    assert ask(desk, entered.doors(), "POST", "/alerts", headers, data=good).status_code == 303
    assert desk.alerts is not None
    made = desk.alerts.book.find("storm")
    assert made == Rule("storm", term="Sturm & Drang", people=20, stirring=True, cooldown=3_600,
                        to=("webhook:ops",))  # fmt: skip
    tested = ask(desk, entered.doors(), "POST", "/alerts/storm/test", headers)
    assert "webhook:ops: arrived, 200" in tested.text
    gone = ask(desk, entered.doors(), "POST", "/alerts/storm/remove", headers)
    assert gone.status_code == 303
    fixed = ask(desk, entered.doors(), "POST", "/alerts/loud/remove", headers)
    assert "take it out of groundswell.toml" in fixed.text


def test_a_desk_that_sends_none_says_so(entered: Entered) -> None:
    """On its page and in its API; its feed is empty."""
    desk = DeskState(Context("replay", ("x",), 60_000_000))
    assert "sends no alerts" in as_editor(desk, entered, "GET", "/alerts").text
    assert as_editor(desk, entered, "GET", "/api/v1/alerts").status_code == 404
    assert not feedparser.parse(
        as_editor(desk, entered, "GET", "/feeds/alerts.rss").content
    ).entries


@pytest.mark.parametrize(
    ("verb", "kind", "subject", "value", "found"),
    [
        ("hide", "story", "a", "", "stopped"),
        ("merge", "story", "a", "b", "stopped"),
        ("reject", "story", "a", "", "stopped"),
        ("block", "term", "this is for Marguerite", "", "piano"),
        ("rename", "story", "a", "A dedication", "A dedication"),
        ("hide", "story", "b", "", "this is for Marguerite"),
    ],
)
def test_editors_decide_what_is_told(
    verb: str, kind: str, subject: str, value: str, found: str
) -> None:
    """By every channel and the feed; what they undo is told again."""
    desk = DeskState(Context("live", ("x",), 60_000_000))
    judge = announced(desk)
    one = Told("msg_1", "loud", "all", 0, False, story("a").to_dict())
    assert judge(one) is one
    (made,) = desk.decide([draft("ann", verb, kind, subject, value=value)])
    judged = judge(one)
    assert (judged if isinstance(judged, str) else judged.story["title"]) == found
    desk.decide([undoing("ann", made)])
    assert judge(one) == one


def test_what_waits_for_approval_is_told_when_it_has_it() -> None:
    """Not stopped, for then it would never be told."""
    desk = DeskState(Context("live", ("x",), 60_000_000), ledger=Ledger(before_publish=True))
    desk.rule(Rulings(waiting_since=0))
    one = Told("msg_1", "loud", "all", 0, False, story("a").to_dict())
    assert announced(desk)(one) == "waits"
    desk.rule(Rulings(waiting_since=0, approved=frozenset({"a"})))
    assert announced(desk)(one) == one
