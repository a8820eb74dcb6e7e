"""One decision: who did what to which story, term, domain, account or instance, and why."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from groundswell.errors import UsageError
from groundswell.times import iso

LONGEST: Final = {"subject": 200, "value": 1_000, "reason": 500, "who": 100}
"""Characters of each part, at most."""
LONGEST_TITLE: Final = 120
SPLIT: Final = 8
"""Terms that a split may name."""
DESK: Final = "desk"
"""The subject of what is about the whole desk."""
_HOST: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))+")


E = TypeVar("E", bound=StrEnum)


class Verb(StrEnum):
    """What is done."""

    HIDE = "hide"
    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    PIN = "pin"
    APPROVE = "approve"
    REJECT = "reject"
    BLOCK = "block"
    HOLD = "hold"
    """From a time on stories wait until they are approved: `review.before_publish` was set."""
    UNDO = "undo"


class Kind(StrEnum):
    """What it is done to."""

    STORY = "story"
    TERM = "term"
    DOMAIN = "domain"
    ACCOUNT = "account"
    INSTANCE = "instance"
    DESK = "desk"


BLOCKED: Final = (Kind.TERM, Kind.DOMAIN, Kind.ACCOUNT, Kind.INSTANCE)
"""What can be blocked."""
_MAY: Final = {
    Verb.HIDE: (Kind.STORY,),
    Verb.RENAME: (Kind.STORY,),
    Verb.MERGE: (Kind.STORY,),
    Verb.SPLIT: (Kind.STORY,),
    Verb.PIN: (Kind.STORY,),
    Verb.APPROVE: (Kind.STORY, Kind.TERM),
    Verb.REJECT: (Kind.STORY, Kind.TERM),
    Verb.BLOCK: BLOCKED,
    Verb.HOLD: (Kind.DESK,),
    Verb.UNDO: tuple(Kind),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to decide, checked; without number and time."""

    who: str
    verb: Verb
    kind: Kind
    subject: str
    """A story's id, or what is blocked."""
    value: str = ""
    """The new title; the story that takes this one in; the terms to be split off, a line each; of
    a hold the event time from which on stories wait, µs."""
    reason: str = ""
    undoes: int = 0
    """The number of the decision that holds no more; 0 where this is no undoing."""


@dataclass(frozen=True, slots=True)
class Decision(Draft):
    """A decision as the log has it."""

    id: int = 0
    """From 1 on, without gaps, in the order in which they were made."""
    at: int = 0
    """When it was made, µs of this machine's clock."""
    since: int = 0
    """The event time from which on the engine counts by it, µs; 0 where none has taken it up."""

    def to_dict(self) -> dict[str, Any]:
        """As the API has it."""
        return {
            "id": self.id,
            "at": iso(self.at),
            "who": self.who,
            "verb": str(self.verb),
            "kind": str(self.kind),
            "subject": self.subject,
            "value": self.value,
            "reason": self.reason,
            "undoes": self.undoes or None,
            "since": iso(self.since) if self.since else None,
        }


def draft(
    who: str,
    verb: str,
    kind: str,
    subject: str,
    *,
    value: str = "",
    reason: str = "",
) -> Draft:
    """What somebody wants to decide, checked and written in one way.

    >>> draft("ann", "block", "domain", " HTTPS://Spam.Example/x").subject
    'spam.example'

    Raises:
        UsageError: there is no such verb or kind, it cannot be done to it, or a part is none.
    """
    what, to = _one_of(Verb, verb, "verb"), _one_of(Kind, kind, "kind")
    if to not in _MAY[what] or what is Verb.UNDO:
        known = ", ".join(str(k) for k in _MAY[what])
        raise UsageError(f"expected {what} of {known}, got {what} of {to}")
    name = named(to, _clean("subject", subject))
    return Draft(
        _clean("who", who), what, to, name, _value(what, name, value),
        _clean("reason", reason, empty=True),
    )  # fmt: skip


def undoing(who: str, decision: Decision, reason: str = "") -> Draft:
    """The undoing of a decision; that of an undoing brings back what was undone."""
    return Draft(
        _clean("who", who), Verb.UNDO, decision.kind, decision.subject,
        reason=_clean("reason", reason, empty=True), undoes=decision.id,
    )  # fmt: skip


def named(kind: Kind, name: str) -> str:
    """A subject as it is compared: hosts in small letters and ASCII, terms as one line.

    >>> named(Kind.INSTANCE, "Bücher.Example"), named(Kind.TERM, " Free   Money ")
    ('xn--bcher-kva.example', 'Free Money')

    Raises:
        UsageError: a domain or instance that is none.
    """
    if kind in (Kind.DOMAIN, Kind.INSTANCE):
        return host(name)
    return " ".join(name.split())


def host(name: str) -> str:
    """A domain's name, also out of an address.

    Raises:
        UsageError: it is none.
    """
    bare = name.strip().lower().rpartition("://")[2]
    bare = re.split(r"[/?#]", bare, maxsplit=1)[0].rpartition("@")[2].rstrip(".")
    bare = re.sub(r":\d{1,5}$", "", bare).removeprefix("*.")
    try:
        found = bare.encode("idna").decode() if not bare.isascii() else bare
    except UnicodeError:
        found = ""
    if len(found) > 253 or not _HOST.fullmatch(found):
        raise UsageError(f"expected a domain such as spam.example, got {name[:80]!r}")
    return found


def _value(verb: Verb, subject: str, value: str) -> str:
    if verb is Verb.RENAME:
        title = " ".join(_clean("value", value, what="a title").split())
        if len(title) > LONGEST_TITLE:
            raise UsageError(f"expected a title of at most {LONGEST_TITLE} characters")
        return title
    if verb is Verb.MERGE:
        other = _clean("value", value, what="the story that takes it in")
        if other == subject:
            raise UsageError("expected another story to take it in, got the story itself")
        return other
    if verb is Verb.SPLIT:
        lines = [
            " ".join(_clean("value", one).split()) for one in value.splitlines() if one.strip()
        ]
        if not 1 <= len(lines) <= SPLIT:
            raise UsageError(f"expected 1 to {SPLIT} terms to split off, got {len(lines)}")
        return "\n".join(dict.fromkeys(lines))
    if verb is Verb.HOLD:
        return str(int(value or 0))
    if value:
        raise UsageError(f"expected no value for {verb}, got {value[:80]!r}")
    return ""


def _clean(part: str, text: str, *, empty: bool = False, what: str = "") -> str:
    """Text without control characters, in one form of Unicode, within its length.

    Raises:
        UsageError: it is too long, or empty where it must not be.
    """
    most = LONGEST[part]
    if len(text) > most:
        raise UsageError(f"expected at most {most} characters of {what or part}, got {len(text)}")
    kept = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    kept = "".join(c if unicodedata.category(c) not in _NEVER else " " for c in kept).strip()
    if not (kept or empty):
        raise UsageError(f"expected {what or part}, got nothing")
    return kept


_NEVER: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def _one_of(kinds: type[E], name: str, what: str) -> E:
    try:
        return kinds(name.strip().lower())
    except ValueError:
        known = ", ".join(kinds)
        raise UsageError(f"expected a {what} of {known}; got {name[:40]!r}") from None
