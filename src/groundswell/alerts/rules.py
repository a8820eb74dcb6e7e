"""What may be watched: one rule, its conditions joined by "and", and who is told."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Final

from groundswell.errors import UsageError
from groundswell.kernel.mood.feelings import EKMAN
from groundswell.scopes import ALL

FLAGS: Final = (
    "few-authors", "copied-text", "one-domain", "one-instance", "reply-campaign", "habit",
    "deleted-after",
)  # fmt: skip
UNDOUBTED: Final = "none"
"""As a flag: the story has none."""
FEELINGS: Final = tuple(sorted({*EKMAN, *(one for some in EKMAN.values() for one in some)}))
KINDS: Final = ("webhook", "slack", "mail")
RSS: Final = "rss"
"""The channel that is always there: the feed of the desk itself."""
SIX_HOURS: Final = 6 * 3_600
LONGEST_TERM: Final = 100
MOST_CHANNELS: Final = 8
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
_SPANS: Final[Mapping[str, tuple[int, int, str]]] = {
    "people": (0, 10_000_000, "people"),
    "times": (0, 1_000_000, "times above usual"),
    "rank": (0, 100, "places"),
    "first_in_days": (0, 3_650, "days"),
    "cooldown": (0, 30 * 86_400, "seconds"),
}
CONDITIONS: Final = ("term", "people", "times", "rank", "mood", "flag", "first_in_days")


@dataclass(frozen=True, slots=True)
class Rule:
    """What is watched, and who is told; an empty condition asks nothing."""

    name: str
    board: str = ALL
    term: str = ""
    """A word, phrase, hashtag or emoji that the story's title, terms or moments say."""
    people: int = 0
    """Distinct people since the onset, at least."""
    times: float = 0.0
    """Times above usual, at least."""
    rank: int = 0
    """Place on the board, at most."""
    mood: str = ""
    """A feeling that is surely more frequent in the story than on its board."""
    flag: str = ""
    """A doubt that it has; `none`: it has no doubt."""
    first_in_days: int = 0
    """The archive knows so many days, and no earlier story of the same subject in them."""
    stirring: bool = False
    """Whether stories count that only stir: too weak on their board to be announced."""
    cooldown: int = SIX_HOURS
    """After an alert, seconds of event time in which the same story alarms no more."""
    to: tuple[str, ...] = (RSS,)
    """Channels: `webhook:NAME`, `slack:NAME`, `mail:NAME`, `rss`."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it: name, board, channels, and what is not as usual."""
        told = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        usual = {entry.name: entry.default for entry in fields(self)}
        always = ("name", "board", "to")
        return {
            key: list(value) if key == "to" else value
            for key, value in told.items()
            if key in always or value != usual[key]
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Rule:
        """A rule from JSON, TOML or a form.

        >>> Rule.from_dict({"name": "rain", "term": "rain", "peeple": 5})
        Traceback (most recent call last):
        groundswell.errors.UsageError: expected a condition of rule 'rain', got 'peeple'; \
did you mean 'people'?

        Raises:
            UsageError: a value is out of range, of the wrong kind or not known; it names the
                nearest good one.
        """
        name = named(given.get("name"), "a rule")
        values: dict[str, Any] = {"name": name}
        known = {entry.name: entry for entry in fields(cls)}
        for key, value in given.items():
            if key not in known:
                raise UsageError(
                    f"expected a condition of rule {name!r}, got {str(key)[:60]!r}",
                    hint=nearest(str(key), known),
                )
            if key != "name":
                default = known[key].default
                kind: type[Any] = str if default is MISSING else type(default)
                values[key] = _read(name, key, kind, value)
        rule = cls(**values)
        _check(rule)
        return rule

    def said(self) -> str:
        """The rule in words.

        >>> Rule("rain", term="rain", people=50).said()
        'a story on all says “rain”, by 50 people or more'
        """
        parts = [f"a story on {self.board}" if not self.term else
                 f"a story on {self.board} says “{self.term}”"]  # fmt: skip
        parts += [f"by {self.people:,} people or more"] if self.people else []
        parts += [f"{self.times:g} times above usual or more"] if self.times else []
        parts += [f"among the first {self.rank}"] if self.rank else []
        parts += [f"with more {self.mood} than usual"] if self.mood else []
        parts += ["without a doubt"] if self.flag == UNDOUBTED else []
        parts += [f"flagged {self.flag}"] if self.flag not in {"", UNDOUBTED} else []
        parts += [f"for the first time in {self.first_in_days} days"] if self.first_in_days else []
        parts += ["even if it only stirs"] if self.stirring else []
        return ", ".join(parts)


def named(value: Any, what: str) -> str:
    """A name as addresses can have it.

    Raises:
        UsageError: it is none.
    """
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    near = re.sub(r"[^a-z0-9._-]+", "-", str(value or "").lower()).strip("-._")[:40]
    raise UsageError(
        f"expected {what} to be named with letters a-z, digits and . _ -, at most 40, "
        f"got {str(value)[:60]!r}",
        hint=f"try {near!r}" if near else "as in: groundswell alert add storm --term storm",
    )


def nearest(given: str, known: Iterable[str]) -> str:
    """What somebody meant, in words.

    >>> nearest("saddness", ["sadness", "joy"]), nearest("x", ["sadness", "joy"])
    ("did you mean 'sadness'?", 'known are joy, sadness')
    """
    names = sorted(known)
    near = difflib.get_close_matches(given, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"


def _read(name: str, key: str, kind: type[Any], value: Any) -> Any:
    """A value of its field's kind."""
    if kind is tuple and isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return tuple(dict.fromkeys(value))
    if kind is str and isinstance(value, str):
        return value.strip()
    if kind is bool and isinstance(value, bool):
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    whole = number and math.isfinite(value) and value == int(value)
    if (kind is int and whole) or (kind is float and number and math.isfinite(value)):
        return _within(name, key, kind, value)
    said = {tuple: "a list of channels", str: "text", bool: "true or false", int: "a whole number",
            float: "a number"}[kind]  # fmt: skip
    raise UsageError(f"expected {said} for {key} of rule {name!r}, got {value!r:.80}")


def _within(name: str, key: str, kind: type[Any], value: float) -> Any:
    low, high, unit = _SPANS[key]
    if not low <= value <= high:
        raise UsageError(
            f"expected {key} of rule {name!r} between {low} and {high} {unit}, got {value}",
            hint=f"the nearest is {min(max(value, low), high):g}",
        )
    return kind(value)


def _check(rule: Rule) -> None:
    if not any(getattr(rule, one) for one in CONDITIONS):
        raise UsageError(
            f"expected a condition of rule {rule.name!r}, got none",
            hint=f"one of {', '.join(CONDITIONS)}",
        )
    named(rule.board, f"the board of rule {rule.name!r}")
    if len(rule.term) > LONGEST_TERM:
        raise UsageError(
            f"expected at most {LONGEST_TERM} characters of term in rule {rule.name!r}, "
            f"got {len(rule.term)}",
            hint="a phrase of a few words finds more",
        )
    for key, value, known in (
        ("mood", rule.mood, FEELINGS), ("flag", rule.flag, (*FLAGS, UNDOUBTED)),
    ):  # fmt: skip
        if value and value not in known:
            raise UsageError(
                f"expected a known {key} in rule {rule.name!r}, got {value[:60]!r}",
                hint=nearest(value, known),
            )
    if len(rule.to) > MOST_CHANNELS:
        raise UsageError(
            f"expected at most {MOST_CHANNELS} channels in rule {rule.name!r}, got {len(rule.to)}"
        )
    for one in rule.to:
        kind, colon, _ = one.partition(":")
        if one != RSS and not (kind in KINDS and colon):
            raise UsageError(
                f"expected a channel as webhook:NAME in rule {rule.name!r}, got {one[:60]!r}",
                hint=nearest(kind, (*KINDS, RSS)),
            )
