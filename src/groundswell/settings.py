"""One frozen tree of settings: `groundswell.toml`, then `GROUNDSWELL_…` variables, then flags.

Every field carries its meaning, unit, default and range; what is out of range or unknown is refused
with the nearest good one named. Where each value came from is kept, for `doctor --settings`.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from groundswell import scopes
from groundswell.errors import UsageError
from groundswell.kernel.rules import Rules
from groundswell.model import MICROSECONDS

FILE = "groundswell.toml"
TABLES = ("doors", "review")
"""Tables of the file: `reading` in `[doors]` is the setting `doors_reading`."""
PREFIX = "GROUNDSWELL_"
PRESS_FILE = "press.ndjson"
"""Beside the archive in `data_dir`: what newsrooms printed, an article a line."""
ALERTS_FILE = "alerts.json"
"""Likewise: rules of alerts that were made by command or on the desk."""


def _setting(default: Any, meaning: str, unit: str, low: float, high: float) -> Any:
    return field(
        default=default, metadata={"meaning": meaning, "unit": unit, "low": low, "high": high}
    )


@dataclass(frozen=True, slots=True)
class Table:
    """A table of TOML that a room of its own reads."""

    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return ", ".join(self.values) or "none"


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set. Lengths are in seconds of event time."""

    slice: int = _setting(60, "length of a slice: a board closes each", "s", 1, 86_400)
    rank_window: int = _setting(900, "window that stories are ranked by", "s", 1, 604_800)
    gate: float = _setting(3.1, "z from which a term is above usual", "sigma", 1, 20)
    min_authors: int = _setting(5, "people that a burst needs", "people", 2, 10_000)
    min_lift: float = _setting(2.5, "times above usual that a burst needs", "times", 1, 1_000)
    half_life: int = _setting(86_400, "time after which history counts half", "s", 60, 31_536_000)
    learning: int = _setting(3_600, "history after which the desk is settled", "s", 1, 2_592_000)
    top: int = _setting(10, "stories on a board", "stories", 1, 100)
    terms: int = _setting(
        1 << 21, "records of the term table, a power of two; 48 B each", "records", 1 << 14, 1 << 27
    )
    ring_posts: int = _setting(
        1 << 18, "recent posts held for posting lists, a power of two", "posts", 1 << 10, 1 << 26
    )
    read_posts: int = _setting(
        400, "posts that are read for moods at a slice's close, at most", "posts", 0, 100_000
    )
    boards: tuple[scopes.Scope, ...] = _setting(
        (), "boards besides `all`: by language, community or filter", "boards", 0, 32
    )
    board_part: int = _setting(
        8,
        "a board besides `all` has this part of its terms and posts: 8 is an eighth",
        "part",
        1,
        64,
    )
    port: int = _setting(8765, "port of the desk", "port", 0, 65_535)
    data_dir: str = _setting(
        "groundswell-data", "folder of the archive: what is kept stands there", "folder", 0, 0
    )
    keep: bool = _setting(True, "whether `live` keeps an archive", "yes or no", 0, 1)
    snapshot: int = _setting(
        300, "event time between snapshots: what a restart may have to count anew", "s", 10, 86_400
    )
    keep_boards: int = _setting(30, "time that boards of every slice are kept", "days", 1, 36_500)
    keep_series: int = _setting(30, "time that minute series are kept", "days", 1, 36_500)
    keep_hours: int = _setting(400, "time that hour series are kept", "days", 1, 36_500)
    keep_stories: int = _setting(400, "time that stories and events are kept", "days", 1, 36_500)
    keep_press: int = _setting(
        60, "time that articles of newsrooms are kept, by their publication", "days", 1, 36_500
    )
    newsrooms: str = _setting(
        "", "feeds that the press is read from: `starter`, a TOML file, or none", "list", 0, 0
    )
    knowledge: str = _setting(
        "",
        "open data that works in articles are held against: musicbrainz, wikidata, or none",
        "names",
        0,
        0,
    )
    contact: str = _setting(
        "", "whom open data may write to about our requests: an address or mail", "contact", 0, 0
    )
    alerts: Table = _setting(  # noqa: RUF009 -- frozen, and nobody changes its mapping
        Table(), "rules and channels of alerts: docs/alerts.md", "table", 0, 0
    )
    host: str = _setting("127.0.0.1", "address that the desk listens on", "address", 0, 255)
    review_before_publish: bool = _setting(
        False, "whether new stories wait until an editor approves them", "yes or no", 0, 1
    )
    doors_reading: str = _setting(
        "open", "who may read: everybody (open), or users and tokens (closed)", "open or closed",
        0, 0,
    )  # fmt: skip
    doors_hosts: tuple[str, ...] = _setting(
        (), "names that the desk answers to, `*.name` with all below it; none: any", "names", 0, 100
    )
    doors_proxies: tuple[str, ...] = _setting(
        (), "networks of reverse proxies, whose X-Forwarded headers are believed", "networks",
        0, 100,
    )  # fmt: skip
    doors_path: str = _setting(
        "", "path that the desk is served under, as /trends; none: at the top", "path", 0, 0
    )


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings and, by name, where each came from."""

    settings: Settings
    origins: Mapping[str, str]


def load(
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Loaded:
    """Reads all three places; later ones win. A flag that is None was not given.

    Raises:
        UsageError: an unknown name, a value out of range or of the wrong kind, a broken file.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    origins: dict[str, str] = {entry.name: "default" for entry in fields(Settings)}
    for origin, given in (
        (FILE, _from_file((folder or Path()) / FILE)),
        ("environment", _from_environment(environment)),
        ("flag", {k: v for k, v in (flags or {}).items() if v is not None}),
    ):
        for name, value in given.items():
            typed = _checked(name, value, origin)
            if name == "boards":  # boards of several places stand side by side
                origins |= {f"boards.{scope.name}": origin for scope in typed}
                typed = scopes.merged(values.get(name, ()), typed)
            values[name] = typed
            origins[name] = origin
    return Loaded(Settings(**values), origins)


