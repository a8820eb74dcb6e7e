r"""What a board takes in: everything, a language, a community, or what a person's filter finds.

Owns how a scope is written, as `lang:cy`, `host:mastodon.social`, `authors:crew.txt` or
`match:(?i)\bfeist\b`, and what a board may be called. Which posts belong to it is the engine's.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from groundswell.errors import UsageError

Kind = Literal["lang", "host", "authors", "match"]

ALL = "all"
"""The board of everything, which is always there."""
Place = tuple[int, bool, str]
"""Where a board stands among all: the end of its slice, then `all` first, then by name."""
EACH = "*"
"""`lang:*`: a board for every language that is spoken enough."""
LONGEST_PATTERN = 1_000
"""Characters of a filter."""
EXAMPLES = "lang:cy, lang:*, host:mastodon.social, authors:crew.txt or match:(?i)\\bfeist\\b"

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")
_DOMAIN = re.compile(r"(?:[\w-]{1,63}\.)*[\w-]{1,63}")


@dataclass(frozen=True, slots=True)
class Scope:
    """A board besides `all`: its name, and which posts it takes."""

    name: str
    """What it is called in addresses and output: a slug."""
    kind: Kind
    what: str
    """A language range in lower case or `*`, a domain, the path of a file, or an RE2 pattern."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.what}"


def place(at: int, name: str) -> Place:
    """Where the board of a name at slice end `at` stands among all.

    >>> sorted(["cy", "all"], key=lambda name: place(0, name))
    ['all', 'cy']
    """
    return at, name != ALL, name


def boards(given: Any) -> tuple[Scope, ...]:
    r"""Scopes from a table of TOML, its text, or lines of `NAME=SCOPE`; ordered by name.

    >>> [f"{one.name}={one}" for one in boards({"welsh": "lang:cy", "here": "host:A.social"})]
    ['here=host:a.social', 'welsh=lang:cy']
    >>> boards(["lang:pt-BR"])[0].name
    'pt-br'

    Raises:
        UsageError: a name or a scope is none, or a name is used twice.
    """
    if isinstance(given, Mapping):
        found = [scope(name, text) for name, text in given.items()]
    elif isinstance(given, list | tuple):
        found = [one if isinstance(one, Scope) else flag(one) for one in given]
    else:
        raise UsageError(
            f"expected boards as a table of names and scopes, got {given!r}",
            hint='in TOML: [boards] and a line such as welsh = "lang:cy"',
        )
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"expected boards of different names, got {name!r} twice")
    return tuple(sorted(found, key=lambda one: one.name))


def merged(before: Iterable[Scope], after: Iterable[Scope]) -> tuple[Scope, ...]:
    """Both together, ordered by name; where a name is in both, the later one counts."""
    by_name = {one.name: one for one in (*before, *after)}
    return tuple(by_name[name] for name in sorted(by_name))


def flag(text: Any) -> Scope:
    """A scope from `NAME=SCOPE`; a language or host may stand alone, and is its own name.

    Raises:
        UsageError: it is none.
    """
    name, equals, rest = str(text).partition("=")
    if equals and ":" not in name:
        return scope(name, rest)
    kind, _, what = str(text).partition(":")
    if kind in {"lang", "host"} and what:
        own = "languages" if what == EACH else what.lower().removeprefix("@")
        return scope(own.replace("_", "-") if kind == "lang" else own, str(text))
    raise UsageError(f"expected a board as NAME=SCOPE, got {text!r}", hint=f"a scope is {EXAMPLES}")


def scope(name: Any, text: Any) -> Scope:
    """A scope from its name and its text.

    Raises:
        UsageError: either is none.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(
            f"expected a board's name of a-z, 0-9, '.', '_' and '-' (at most 40), got {name!r}",
            hint=f"try {_slug(name)!r}",
        )
    if name == ALL:
        raise UsageError(f"expected another name than {ALL!r}, which is the board of everything")
    kind, colon, what = text.partition(":") if isinstance(text, str) else (repr(text), "", "")
    if kind not in get_args(Kind) or not colon:
        near = difflib.get_close_matches(kind, get_args(Kind), n=1)
        meant = f"did you mean {near[0] + ':' + what!r}? " if near else ""
        raise UsageError(
            f"expected a scope for board {name!r}, got {text!r}", hint=f"{meant}it is {EXAMPLES}"
        )
    return Scope(name, kind, _checked(name, kind, what))  # type: ignore[arg-type]


def _checked(name: str, kind: str, what: str) -> str:
    """What a scope takes, in its plain form."""
    if kind == "lang":
        plain = what.replace("_", "-").lower()
        good = plain == EACH or _TAG.fullmatch(plain) is not None
        wanted = "a language tag such as cy or pt-BR, or *"
    elif kind == "host":
        plain = what.removeprefix("@").lower()
        good = _DOMAIN.fullmatch(plain) is not None
        wanted = "a domain such as mastodon.social"
    elif kind == "authors":
        plain, good, wanted = what, bool(what), "a file with an author on each line"
    else:
        plain, good = what, 0 < len(what) <= LONGEST_PATTERN
        wanted = f"an RE2 pattern of 1 to {LONGEST_PATTERN} characters"
    if not good:
        raise UsageError(f"expected {wanted} after {kind}: for board {name!r}, got {what[:80]!r}")
    return plain


def _slug(name: Any) -> str:
    """The nearest good name."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", str(name).lower())[:40].strip("._-")
    return plain or "my-board"
