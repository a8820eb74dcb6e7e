"""Delivery: signed, tried again by the schedule, under one id, and only where it may go."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from standardwebhooks import Webhook as Verifier

from groundswell.alerts.book import Book
from groundswell.alerts.channels import Channel, Config, config
from groundswell.alerts.courier import CEILINGS, Courier, Couriers, Judge, as_it_stands
from groundswell.alerts.hours import quiet_hours
from groundswell.alerts.matching import Matcher
from groundswell.alerts.outbox import Outbox, feed, log
from groundswell.alerts.posting import DeliveryError, Poster
from groundswell.alerts.rules import Rule
from groundswell.alerts.saying import Message, Told, event, lines, sentence, subject
from groundswell.alerts.senders import letter, sender
from groundswell.alerts.trying import test as try_rule
from groundswell.alerts.watching import Alerting, Unkept
from groundswell.errors import UsageError
from groundswell.kernel.text.tokens import Tables
from groundswell.model import MICROSECONDS, Story
from groundswell.revision import Cut, Revision
from groundswell.settings import Settings, Table
from tests.alerts.making import BEGIN, SLICE, board, doubted, story
from tests.alerts.receiving import SECRET, Receiver

NOW = time.time
ALLOWED = config(Settings(alerts=Table({"allow_private": ["127.0.0.1"]}))).allowed


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPS_SECRET", SECRET)


def configured(channels: dict[str, Any], **more: Any) -> Config:
    return config(Settings(alerts=Table(
        {"base_url": "https://desk.example/", "allow_private": ["127.0.0.1"], **channels, **more}
    )))  # fmt: skip


def webhook(url: str, **more: Any) -> Config:
    return configured({"webhook": {"ops": {"url": url, "secret_env": "OPS_SECRET", **more}}})


def told(folder: Path, tables: Tables, *stories: Story, to: tuple[str, ...] = ("webhook:ops",),
         simulated: bool = False) -> None:  # fmt: skip
    """Writes an alert for each story, as a run that keeps nothing does."""
    rules = Book(folder, [Rule("loud", people=50, to=to)])
    unkept = Unkept(Alerting(rules, Matcher(tables), simulated=lambda: simulated), folder)
    for n in range(2):
        unkept.take([board(n, stories or [story()])], [], lambda _: frozenset())
    unkept.close()


@dataclass
class Desk:
    """A courier whose clock stands where it is put."""

    channel: Channel
    folder: Path
    judge: Judge = as_it_stands
    time: float = 1_800_000_000.0
    seconds: float = 5.0
    courier: Courier = field(init=False)

    def __post_init__(self) -> None:
        self.poster = Poster(ALLOWED, seconds=self.seconds)
        self.outbox = Outbox(self.folder, self.channel.id)
        self.courier = Courier(
            self.channel, sender(self.channel, self.poster), self.outbox, "https://desk.example",
            self.judge, lambda: self.time, rng=random.Random(7),
        )  # fmt: skip

    def turn(self, *, later: float = 0.0) -> int:
        self.time += later
        return self.courier.turn()

    def state(self) -> list[tuple[str, int, str]]:
        return [(done["state"], done["tries"], done["outcome"])
                for one in log(self.folder) for done in one["deliveries"]]  # fmt: skip

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.poster.__exit__()
        self.outbox.close()


def test_a_webhook_is_signed_as_standard_webhooks_wants_it(tmp_path: Path, tables: Tables) -> None:
    """Its library verifies it; the body is a CloudEvent that says what the board says."""
    told(tmp_path, tables, story(doubts=doubted()), simulated=True)
    with Receiver() as receiver:
        where = webhook(receiver.url)
        with Desk(where.channels["webhook:ops"], tmp_path, time=NOW()) as desk:
            assert desk.turn() == 1
            assert desk.turn() == 0
            assert desk.state() == [("sent", 1, "200")]
    (got,) = receiver.got
    body = Verifier(SECRET).verify(got.body, got.headers)
    assert got.headers["content-type"].startswith("application/cloudevents+json")
    assert body["specversion"] == "1.0"
    assert body["id"] == got.headers["webhook-id"] == log(tmp_path)[0]["id"]
    assert body["type"] == "org.groundswell.alert"
    assert body["data"]["link"] == "https://desk.example/story/a"
    assert body["data"]["simulated"] is True
    assert body["data"]["text"] == (
        "“this is for Marguerite”: 70 posts by 60 people since 19:00 UTC on 2026-03-17, "
        "30 times above usual. Doubts: copied-text. Simulated: every post is made up."
    )
    assert SECRET not in repr(where)


def test_two_secrets_sign_while_one_takes_the_place_of_the_other(
    tmp_path: Path, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver that knows either is content."""
    new = SECRET[:-4] + "NjY="
    monkeypatch.setenv("OPS_SECRET", f"{SECRET} {new}")
    told(tmp_path, tables)
    with Receiver() as receiver, Desk(
        webhook(receiver.url).channels["webhook:ops"], tmp_path, time=NOW()
    ) as desk:  # fmt: skip
        desk.turn()
    for one in (SECRET, new):
        Verifier(one).verify(receiver.got[0].body, receiver.got[0].headers)


