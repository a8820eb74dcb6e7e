"""Forgetting in a data folder that no run keeps: snapshot, journal, rows, free pages and log.

A run that keeps it does the same by itself (`run.Run.forget`). Recordings and backups that were
put elsewhere are cleaned where they are named.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

import zstandard

from groundswell.archive import Archive
from groundswell.archive.backup import backup, restore
from groundswell.archive.database import FILE
from groundswell.engines.further import revision_of
from groundswell.engines.heeding import Heed
from groundswell.engines.loading import load_tables
from groundswell.engines.memory import Memory, resolve
from groundswell.errors import SourceError, UsageError
from groundswell.kernel import withdrawal
from groundswell.kernel.memory.state import State
from groundswell.model import MICROSECONDS, Batch
from groundswell.revision import Revision
from groundswell.scopes import ALL
from groundswell.settings import Settings
from groundswell.sources.packing import opened
from groundswell.sources.posts import MixedDecoder

LINES: Final = (".ndjson", ".jsonl", ".json")
RANKED_US: Final = Settings().rank_window * MICROSECONDS
"""How far back a board looks for a slice, µs, where nobody has set it otherwise."""


@dataclass(slots=True)
class Removed:
    """What went."""

    posts: int = 0
    """From what is remembered of recent posts, and from what was received since."""
    rows: int = 0
    """Of the archive that changed or went."""


def purge(folder: Path, heed: Heed, ranked_us: int = RANKED_US) -> Removed:
    """Takes all that `heed` names out of a data folder, whose boards look back `ranked_us`.

    Raises:
        ArchiveError: a run keeps it, it is damaged, or it cannot be written.
    """
    removed = Removed()
    if not (folder / FILE).exists():
        return removed
    with Archive(folder) as archive:
        position = archive.position
        if position is not None:
            memory: Memory = archive.load(position, resolve)
            stream, state = archive.stream, memory.main
            at = state.slice * state.week.slice_us
            if stream and not stream.done and stream.committed > at:
                archive.rewind(at)  # who said what was told since, nobody can say
            labels = withdrawal.Labels(load_tables())
            revisions = _bury(memory, heed, ranked_us, labels, removed)
            removed.rows = archive.revise(revisions, labels)
            archive.rewrite(memory)
        archive.journal.rewrite(lambda batch: _count(removed, heed, batch))
        archive.compact()
    return removed


def _bury(
    memory: Memory, heed: Heed, ranked_us: int, labels: withdrawal.Labels, removed: Removed
) -> list[Revision]:
    """Takes posts out of a run's memory; what falls with them."""
    found = []
    states: list[tuple[str, State]] = [(ALL, memory.main)]
    states += [(kept.scope.name, kept.state) for kept in memory.further if kept.state]
    for name, state in states:
        posts, revision = withdrawal.forget(state, ranked_us, labels, heed.chosen)
        removed.posts += posts * (name == ALL)
        found += [revision_of(name, revision)] if revision else []
    if memory.ordering is not None:
        for batch in memory.ordering.buckets.values():
            _count(removed, heed, batch)
    return found


def _count(removed: Removed, heed: Heed, batch: Batch) -> None:
    removed.posts += heed.leave_out(batch)


def clean(file: Path, heed: Heed) -> Removed:
    """Takes all that `heed` names out of a recording or a backup.

    Raises:
        UsageError: it is neither.
        SourceError: it cannot be read or written.
        ArchiveError: the backup is damaged.
    """
    try:
        if tarfile.is_tarfile(file):
            return _clean_backup(file, heed)
    except OSError as error:
        raise SourceError(f"expected to read {file}, got: {error.strerror}") from error
    plain = Path(file.stem) if file.suffix in {".gz", ".zst"} else file
    if plain.suffix not in LINES:
        raise UsageError(
            f"expected a recording (NDJSON, also .gz and .zst) or a backup, got {file}",
            hint="an export is made anew: groundswell export",
        )
    return _clean_lines(file, heed)


def _clean_backup(file: Path, heed: Heed) -> Removed:
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".clean-") as place:
        restore(file, Path(place) / "kept")
        removed = purge(Path(place) / "kept", heed)
        backup(Path(place) / "kept", file)
    return removed


def _clean_lines(file: Path, heed: Heed) -> Removed:
    removed, decoder = Removed(), MixedDecoder()
    with _lines(file) as lines, opened(str(file)) as out:
        for number, line in enumerate(lines, 1):
            batch = Batch()
            decoder.decode_into(batch, line.rstrip(b"\r\n"), number)
            before = (len(batch.deleted), len(batch.accounts))
            posts = heed.leave_out(batch)
            if posts or before != (len(batch.deleted), len(batch.accounts)):
                removed.posts += posts
            else:
                out.write(line)
    return removed


@contextmanager
def _lines(file: Path) -> Iterator[Iterator[bytes]]:
    try:
        with file.open("rb") as raw:
            if file.suffix == ".gz":
                yield iter(gzip.GzipFile(fileobj=raw))
            elif file.suffix == ".zst":
                packed = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
                yield iter(io.BufferedReader(cast("io.RawIOBase", packed)))
            else:
                yield iter(cast("IO[bytes]", raw))
    except (OSError, EOFError, zstandard.ZstdError) as error:
        raise SourceError(f"expected to read {file}, got: {error}") from error