def of(**given: Any) -> Settings:
    """Settings of arguments alone, as a program gives them; None was not given.

    Raises:
        UsageError: a value out of range or of the wrong kind.
    """
    values = {name: value for name, value in given.items() if value is not None}
    return Settings(**{name: _checked(name, value, "argument") for name, value in values.items()})


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise UsageError(f"expected TOML in {path}: {error}", hint="mend or remove it") from error
    for table in TABLES:
        if isinstance(given.get(table), dict):
            given |= {f"{table}_{name}": value for name, value in given.pop(table).items()}
    return given


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    known = {entry.name for entry in fields(Settings)}
    given = {}
    for key, value in environment.items():
        name = key.removeprefix(PREFIX).lower()
        # other variables may be a source's own; a near miss is a setting mistyped
        meant = name in known or difflib.get_close_matches(name, known, n=1, cutoff=0.75)
        if key.startswith(PREFIX) and meant:
            given[name] = value
    return given


def _checked(name: str, value: Any, origin: str) -> Any:
    entry = next((entry for entry in fields(Settings) if entry.name == name), None)
    if entry is None:
        near = difflib.get_close_matches(name, [e.name for e in fields(Settings)], n=1)
        hint = f"did you mean {near[0]!r}?" if near else "see `groundswell doctor --settings`"
        raise UsageError(f"expected a known setting in {origin}, got {name!r}", hint=hint)
    kind: type[Any] = type(entry.default)
    try:
        typed: Any = (_READ.get(name) or (_truth if kind is bool else kind))(value)
    except (TypeError, ValueError):
        raise UsageError(f"expected {kind.__name__} for {name} ({origin}), got {value!r}") from None
    low, high = entry.metadata["low"], entry.metadata["high"]
    if kind is tuple and len(typed) > high:
        raise UsageError(f"expected at most {high} {name} ({origin}), got {len(typed)}")
    if kind in {int, float} and not low <= typed <= high:
        unit = entry.metadata["unit"]
        span = f"between {low} and {high}" + (f" {unit}" if unit != name else "")
        raise UsageError(
            f"expected {name} {span}, got {typed}",
            hint=f"the nearest is {min(max(typed, low), high)} ({origin})",
        )
    return typed


def _truth(value: Any) -> bool:
    """Yes or no, as TOML has it or as a variable says it.

    >>> _truth(True), _truth("no")
    (True, False)
    """
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(value).lower() not in known:
        raise ValueError(value)
    return known[str(value).lower()]


def _boards(value: Any) -> tuple[scopes.Scope, ...]:
    """Boards from a table of TOML, its text as a variable holds it, or flags."""
    if not isinstance(value, str):
        return scopes.boards(value)
    try:
        return scopes.boards(tomllib.loads(f"boards = {value}")["boards"])
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f'expected boards as {{welsh = "lang:cy"}}, got {value!r}: {error}'
        ) from None


def _table(value: Any) -> Table:
    """A table of TOML, or its text as a variable holds it."""
    if isinstance(value, str):
        try:
            value = tomllib.loads(f"alerts = {value}")["alerts"]
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"expected alerts as {{wait = 30}}: {error}") from None
    if not isinstance(value, Mapping):
        raise UsageError("expected alerts as a table", hint="in TOML: [alerts]")
    return Table(value)