def test_what_fails_is_tried_again_by_the_schedule_under_one_id(
    tmp_path: Path, tables: Tables
) -> None:
    """Each wait is drawn below its ceiling; the last failure is the end, and the log says it."""
    told(tmp_path, tables)
    with Receiver([500], answer=b"<script>alert(1)</script>") as receiver, Desk(
        webhook(receiver.url).channels["webhook:ops"], tmp_path
    ) as desk:  # fmt: skip
        assert desk.turn() == 1
        for n, ceiling in enumerate(CEILINGS, 1):
            (one,) = desk.outbox.waiting()
            wait = one.due / MICROSECONDS - desk.time
            assert 1 <= wait <= max(1, ceiling)
            assert desk.state()[0][:2] == ("waiting", n)
            assert desk.turn(later=wait - 0.01) == 0
            assert desk.turn(later=0.02) == 1
        assert desk.state() == [("failed", 11, "127.0.0.1 answered 500; given up")]
        assert "script" not in json.dumps(log(tmp_path))  # of an answer its status is kept alone
        assert desk.turn(later=1e6) == 0
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 1
    assert len({got.body for got in receiver.got}) == 1
    assert len(receiver.got) == len(CEILINGS) + 1


@pytest.mark.parametrize(
    ("status", "after", "low", "high"),
    [(429, "3600", 3_600, 3_600), (503, "999999999", 21_600, 21_600), (500, "never", 1, 10),
     (302, "", 1, 10), (404, "-5", 1, 10)],
)  # fmt: skip
def test_retry_after_is_heard_within_bounds(
    status: int, after: str, low: float, high: float, tmp_path: Path, tables: Tables
) -> None:
    """What a receiver asks for, six hours at most; no redirect is followed."""
    told(tmp_path, tables)
    headers = {"Retry-After": after, "Location": "http://127.0.0.1:1/elsewhere"}
    with Receiver([status], headers) as receiver, Desk(
        webhook(receiver.url).channels["webhook:ops"], tmp_path
    ) as desk:  # fmt: skip
        desk.turn()
        (one,) = desk.outbox.waiting()
        assert low <= one.due / MICROSECONDS - desk.time <= high
        assert len(receiver.got) == 1


def test_gone_disables_until_a_test_arrives(tmp_path: Path, tables: Tables) -> None:
    """410 ends it for all that waits and comes; a new address, or a test that is taken, begins."""
    told(tmp_path, tables, story("a"), story("b"))
    with Receiver([410, 200]) as receiver:
        where = webhook(receiver.url)
        with Desk(where.channels["webhook:ops"], tmp_path) as desk:
            desk.turn()
            assert len(receiver.got) == 1
            desk.turn(later=1e5)
            assert [state for state, _, _ in desk.state()] == ["failed", "failed"]
            assert "disabled" in desk.outbox.gone(receiver.url)
            assert not desk.outbox.gone("https://elsewhere.example")
            (tried,) = try_rule(Rule("loud", people=50, to=("webhook:ops",)), where, tmp_path)
            assert tried.ok
            assert not desk.outbox.gone(receiver.url)
    test = json.loads(receiver.got[1].body)
    assert test["type"] == "org.groundswell.alert.test"
    assert test["data"]["test"] is True


def test_a_receiver_that_hangs_is_left_and_hurts_nobody_else(
    tmp_path: Path, tables: Tables
) -> None:
    """Within its time; the other channel has its alert before."""
    told(tmp_path, tables, to=("webhook:slow", "webhook:ops"))
    with Receiver(hold=threading.Event()) as slow, Receiver() as quick:
        entry = {"secret_env": "OPS_SECRET"}
        where = configured(
            {"webhook": {"slow": {"url": slow.url, **entry}, "ops": {"url": quick.url, **entry}}}
        )
        with Couriers(where, tmp_path):
            until = datetime.now(UTC).timestamp() + 10
            while not (quick.got and slow.got) and datetime.now(UTC).timestamp() < until:
                threading.Event().wait(0.02)
            assert quick.got
            slow.hold.set() if slow.hold else None
    with (
        Receiver(hold=threading.Event()) as slow,
        Poster(ALLOWED, seconds=0.3) as poster,
        pytest.raises(DeliveryError, match="ReadTimeout"),
    ):
        poster.post(slow.url, b"{}", {})


