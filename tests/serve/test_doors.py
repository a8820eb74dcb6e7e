"""The doors over HTTP: logging in and out, CSRF, waits, sizes, proxies, a path of its own."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest

from groundswell.doors import Role, database, passwords
from groundswell.errors import UsageError
from groundswell.serve.app import serve
from groundswell.serve.desk.state import DeskState
from groundswell.serve.gates import letting, prompt
from groundswell.serve.gates.doors import Doors
from groundswell.serve.gates.guards import Way
from groundswell.serve.stream.written import Written
from groundswell.serve.visitors.rates import LONGEST, Lockout
from groundswell.serve.visitors.visiting import Visit, csrf_of, visiting
from groundswell.settings import load
from tests.client import CLIENT
from tests.serve.entering import ORIGIN, PASSWORD, PEOPLE, QUICK, Entered, ask
from tests.serve.kept import ORDINARY, filled, story, told

TEMPLATES = Path(letting.__file__).parent / "templates"
ADDRESS = re.compile(r'(?<!http-equiv)\b(href|action|src|cite|data-stream|data-address)="([^"]+)"')
EDDA = PEOPLE[Role.EDITOR]
OWN = {"Origin": ORIGIN}
PROXIED = Way(proxies=("127.0.0.1/32", "10.9.0.0/16"))


@pytest.fixture(scope="module")
def desk() -> DeskState:
    return filled([told(1), told(2, (*ORDINARY, "#OnStage"))], None)


@pytest.fixture
def entered(tmp_path: Path) -> Iterator[Entered]:
    with patch.object(passwords, "hasher", QUICK):
        made = Entered.at(tmp_path / "doors")
        yield made
        made.store.close()


def log_in(
    desk: DeskState, doors: Doors, name: str = EDDA, password: str = PASSWORD,
    headers: dict[str, str] | None = None, client: str = "192.0.2.7", onward: str = "/past",
) -> httpx.Response:  # fmt: skip
    given = {"name": name, "password": password, "next": onward}
    return ask(desk, doors, "POST", "/login", OWN | (headers or {}), client, data=given)


def cookie(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"].split(";")[0]


def test_a_session_is_given_used_and_ended(desk: DeskState, entered: Entered) -> None:
    """It leads back to where somebody came from, shows who is there, and is over after log-out."""
    doors = entered.doors(reading="closed")
    led = ask(desk, doors, "GET", "/past?day=2026-03-17")
    assert led.headers["location"] == "/login?next=/past%3Fday%3D2026-03-17"
    given = log_in(desk, doors)
    assert (given.status_code, given.headers["location"]) == (303, "/past")
    attributes = given.headers["set-cookie"].lower()
    assert "httponly" in attributes
    assert "samesite=lax" in attributes
    assert "secure" not in attributes
    page = ask(desk, doors, "GET", "/", {"Cookie": cookie(given)})
    assert f"<bdi>{EDDA}</bdi>, editor" in page.text
    assert page.headers["cache-control"] == "private, no-cache"
    token = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
    out = ask(desk, doors, "POST", "/logout", OWN | {"Cookie": cookie(given)}, data={"csrf": token})
    assert out.status_code == 303
    assert "max-age=0" in out.headers["set-cookie"].lower()
    assert ask(desk, doors, "GET", "/", {"Cookie": cookie(given)}).status_code == 303


def test_logging_in_again_ends_the_session_before(desk: DeskState, entered: Entered) -> None:
    """An id that somebody planted is never taken over, and one that was left is not left open."""
    doors = entered.doors()
    first = log_in(desk, doors)
    csrf = csrf_of(cookie(first).partition("=")[2])
    again = log_in(desk, doors, headers={"Cookie": cookie(first), "X-CSRF-Token": csrf})
    assert cookie(again) != cookie(first)
    assert entered.store.of_session(cookie(first).partition("=")[2]) is None
    planted = log_in(desk, doors, headers={"Cookie": "groundswell=planted"})
    assert "planted" not in cookie(planted)


@pytest.mark.parametrize(
    ("path", "name"), [("", "__Host-groundswell"), ("/trends", "__Secure-groundswell")]
)
def test_over_https_cookies_are_bound(
    desk: DeskState, entered: Entered, path: str, name: str
) -> None:
    """Known from a proxy that is named: Secure, and to the host or the path alone; HSTS is sent."""
    doors = entered.doors(way=Way(proxies=("127.0.0.1/32",), path=path))
    headers = {"X-Forwarded-Proto": "https", "Origin": "https://desk.example"}
    given = log_in(desk, doors, headers=headers, client="127.0.0.1")
    assert given.status_code == 303
    assert cookie(given).startswith(f"{name}=")
    assert f"; Path={path or '/'}" in given.headers["set-cookie"]
    assert "; Secure" in given.headers["set-cookie"]
    assert given.headers["strict-transport-security"].startswith("max-age=")
    assert "strict-transport-security" not in log_in(desk, doors).headers


def test_nobody_learns_which_names_there_are(desk: DeskState, entered: Entered) -> None:
    """A wrong password and an unknown name have one answer, one wait, and the same hash work."""
    answers = []
    for name in (EDDA, "nobody"):
        doors = entered.doors()
        with patch.object(passwords, "hasher", wraps=QUICK) as heard:
            tries = [log_in(desk, doors, name, "wrong wrong wrong") for _ in range(5)]
        answers.append([(one.status_code, one.text) for one in tries])
        assert heard.verify.call_count == 3
    assert answers[0] == answers[1]
    assert [status for status, _ in answers[0]] == [401, 401, 401, 429, 429]


def test_waits_grow_by_name_and_address(desk: DeskState, entered: Entered) -> None:
    """From the third failure on twice as long each, to a quarter of an hour; others go in."""
    now = [0.0]
    doors = entered.doors()
    doors.lockout = Lockout(now=lambda: now[0])
    waits = []
    for _ in range(14):
        log_in(desk, doors, password="wrong wrong wrong")  # noqa: S106 -- it is none
        waits.append(doors.lockout.wait(EDDA, "192.0.2.7"))
        now[0] += waits[-1]
        doors.buckets = type(doors.buckets)()
    assert waits[:6] == [0, 0, 1, 2, 4, 8]
    assert waits[-1] == LONGEST
    now[0] -= 1
    assert log_in(desk, doors).status_code == 429, "the right password waits as well"
    assert log_in(desk, doors, client="192.0.2.8").status_code == 303
    assert log_in(desk, doors, PEOPLE[Role.ADMIN]).status_code == 303
    now[0] += 1
    assert log_in(desk, doors).status_code == 303


def test_an_address_tries_ten_passwords_a_minute(desk: DeskState, entered: Entered) -> None:
    """Of whatever names; of IPv6 the whole /64 is one."""
    doors = entered.doors()
    tries = [log_in(desk, doors, f"n{i}", client=f"2001:db8::{i:x}") for i in range(12)]
    assert [one.status_code for one in tries] == [401] * 10 + [429] * 2
    assert int(tries[-1].headers["retry-after"]) <= 13
    assert log_in(desk, doors, "n1", client="2001:db8:0:1::1").status_code == 401


@pytest.mark.parametrize(
    ("headers", "form", "status"),
    [
        (OWN, {}, 403),
        (OWN, {"csrf": "guessed"}, 403),
        (OWN, {"csrf": "own"}, 303),
        (OWN | {"X-CSRF-Token": "own"}, {}, 303),
        ({"Sec-Fetch-Site": "same-origin"}, {"csrf": "own"}, 303),
        ({}, {"csrf": "own"}, 403),
        ({"Origin": "null"}, {"csrf": "own"}, 403),
        ({"Origin": "http://desk.example:81"}, {"csrf": "own"}, 403),
        ({"Origin": "https://desk.example"}, {"csrf": "own"}, 403),
        ({"Origin": "http://evil.example"}, {"csrf": "own"}, 403),
        (OWN | {"Sec-Fetch-Site": "cross-site"}, {"csrf": "own"}, 403),
        (OWN | {"Sec-Fetch-Site": "same-site"}, {"csrf": "own"}, 403),
        (OWN | {"Sec-Fetch-Site": "none"}, {"csrf": "own"}, 403),
    ],
)
def test_writing_with_a_cookie_needs_origin_and_token(
    desk: DeskState, entered: Entered, headers: dict[str, str], form: dict[str, str], status: int
) -> None:
    """Both, always: the token of another session is none, and silence is no origin."""
    session = entered.sessions[Role.EDITOR]
    own = csrf_of(session)
    headers = {k: own if v == "own" else v for k, v in headers.items()}
    form = {k: own if v == "own" else v for k, v in form.items()}
    headers |= {"Cookie": f"groundswell={session}"}
    answer = ask(desk, entered.doors(), "POST", "/logout", headers, data=form)
    assert answer.status_code == status
    assert (entered.store.of_session(session) is None) == (status == 303)
    other = csrf_of(entered.sessions[Role.ADMIN])
    headers |= OWN | {"Cookie": f"groundswell={entered.sessions[Role.READER]}"}
    assert ask(desk, entered.doors(), "POST", "/logout", headers | {"X-CSRF-Token": other}
               ).status_code == 403  # fmt: skip


@pytest.mark.parametrize(
    ("onward", "goes"),
    [
        ("/story/a?b=c", "/story/a?b=c"), ("//evil.example", "/"), ("/\\evil.example", "/"),
        ("https://evil.example/", "/"), ("javascript:alert(1)", "/"), ("", "/"), ("past", "/"),
        ("/a\r\nX: y", "/"), ("/\t/evil.example", "/"), ("/" + "a" * 3_000, "/"), ("/é", "/"),
        ("/.//evil.example\\..", "/"), ("/%2f%2fevil.example", "/%2f%2fevil.example"),
    ],
)  # fmt: skip
def test_logging_in_leads_nowhere_else(
    desk: DeskState, entered: Entered, onward: str, goes: str
) -> None:
    """Only to a path of this desk."""
    assert log_in(desk, entered.doors(), onward=onward).headers["location"] == goes


def test_a_closed_desk_shows_strangers_nothing(desk: DeskState, entered: Entered) -> None:
    """Not on pages, in errors or in health; the API says how to come in; a token does."""
    doors = entered.doors(reading="closed")
    for path in ("/login", "/nowhere", "/health", "/api/v1/boards/all", "/metrics"):
        text = ask(desk, doors, "GET", path).text
        for told_of in (*ORDINARY, "a night", "posts a minute", "board_at"):
            assert told_of not in text, path
    answer = ask(desk, doors, "GET", "/api/v1/boards/all")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "Bearer" in answer.json()["error"]["hint"]
    assert ask(desk, doors, "GET", "/health").json() == {"ok": True, "status": "ok"}
    known = ask(desk, doors, "GET", "/api/v1/boards/all", entered.headers(Role.READER))
    assert known.json()["stories"]
    assert known.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in known.headers["vary"]


def test_a_stream_ends_when_its_reader_may_no_longer(desk: DeskState, entered: Entered) -> None:
    """Within seconds of the removal, though the answer had begun."""
    with patch.object(letting, "LOOK", 0.1), serve(desk, "127.0.0.1", 0, entered.doors(
        reading="closed")) as server:  # fmt: skip
        headers = entered.headers(Role.READER)
        with httpx.stream("GET", f"{server.url}/api/v1/stream", headers=headers) as answer:
            lines = answer.iter_lines()
            assert next(lines) == ": welcome"
            threading.Timer(0.3, entered.store.remove, [PEOPLE[Role.READER]]).start()
            begun = time.monotonic()
            assert any(line.startswith("event: board") for line in lines)
            list(lines)
            assert time.monotonic() - begun < 5
        assert httpx.get(f"{server.url}/api/v1/stream", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("peer", "chain", "client"),
    [
        ("127.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.5", "203.0.113.5"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.5, 10.9.0.3", "203.0.113.5"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::/64"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.5, <script>", "127.0.0.1"),
        ("127.0.0.1", ", ".join(["203.0.113.5"] + ["10.9.0.3"] * 50), "127.0.0.1"),
        ("192.0.2.9", "203.0.113.5", "192.0.2.9"),
        ("10.8.0.1", "203.0.113.5", "10.8.0.1"),
    ],
)
def test_only_named_proxies_say_where_a_request_came_from(
    desk: DeskState, entered: Entered, peer: str, chain: str, client: str
) -> None:
    """The nearest address that is none of theirs; what is before it anybody can have written."""
    doors = entered.doors(way=PROXIED)
    headers = {"X-Forwarded-For": chain, "X-Forwarded-Proto": "https",
               "X-Forwarded-Prefix": "/wire"}  # fmt: skip
    own = {"Origin": "https://desk.example" if peer == "127.0.0.1" else ORIGIN}
    page = log_in(desk, doors, password="wrong wrong wrong", headers=headers | own, client=peer)  # noqa: S106
    assert page.status_code == 401
    assert [address for _, address in doors.lockout._held] == [client]
    assert ('action="/wire/login"' in page.text) == (peer == "127.0.0.1")


@pytest.mark.parametrize("prefix", ["/../x", '/"><b>', "//evil.example", "/a" * 9, "x", "/a?b"])
def test_a_prefix_that_is_none_is_not_taken(desk: DeskState, entered: Entered, prefix: str) -> None:
    """Not even from a proxy: what it hands on may be its client's."""
    page = ask(desk, entered.doors(way=PROXIED), "GET", "/login", {"X-Forwarded-Prefix": prefix})
    assert 'action="/login"' in page.text


