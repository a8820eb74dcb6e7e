"""Deciding over HTTP: by API and by the desk's own forms, in somebody's name, by role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unittest.mock import patch

import httpx
import msgspec
import pytest

from groundswell.doors import Role, passwords
from groundswell.review.decisions import draft
from groundswell.serve.api.review_api import Blocks, Decided, Decisions, Imported
from groundswell.serve.desk.state import DeskState
from tests.serve.boards import HOSTILE
from tests.serve.entering import PEOPLE, QUICK, Entered, ask
from tests.serve.kept import ORDINARY, filled, story, told

FIRST = story(ORDINARY[0], 1).id


@pytest.fixture(scope="module")
def entered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entered]:
    with patch.object(passwords, "hasher", QUICK):
        made = Entered.at(tmp_path_factory.mktemp("doors"))
        yield made
        made.store.close()


@pytest.fixture
def desk() -> DeskState:
    return filled([told(1), told(2)], None)


def say(
    desk: DeskState, entered: Entered, method: str, path: str, role: Role = Role.EDITOR,
    **sent: object,
) -> httpx.Response:  # fmt: skip
    via = "token" if path.startswith("/api/") else "session"
    return ask(desk, entered.doors(), method, path, entered.headers(role, via), **sent)  # type: ignore[arg-type]


def test_the_api_decides_lists_and_undoes_in_the_editor_s_name(
    desk: DeskState, entered: Entered
) -> None:
    """As its document says; the log has who, when and why, and what holds no more."""
    asked = {"verb": "hide", "subject": FIRST, "reason": "names a minor"}
    answer = say(desk, entered, "POST", "/api/v1/decisions", json=asked)
    assert answer.status_code == 201
    made = msgspec.json.decode(answer.content, type=Decided, strict=True)
    assert (made.id, made.who, made.reason) == (1, PEOPLE[Role.EDITOR], "names a minor")
    assert ask(desk, entered.doors(), "GET", f"/story/{FIRST}").status_code == 410
    say(desk, entered, "POST", "/api/v1/decisions", json={"verb": "undo", "undoes": 1})
    assert ask(desk, entered.doors(), "GET", f"/story/{FIRST}").status_code == 200
    log = say(desk, entered, "GET", "/api/v1/decisions?limit=1").content
    newest = msgspec.json.decode(log, type=Decisions, strict=True)
    assert (newest.decisions[0].undoes, newest.next) == (1, 2)
    older = say(desk, entered, "GET", f"/api/v1/decisions?before={newest.next}").content
    assert msgspec.json.decode(older, type=Decisions).decisions[0].undone
    csv = say(desk, entered, "GET", "/api/v1/decisions?format=csv").text
    assert len(csv.splitlines()) == 3


def test_lists_are_taken_from_admins_and_given_to_editors(
    desk: DeskState, entered: Entered
) -> None:
    """Mastodon's domain blocks go in and come out; an editor may not bring in a list."""
    body = b"#domain,#severity\nspam.example,suspend\nx,suspend\n"
    refused = say(desk, entered, "POST", "/api/v1/blocks", content=body)
    assert refused.status_code == 403
    answer = say(desk, entered, "POST", "/api/v1/blocks", Role.ADMIN, content=body)
    found = msgspec.json.decode(answer.content, type=Imported, strict=True)
    assert (found.new, found.bad_lines) == (1, 1)
    held = say(desk, entered, "GET", "/api/v1/blocks?kind=instance").content
    assert [b.subject for b in msgspec.json.decode(held, type=Blocks).blocks] == ["spam.example"]
    out = say(desk, entered, "GET", "/api/v1/blocks?format=mastodon").text
    assert "spam.example,suspend" in out


@pytest.mark.parametrize(
    "asked",
    [b"{", b"[]", b'{"verb": "fly"}', b'{"verb": "hold", "kind": "desk", "subject": "desk"}',
     b'{"verb": "undo", "undoes": 9}', b'{"verb": "hide", "subject": ""}',
     b'{"verb": "hide", "subject": "x", "who": "somebody else"}'],
)  # fmt: skip
def test_what_cannot_be_decided_changes_nothing(
    desk: DeskState, entered: Entered, asked: bytes
) -> None:
    """Nobody decides in another's name, nor what a setting decides."""
    answer = say(desk, entered, "POST", "/api/v1/decisions", content=asked)
    assert answer.status_code == 400
    assert "\n" not in answer.json()["error"]["message"]
    assert desk.ledger.all() == []


def test_the_page_has_all_that_was_decided_with_forms_to_undo_it(
    desk: DeskState, entered: Entered
) -> None:
    """Hostile titles, names and reasons are text; forms lead back to where they were sent from."""
    desk.publish(told(3, HOSTILE))
    one = story(HOSTILE[0], 1).id
    sent = {"verb": "hide", "kind": "story", "subject": one, "reason": HOSTILE[1], "back": "/past"}
    answer = say(desk, entered, "POST", "/review", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/past")
    away = say(desk, entered, "POST", "/review", data=sent | {"back": "//evil.example"})
    assert away.headers["location"] == "/"
    page = say(desk, entered, "GET", "/review").text
    assert "<script>window" not in page
    assert 'onerror="window' not in page
    assert f"<bdi>{PEOPLE[Role.EDITOR]}</bdi>: <b>hide</b>" in page
    assert re.search(r'name="undoes" value="1"', page)
    wrong = say(desk, entered, "POST", "/review", data=sent | {"verb": "rename"})
    assert wrong.status_code == 400
    assert "expected a title" in wrong.text.casefold()


def test_editors_see_what_was_taken_off_and_others_do_not(
    desk: DeskState, entered: Entered
) -> None:
    """On its own address, marked, with what was decided and the way to undo it."""
    desk.decide([draft("ann", "hide", "story", FIRST)])
    seen = say(desk, entered, "GET", f"/story/{FIRST}")
    assert seen.status_code == 200
    assert "Only editors see this page" in seen.text
    assert 'value="undo"' in seen.text
    for role in (Role.NONE, Role.READER):
        via = ask(desk, entered.doors(), "GET", f"/story/{FIRST}", entered.headers(role))
        assert via.status_code == 410
        assert ORDINARY[0] not in via.text
    plain = ask(desk, entered.doors(), "GET", f"/story/{story(ORDINARY[1], 1).id}").text
    assert "Edit, for all who read" not in plain
    assert "/review" not in plain


def test_the_queue_before_publish(desk: DeskState, entered: Entered) -> None:
    """What waits is on the editors' page alone; approved it is on the board, rejected never."""
    desk.ledger.before_publish = True
    desk.ledger.hold()
    desk.rule(desk.ledger.rulings())
    assert ORDINARY[0] not in ask(desk, entered.doors(), "GET", "/").text
    page = say(desk, entered, "GET", "/review").text
    waiting = page[page.index("Waiting for approval") : page.index("On the boards now")]
    assert all(title in waiting for title in ORDINARY)
    for verb, title in (("approve", ORDINARY[0]), ("reject", ORDINARY[1])):
        sent = {"verb": verb, "subject": story(title, 1).id}
        assert say(desk, entered, "POST", "/review", data=sent).status_code == 303
    board = ask(desk, entered.doors(), "GET", "/api/v1/boards/all").json()
    assert [one["title"] for one in board["stories"]] == [ORDINARY[0]]
    page = say(desk, entered, "GET", "/review").text
    waiting = page[page.index("Waiting for approval") : page.index("On the boards now")]
    assert ORDINARY[0] not in waiting
    assert ORDINARY[1] not in waiting
    assert ORDINARY[2] in waiting