def test_an_answer_that_trickles_is_cut() -> None:
    """A byte now and then keeps no courier for longer than a receiver may take."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            line, _ = server.accept()
            with line, suppress(OSError):
                line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
                for _ in range(100):
                    line.sendall(b"x")
                    time.sleep(0.1)

        threading.Thread(target=trickle, daemon=True).start()
        began = time.monotonic()
        with Poster(ALLOWED, seconds=0.5) as poster, pytest.raises(DeliveryError):
            poster.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {})
        assert time.monotonic() - began < 5


def test_an_answer_without_end_is_not_read() -> None:
    """It was taken; what else is said is not wanted."""
    with Receiver(answer=b"x" * 5_000_000) as receiver, Poster(ALLOWED) as poster:
        assert poster.post(receiver.url, b"{}", {}) == "200"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00::1", "64:ff9b::7f00:1",
     "2002:7f00:1::", "224.0.0.1", "0.0.0.0", "::ffff:127.0.0.1"],  # noqa: S104
)  # fmt: skip
def test_places_that_are_not_public_are_refused(address: str) -> None:
    """Whatever else the name has, unless the settings allow the network."""
    url = "http://hooks.example/key-in-path"
    with (
        Poster(resolve=lambda *_: ["93.184.215.14", address]) as poster,
        pytest.raises(DeliveryError, match="no public place") as said,
    ):
        poster.post(url, b"{}", {})
    assert "key-in-path" not in str(said.value)


def test_a_public_place_is_posted_to_at_its_usual_port_alone() -> None:
    """Other ports are somebody's database."""
    with (
        Poster(resolve=lambda *_: ["93.184.215.14"]) as poster,
        pytest.raises(DeliveryError, match="no public place"),
    ):
        poster.post("http://hooks.example:6379/", b"{}", {})


def test_a_digest_is_one_message_in_its_time(tmp_path: Path, tables: Tables) -> None:
    """The first goes at once, what comes within the time after it goes together, once."""
    told(tmp_path, tables, story("a"), story("b"))
    with Receiver() as receiver, Desk(
        webhook(receiver.url, digest="15m").channels["webhook:ops"], tmp_path
    ) as desk:  # fmt: skip
        assert desk.turn() == 1
        rules = Book(tmp_path, [Rule("loud", people=50, to=("webhook:ops",))])
        unkept = Unkept(Alerting(rules, Matcher(tables)), tmp_path)
        for n in range(5, 9):
            unkept.take([board(n, [story(one) for one in "cde"[: n - 5]])], [],
                        lambda _: frozenset())  # fmt: skip
        unkept.close()
        assert desk.turn(later=899) == 0
        assert desk.turn(later=2) == 1
        assert desk.turn(later=1e6) == 0
    first, second = (json.loads(got.body) for got in receiver.got)
    assert first["type"] == second["type"] == "org.groundswell.alert.digest"
    assert [one["story"]["id"] for one in first["data"]["alerts"]] == ["a", "b"]
    assert [one["story"]["id"] for one in second["data"]["alerts"]] == ["c", "d"]


def test_quiet_hours_hold_what_comes_and_send_it_after(tmp_path: Path, tables: Tables) -> None:
    """At night nothing; in the morning one message."""
    told(tmp_path, tables, story("a"), story("b"))
    night = datetime(2027, 1, 15, 23, 30, tzinfo=UTC).timestamp()
    with Receiver() as receiver, Desk(
        webhook(receiver.url, quiet="22:00-07:00", zone="Europe/Berlin").channels["webhook:ops"],
        tmp_path, time=night,
    ) as desk:  # fmt: skip
        assert desk.turn() == 0
        assert desk.turn(later=6.4 * 3_600) == 0
        assert desk.turn(later=0.2 * 3_600) == 1
    assert len(json.loads(receiver.got[0].body)["data"]["alerts"]) == 2


