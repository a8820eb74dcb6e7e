"""The archive as files for others: CSV, NDJSON and Parquet, told by their names."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, get_args

import msgspec

from groundswell.archive.reading import ALWAYS, Reader, Span
from groundswell.archive.rows import happened
from groundswell.errors import UsageError
from groundswell.model import Board, Story, iso

What = Literal["stories", "boards", "series", "hours", "events", "gaps"]
WHAT: Final = get_args(What)
PRESS: Final = "press"
"""Is exported too; its rows come from beside the archive (`written`)."""
ENDINGS: Final = (".ndjson", ".csv", ".parquet")
ROWS: Final = 20_000
"""Rows of a group of Parquet."""

Record = dict[str, Any]
Advance = Callable[[int], None]

_QUERIES: Final = {
    "stories": (
        "SELECT board.name AS board, story.name AS id, title, terms, started, first, last, ended, "
        "confirmed, posts, authors, peak_rank, peak_excess, peak_at, flags "
        "FROM story JOIN board ON board.id = story.board "
        "WHERE last >= ? AND first < ? AND ? IN ('', board.name) ORDER BY first, story.id"
    ),
    "series": (
        "SELECT board.name AS board, term.label AS term, at, posts, authors "
        "FROM series JOIN board ON board.id = series.board JOIN term ON term.id = series.term "
        "WHERE at >= ? AND at < ? AND ? IN ('', board.name) ORDER BY at, board.id, term.id"
    ),
    "hours": (
        "SELECT board.name AS board, term.label AS term, at, posts, authors, slices "
        "FROM hours JOIN board ON board.id = hours.board JOIN term ON term.id = hours.term "
        "WHERE at >= ? AND at < ? AND ? IN ('', board.name) ORDER BY at, board.id, term.id"
    ),
    "events": (
        "SELECT board.name AS board, type, at, body "
        "FROM event JOIN board ON board.id = event.board "
        "WHERE at >= ? AND at < ? AND ? IN ('', board.name) ORDER BY at, board.id, number"
    ),
    "gaps": (
        "SELECT source.name AS source, begin, finish AS 'end', reason "
        "FROM gap JOIN source ON source.id = gap.source "
        "WHERE finish >= ? AND begin < ? AND ? IS NOT NULL ORDER BY begin, source.id"
    ),
}
_TIMES: Final = frozenset({"at", "started", "first", "last", "ended", "peak_at", "begin", "end"})
_LISTS: Final = frozenset({"terms", "flags"})
_TRUTHS: Final = frozenset({"confirmed"})


def check(what: str, out: Path) -> None:
    """Refuses what cannot be exported, before anything is read.

    Raises:
        UsageError: there is no such thing, or no such format.
    """
    if what not in (*WHAT, PRESS):
        raise UsageError(f"expected one of {', '.join((*WHAT, PRESS))} to export, got {what!r}")
    if out.suffix not in ENDINGS:
        raise UsageError(
            f"expected --out with one of {', '.join(ENDINGS)}, got {out.name!r}",
            hint=f"try {out.with_suffix('.ndjson').name!r}",
        )


def export(
    reader: Reader, what: str, out: Path, *, span: Span = ALWAYS, advance: Advance = lambda _: None
) -> int:
    """Writes what the archive has; returns the rows written. `advance` is told each thousand.

    NDJSON has boards and events as `replay --format ndjson` prints them. Flat formats have a row
    for each story of a board, and lists as JSON (CSV) or lists (Parquet).

    Raises:
        UsageError: it cannot be written there, or not in that format here.
        ArchiveError: the archive is damaged.
    """
    check(what, out)
    nested = out.suffix == ".ndjson"
    return written(_records(reader, what, span, nested=nested), out, advance)


def written(records: Iterable[Record], out: Path, advance: Advance = lambda _: None) -> int:
    """Writes records in the format of a file's name; returns how many. See `export`."""
    records = _counted(records, advance)
    write = {".ndjson": _ndjson, ".csv": _csv, ".parquet": _parquet}[out.suffix]
    part = out.with_name(f"{out.name}.part")
    try:
        rows = write(records, part)
        part.replace(out)
    except OSError as error:
        raise UsageError(f"expected to write {out}, got: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return rows


def _records(reader: Reader, what: str, span: Span, *, nested: bool) -> Iterator[Record]:
    if what == "boards":
        for board in reader.boards(span):
            yield from [board.to_dict()] if nested else _flat(board)
        return
    values = (span.since, span.until, span.board)
    for row in reader.rows(_QUERIES[what], values):
        yield _event(row, nested=nested) if what == "events" else _told(row)


def _told(row: Record) -> Record:
    """A row with times, lists and truths as people write them."""
    for name in _TIMES & row.keys():
        row[name] = None if row[name] is None else iso(row[name])
    for name in _LISTS & row.keys():
        row[name] = msgspec.json.decode(row[name])
    for name in _TRUTHS & row.keys():
        row[name] = bool(row[name])
    return row


def _event(row: Record, *, nested: bool) -> Record:
    told = happened(row["board"], row["at"], row["type"], row["body"])
    if nested:
        return told
    story = told.pop("story")
    return told | {"other": told.get("other", "")} | _columns(story)


def _flat(board: Board) -> Iterator[Record]:
    for story in board.stories:
        yield {"board": board.board, "at": iso(board.at), **_columns(_dict(story))}


def _dict(story: Story) -> Record:
    return story.to_dict()


def _columns(story: Record) -> Record:
    """A story's columns; its moments and the arithmetic stand in NDJSON alone."""
    names = (
        "rank", "id", "title", "terms", "started_at", "status", "posts", "authors", "expected",
        "excess", "lift", "z", "confirmed", "flags",
    )  # fmt: skip
    return {name: story[name] for name in names}


def _counted(records: Iterable[Record], advance: Advance) -> Iterator[Record]:
    number = 0
    for number, record in enumerate(records, 1):
        if number % 1_000 == 0:
            advance(number)
        yield record
    advance(number)


def _ndjson(records: Iterator[Record], out: Path) -> int:
    rows = 0
    with out.open("wb") as file:
        for record in records:
            file.write(msgspec.json.encode(record) + b"\n")
            rows += 1
    return rows


def _csv(records: Iterator[Record], out: Path) -> int:
    rows = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        writer: csv.DictWriter[str] | None = None
        for record in records:
            if writer is None:
                writer = csv.DictWriter(file, list(record))
                writer.writeheader()
            writer.writerow({name: _cell(value) for name, value in record.items()})
            rows += 1
    return rows


def _cell(value: Any) -> Any:
    """A list as JSON; text that a spreadsheet would run as a formula, as text."""
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value


def _parquet(records: Iterator[Record], out: Path) -> int:
    try:
        import pyarrow as pa  # noqa: PLC0415 -- 45 MB, so on demand
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise UsageError(
            "expected pyarrow to write Parquet, found none",
            hint="pip install 'groundswell[parquet]', or export as .ndjson or .csv",
        ) from None
    rows, writer = 0, None
    try:
        for group in _groups(records):
            if writer is None:
                schema = pa.schema([(name, _type(pa, name, group)) for name in group[0]])
                writer = pq.ParquetWriter(str(out), schema, compression="zstd")
            writer.write_table(pa.Table.from_pylist(group, schema=writer.schema))
            rows += len(group)
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        pq.write_table(pa.table({}), str(out))
    return rows


def _groups(records: Iterator[Record]) -> Iterator[list[Record]]:
    group: list[Record] = []
    for record in records:
        group.append(record)
        if len(group) == ROWS:
            yield group
            group = []
    if group:
        yield group


def _type(pa: Any, name: str, group: list[Record]) -> Any:
    """The type of a column, by its first value that is there."""
    value = next((record[name] for record in group if record[name] is not None), "")
    if isinstance(value, bool):
        return pa.bool_()
    if isinstance(value, int):
        return pa.int64()
    if isinstance(value, float):
        return pa.float64()
    return pa.list_(pa.string()) if isinstance(value, list) else pa.string()
