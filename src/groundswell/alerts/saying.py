"""An alert in words and as an event: what the board says of its story, and nothing else."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from groundswell.model import iso
from groundswell.scopes import ALL
from groundswell.times import microseconds

LONGEST_TITLE: Final = 200
MOST: Final = 20
"""Alerts that one message tells whole; of further ones it tells how many."""
MOST_BYTES: Final = 16_000
"""Of the alerts of an event: receivers take 20 kB."""
TYPES: Final = {
    "alert": "org.groundswell.alert", "digest": "org.groundswell.alert.digest",
    "test": "org.groundswell.alert.test",
}  # fmt: skip
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Told:
    """One alert, ready to be said."""

    id: str
    rule: str
    board: str
    at: int
    """The end of the slice that told it, µs."""
    simulated: bool
    story: dict[str, Any]
    """As `Story.to_dict` gives it."""


@dataclass(frozen=True, slots=True)
class Message:
    """What one channel gets at once: an alert, several as a digest, or a test."""

    id: str
    """The same at every try: what receivers know it by."""
    alerts: tuple[Told, ...]
    base_url: str
    test: bool = False

    @property
    def kind(self) -> str:
        """`alert`, `digest` or `test`."""
        return "test" if self.test else "alert" if len(self.alerts) == 1 else "digest"

    @property
    def left_out(self) -> int:
        """Alerts of it that are only counted."""
        return max(0, len(self.alerts) - MOST)


def plain(text: str, most: int = LONGEST_TITLE) -> str:
    r"""One line without characters that are not seen.

    >>> plain("a\r\nBcc: b\u202e")
    'a Bcc: b'
    """
    kept = "".join(
        " " if c in "\r\n\t\u2028\u2029" else c
        for c in text
        if c in "\r\n\t\u2028\u2029\u200d" or unicodedata.category(c) not in _HIDDEN
    )
    line = " ".join(kept.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def sentence(one: Told) -> str:
    """What happened, in one sentence, with doubts after it."""
    story = one.story
    posts, people = int(story["posts"]), int(story["authors"])
    since = iso(microseconds(story["started_at"]))
    where = "" if one.board == ALL else f" on the board {one.board}"
    lift = float(story["lift"])
    usual = f"{lift:.0f}" if lift >= 10 else f"{lift:.1f}"
    said = (
        f"“{plain(story['title'])}”{where}: {_many(posts, 'post', 'posts')} by "
        f"{_many(people, 'person', 'people')} since {since[11:16]} UTC on {since[:10]}, "
        f"{usual} times above usual."
    )
    flags = story.get("flags", ())
    doubts = f" Doubts: {', '.join(flags)}." if flags else ""
    return said + doubts + (" Simulated: every post is made up." if one.simulated else "")


def tested(one: Told) -> str:
    """What a test says."""
    return f"This is a test of the rule {one.rule} on the board {one.board}: nothing happened."


def link(one: Told, base_url: str) -> str:
    """The address of its story's page."""
    return f"{base_url}/story/{one.story['id']}"


def subject(message: Message) -> str:
    """The message in a few words."""
    first = message.alerts[0]
    made_up = "[simulated] " if first.simulated else ""
    if message.kind == "test":
        return f"[test] {first.rule}"
    if message.kind == "digest":
        return f"{made_up}{len(message.alerts)} alerts: {plain(first.story['title'], 60)} …"
    return f"{made_up}{plain(first.story['title'], 100)} ({first.rule})"


def lines(message: Message) -> list[str]:
    """The message in words, an alert a line; addresses stand on lines of their own."""
    if message.test:
        return [tested(message.alerts[0]), f"{message.base_url}/alerts"]
    said = []
    for one in message.alerts[:MOST]:
        said += [f"{sentence(one)} (Rule {one.rule}.)", link(one, message.base_url)]
    if message.left_out:
        said.append(f"And {message.left_out} more: {message.base_url}/alerts")
    return said


def event(message: Message) -> bytes:
    """The message as a CloudEvent 1.0 in JSON: the same bytes at every try."""
    alerts: list[dict[str, Any]] = []
    size = 0
    for one in message.alerts[:MOST]:
        told = _data(one, message.base_url)
        size += len(msgspec.json.encode(told))
        if alerts and size > MOST_BYTES:
            break
        alerts.append(told)
    data: dict[str, Any] = alerts[0]
    if message.test:
        said = tested(message.alerts[0])
        data |= {"test": True, "text": said, "link": f"{message.base_url}/alerts"}
    elif message.kind == "digest":
        data = {"alerts": alerts, "left_out": len(message.alerts) - len(alerts)}
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": message.id,
            "source": message.base_url,
            "type": TYPES[message.kind],
            "time": iso(max(one.at for one in message.alerts)),
            "datacontenttype": "application/json",
            "data": data,
        }
    )


def _data(one: Told, base_url: str) -> dict[str, Any]:
    story = one.story
    mood = story.get("mood") or {}
    return {
        "id": one.id, "rule": one.rule, "board": one.board, "at": iso(one.at),
        "simulated": one.simulated, "text": sentence(one), "link": link(one, base_url),
        "story": {
            "id": story["id"], "title": plain(story["title"]), "rank": story["rank"],
            "terms": [plain(term, 100) for term in story["terms"]],
            "started_at": story["started_at"], "status": story["status"],
            "posts": story["posts"], "authors": story["authors"],
            "expected": story["expected"], "excess": story["excess"], "lift": story["lift"],
            "flags": story["flags"], "mood": mood.get("dominant", []),
        },
    }  # fmt: skip


def test_message(rule: str, board: str, base_url: str, number: str, at: int) -> Message:
    """A marked test: a story that nobody told."""
    story = {
        "id": "test", "title": "a test of this rule", "rank": 1, "terms": ["test"],
        "started_at": iso(at), "status": "steady", "posts": 0, "authors": 0, "expected": 0.0,
        "excess": 0.0, "lift": 0.0, "flags": [], "mood": None,
    }  # fmt: skip
    number = f"msg_test_{number}"
    return Message(number, (Told(number, rule, board, at, False, story),), base_url, test=True)


def _many(n: int, one: str, more: str) -> str:
    return f"{n:,} {one if n == 1 else more}"
