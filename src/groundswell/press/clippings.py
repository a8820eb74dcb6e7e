"""Articles that feeds brought: what is held of each, bounded in number and age.

Held in memory, and in one file of lines beside the archive where there is one, so that a desk that
comes back knows them. The press has its own file: its pace is not the engine's, and no board waits
for it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from groundswell.errors import ArchiveError
from groundswell.settings import PRESS_FILE, Settings
from groundswell.times import DAY_US

MOST: Final = 5_000
SPARE: Final = 1_000
"""Lines that the file may have beside twice what is held, before it is written anew."""
MOST_TEXT: Final = 40_000
"""Characters of an article that are held."""
KEPT_US: Final = Settings().keep_press * DAY_US


@dataclass(frozen=True, slots=True)
class Clipping:
    """An article as its feed and page tell it."""

    url: str
    title: str
    publisher: str
    published_us: int
    """When it was printed, µs; when it was first seen, where its feed does not say."""
    modified_us: int | None = None
    language: str = ""
    summary: str = ""
    text: str = ""
    """Its words, as far as feed or page gave them; else empty."""
    simulated: bool = False

    @property
    def words(self) -> str:
        """What there is to read: headline, then the text or else the summary."""
        return f"{self.title}\n\n{self.text or self.summary}"


class Clippings:
    """Safe between the thread that reads feeds and those that show them.

    Args:
        folder: where the file stands; None holds it in memory alone.
        write: whether the file may be written: it has one writer, the desk.
        keep_us: age from which a clipping is let go of, by its publication.
    """

    def __init__(
        self, folder: Path | None = None, *, keep_us: int = KEPT_US, write: bool = True
    ) -> None:
        self._path = folder / PRESS_FILE if folder else None
        self._keep_us = keep_us
        self._lock = threading.Lock()
        self._held: dict[str, Clipping] = {}
        self._lines = 0
        if self._path and self._path.is_file():
            self._load(self._path)
            if write:
                self._rewrite(self._path)
        if not write:
            self._path = None

    def __len__(self) -> int:
        return len(self._held)

    def get(self, url: str) -> Clipping | None:
        """What is held of an address."""
        with self._lock:
            return self._held.get(url)

    def add(self, clipping: Clipping) -> bool:
        """Holds an article; whether it is new, or says something else than before.

        The first time of publication stays, and a text that is held is not lost to a feed that
        gives none.
        """
        one = replace(clipping, text=clipping.text[:MOST_TEXT])
        with self._lock:
            before = self._held.get(one.url)
            if before:
                one = replace(
                    one, published_us=min(before.published_us, one.published_us),
                    text=one.text or before.text,
                )  # fmt: skip
            if one == before:
                return False
            self._held[one.url] = one
            self._bound()
            if self._path:
                self._append(self._path, one)
            return True

    def between(self, since_us: int, until_us: int) -> list[Clipping]:
        """Articles that were printed within a stretch of time, the oldest first."""
        with self._lock:
            found = [one for one in self._held.values() if since_us <= one.published_us < until_us]
        return sorted(found, key=lambda one: (one.published_us, one.url))

    def _bound(self) -> None:
        newest = max(one.published_us for one in self._held.values())
        old = [u for u, one in self._held.items() if one.published_us < newest - self._keep_us]
        if len(self._held) - len(old) > MOST:
            by_age = sorted(self._held, key=lambda u: self._held[u].published_us)
            old = by_age[: len(by_age) - MOST]
        for url in old:
            del self._held[url]

    def _append(self, path: Path, clipping: Clipping) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(msgspec.json.encode(clipping) + b"\n")
        self._lines += 1
        if self._lines > 2 * len(self._held) + SPARE:  # most of it is let go of, or replaced
            self._rewrite(path)

    def _rewrite(self, path: Path) -> None:
        beside = path.with_suffix(".new")
        with beside.open("wb") as file:
            for one in self._held.values():
                file.write(msgspec.json.encode(one) + b"\n")
        beside.replace(path)
        self._lines = len(self._held)

    def _load(self, path: Path) -> None:
        """Reads the file, less what was replaced or is too old."""
        self._held, _ = _read(path)
        if self._held:
            self._bound()


@dataclass(frozen=True, slots=True)
class Kept:
    """What a file of articles has, as `doctor` tells it."""

    articles: int
    """Addresses: an article that was changed counts once."""
    broken: int
    """Lines that cannot be read: one is a crash's, and more a damage."""
    oldest_us: int
    newest_us: int
    """The times of publication, µs; both 0 where there is no article."""


def kept(folder: Path) -> Kept | None:
    """Looks through the articles that a data folder has; None where it has no file of them.

    Raises:
        ArchiveError: the file cannot be read.
    """
    path = folder / PRESS_FILE
    if not path.is_file():
        return None
    try:
        found, broken = _read(path)
    except OSError as error:
        raise ArchiveError(
            f"expected to read {path}, got: {error.strerror}", hint="whose file is it?"
        ) from error
    times = [one.published_us for one in found.values()] or [0]
    return Kept(len(found), broken, min(times), max(times))


def _read(path: Path) -> tuple[dict[str, Clipping], int]:
    """The articles of a file by address, as last written; and how many lines are none."""
    decode = msgspec.json.Decoder(Clipping).decode
    found: dict[str, Clipping] = {}
    broken = 0
    for line in filter(None, path.read_bytes().splitlines()):
        try:
            one = decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            broken += 1  # a crash cut it short
        else:
            found[one.url] = one
    return found, broken