@pytest.mark.parametrize("asked", ["/trends", ""])
def test_under_a_path_everything_leads_there(desk: DeskState, entered: Entered, asked: str) -> None:
    """Pages, files, feeds, events, the API's document; whether a proxy takes it off or not."""
    doors = entered.doors(way=Way(path="/trends"))
    id_ = story(ORDINARY[0], 1).id
    for path in ("/", "/past", "/why?term=x", "/about", "/login", f"/story/{id_}", "/nowhere",
                 f"/embed/{id_}"):  # fmt: skip
        page = ask(desk, doors, "GET", asked + path, entered.headers(Role.READER)).text
        links = re.findall(r'(?:href|src|action|data-stream|data-address)="([^"]*)"', page)
        assert links, path
        for link in links:
            assert link.startswith(("/trends/", "#", "https://")), (path, link)
    rss = ask(desk, doors, "GET", f"{asked}/feeds/all.rss").text
    assert "http://desk.example/trends/story/" in rss
    assert "desk.example/story/" not in rss
    document = ask(desk, doors, "GET", f"{asked}/api/v1/openapi.json").json()
    assert document["servers"] == [{"url": "/trends"}]
    trends = ask(desk, doors, "GET", f"{asked}/api/v1/trends/tags?limit=1&offset=1")
    assert trends.headers["link"].startswith("<http://desk.example/trends/api/v1/trends/tags?")
    board, written = told(2), Written()
    with visiting(Visit(root="/trends")):
        assert b'href=\\"/trends/story/' in written.event(desk, board, "1", revised=False)
    assert b'href=\\"/story/' in written.event(desk, board, "1", revised=False)
    assert ask(desk, doors, "GET", f"{asked}/static/desk.css").status_code == 200
    assert log_in(desk, doors).headers["location"] == "/trends/past"


