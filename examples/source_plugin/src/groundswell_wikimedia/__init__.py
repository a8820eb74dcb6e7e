"""Recorded Wikimedia edits as a source of Groundswell.

What do editors flock to? Reads a file of `recentchange` events, one JSON object a line, as
EventStreams gives them. An edit becomes a post: the title and the comment are its text, the
editor is its author.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from groundswell.errors import SourceError
from groundswell.model import Batch, Reject

POSTS = 500
"""Posts in a batch."""
LINE_BYTES = 1_048_576
"""Longest line taken."""
OLDEST, NEWEST = 979_516_800, 4_102_444_800
"""2001, when the first wiki began, and 2100, in seconds."""


class WikimediaLines:
    """A file of edits. Its cursor is the number of bytes read."""

    live = False
    simulated = False

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise SourceError(f"expected a file of edits, found none at {path}")
        self.name = path.name
        self._path = path
        self._closed = threading.Event()

    def close(self) -> None:
        """End `read` before its next batch."""
        self._closed.set()

    def read(self, after: str = "") -> Iterator[Batch]:
        """Batches of edits after a cursor.

        Raises:
            SourceError: the cursor is not this source's.
        """
        if after and not after.isdecimal():
            raise SourceError(f"expected a number of bytes as the cursor, got {after[:80]!r}")
        with self._path.open("rb") as file:
            file.seek(int(after or 0))
            batch, number = Batch(source=self.name), 0
            while line := file.readline(LINE_BYTES):
                number += 1
                _append(batch, line, number)
                if len(batch) + len(batch.rejected) >= POSTS:
                    batch.cursor = str(file.tell())
                    yield batch
                    if self._closed.is_set():
                        return
                    batch = Batch(source=self.name)
            batch.cursor = str(file.tell())
            yield batch


def open_uri(uri: str) -> WikimediaLines:
    """The source behind `wikimedia-lines:PATH`: what the entry point names."""
    return WikimediaLines(Path(uri.removeprefix("wikimedia-lines:")))


def _append(batch: Batch, line: bytes, number: int) -> None:
    """Append an edit, or why the line is none: bad input never raises."""
    if not line.strip():
        return
    try:
        post = _post(json.loads(line))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        reason = f"expected an edit, got {type(error).__name__}: {str(error)[:100]}"
        batch.rejected.append(Reject(reason, number, line[:2_000]))
        return
    if post is not None:
        _append_post(batch, *post)


def _post(event: dict[str, Any]) -> tuple[str, str, int, str, str] | None:
    """Id, text, time, author and address of an edit; None for other events."""
    if event["type"] != "edit":
        return None
    seconds = int(event["timestamp"])
    if not OLDEST <= seconds < NEWEST:
        raise ValueError(f"a time from {OLDEST} to {NEWEST}, not {seconds}")
    text = f"{event['title']}: {event.get('comment') or ''}"
    author = f"{event['wiki']}:{event['user']}"
    url = str(event["meta"].get("uri") or "")
    post_id = str(event["meta"]["id"])
    "".join((post_id, text, author, url)).encode()  # a lone surrogate is a ValueError here
    return post_id, text, seconds * 1_000_000, author, url


def _append_post(batch: Batch, post_id: str, text: str, at: int, author: str, url: str) -> None:
    batch.ids.append(post_id)
    batch.texts.append(text)
    batch.times.append(at)
    batch.authors.append(author)
    batch.langs.append("")
    batch.replies.append("")
    batch.urls.append(url)
    batch.links.append(())
