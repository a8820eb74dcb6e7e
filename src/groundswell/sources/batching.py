"""From blocks of lines and rows of tables to batches that can be resumed from.

Owns the bounds of a batch and the cursor `line:N`. Bounds depend on the lines alone, so a
recording falls into the same batches however it is read, from its beginning or from any cursor;
only a stream that pauses differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from groundswell.errors import SourceError
from groundswell.model import Batch
from groundswell.sources.inflate import LINE_BYTES, Block
from groundswell.sources.lines import Run, reject, runs
from groundswell.sources.posts import MixedDecoder, PostDecoder
from groundswell.sources.tables import Row, csv_rows

POSTS = 4_096
"""Most posts, rejects or deletions in a batch."""
BATCH_BYTES = 8 * LINE_BYTES
"""Bytes of lines after which a batch is given though it has fewer posts."""


def cursor_of(line: int) -> str:
    """The cursor after a line."""
    return f"line:{line}"


def line_of(cursor: str) -> int:
    """The line that a cursor stands after, 0 for the beginning.

    Raises:
        SourceError: it is not a recording's cursor.
    """
    if not cursor:
        return 0
    digits = cursor.removeprefix("line:")
    if digits == cursor or not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise SourceError(
            f"expected a cursor such as 'line:4096', got {cursor[:80]!r}",
            hint="resume the recording that the cursor came from",
        )
    return int(digits)


def of_blocks(blocks: Iterable[Block], decoder: MixedDecoder, after: int) -> Iterator[Batch]:
    """Batches of the lines after line `after`; an empty block brings what there is."""
    batch, size, last = Batch(), 0, after
    for block in blocks:
        if not block.data and not block.problem:
            batch.cursor = cursor_of(last)
            yield batch
            batch, size = Batch(), 0
            continue
        if block.problem:
            if block.line > after:
                batch.rejected.append(reject(block.problem, block.line, block.data))
                last = block.line
            continue
        for whole in _after(block, after):
            run = whole
            while run.lines:
                run, rest = _split(run, max(1, POSTS - _most(batch)), BATCH_BYTES - size)
                decoder.decode_run(batch, run)
                size += len(run.data) + 1
                last = run.line + run.lines - 1
                if size >= BATCH_BYTES or _most(batch) >= POSTS:
                    batch.cursor = cursor_of(last)
                    yield batch
                    batch, size = Batch(), 0
                run = rest
    batch.cursor = cursor_of(last)
    yield batch


def _most(batch: Batch) -> int:
    return max(len(batch), len(batch.rejected), len(batch.deleted), len(batch.accounts))


def _after(block: Block, after: int) -> Iterator[Run]:
    """The runs of a block, without the lines up to `after`."""
    data, line = block.data, block.line
    if line <= after:
        skipped = min(after + 1 - line, data.count(b"\n"))
        start = 0
        for _ in range(skipped):
            start = data.find(b"\n", start) + 1
        data, line = data[start:], line + skipped
        if line <= after:  # a last line without an end
            return
    yield from runs(data, line)


def _split(run: Run, lines: int, size: int) -> tuple[Run, Run]:
    """The first lines of a run, as many as reach one of both bounds, and the rest."""
    if len(run.data) + 1 >= size:
        lines = min(lines, bytes(run.data[: size - 1]).count(b"\n") + 1)
    if run.lines <= lines:
        return run, run._replace(data=run.data[:0], line=run.line + run.lines, lines=0)
    data = bytes(run.data)
    end = -1
    for _ in range(lines):
        end = data.find(b"\n", end + 1)
    view = memoryview(data)
    return (
        run._replace(data=view[:end], lines=lines),
        run._replace(data=view[end + 1 :], line=run.line + lines, lines=run.lines - lines),
    )


def of_csv(blocks: Iterable[Block], name: str, after: int) -> Iterator[Batch]:
    """Batches of a CSV's rows after line `after`.

    Raises:
        SourceError: a required column is missing.
    """
    problems: list[Row] = []

    def rows() -> Iterator[Row]:
        for row in csv_rows(_lines(blocks, problems), name, after):
            yield from _drained(problems, after)
            yield row
        yield from _drained(problems, after)

    yield from of_rows(rows(), after)


def _lines(blocks: Iterable[Block], problems: list[Row]) -> Iterator[bytes]:
    """Lines with their ends; an unreadable one is kept in `problems` and stands as empty."""
    for block in blocks:
        if block.problem:
            problems.append(Row(block.line, None, block.problem, block.data))
            yield b"\n"
        else:
            yield from _kept(block.data)


def _kept(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        yield data[start:end]
        start = end


def _drained(problems: list[Row], after: int) -> Iterator[Row]:
    fresh = [row for row in problems if row.line > after]
    problems.clear()
    yield from fresh


def of_rows(rows: Iterable[Row], after: int) -> Iterator[Batch]:
    """Batches of rows; `after` is where they begin."""
    batch, last = Batch(), after
    decoder = PostDecoder()
    for row in rows:
        problem = row.reason
        if row.post is not None:
            problem = "".join(reason for _, reason in decoder.append_all(batch, [row.post]))
        if problem:
            batch.rejected.append(reject(problem, row.line, row.raw))
        last = row.line
        if _most(batch) >= POSTS:
            batch.cursor = cursor_of(last)
            yield batch
            batch = Batch()
    batch.cursor = cursor_of(last)
    yield batch
