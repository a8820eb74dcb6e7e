"""What really happened: events.json, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from groundswell.errors import UsageError
from groundswell.evaluate.matching import Groups, Said, fold
from groundswell.model import MICROSECONDS

Words = list[list[str]]


class _Row(msgspec.Struct, frozen=True):
    """An event as it stands in the file; fields that are not named here are passed over."""

    name: str
    start: datetime
    end: datetime
    keywords: Words
    alternatives: list[Words] = []
    kind: str = "event"
    decoy: str = ""
    scale: str = ""
    first: bool = False
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or a decoy: something that only looked like it."""

    name: str
    start: int
    """µs."""
    end: int
    """µs, not before `start`."""
    versions: tuple[Groups, ...]
    """The keywords, then the alternatives: one of them is enough."""
    kind: str = "event"
    decoy: str = ""
    """The decoy's kind, as `spam` or `habit`; empty for what really happened."""
    first: bool = False
    """A decoy's first time, when nobody can know that it is one: neither credited nor blamed."""
    complete: bool = False
    """Whether the file says that it lists all that rises."""
    scale: str = ""
    """How long it takes, as the file calls it (`minute`, `hour`, `day`), if it does."""

    def share(self, said: Said) -> float:
        """The best share of a version's groups that was hit, 0–1; 1 is a match."""
        return max(said.share(groups) for groups in self.versions)

    def to_the_point(self, said: Said) -> float:
        """Share of what was said that belongs to the version hit best, 0–1."""
        return max((said.share(g), said.to_the_point(g)) for g in self.versions)[1]

    def open_at(self, at: int, slice_us: int) -> bool:
        """Whether a board that closes at `at`, µs, may tell of it.

        From its start to one slice past its end. A board that closes at the very start holds
        nothing of it yet.
        """
        return self.start < at <= self.end + slice_us


def read_events(path: str | Path) -> list[Event]:
    """The events of a file, in its order.

    Raises:
        UsageError: there is no such file, it is no list of events, or an event cannot be matched.
    """
    try:
        rows = msgspec.json.decode(Path(path).read_bytes(), type=list[_Row])
    except OSError as error:
        raise UsageError(
            f"expected a file of events, could not read {path}: {error.strerror}",
            hint="`groundswell simulate OUT --truth EVENTS.json` makes one",
        ) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(
            f"expected events in {path}: {error}",
            hint='an event is {"name", "start", "end", "keywords": [["synonym", …], …]}',
        ) from error
    if not rows:
        raise UsageError(f"expected at least one event in {path}, found an empty list")
    return [_event(row, f"event {i} of {path}") for i, row in enumerate(rows, 1)]


def _event(row: _Row, where: str) -> Event:
    start, end = _micros(row.start), _micros(row.end)
    if end < start:
        raise UsageError(f"expected {where} ({row.name}) to end after its start, {row.start}")
    versions = tuple(_groups(words, f"{where} ({row.name})")
                     for words in (row.keywords, *row.alternatives))  # fmt: skip
    decoy = (row.decoy or "decoy") if row.kind == "decoy" else ""
    return Event(
        row.name, start, end, versions, row.kind, decoy, row.first, row.complete, row.scale
    )


def _groups(words: Words, where: str) -> Groups:
    groups = tuple(tuple(fold(word) for word in group if fold(word).solid) for group in words)
    if not groups or not all(groups):
        raise UsageError(
            f"expected groups of synonyms in {where}, found an empty one",
            hint='write [["goal", "1-0"], ["zouma"]]: each group needs a word',
        )
    return groups


def _micros(time: datetime) -> int:
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return round(aware.timestamp() * MICROSECONDS)