@pytest.mark.parametrize(
    ("span", "now", "end"),
    [
        # clocks go forward at 2027-03-28 01:00 UTC in Berlin: 02:30 does not come
        ("22:00-07:00", "2027-03-27T22:00Z", "2027-03-28T05:00Z"),
        ("22:00-07:00", "2027-03-28T05:00Z", None),
        ("01:00-02:30", "2027-03-28T00:30Z", "2027-03-28T01:30Z"),
        # and back at 2027-10-31 01:00 UTC: 02:30 comes twice
        ("22:00-07:00", "2027-10-30T21:00Z", "2027-10-31T06:00Z"),
        ("01:00-02:30", "2027-10-31T00:45Z", "2027-10-31T01:30Z"),
        ("02:30-05:00", "2027-10-31T00:31Z", "2027-10-31T04:00Z"),
        ("08:00-09:00", "2027-06-01T06:30Z", "2027-06-01T07:00Z"),
        ("08:00-09:00", "2027-06-01T07:00Z", None),
    ],
)
def test_quiet_hours_follow_the_clocks_of_their_place(span: str, now: str, end: str | None) -> None:
    """Over both changes of summer time each quiet ends once."""
    until = quiet_hours(span, "Europe/Berlin").until(datetime.fromisoformat(now))
    assert until == (datetime.fromisoformat(end) if end else None)


def test_what_was_taken_back_is_sent_to_nobody(tmp_path: Path, tables: Tables) -> None:
    """A story of which nothing is left goes from the log, and its alert with it."""
    told(tmp_path, tables, story("a"), story("b"))
    rules = Book(tmp_path, [Rule("loud", people=50)])
    unkept = Unkept(Alerting(rules, Matcher(tables)), tmp_path)
    cut = Cut(terms=frozenset({1}), totals={"a": (2, 2), "b": (60, 50)})
    words = {"this is for Marguerite": frozenset({1}), "piano": frozenset({2})}
    back = Revision(BEGIN + 9 * SLICE, BEGIN - SLICE, cut)
    unkept.take([], [back], lambda label: words.get(label, frozenset()))
    unkept.close()
    with Receiver() as receiver, Desk(
        webhook(receiver.url).channels["webhook:ops"], tmp_path
    ) as desk:  # fmt: skip
        desk.turn()
    (got,) = receiver.got
    assert b"Marguerite" not in got.body
    assert json.loads(got.body)["data"]["story"]["title"] == "piano"


def test_editors_stop_an_alert_or_let_it_wait(tmp_path: Path, tables: Tables) -> None:
    """They are asked before each try."""
    told(tmp_path, tables, *(story(one) for one in "abc"))
    says: dict[str, Any] = {"a": "stopped", "b": "waits"}

    def judge(one: Told) -> Any:
        return says.get(one.story["id"], one)

    with Receiver() as receiver, Desk(
        webhook(receiver.url).channels["webhook:ops"], tmp_path, judge
    ) as desk:  # fmt: skip
        desk.turn()
        assert sorted(state for state, _, _ in desk.state()) == ["sent", "stopped", "waiting"]
        del says["b"], says["a"]
        desk.turn()
    sent = [json.loads(got.body)["data"]["story"]["id"] for got in receiver.got]
    assert sent == ["c", "b"]


def hostile(simulated: bool = False) -> Told:
    evil = "<!channel> *x* </script>&\r\nBcc: all@evil.example\u202e"
    return Told(
        "msg_1", "loud", "all", BEGIN, simulated, story(title=evil, terms=(evil,)).to_dict()
    )


