"""Recordings: made whole, from one source or several, and nothing lost on the way."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from groundswell.engines.recorder import lines, record
from groundswell.errors import SourceError
from groundswell.model import AccountNews, Batch
from groundswell.sources.packing import opened
from groundswell.sources.posts import MixedDecoder
from tests.conftest import batch_of
from tests.engines.test_local import SECOND, Script


class Broken(Script):
    """Gives its batches, then fails."""

    def read(self, after: str = "") -> Iterator[Batch]:
        yield from self.batches
        raise SourceError("expected a server, got none")


def fail_while_writing(path: Path) -> None:
    with opened(str(path)) as file:
        file.write(b"new")
        raise SourceError("gone")


def kept(out: io.BytesIO) -> list[str]:
    return [json.loads(line)["id"] for line in out.getvalue().splitlines()]


def test_several_sources_become_one_in_the_order_of_time() -> None:
    """Posts of two live sources interleave by their times; one that both bring is written once."""
    both = batch_of((2, "b", "twice"), first=9)
    one = Script([batch_of((1, "a", "x"), (3, "a", "y")), both], live=True)
    other = Script([both, batch_of((2.5, "c", "z"), first=5)], live=True)
    out, stop = io.BytesIO(), threading.Event()
    result = record([one, other], out, stop, seconds=0.5)
    assert (result.posts, result.error) == (4, None)
    assert kept(out) == ["p0", "p9", "p5", "p1"]


def test_what_was_taken_back_is_kept_and_read_again() -> None:
    """Edits, deletions, accounts and marks: the lines of a batch give the same batch."""
    batch = batch_of((1, "a", "first"), (4, "a", "edited"), (5, "b", "quiet"))
    batch.ids = ["p", "p", "q"]
    batch.deleted = [("p", 4 * SECOND - 1)]
    batch.accounts = [AccountNews("a", "hidden", 6 * SECOND), AccountNews("b", "gone", 7 * SECOND)]
    batch.unquoted = {"q"}
    times = [950_000_000 * SECOND + time for time in batch.times]
    batch.times = times
    batch.deleted = [("p", times[1] - 1)]
    batch.accounts = [one._replace(time_us=times[2] + 1) for one in batch.accounts]
    again = Batch()
    MixedDecoder().decode_many(again, b"\n".join(lines(batch)) + b"\n")
    assert again == batch


def test_a_recording_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    """What stood there before stays until then, and for good when writing fails."""
    for name in ("night.ndjson", "night.ndjson.gz", "night.ndjson.zst"):
        path = tmp_path / name
        path.write_bytes(b"what stood there")
        with pytest.raises(SourceError, match="gone"):
            fail_while_writing(path)
        assert path.read_bytes() == b"what stood there"
        with opened(str(path)) as file:
            file.write(b"new")
            file.flush()
            assert path.read_bytes() == b"what stood there"
        assert path.read_bytes() != b"what stood there"
        assert [one.name for one in tmp_path.glob("*.part")] == []
    assert zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read() == b"new"


def test_a_source_that_fails_ends_the_recording_with_what_came() -> None:
    """Posts before the failure are written, the other source is closed, the error is told."""
    other = Script([], live=True)
    out = io.BytesIO()
    result = record([Broken([batch_of((1, "a", "x"))]), other], out, threading.Event())
    assert (result.posts, kept(out)) == (1, ["p0"])
    assert isinstance(result.error, SourceError)
    assert other.closed.is_set()
