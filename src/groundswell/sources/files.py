"""Raw bytes of files and of standard input, and errors that say why there are none."""

from __future__ import annotations

import difflib
import io
import os
import select
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from groundswell.errors import SourceError
from groundswell.sources.inflate import CHUNK_BYTES

TICK_SECONDS = 0.5
"""How long standard input is waited for before an empty chunk lets slices close."""


def open_file(path: Path) -> BinaryIO:
    """Open a file that can be read twice.

    Raises:
        SourceError: there is none, it is a folder or a pipe, or it may not be read.
    """
    try:
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise SourceError(
                f"expected a file, found a pipe or device {path}",
                hint="give its bytes on standard input and name the recording `-`",
            )
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise _cannot_open(path, error) from error


def file_chunks(file: BinaryIO, count: Callable[[int], None]) -> Iterator[bytes]:
    """What a file holds, each chunk's size told to `count` before it is given.

    Raises:
        SourceError: the disk fails.
    """
    while True:
        try:
            chunk = file.read(CHUNK_BYTES)
        except OSError as error:
            raise SourceError(f"expected to read on, got: {error.strerror}") from error
        if not chunk:
            return
        count(len(chunk))
        yield chunk


def stdin_chunks(closed: threading.Event, count: Callable[[int], None]) -> Iterator[bytes]:
    """What comes on standard input; an empty chunk after each pause, and the end after `close`."""
    stream = sys.stdin.buffer
    try:
        descriptor = stream.fileno()
    except (io.UnsupportedOperation, AttributeError):
        yield from file_chunks(stream, count)
        return
    while not closed.is_set():
        if not select.select([descriptor], [], [], TICK_SECONDS)[0]:
            yield b""
            continue
        chunk = os.read(descriptor, CHUNK_BYTES)
        if not chunk:
            return
        count(len(chunk))
        yield chunk


def _cannot_open(path: Path, error: Exception) -> SourceError:
    """The error that says why, with files of that folder that may have been meant."""
    if isinstance(error, FileNotFoundError):
        near = difflib.get_close_matches(path.name, _names_in(path.parent), n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "check the path"
        return SourceError(f"expected a recording, found no file {path}", hint=hint)
    if isinstance(error, IsADirectoryError):
        names = ", ".join(_names_in(path)[:5])
        hint = f"name a file in it, such as {names}" if names else "name a file"
        return SourceError(f"expected a recording, found the folder {path}", hint=hint)
    if isinstance(error, PermissionError):
        return SourceError(f"expected to read {path}, found no permission", hint=f"ls -l {path}")
    reason = error.strerror if isinstance(error, OSError) else error
    return SourceError(f"expected a recording, could not open {str(path)!r}: {reason}")


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(one.name for one in folder.iterdir() if one.is_file())
    except OSError:
        return []
