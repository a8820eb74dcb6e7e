"""CSV and Parquet recordings: rows with the CONTRACT's column names.

Owns what tables need beyond lines: a header, quoting, typed columns. pyarrow is imported here
alone, and only for Parquet.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from groundswell.errors import SourceError
from groundswell.sources.inflate import BOM
from groundswell.sources.posts import Post

REQUIRED = ("id", "text", "created_at")
COLUMNS = (*REQUIRED, "author", "lang", "url", "reply_to", "deleted_at")
HEADER_BYTES = 8_192
"""Most bytes of a CSV's first line that are looked at."""
ROWS = 4_096
"""Rows of Parquet read at a time."""


class Row(NamedTuple):
    """A row: the post that it holds, or why it holds none."""

    line: int
    """Number of its last line (CSV) or of the row (Parquet), from 1."""
    post: Post | None
    reason: str
    raw: bytes


def is_csv(head: bytes) -> bool:
    """True when the first line names columns rather than being a post."""
    names = _names(_first_line(head))
    return len(set(REQUIRED) & set(names)) >= 2


def _first_line(head: bytes) -> str:
    line = head.removeprefix(BOM).split(b"\n", 1)[0][:HEADER_BYTES]
    return line.decode("utf-8", "replace").rstrip("\r")


def _delimiter(header: str) -> str:
    return max(",\t;", key=header.count)


def _names(header: str) -> list[str]:
    try:
        cells = next(csv.reader([header], delimiter=_delimiter(header)), [])
    except csv.Error:
        return []
    return [cell.strip().lower() for cell in cells]


def check_columns(names: Iterable[str], name: str) -> None:
    """Refuse a table that cannot hold posts.

    Raises:
        SourceError: a required column is missing.
    """
    found = [str(one) for one in names]
    for column in REQUIRED:
        if column not in found:
            near = difflib.get_close_matches(column, found, n=1)
            raise SourceError(
                f"expected a column `{column}` in {name}, found {', '.join(found)[:200] or 'none'}",
                hint=f"rename `{near[0]}`?" if near else f"name columns as {', '.join(COLUMNS)}",
            )


def csv_rows(lines: Iterator[bytes], name: str, after: int) -> Iterator[Row]:
    """Rows of a CSV whose first line is its header; those up to line `after` are passed over.

    Args:
        lines: Lines with their ends.
        name: What people call the file.
        after: Number of the last line already read, 0 for none.

    Raises:
        SourceError: a required column is missing.
    """
    header = _first_line(next(lines, b""))
    names = _names(header)
    check_columns(names, name)
    skipped = max(after - 1, 0)
    for _ in range(skipped):
        next(lines, None)
    seen: list[bytes] = []
    reader = csv.reader(_decoded(lines, seen), delimiter=_delimiter(header))
    while True:
        seen.clear()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Row(1 + skipped + reader.line_num, None, f"expected CSV: {error}", b"".join(seen))
            continue
        if cells is None:
            return
        if cells:
            yield _row(1 + skipped + reader.line_num, names, cells, b"".join(seen))


def _decoded(lines: Iterator[bytes], seen: list[bytes]) -> Iterator[str]:
    """Lines as text, bad bytes kept as surrogates until the row is known; `seen` gets the raw."""
    for line in lines:
        seen.append(line)
        yield line.decode("utf-8", "surrogateescape")


def _row(line: int, names: list[str], cells: list[str], raw: bytes) -> Row:
    if len(cells) != len(names):
        return Row(line, None, f"expected {len(names)} cells, got {len(cells)}", raw)
    if any(not cell.isascii() and _has_surrogate(cell) for cell in cells):
        return Row(line, None, "expected UTF-8, got other bytes", raw)
    given = {name: cell for name, cell in zip(names, cells, strict=True) if name in COLUMNS}
    # An empty text is a text; any other empty cell is an absent one.
    return _converted(line, {k: v for k, v in given.items() if v or k == "text"}, raw)


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _converted(line: int, values: dict[str, Any], raw: bytes) -> Row:
    try:
        return Row(line, msgspec.convert(values, Post), "", raw)
    except msgspec.ValidationError as error:
        return Row(line, None, f"expected the fields of a post: {error}", raw)


def parquet_rows(path: Path, after: int) -> Iterator[Row]:
    """Rows of a Parquet file, those up to row `after` passed over.

    Times without a zone are taken as UTC, as data frames write them.

    Raises:
        SourceError: pyarrow is not installed, or the file is no Parquet with these columns.
    """
    arrow, parquet = _pyarrow(path.name)
    try:
        file = parquet.ParquetFile(path)
    except (arrow.ArrowException, OSError, ValueError) as error:
        raise SourceError(
            f"expected a Parquet file in {path.name}, found a damaged one: {_short(error)}"
        ) from error
    with file:
        names = list(file.schema_arrow.names)
        check_columns(names, path.name)
        row = 0
        tables = file.iter_batches(ROWS, columns=[name for name in COLUMNS if name in names])
        try:
            for table in tables:
                row += table.num_rows
                if row > after:
                    fresh = min(table.num_rows, row - after)
                    yield from _parquet_rows(
                        arrow, table.slice(table.num_rows - fresh), row - fresh
                    )
        except (arrow.ArrowException, OSError, ValueError) as error:
            yield Row(row + 1, None, f"expected more rows, got damage: {_short(error)}", b"")


def _parquet_rows(arrow: Any, table: Any, line: int) -> Iterator[Row]:
    columns = []
    for column in table.columns:
        if arrow.types.is_timestamp(column.type):
            zone = arrow.timestamp("us", column.type.tz or "UTC")
            column = column.cast(zone, safe=False)  # noqa: PLW2901 - the same column, typed
        columns.append(column.to_pylist())
    for values in zip(*columns, strict=True):
        line += 1
        given = dict(zip(table.schema.names, values, strict=True))
        yield _converted(line, given, repr(given).encode("utf-8", "backslashreplace"))


def _pyarrow(name: str) -> tuple[Any, Any]:
    try:
        import pyarrow  # noqa: PLC0415 - 45 MB that only Parquet needs
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError as error:
        raise SourceError(
            f"expected pyarrow to read {name}, found it not installed",
            hint="pip install 'groundswell[parquet]'",
        ) from error
    return pyarrow, pyarrow.parquet


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
