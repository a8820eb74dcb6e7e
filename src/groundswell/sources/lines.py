"""Lines of bytes: cut, decoded, and what was wrong with those that were not.

What every decoder of posts shares. Bytes that are not UTF-8 inside fields that nobody reads are
ignored with those fields.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Generic, NamedTuple, TypeVar

import msgspec
import numpy as np

from groundswell.model import Batch, Reject

T = TypeVar("T")

RAW_BYTES = 2_000
"""Bytes of a bad line that a reject keeps."""
RUN_BYTES = 131_072
"""Least bytes decoded in one go."""
OLDEST_US = 631_152_000_000_000
"""1990-01-01, µs: earlier is a clock that was never set."""
NEWEST_US = 4_133_980_799_999_999
"""The end of 2100, µs."""
BAD_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""All that decoding hostile bytes raises."""

NOTHING = msgspec.Raw()
"""The undecoded value of a field that is absent."""

_NEWLINE, _RETURN, _OPEN, _CLOSE = b"\n\r{}"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SURROGATE_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""RFC 3339 with its offset."""


class Run(NamedTuple):
    """Some whole lines."""

    data: memoryview
    line: int
    """Number of the first one."""
    lines: int

    def split(self) -> list[bytes]:
        """The lines one by one, without their ends."""
        return bytes(self.data).split(b"\n")

    @property
    def tidy(self) -> bool:
        """True when every line begins with `{` and ends with `}`, perhaps before a return.

        If all of such a run decodes to as many objects as it has lines, then each line is one.
        """
        octets = np.frombuffer(self.data, np.uint8)
        if not octets.size:
            return False
        ends = np.append(np.flatnonzero(octets == _NEWLINE), octets.size)
        starts = np.concatenate(([0], ends[:-1] + 1))
        if starts[-1] == octets.size:
            return False
        before = octets[ends - 1]
        before = np.where(before == _RETURN, octets[np.maximum(ends - 2, 0)], before)
        return bool(((octets[starts] == _OPEN) & (before == _CLOSE)).all())


def runs(ndjson: bytes, line: int = 1, least: int = RUN_BYTES) -> Iterator[Run]:
    """Cut NDJSON into runs of whole lines; `line` is the first one's number.

    Each has `least` bytes and a line, or a half more where less than that would be left over.
    Short by default: what they decode to stays in the processor's cache until its columns are
    written, and one bad line sends only its own run down the slow way.
    """
    view, octets, start, size = memoryview(ndjson), np.frombuffer(ndjson, np.uint8), 0, len(ndjson)
    while start < size:
        end = ndjson.find(b"\n", start + least) if size - start > least * 3 // 2 else -1
        if end < 0:
            end = size - 1 if ndjson.endswith(b"\n") else size
        lines = int(np.count_nonzero(octets[start:end] == _NEWLINE)) + 1
        yield Run(view[start:end], line, lines)
        line, start = line + lines, end + 1


class LineDecoder(ABC, Generic[T]):
    """Appends what one kind of line says to the columns of batches.

    Never raises on what the lines hold, and is not thread-safe: one for a reader.
    """

    def __init__(self, decoder: msgspec.json.Decoder[T]) -> None:
        self._decoder = decoder

    @abstractmethod
    def append_all(self, batch: Batch, decoded: list[T]) -> list[tuple[int, str]]:
        """Append all; position and reason of each that is not of this kind."""

    def explain(self, error: Exception, raw: bytes) -> str:
        """Why a line did not decode; empty when that is no fault of the line."""
        return reason_of(error, raw)

    def append_line(self, batch: Batch, raw: bytes) -> str:
        """Append one line; the reason if it is not of this kind, else an empty string."""
        try:
            decoded = self._decoder.decode(raw)
        except BAD_JSON as error:
            return self.explain(error, raw)
        return "".join(reason for _, reason in self.append_all(batch, [decoded]))

    def append_run(self, batch: Batch, run: Run) -> list[tuple[int, str]] | None:
        """Append a run; None, and nothing appended, when it must be taken line by line.

        None says that a line is bad, blank, or holds more or less than one object.
        """
        if not run.tidy:
            return None
        try:
            decoded = self._decoder.decode_lines(run.data)
        except BAD_JSON:
            return None
        return self.append_all(batch, decoded) if len(decoded) == run.lines else None

    def decode_into(self, batch: Batch, raw: bytes, line: int) -> None:
        """Append one line or frame; `line` is its number, for rejects."""
        reason = self.append_line(batch, raw)
        if reason:
            batch.rejected.append(reject(reason, line, raw))

    def decode_many(self, batch: Batch, lines: Sequence[bytes] | bytes, line: int = 1) -> None:
        """Append many: a list, or NDJSON bytes; `line` is the first one's number.

        Same result as `decode_into` for each; blank lines are passed over.
        """
        if isinstance(lines, bytes):
            for run in runs(lines, line):
                self.decode_run(batch, run)
            return
        for number, raw in enumerate(lines, line):
            if raw.strip():
                self.decode_into(batch, raw, number)

    def decode_run(self, batch: Batch, run: Run) -> None:
        """Append a run and its rejects."""
        problems = self.append_run(batch, run)
        if problems is None:
            self.decode_many(batch, run.split(), run.line)
        else:
            refuse(batch, run, problems)


def refuse(batch: Batch, run: Run, problems: list[tuple[int, str]]) -> None:
    """Appends the rejects of a run: position and reason of each."""
    lines = run.split() if problems else []
    for position, reason in problems:
        batch.rejected.append(reject(reason, run.line + position, lines[position]))


def holds(value: msgspec.Raw) -> bool:
    """True unless a field is absent or null."""
    return bytes(value) not in (b"", b"null")


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware time, exactly.

    >>> micros(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (moment - _EPOCH) // _MICROSECOND


def reject(reason: str, line: int, raw: bytes) -> Reject:
    """A reject with no more of the line than is kept."""
    return Reject(reason, line, bytes(raw[:RAW_BYTES]))


def reason_of(error: Exception, raw: bytes) -> str:
    """What was wrong with a line that did not decode, in words.

    >>> reason_of(RecursionError(), b"[[[[")
    'expected one JSON object, got one nested too deep'
    """
    if isinstance(error, UnicodeDecodeError):
        return f"expected UTF-8, got {error.reason}"
    if isinstance(error, RecursionError):
        return "expected one JSON object, got one nested too deep"
    if isinstance(error, msgspec.ValidationError):
        return f"expected the fields of a post: {error}"
    if _SURROGATE.search(_SURROGATE_PAIR.sub(b"", raw)):
        return "expected Unicode text, got a lone surrogate"
    return f"expected one JSON object: {error}"