def test_slack_is_told_nothing_that_it_would_follow(
    tmp_path: Path, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A title pings nobody, and the address, which is the secret, stands nowhere."""
    told(tmp_path, tables, story(title=hostile().story["title"]), to=("slack:desk",))
    with Receiver([500, 200]) as receiver:
        monkeypatch.setenv("SLACK_URL", receiver.url + "/T000/B000/key")
        where = configured({"slack": {"desk": {"url_env": "SLACK_URL"}}})
        with Desk(where.channels["slack:desk"], tmp_path) as desk:
            desk.turn()
            desk.turn(later=20)
            assert "key" not in json.dumps(log(tmp_path))
    body = json.loads(receiver.got[1].body)
    section = body["blocks"][0]["text"]
    assert section["type"] == "mrkdwn"
    assert "&lt;!channel&gt;" in section["text"]
    assert "<!" not in section["text"]
    assert "<!" not in body["text"]
    assert section["text"].endswith("<https://desk.example/story/a|Its page>")


class Letters:
    def __init__(self) -> None:
        self.got: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def letters() -> Iterator[tuple[Controller, Letters]]:
    handler = Letters()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield controller, handler
    controller.stop()


def test_mail_has_no_header_that_a_title_adds(
    tmp_path: Path, tables: Tables, letters: tuple[Controller, Letters]
) -> None:
    """It goes to those of the settings alone, and says that it was made by a machine."""
    controller, handler = letters
    told(tmp_path, tables, story(title=hostile().story["title"]), to=("mail:desk",))
    assert controller.server is not None
    port = controller.server.sockets[0].getsockname()[1]
    where = configured({"mail": {"desk": {
        "server": f"127.0.0.1:{port}", "from": "desk@news.example", "to": ["ann@news.example"],
        "tls": "none",
    }}})  # fmt: skip
    with Desk(where.channels["mail:desk"], tmp_path) as desk:
        desk.turn()
        assert desk.state() == [("sent", 1, "sent to 1 of 1")]
    ((to, raw),) = handler.got
    mail = BytesParser(policy=default).parsebytes(raw)
    assert to == ["ann@news.example"]
    assert mail["Bcc"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "Bcc: all@evil.example" in mail["Subject"]
    assert "https://desk.example/story/a" in mail.get_content()


def test_mail_asks_for_tls_and_does_without_for_nobody(
    letters: tuple[Controller, Letters],
) -> None:
    """A server that has none gets no mail, and no password is in what is said."""
    controller, handler = letters
    assert controller.server is not None
    port = controller.server.sockets[0].getsockname()[1]
    where = configured({"mail": {"desk": {
        "server": f"127.0.0.1:{port}", "from": "desk@news.example", "to": ["ann@news.example"],
        "user": "desk", "password_env": "OPS_SECRET",
    }}})  # fmt: skip
    message = Message("msg_1", (hostile(),), "https://desk.example")
    with Poster() as poster, pytest.raises(DeliveryError, match="SMTPNotSupported") as said:
        sender(where.channels["mail:desk"], poster)(message, 0.0)
    assert SECRET not in str(said.value)
    assert not handler.got


def test_words_are_one_line_and_say_what_is_made_up() -> None:
    """Hidden characters go; digests count; simulated is said in every subject."""
    one = hostile(simulated=True)
    assert "\n" not in sentence(one)
    assert "\u202e" not in sentence(one)
    assert subject(Message("m", (one,), "")).startswith("[simulated]")
    many = Message("m", (one,) * 30, "https://desk.example")
    assert "And 10 more" in lines(many)[-1]
    assert len(event(many)) < 20_000
    assert json.loads(event(many))["data"]["left_out"] >= 10
    assert letter(_mail_channel(), many)["Subject"].startswith("[simulated] 30 alerts")


def _mail_channel() -> Any:
    return configured({"mail": {"desk": {
        "server": "smtp.example", "from": "desk@news.example", "to": ["ann@news.example"],
    }}}).channels["mail:desk"]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"webhok": {}}, "did you mean 'webhook'"),
        ({"webhook": {"ops": {"url": "https://x.example", "secret": "whsec_x"}}}, "secret_env"),
        ({"webhook": {"ops": {"url": "ftp://x.example", "secret_env": "A"}}}, "https://hooks"),
        ({"webhook": {"ops": {"url": "https://x.example", "secret_env": "A", "zone": "Mars/X",
                              "quiet": "22:00-07:00"}}}, "a time zone"),
        ({"slack": {"desk": {"url": "https://hooks.slack.com/x"}}}, "outside the settings"),
        ({"mail": {"d": {"server": "s", "from": "a@b.c\r\nBcc: x@y.z", "to": ["a@b.c"]}}}, "mail"),
        ({"rule": {"x": {"term": "rain", "to": ["webhook:ops"]}}}, "known are rss"),
        ({"rule": {"x": {"term": "rain", "mood": "saddness"}}}, "did you mean 'sadness'"),
        ({"allow_private": ["loopback"]}, "allow_private ="),
        ({"wait": -1}, "between 0 and 3600"),
        ({"quiet": "25:00-26:00", "webhook": {"o": {"url": "https://x.example",
                                                    "secret_env": "A"}}}, "22:00-07:00"),
    ],
)  # fmt: skip
def test_wrong_settings_are_named(table: dict[str, Any], said: str) -> None:
    """One line, with what to write instead; a secret in the settings is refused unread."""
    with pytest.raises(UsageError) as error:
        config(Settings(alerts=Table(table)))
    assert said in str(error.value)
    assert "whsec_x" not in str(error.value)
    assert "hooks.slack" not in str(error.value)


def test_the_feed_has_what_is_told_by_rss(tmp_path: Path, tables: Tables) -> None:
    """And nothing else."""
    told(tmp_path, tables, story("a"), to=("rss",))
    assert [one.story["id"] for one in feed(tmp_path)] == ["a"]
    assert log(tmp_path)[0]["deliveries"] == []
