"""How far a stream of Redis was read, and whether something after it was trimmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from groundswell.sources.brokers.redis_link import BEGINNING, parts


class EntryPlace(NamedTuple):
    """Everything up to an entry; `number` is how many were ever added up to it, 0 for unknown."""

    entry: str = BEGINNING
    number: int = 0

    @classmethod
    def of(cls, text: str) -> EntryPlace:
        """From `1700000000000-0` or `1700000000000-0#42`.

        Raises:
            SourceError: it is none.
        """
        entry, _, number = text.partition("#")
        parts(entry)
        return cls(entry, int(number) if number.isdecimal() else 0)

    def __str__(self) -> str:
        return f"{self.entry}#{self.number}" if self.number else self.entry


def trimmed(stream: Mapping[str, Any], place: EntryPlace) -> str:
    """Why entries after a place may be missing; empty where none is.

    The entry of the place itself must be gone; where Redis counts what was added (7.0), so must
    more than what was read.
    """
    first = stream.get("first-entry")
    begin = first[0].decode() if first else text_of(stream, "last-generated-id")
    if place.entry == BEGINNING or parts(begin) <= parts(place.entry):
        return ""
    if place.number and stream["entries-added"] - stream["length"] <= place.number:
        return ""
    return "the stream was trimmed before it was read"


def text_of(found: Mapping[str, Any], name: str) -> str:
    """An id among what Redis says of a stream or a group; the beginning where there is none."""
    value = found.get(name, BEGINNING.encode())
    return value.decode() if isinstance(value, bytes) else str(value)