def _reading(value: Any) -> str:
    if value not in ("open", "closed"):
        raise UsageError(f"expected doors_reading as open or closed, got {value!r}")
    return str(value)


def _names(value: Any) -> tuple[str, ...]:
    """Several, as TOML has them or with commas between, as a variable has them.

    >>> _names("desk.example, *.news.example"), _names(["a"])
    (('desk.example', '*.news.example'), ('a',))
    """
    several = value.split(",") if isinstance(value, str) else value
    return tuple(one for one in (str(one).strip().lower() for one in several) if one)


def _networks(value: Any) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_network(one)) for one in _names(value))
    except ValueError as error:
        raise UsageError(f"expected networks as 127.0.0.1/32, got {value!r}: {error}") from None


def _path(value: Any) -> str:
    """A path without a slash at its end.

    >>> _path("/trends/"), _path("/")
    ('/trends', '')
    """
    path = str(value).rstrip("/")
    if path and not re.fullmatch(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}){1,8}", path):
        raise UsageError(f"expected doors_path as /trends, got {value!r}")
    return path


_READ: Mapping[str, Callable[[Any], Any]] = {
    "alerts": _table,
    "boards": _boards,
    "doors_reading": _reading,
    "doors_hosts": _names,
    "doors_proxies": _networks,
    "doors_path": _path,
}
"""Settings that are more than a number or a text."""

_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)?")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, None: 1}


def seconds(text: str) -> int:
    """A length of time as people write it.

    >>> seconds("90"), seconds("15m"), seconds("1h")
    (90, 900, 3600)

    Raises:
        UsageError: it is none.
    """
    found = _LENGTH.fullmatch(text.strip())
    length = round(float(found[1]) * _UNITS[found[2]]) if found else 0
    if length < 1:
        raise UsageError(f"expected a length such as 60s, 15m or 1h, got {text!r}")
    return length


def event_time(when: str | datetime) -> int:
    """Event time, µs, of a time or its RFC 3339; without a zone it is UTC.

    >>> event_time("1970-01-01T00:01:00Z"), event_time("1970-01-01 00:01")
    (60000000, 60000000)

    Raises:
        UsageError: it is none.
    """
    try:
        time = datetime.fromisoformat(when) if isinstance(when, str) else when
        # in UTC it has to have a year of four digits as well, or nobody could write it again
        known = time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
        return round(known.timestamp() * MICROSECONDS)
    except (ValueError, OverflowError):
        raise UsageError(f"expected a time as 2013-04-15T19:00:00Z, got {when!r}") from None


def speed(text: str) -> float:
    """Event time over time here; 0 for as fast as possible.

    >>> speed("60x"), speed("1"), speed("max")
    (60.0, 1.0, 0.0)

    Raises:
        UsageError: it is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)x?", text)
    if text != "max" and (not found or float(found[1]) <= 0):
        raise UsageError(f"expected a speed such as max, 1x or 60x, got {text!r}")
    return float(found[1]) if found else 0.0


def rules(settings: Settings) -> Rules:
    """The kernel's rules, in slices.

    Windows are 1, 5, 15 and 60 minutes; where slices are longer than a minute, the shortest is one
    slice and the longest four hours, so that there are short, middling and long ones still.
    """
    wanted = (60, 300, 900, 3_600) if settings.slice < 300 else (1, 3_600, 14_400)
    windows = tuple(sorted({max(1, length // settings.slice) for length in wanted}))
    return Rules(
        slice_us=settings.slice * MICROSECONDS,
        windows=windows,
        rank_window=max(1, settings.rank_window // settings.slice),
        depth=max(windows[-1], 60),
        gate=settings.gate,
        min_authors=settings.min_authors,
        min_lift=settings.min_lift,
        half_life=max(1.0, settings.half_life / settings.slice),
        learning=max(4, settings.learning // settings.slice),
        end_after=max(2, 600 // settings.slice),
        top=settings.top,
        ring_posts=_power_of_two(settings.ring_posts),
        ring_tokens=16 * _power_of_two(settings.ring_posts),
        terms=_power_of_two(settings.terms),
        read_posts=settings.read_posts,
    )


def board_rules(settings: Settings) -> Rules:
    """The rules of a board besides `all`: the same, in a part of the memory."""
    whole, part = rules(settings), settings.board_part
    posts = max(1 << 10, _power_of_two(max(1, whole.ring_posts // part)))
    return replace(
        whole,
        terms=max(1 << 14, _power_of_two(max(1, whole.terms // part))),
        ring_posts=posts,
        ring_tokens=16 * posts,
        season_terms=max(1 << 9, whole.season_terms // part),
    )


def _power_of_two(number: int) -> int:
    """The largest one that is no more than `number`."""
    return 1 << (number.bit_length() - 1)