def test_templates_lead_nowhere_by_themselves() -> None:
    """Addresses of the desk begin with its path; those of strangers pass the check of links."""
    for file in sorted(TEMPLATES.glob("*.html")):
        for attribute, value in ADDRESS.findall(file.read_text("utf-8")):
            known = value.startswith(("{{ root() }}/", "{{ to(", "#", "?"))
            assert known or value.endswith("| outside }}"), (file.name, attribute, value)


@pytest.mark.parametrize(
    ("host", "status"),
    [("desk.example", 200), ("DESK.example:443", 200), ("a.news.example", 200),
     ("evil.example", 421), ("desk.example.evil.example", 421), ("news.example", 421),
     ("127.0.0.1:8765", 421), ("", 421)],
)  # fmt: skip
def test_the_desk_answers_to_its_names(
    desk: DeskState, entered: Entered, host: str, status: int
) -> None:
    """Where the settings give it any: so no other name can be pointed at it."""
    doors = entered.doors(way=Way(hosts=("desk.example", "*.news.example")))
    answer = ask(desk, doors, "GET", "/about", {"Host": host})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("POST", "/login", OWN, b"a" * 5_000, 413),
        ("POST", "/login", OWN, b"name=" + b"%00" * 1_000, 401),
        ("GET", "/" + "a" * 3_000, {}, b"", 414),
        ("GET", "/past?term=" + "a" * 5_000, {}, b"", 414),
        ("GET", "/", {f"X-{i}": "a" for i in range(120)}, b"", 431),
        ("GET", "/", {"Cookie": "a" * 40_000}, b"", 431),
        ("GET", "/", {"Authorization": "Bearer " + "a" * 9_000}, b"", 200),
        ("TRACE", "/", {}, b"", 405),
    ],
)
def test_what_is_too_large_is_refused(
    desk: DeskState, entered: Entered, method: str, path: str, headers: dict[str, str],
    body: bytes, status: int,
) -> None:  # fmt: skip
    """Before anything is looked up, with a page or JSON that says the limit."""
    assert ask(desk, entered.doors(), method, path, headers, content=body).status_code == status


