"""Recordings as sources: files and stdin.

Owns opening, telling formats apart, batching and exact resuming. A recording's cursor is
`line:N`: everything up to its N-th line has been given.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from groundswell.errors import NothingToReadError
from groundswell.model import Batch
from groundswell.sources.batching import line_of, of_blocks, of_csv, of_rows
from groundswell.sources.files import file_chunks, open_file, stdin_chunks
from groundswell.sources.inflate import BOM, CHUNK_BYTES, DamagedError, blocks, inflate
from groundswell.sources.merging import MergedRecordings, merge
from groundswell.sources.posts import MixedDecoder
from groundswell.sources.rejects import RejectWriter
from groundswell.sources.tables import is_csv, parquet_rows

__all__ = [
    "MergedRecordings",
    "Recording",
    "RejectWriter",
    "StdinRecording",
    "merge",
    "open_stdin",
    "open_uri",
]

PARQUET = b"PAR1"


class Recording:
    """A file of posts: NDJSON (posts, Jetstream frames, Statuses, mixed), CSV or Parquet.

    Plain, gzip, zstd or bzip2, told by the first bytes.

    Raises:
        SourceError: there is no such file, it may not be read, or it is no recording.
    """

    live = False

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)
        self.name = self._path.name
        self.bytes_total: int | None = None
        """Size of the file, compressed as it is; None where nobody knows."""
        self.bytes_done: int | None = 0
        """Bytes of it that were read."""
        self._closed = threading.Event()
        self._decoder = MixedDecoder()
        self._inspect()

    @property
    def simulated(self) -> bool:
        """True when the recording's header says that its posts are made up."""
        return self._decoder.simulated

    def close(self) -> None:
        """End `read` before its next batch."""
        self._closed.set()

    def read(self, after: str = "") -> Iterator[Batch]:
        """Batches of at most `POSTS` posts, in the order of the file.

        Args:
            after: The cursor of a batch; what follows comes exactly once.

        Raises:
            SourceError: the cursor is not this source's, or the disk fails.
            NothingToReadError: at the end, when no line was a post.
        """
        last = line_of(after)
        posts, bad, first = 0, 0, ""
        for batch in self._batches(last):
            posts += len(batch)
            bad += len(batch.rejected)
            first = first or (batch.rejected[0].reason if batch.rejected else "")
            batch.source = self.name
            yield batch
            if self._closed.is_set():
                return
        if not posts and not last and not self._closed.is_set():
            raise NothingToReadError(
                f"expected posts in {self.name}, found none"
                + (f" among {bad} bad lines, the first: {first}" if bad else ""),
                hint="a post is a JSON object a line with `id`, `text` and `created_at`",
            )

    def _inspect(self) -> None:
        """Fail early, and learn from the first line whether the posts are made up."""
        with open_file(self._path) as file:
            self.bytes_total = os.fstat(file.fileno()).st_size
            self._parquet = file.read(len(PARQUET)) == PARQUET
            file.seek(0)
            if self._parquet:
                return
            chunks = inflate(file_chunks(file, lambda _: None), self.name)
            try:
                head = next(chunks, b"").removeprefix(BOM)
            except DamagedError:
                return
        line = head.split(b"\n", 1)[0]
        if b'"groundswell"' in line:
            self._decoder.decode_into(Batch(), line, 1)

    def _batches(self, last: int) -> Iterator[Batch]:
        if self._parquet:
            yield from of_rows(parquet_rows(self._path, last), last)
            self.bytes_done = self.bytes_total
            return
        with open_file(self._path) as file:
            self.bytes_done = 0
            yield from self._batches_of(file_chunks(file, self._count), last)

    def _count(self, size: int) -> None:
        self.bytes_done = (self.bytes_done or 0) + size

    def _batches_of(self, raw: Iterator[bytes], last: int) -> Iterator[Batch]:
        """Peek at the plain bytes, then read them as what they are; ticks pass before."""
        chunks, head = inflate(raw, self.name), b""
        held: list[bytes] = []
        try:
            for chunk in chunks:
                if not chunk:
                    yield Batch(cursor=f"line:{last}")
                    continue
                head += chunk
                held = [head.removeprefix(BOM)]
                if b"\n" in head or len(head) >= CHUNK_BYTES:
                    break
        except DamagedError as error:
            chunks = _damaged(error)
        whole = blocks(chain(held, chunks))
        named_csv = bool({".csv", ".tsv"} & set(self._path.suffixes[-2:]))
        if is_csv(head) or (named_csv and not head.startswith(b"{")):
            yield from of_csv(whole, self.name, last)
        else:
            yield from of_blocks(whole, self._decoder, last)


class StdinRecording(Recording):
    """Posts on standard input, in the formats of files but Parquet."""

    rewinds = False

    def __init__(self) -> None:
        super().__init__("stdin")
        self.bytes_total = None

    def _inspect(self) -> None:
        self._parquet = False

    def _batches(self, last: int) -> Iterator[Batch]:
        yield from self._batches_of(stdin_chunks(self._closed, self._count), last)


def open_uri(uri: str) -> Recording:
    """The recording behind `file:PATH`, `file://PATH` or a plain path.

    Raises:
        SourceError: it cannot be opened.
    """
    return Recording(uri.removeprefix("file://") if "://" in uri else uri.removeprefix("file:"))


def open_stdin(uri: str = "-") -> StdinRecording:  # noqa: ARG001 - the door passes it
    """Standard input, whatever the URI says after its scheme."""
    return StdinRecording()


def _damaged(error: DamagedError) -> Iterator[bytes]:
    yield from ()
    raise error
