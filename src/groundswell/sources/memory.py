"""Posts that a program already has: dicts, `Post`s or a data frame, as a source.

A post in memory is judged as its line of NDJSON would be, by the same decoders: it is written as
one. Owns what lines do not have: times without a zone, which frames hold and which are UTC, and
the values that stand for nothing in frames.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from groundswell.errors import NothingToReadError, SourceError, UsageError
from groundswell.model import Batch, Post
from groundswell.sources.lines import reject
from groundswell.sources.posts import MixedDecoder
from groundswell.sources.tables import COLUMNS, check_columns

POSTS = 512
"""Posts that are taken at a time: few, so that boards come soon after their posts."""

_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?")
_UNWRITABLE = (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError)


class MemorySource:
    """Posts of a program, once.

    `posts` is an iterable of mappings or `Post`s, or a polars, pandas or Arrow table with the
    columns of a recording.

    Raises:
        UsageError: it is neither, or a required column is missing.
    """

    live = False
    simulated = False
    name = "posts"

    def __init__(self, posts: object) -> None:
        self._rows = rows(posts)
        self._closed = False
        self.taken = 0
        """Posts and deletions taken so far, good or bad."""
        self.rejected = 0
        self.first = ""
        """Which one was bad first, and why."""

    def close(self) -> None:
        """Ends `read` before its next batch."""
        self._closed = True

    def read(self, after: str = "") -> Iterator[Batch]:
        """Batches in the order of the posts; there is no resuming what a program gives once.

        Raises:
            SourceError: it is asked to resume.
            NothingToReadError: at the end, when none was a post.
        """
        if after:
            raise SourceError("expected no cursor: posts in memory are given once")
        decoder, good = MixedDecoder(), 0
        while not self._closed and (some := list(islice(self._rows, POSTS))):
            batch = self._batch(decoder, some)
            good += len(batch)
            yield batch
        if not good and not self._closed:
            raise NothingToReadError(
                f"expected posts, found none among {self.taken:,}"
                + (f", {self.first}" if self.first else ""),
                hint="a post has `id`, `text` and `created_at`",
            )

    def _batch(self, decoder: MixedDecoder, some: list[object]) -> Batch:
        batch = Batch(source=self.name)
        lines: list[bytes] = []
        begin = self.taken + 1
        for number, row in enumerate(some, begin):
            try:
                line = _ENCODER.encode(_written(row))
            except _UNWRITABLE as error:
                batch.rejected.append(reject(_reason(error), number, _shown(row)))
                line = b""  # a blank line keeps the numbers of the others
            lines.append(line)
        decoder.decode_many(batch, b"\n".join(lines), begin)
        self.taken += len(some)
        self._note(batch)
        return batch

    def _note(self, batch: Batch) -> None:
        self.rejected += len(batch.rejected)
        if batch.rejected and not self.first:
            worst = min(batch.rejected, key=lambda one: one.line)
            self.first = f"the first, number {worst.line}: {worst.reason}"


def rows(posts: object) -> Iterator[object]:
    """The posts one by one, from whatever holds them; frames are told by what they can do.

    Raises:
        UsageError: nothing of the kind, or a required column is missing.
    """
    names = getattr(posts, "columns", None)
    for method, read in _FRAMES.items():
        if names is not None and hasattr(posts, method):
            return read(posts, _columns(names if method != "to_batches" else posts.column_names))  # type: ignore[attr-defined]
    if isinstance(posts, (str, bytes, Mapping)) or not isinstance(posts, Iterable):
        raise UsageError(
            f"expected posts as dicts, gs.Post or a data frame, got {type(posts).__name__}",
            hint="one post goes into a list; a lazy frame is collected first",
        )
    return iter(posts)


def _columns(names: Iterable[object]) -> list[str]:
    found = [str(name) for name in names]
    try:
        check_columns(found, "the frame")
    except SourceError as error:
        raise UsageError(error.problem, hint=error.hint) from None
    return [name for name in COLUMNS if name in found]


def _polars(frame: Any, names: list[str]) -> Iterator[object]:
    return (dict(zip(names, row, strict=True)) for row in frame.select(names).iter_rows())


def _pandas(frame: Any, names: list[str]) -> Iterator[object]:
    tuples = frame[names].itertuples(index=False, name=None)
    return (dict(zip(names, row, strict=True)) for row in tuples)


def _arrow(table: Any, names: list[str]) -> Iterator[object]:
    return (row for batch in table.select(names).to_batches() for row in batch.to_pylist())


_FRAMES: dict[str, Callable[[Any, list[str]], Iterator[object]]] = {
    "iter_rows": _polars,
    "itertuples": _pandas,
    "to_batches": _arrow,
}
"""By the method that tells a kind of frame: none of these packages is imported to recognise it."""


def _written(row: object) -> object:
    """What is written of a post: the known fields; of a Jetstream frame or a Status, all."""
    if isinstance(row, Post):
        row = row.to_dict()
    if not isinstance(row, Mapping):
        raise TypeError(f"expected a dict or gs.Post, got {type(row).__name__}")
    if row.get("text") is None and row.get("deleted_at") is None:
        return row
    return {name: _plain(row[name]) for name in COLUMNS if name in row}


def _plain(value: object) -> object:
    """A value as JSON has it: null for what is missing, a zone for every time.

    Raises:
        TypeError: no field of a post can be that.
    """
    if isinstance(value, str):
        return f"{value}Z" if _NO_ZONE.fullmatch(value) else str(value)
    if value is None or _missing(value):
        return None
    if isinstance(value, datetime):
        return _zoned(value)
    if hasattr(value, "dtype") and hasattr(value, "item"):
        return _plain(value.item())
    if isinstance(value, (int, float)):
        return value
    raise TypeError(f"expected text, a number or a time, got {type(value).__name__}")


def _missing(value: object) -> bool:
    """Whether it is NaN, pandas' NaT or pandas' NA."""
    if type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and math.isnan(value)


def _zoned(time: datetime) -> datetime:
    """A plain datetime of any kind of one, such as pandas' Timestamp; UTC where no zone is said."""
    return datetime(
        time.year, time.month, time.day, time.hour, time.minute, time.second, time.microsecond,
        time.tzinfo or UTC, fold=time.fold,
    )  # fmt: skip


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeEncodeError):
        return "expected Unicode text, got a lone surrogate"
    return str(error) or type(error).__name__


def _shown(row: object) -> bytes:
    return repr(row)[:2_000].encode("utf-8", "backslashreplace")


_ENCODER = msgspec.json.Encoder()