def test_clients_that_do_not_come_to_the_point_are_let_go_of(desk: DeskState) -> None:
    """Those that send nothing, or a head by bytes, also after a request; others are answered."""
    with patch.object(prompt, "PATIENCE", 0.5), serve(desk, "127.0.0.1", 0) as server:
        place = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        begun = (b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /about HT")
        slow = [socket.create_connection(place) for _ in range(40) for _ in begun]
        for number, one in enumerate(slow):
            one.sendall(begun[number % len(begun)])
        assert CLIENT.get(f"{server.url}/api/v1/boards/all").status_code == 200
        until = time.monotonic() + 20
        for one in slow:
            one.settimeout(max(0.1, until - time.monotonic()))
            while one.recv(1 << 16):
                pass
            one.close()


def test_doors_that_cannot_be_read_let_nobody_in(desk: DeskState, entered: Entered) -> None:
    """A damaged file is 503 to who shows a token, and strangers go on as strangers."""
    doors = entered.doors(reading="closed")
    entered.store.close()
    with (
        patch.object(database, "VERSION", 99),
        patch.object(letting.LOG, "error") as logged,
    ):
        answer = ask(desk, doors, "GET", "/api/v1/boards", entered.headers(Role.ADMIN))
        assert answer.status_code == 503
        assert ask(desk, doors, "GET", "/api/v1/boards").status_code == 401
    assert logged.call_count == 1


def test_expensive_reads_are_counted(desk: DeskState, entered: Entered) -> None:
    """Twenty at once, then one a second; of this machine's own readers none are."""
    doors = entered.doors()
    path = "/api/v1/explain?term=copper"
    far = [ask(desk, doors, "GET", path, client="192.0.2.7").status_code for _ in range(22)]
    near = [ask(desk, doors, "GET", path).status_code for _ in range(22)]
    assert far[20:] == [429, 429]
    assert 429 not in far[:20] + near


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('reading = "shut"', "open or closed"),
        ('proxies = ["everybody"]', "networks as"),
        ('path = "trends"', "as /trends"),
        ('path = "/../etc"', "as /trends"),
        ('readin = "open"', "did you mean 'doors_reading'"),
    ],
)
def test_settings_that_are_none_are_told(tmp_path: Path, table: str, said: str) -> None:
    """In `[doors]` of the file, with what was expected."""
    (tmp_path / "groundswell.toml").write_text(f"[doors]\n{table}\n")
    with pytest.raises(UsageError, match=said):
        load({}, {}, tmp_path)


def test_settings_make_the_doors(tmp_path: Path) -> None:
    """From the table of the file and from variables."""
    (tmp_path / "groundswell.toml").write_text(
        '[doors]\nreading = "closed"\nproxies = ["10.0.0.0/8"]\npath = "/trends/"\n'
    )
    settings = load({}, {"GROUNDSWELL_DOORS_HOSTS": "Desk.example, b.example"}, tmp_path).settings
    doors = Doors.of(settings)
    assert not doors.open
    assert doors.way == Way(("desk.example", "b.example"), ("10.0.0.0/8",), "/trends")
