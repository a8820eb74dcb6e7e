"""Writing recordings, packed as their names say."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, cast

import zstandard

from groundswell.errors import SourceError


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    """A file to write, packed as its name says (.gz, .zst).

    It is written beside its place, as `NAME.part`, and takes it when all is written: what stood
    there before stays until then, and for good when writing fails.

    Raises:
        SourceError: it cannot be written.
    """
    place = Path(path)
    aside = (
        place if place.exists() and not place.is_file() else place.with_name(f"{place.name}.part")
    )
    try:
        raw = aside.open("wb")
        if aside != place and place.exists():
            place.open("ab").close()  # one that may not be changed is not replaced either
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        with raw:
            yield from _packed(path, raw)
            raw.flush()
            with suppress(OSError):  # a terminal or a pipe has nothing to be made safe
                os.fsync(raw.fileno())
        if aside != place:
            aside.replace(place)
    except BaseException:
        if aside != place:
            aside.unlink(missing_ok=True)
        raise


def _packed(path: str, raw: IO[bytes]) -> Iterator[IO[bytes]]:
    if path.endswith(".gz"):
        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
            yield cast("IO[bytes]", packed)
    elif path.endswith(".zst"):
        with zstandard.ZstdCompressor().stream_writer(raw, closefd=False) as stream:
            yield cast("IO[bytes]", stream)
    else:
        yield raw


def write_text(path: str, text: str) -> None:
    """A small file as UTF-8, plain.

    Raises:
        SourceError: it cannot be written.
    """
    try:
        Path(path).write_text(text, "utf-8")
    except OSError as error:
        raise _cannot_write(path, error) from error


def check_writable(path: str) -> None:
    """Makes sure, before long work, that a file can be written; what it holds stays.

    Raises:
        SourceError: it cannot be written.
    """
    try:
        Path(path).open("ab").close()
    except OSError as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: str, error: OSError) -> SourceError:
    return SourceError(
        f"expected to write {path}, got: {error.strerror}",
        hint="name a file in a folder that is there",
    )
