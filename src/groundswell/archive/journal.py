"""What was received from sources that cannot be asked again, until a snapshot knows it.

A journal is a row of segments. A record is a source's key and a batch, with its length and CRC-32
before it, on disk (fsync) before the batch is counted. At every snapshot a new segment is begun,
and those before it are dropped once the snapshot is committed. The end of a segment may be torn
by a crash: what is not whole there was never counted. Damage before the end is an error.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from groundswell.archive.database import Hook, nothing, told, unwritable
from groundswell.archive.disk import sync
from groundswell.errors import ArchiveError
from groundswell.model import Batch

_HEAD: Final = 8


class _Record(msgspec.Struct, array_like=True):
    key: str
    batch: Batch


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(_Record).decode


class Journal:
    """Segments in a folder; `read` what there is first, then `append`.

    Raises:
        ArchiveError: the folder cannot be made.
    """

    def __init__(self, folder: Path, points: Hook = nothing) -> None:
        self._folder = folder
        self._points = points
        self._file: BinaryIO | None = None
        with told(folder):
            folder.mkdir(parents=True, exist_ok=True)
        self._number = max(self._segments(), default=0)

    @property
    def used(self) -> bool:
        """Whether anything was ever received that needs it."""
        return bool(self._segments())

    def read(self, first: int) -> Iterator[tuple[str, Batch]]:
        """Records of segment `first` and later, in the order in which they were received.

        Raises:
            ArchiveError: one that is not the last of its segment is damaged.
        """
        for number in sorted(n for n in self._segments() if n >= first):
            yield from _records(self._path(number))

    def append(self, key: str, batch: Batch) -> None:
        """Puts a batch on disk.

        Raises:
            ArchiveError: it cannot be written; the batch must not be counted then.
        """
        head, data = _framed(key, batch)
        if self._file is None:
            self.turn()
        assert self._file is not None  # noqa: S101 -- `turn` opened it
        try:
            self._file.write(head)
            self._points("mid-journal")
            self._file.write(data)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise unwritable(self._path(self._number), error) from error

    def turn(self) -> int:
        """Begins a new segment and returns its number."""
        self.close()
        self._number += 1
        path = self._path(self._number)
        try:
            self._file = path.open("xb", buffering=0)
            sync(self._folder)
        except OSError as error:
            raise unwritable(path, error) from error
        return self._number

    def drop(self, before: int) -> None:
        """Removes the segments before one: a committed snapshot knows what they hold."""
        for number in self._segments():
            if number < before:
                self._path(number).unlink(missing_ok=True)

    def rewrite(self, change: Callable[[Batch], None]) -> None:
        """Writes all segments anew, each batch as `change` leaves it; for a folder at rest.

        Raises:
            ArchiveError: one is damaged or cannot be written; each is changed whole or not.
        """
        for number in sorted(self._segments()):
            path, part = self._path(number), self._path(number).with_suffix(".part")
            with told(path):
                with part.open("wb") as file:
                    for key, batch in _records(path):
                        change(batch)
                        file.write(b"".join(_framed(key, batch)))
                    file.flush()
                    os.fsync(file.fileno())
                part.replace(path)
                sync(self._folder)

    def close(self) -> None:
        """Closes the open segment, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _segments(self) -> list[int]:
        return [int(path.stem) for path in self._folder.glob("*.journal") if path.stem.isdigit()]

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:08d}.journal"


def _framed(key: str, batch: Batch) -> tuple[bytes, bytes]:
    """A record, and the head before it."""
    data = _ENCODE(_Record(key, batch))
    return len(data).to_bytes(4, "little") + zlib.crc32(data).to_bytes(4, "little"), data


def _records(path: Path) -> Iterator[tuple[str, Batch]]:
    with told(path):
        data = path.read_bytes()
    at = 0
    while at + _HEAD <= len(data):
        size = int.from_bytes(data[at : at + 4], "little")
        check = int.from_bytes(data[at + 4 : at + _HEAD], "little")
        body = data[at + _HEAD : at + _HEAD + size]
        last = at + _HEAD + size >= len(data)
        if len(body) < size or zlib.crc32(body) != check:
            if last:
                return
            raise ArchiveError(
                f"expected a whole record in {path.name} at byte {at:,}, found damage",
                hint="restore a backup: groundswell restore FILE",
            )
        record = _DECODE(body)
        yield record.key, record.batch
        at += _HEAD + size
