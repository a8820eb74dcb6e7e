"""Every setting with its meaning, unit, default and range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from groundswell import scopes

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
    engine: str = _setting(
        "local", "who reads and counts: this process, or several by Ray", "local or ray", 0, 0
    )
    workers: int = _setting(
        2,
        "processes that count, with engine ray; a third as many, rounded down, read",
        "processes",
        1,
        64,
    )
    ray_address: str = _setting(
        "", "of a Ray cluster to join; none: one is begun on this machine", "address", 0, 0
    )
    ray_memory: int = _setting(
        512, "shared memory of a Ray cluster that is begun here", "MB", 128, 1 << 20
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
