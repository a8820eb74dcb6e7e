"""Bytes of a recording: told by their first bytes, decompressed, cut into whole lines.

Owns gzip, zstd and bzip2 as streams in bounded memory. An empty chunk is a tick: nothing came
for a moment, and nothing ended.
"""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import zstandard

from groundswell.errors import SourceError
from groundswell.sources.lines import RAW_BYTES

CHUNK_BYTES = 262_144
"""Most bytes in a chunk."""
LINE_BYTES = 1_048_576
"""Most bytes in a line."""
WINDOW_BYTES = 1 << 27
"""Largest zstd window taken: what `zstd --long` writes."""
BOM = b"\xef\xbb\xbf"

_SLICE_BYTES = 256
_FOREIGN = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x7fELF", "a program"),
    (b"ARROW1", "an Arrow file"),
)
_MAGIC_BYTES = 16


class _Inflater(Protocol):
    """One compressed member of a stream."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _gzip() -> _Inflater:
    return zlib.decompressobj(wbits=31)


def _zstd() -> _Inflater:
    # An object, not a stream reader: only it says whether the last frame ended.
    return zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES).decompressobj()


_INFLATERS: dict[bytes, tuple[str, Callable[[], _Inflater]]] = {
    b"\x1f\x8b": ("gzip", _gzip),
    b"\x28\xb5\x2f\xfd": ("zstd", _zstd),
    b"BZh": ("bzip2", bz2.BZ2Decompressor),
}


class DamagedError(Exception):
    """A compressed stream that ends too early or is damaged; what came before it is good."""


def inflate(raw: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Plain bytes of a stream that may be compressed, in chunks of at most `CHUNK_BYTES`.

    Raises:
        SourceError: the first bytes say that this is something else.
        DamagedError: after all that was readable.
    """
    head = b""
    for chunk in raw:
        head += chunk
        if len(head) >= _MAGIC_BYTES:
            break
        if not chunk:
            yield b""
    check_format(head, name)
    for magic, (kind, make) in _INFLATERS.items():
        if head.startswith(magic):
            yield from _gathered(_members(head, raw, kind, make))
            return
    yield from _cut(head)
    for chunk in raw:
        yield from _cut(chunk) if chunk else (b"",)


def check_format(head: bytes, name: str) -> None:
    """Refuse what is known to be no recording.

    Raises:
        SourceError: it is a picture, an archive, a database.
    """
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise SourceError(
                f"expected a recording in {name}, found {what}",
                hint="read NDJSON, CSV or Parquet, plain or as .gz, .zst or .bz2",
            )


def _members(
    head: bytes, raw: Iterator[bytes], kind: str, make: Callable[[], _Inflater]
) -> Iterator[bytes]:
    """Inflate member after member: `cat a.gz b.gz` is one recording. Empty pieces are ticks."""
    member, fresh = make(), True
    chunk = head
    while True:
        for start in range(0, len(chunk), _SLICE_BYTES):
            piece = chunk[start : start + _SLICE_BYTES]  # small: a bomb grows 32,000 times
            while piece:
                try:
                    plain = member.decompress(piece)
                except (zlib.error, zstandard.ZstdError, OSError, EOFError, ValueError) as error:
                    raise DamagedError(f"expected more {kind} data, got damage: {error}") from error
                if plain:
                    yield plain
                piece, fresh = member.unused_data, False
                if member.eof:
                    member, fresh = make(), True
                    piece = piece.lstrip(b"\0")  # padding of tapes
                else:
                    piece = b""
        following = next(raw, None)
        if following is None:
            break
        if not following:
            yield b""
        chunk = following
    if not fresh:
        raise DamagedError(f"expected the end of the {kind} data, got the end of the file")


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Small pieces together, large ones cut; a tick or the end brings what there is."""
    held: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            held.append(piece)
            size += len(piece)
            if size < CHUNK_BYTES and piece:
                continue
            yield from _cut(b"".join(held))
            held, size = [], 0
            if not piece:
                yield b""
    except DamagedError:
        yield from _cut(b"".join(held))
        raise
    yield from _cut(b"".join(held))


def _cut(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]


class Block(NamedTuple):
    """Whole lines, or the beginning of one line that cannot be read."""

    data: bytes
    line: int
    """Number of the first line."""
    problem: str = ""
    """Why the line cannot be read."""


TOO_LONG = f"expected a line of at most {LINE_BYTES:,} bytes, got a longer one"


def blocks(chunks: Iterator[bytes]) -> Iterator[Block]:
    """Cut chunks at newlines, and nowhere else: U+2028 is text.

    A line over `LINE_BYTES` is dropped as it comes and reported once by its first bytes; damage
    is reported in place of the line that it broke. An empty block is a tick.
    """
    cutter = _Cutter()
    try:
        for chunk in chunks:
            yield from cutter.cut(chunk) if chunk else (Block(b"", cutter.line),)
    except DamagedError as error:
        yield Block(cutter.rest(), cutter.line, str(error))
        return
    if cutter.dropped:
        yield Block(cutter.dropped, cutter.line, TOO_LONG)
    elif cutter.held:
        yield Block(cutter.held, cutter.line)


class _Cutter:
    """Where cutting stands: what is held of the line that has not ended, or was dropped of it."""

    def __init__(self) -> None:
        self.line = 1
        self.held = b""
        self.dropped = b""

    def rest(self) -> bytes:
        return (self.dropped or self.held)[:RAW_BYTES]

    def cut(self, chunk: bytes) -> Iterator[Block]:
        data = self.held + chunk
        first = data.find(b"\n")
        if first >= 0 and (self.dropped or first > LINE_BYTES):
            yield Block(self.dropped or data[:RAW_BYTES], self.line, TOO_LONG)
            data, self.dropped = data[first + 1 :], b""
            self.line += 1
        last = data.rfind(b"\n")
        if last >= 0:
            yield Block(data[: last + 1], self.line)
            self.line += data.count(b"\n")
        self.held = data[last + 1 :]
        if self.dropped or len(self.held) > LINE_BYTES:
            self.dropped, self.held = self.dropped or self.held[:RAW_BYTES], b""
