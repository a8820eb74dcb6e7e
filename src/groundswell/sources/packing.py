"""Writing recordings, packed as their names say."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import zstandard

from groundswell.errors import SourceError


@contextmanager
def opened(path: str) -> Iterator[IO[bytes]]:
    """A file to write, packed as its name says (.gz, .zst).

    Raises:
        SourceError: it cannot be written.
    """
    try:
        raw = Path(path).open("wb")  # noqa: SIM115 -- closed below
    except OSError as error:
        raise _cannot_write(path, error) from error
    with raw:
        if path.endswith(".gz"):
            with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
                yield cast("IO[bytes]", packed)
        elif path.endswith(".zst"):
            with zstandard.ZstdCompressor().stream_writer(raw) as packed:
                yield cast("IO[bytes]", packed)
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
