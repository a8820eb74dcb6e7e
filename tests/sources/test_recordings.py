"""Recordings: every format and compression, hostile bytes, exact resuming, merging."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import os
import sys
import threading
import tracemalloc
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.errors import NothingToReadError, SourceError
from groundswell.model import Batch, Reject
from groundswell.sources.door import Source, open_source
from groundswell.sources.inflate import CHUNK_BYTES, LINE_BYTES, blocks
from groundswell.sources.recordings import Recording, RejectWriter, merge, open_stdin, open_uri
from tests.sources.contract import Open, SourceContract, rows_of

DATA = Path(__file__).resolve().parents[2] / "../shared/data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="needs the shared data sets")

SETS = {
    "bluesky-search-2025": 3_226,
    "brexit-super-saturday-2019": 2_016,
    "crisislex-t6/alberta-floods-2013": 10_029,
    "crisislex-t6/boston-bombings-2013": 10_012,
    "crisislex-t6/oklahoma-tornado-2013": 9_992,
    "crisislex-t6/queensland-floods-2013": 10_031,
    "crisislex-t6/sandy-hurricane-2012": 10_008,
    "crisislex-t6/west-texas-explosion-2013": 10_006,
    "epl-chelsea-arsenal-2015-09-19": 20_722,
    "epl-swansea-everton-2015-09-19": 7_342,
    "fifa-worldcup-2014": 21_343,
    "fifa-worldcup-2022-opening": 10_000,
    "twitter-1pct-minute-2021-01-01": 3_173,
    "worldcup-mentions-2022-11-18": 5_000,
}


def line(number: int, **changes: Any) -> bytes:
    minute, second = divmod(number, 60)
    hour, minute = divmod(minute, 60)
    post = {
        "id": f"p{number}",
        "text": f"text \u2028 {number} \U0001f602",
        "created_at": f"2015-09-19T{10 + hour:02}:{minute:02}:{second:02}Z",
        "author": f"a{number % 7}",
    }
    return json.dumps({**post, **changes}, ensure_ascii=False).encode() + b"\n"


def ndjson(count: int) -> bytes:
    return b"".join(map(line, range(count)))


def read(path: Path) -> Batch:
    """All of a recording in one batch."""
    return gathered(list(Recording(path).read()))


def gathered(batches: list[Batch]) -> Batch:
    whole = Batch()
    for batch in batches:
        whole.ids += batch.ids
        whole.texts += batch.texts
        whole.times += batch.times
        whole.deleted += batch.deleted
        whole.rejected += batch.rejected
    return whole


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
    ".bz2": bz2.compress,
}


class TestNdjson(SourceContract):
    """The contract, over NDJSON in several batches."""

    @pytest.fixture(params=PACKERS)
    def open_good(self, tmp_path: Path, request: pytest.FixtureRequest) -> Open:
        path = tmp_path / f"night.ndjson{request.param}"
        path.write_bytes(PACKERS[request.param](ndjson(9_000)))
        return lambda: Recording(path)

    @pytest.fixture
    def open_bad(self, tmp_path: Path) -> Open:
        path = tmp_path / "night.ndjson"
        path.write_bytes(ndjson(3) + b'{"id":\n\x00\xff\xfe\n[1,2]\n' + line(4))
        return lambda: Recording(path)


class TestCsv(SourceContract):
    """The contract, over CSV."""

    @pytest.fixture
    def open_good(self, tmp_path: Path) -> Open:
        path = tmp_path / "night.csv"
        rows = [f'p{n},2015-09-19T10:00:00Z,"a ""b""\n, {n}",x\n' for n in range(9_000)]
        path.write_text("id,created_at,text,author\n" + "".join(rows))
        return lambda: Recording(path)

    @pytest.fixture
    def open_bad(self, tmp_path: Path) -> Open:
        path = tmp_path / "night.csv"
        path.write_bytes(
            b"id,created_at,text\n1,2015-09-19T10:00:00Z,good\n2,yesterday,bad\n3,x\n"
            b"4,2015-09-19T10:00:00Z,\xff\n" + b"x" * (LINE_BYTES + 2) + b"\n"
            b'5,2015-09-19T10:00:00Z,"' + b"y" * 200_000 + b'"\n6,2015-09-19T10:00:00Z,last\n'
        )
        return lambda: Recording(path)

    def test_bad_rows_leave_the_others(self, open_bad: Open) -> None:
        """Wrong times, cells, bytes, lengths: five rejects, and both good rows."""
        whole = gathered(list(open_bad().read()))
        assert whole.ids == ["1", "6"]
        assert sorted(reject.line for reject in whole.rejected) == [3, 4, 5, 6, 7]


class TestParquet(SourceContract):
    """The contract, over Parquet."""

    @pytest.fixture
    def open_good(self, tmp_path: Path) -> Open:
        return self.opener(tmp_path, [f"2015-09-19T10:00:{n % 60:02}Z" for n in range(9_000)])

    @pytest.fixture
    def open_bad(self, tmp_path: Path) -> Open:
        return self.opener(tmp_path, ["2015-09-19T10:00:00Z", "yesterday", None])

    @staticmethod
    def opener(folder: Path, times: list[Any]) -> Open:
        arrow = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        path = folder / "night.parquet"
        ids = list(range(len(times)))
        table = arrow.table({"id": ids, "text": [f"t{n}" for n in ids], "created_at": times})
        parquet.write_table(table, path)
        return lambda: Recording(path)

    def test_timestamps_are_read_as_utc(self, tmp_path: Path) -> None:
        """Typed times, in nanoseconds and without a zone, are UTC."""
        arrow = pytest.importorskip("pyarrow")
        naive = arrow.array([1_442_671_200_000_000_123], arrow.timestamp("ns"))
        whole = gathered(list(self.opener(tmp_path, naive)().read()))
        assert whole.times == [1_442_671_200_000_000]

    def test_without_pyarrow_it_says_what_to_install(
        self, open_good: Open, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A missing pyarrow is one line that names the extra."""
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        with pytest.raises(SourceError, match=r"groundswell\[parquet\]"):
            list(open_good().read())

    def test_a_damaged_file_is_an_error(self, open_good: Open, tmp_path: Path) -> None:
        """Parquet without its end cannot be read at all."""
        open_good()
        path = tmp_path / "night.parquet"
        path.write_bytes(path.read_bytes()[:-100])
        with pytest.raises(SourceError, match="damaged"):
            list(Recording(path).read())


class TestMerged(SourceContract):
    """The contract, over a merge of two files with bad lines between."""

    @pytest.fixture
    def open_good(self, tmp_path: Path) -> Open:
        even, odd = tmp_path / "even.ndjson", tmp_path / "odd.ndjson.gz"
        even.write_bytes(b"".join(line(n) for n in range(0, 12_000, 2)))
        odd.write_bytes(gzip.compress(b"".join(line(n) + b"?\n" for n in range(1, 9_000, 2))))
        return lambda: merge([Recording(even), Recording(odd)])

    @pytest.fixture
    def open_bad(self, open_good: Open) -> Open:
        return open_good

    def test_posts_come_in_the_order_of_time(self, open_good: Open) -> None:
        """Two sorted files become one; nothing is lost, and rejects are counted once."""
        batches = list(open_good().read())
        whole = gathered(batches)
        assert all(one <= two for one, two in pairwise(whole.times))
        assert len(whole.ids) == len(set(whole.ids)) == 10_500
        assert len(whole.rejected) == 4_500
        after = gathered(list(open_good().read(after=batches[0].cursor)))
        assert len(batches[0].rejected) + len(after.rejected) == 4_500

    def test_deletions_take_their_place(self, tmp_path: Path) -> None:
        """Deletions are merged and survive resuming, too."""
        path = tmp_path / "a.ndjson"
        gone = b'{"id":"p1","deleted_at":"2015-09-19T10:00:01Z"}\n'
        path.write_bytes(line(1) + gone + line(2))
        whole = gathered(list(merge([Recording(path), Recording(path)]).read()))
        assert len(whole.deleted) == 2
        assert len(whole.ids) == 4

    def test_a_cursor_of_other_files_is_refused(self, open_good: Open) -> None:
        """A cursor fits the number of recordings it came from."""
        with pytest.raises(SourceError, match="2 recordings"):
            list(open_good().read(after='[["line:1",0,0,0]]'))


class TestStdin(SourceContract):
    """The contract, over standard input that is not a terminal."""

    @pytest.fixture
    def open_good(self, monkeypatch: pytest.MonkeyPatch) -> Open:
        return self.opener(monkeypatch, zstandard.compress(ndjson(9_000)))

    @pytest.fixture
    def open_bad(self, monkeypatch: pytest.MonkeyPatch) -> Open:
        return self.opener(monkeypatch, line(1) + b"?\n")

    @staticmethod
    def opener(monkeypatch: pytest.MonkeyPatch, data: bytes) -> Open:
        def open_it() -> Source:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
            return open_stdin("-")

        return open_it

    def test_a_pause_gives_an_empty_batch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A pipe that is silent still yields, gives its posts at once, and ends on `close`."""
        inner, outer = os.pipe()
        with os.fdopen(inner, "rb") as pipe, os.fdopen(outer, "wb", buffering=0) as writer:
            monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=pipe))
            source = open_stdin()
            batches = source.read()
            assert len(next(batches)) == 0
            writer.write(ndjson(3))
            assert sum(len(next(batches)) for _ in range(2)) == 3
            assert source.bytes_done == len(ndjson(3))
            assert source.bytes_total is None
            source.close()
            assert sum(len(batch) for batch in batches) == 0


@needs_data
@pytest.mark.parametrize("name", SETS)
def test_every_real_recording_is_read_whole(name: str) -> None:
    """Each set gives the posts that its SOURCE.md counts, and no reject."""
    whole = read(DATA / name / "posts.ndjson.gz")
    assert (len(whole.ids), whole.rejected) == (SETS[name], [])


@needs_data
def test_a_real_recording_resumes_exactly() -> None:
    """Cutting at any batch loses and doubles nothing."""
    path = DATA / "epl-chelsea-arsenal-2015-09-19/posts.ndjson.gz"
    batches = list(Recording(path).read())
    assert [len(batch) for batch in batches[:-1]] == [4_096] * (len(batches) - 1)
    for at, batch in enumerate(batches[:-1]):
        rest = list(Recording(path).read(after=batch.cursor))
        assert rows_of(rest) == rows_of(batches[at + 1 :])


def test_hostile_lines_among_good_ones(tmp_path: Path) -> None:
    """Each bad line is one reject with its number and reason; each good one is read."""
    bad = [
        (b'{"id":', "JSON"),
        (b"\x00\xff\xfe", "JSON"),
        (b"[1,2]", "fields of a post"),
        (b'{"id":"x","created_at":"yesterday","text":"a"}', "created_at"),
        (b'{"id":"y","created_at":"2015-09-19T14:00:00Z","text":"\\ud800"}', "surrogate"),
        (b'{"id":"z","created_at":"2015-09-19T14:00:00Z","text":NaN}', "JSON"),
        (line(1).rstrip().replace(b"text ", b"\xff"), "UTF-8"),
        (b"a" * 3_000_000, "longer"),
        (b"[" * 200_000, "fields of a post"),
        (b'{"x":' + b"[" * 200_000, "too deep"),
        (b"{}{}", "JSON"),
        (b"null", "fields of a post"),
    ]
    path = tmp_path / "mixed.ndjson"
    path.write_bytes(b"\r\n \n".join([line(0).rstrip(), *(raw for raw, _ in bad), line(99)]))
    whole = read(path)
    assert whole.ids == ["p0", "p99"]
    assert [reject.line for reject in whole.rejected] == [3 + 2 * n for n in range(len(bad))]
    for reject, (raw, reason) in zip(whole.rejected, bad, strict=True):
        assert reason in reject.reason
        assert raw.startswith(reject.raw.rstrip())


def test_nul_and_line_separators_are_text(tmp_path: Path) -> None:
    """U+2028, U+0085 and an escaped NUL stand inside one line."""
    path = tmp_path / "odd.ndjson"
    path.write_bytes(line(1, text="a\u2028b\u0085c\x00d"))
    assert read(path).texts == ["a\u2028b\u0085c\x00d"]


BASE = [line(n).rstrip(b"\n") for n in range(6)]
MUTATION = st.tuples(st.integers(0, 800), st.sampled_from(b'{}[]"\\,:\n\r \x00\xff\x80u0'))


@settings(max_examples=150)
@given(st.lists(MUTATION, max_size=8), st.sampled_from([b"\n", b"\r\n"]))
def test_every_line_is_accepted_or_rejected(
    mutations: list[tuple[int, int]], newline: bytes
) -> None:
    """Whatever bytes are changed: accepted + rejected = lines that are not blank."""
    from groundswell.sources.batching import of_blocks
    from groundswell.sources.posts import MixedDecoder

    data = bytearray(newline.join(BASE))
    for at, octet in mutations:
        data[at % len(data)] = octet
    raw = bytes(data)
    lines = [one for one in raw.split(b"\n") if one.strip()]
    batches = list(of_blocks(blocks(iter([raw])), MixedDecoder(), 0))
    accepted = sum(len(batch) + len(batch.deleted) for batch in batches)
    assert accepted + sum(len(batch.rejected) for batch in batches) == len(lines)


@settings(max_examples=60)
@given(st.binary(max_size=300), st.lists(st.integers(1, 40), min_size=1, max_size=40))
def test_lines_do_not_depend_on_chunks(data: bytes, sizes: list[int]) -> None:
    """However bytes arrive, the same lines with the same numbers come out."""
    data = data.replace(b"a", b"\n")
    chunks, start = [], 0
    while start < len(data):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(data[start : start + size])
        start += size
    found: dict[int, bytes] = {}
    for block in blocks(iter(chunks)):
        for number, one in enumerate(block.data.removesuffix(b"\n").split(b"\n"), block.line):
            found[number] = one
    wanted = data.removesuffix(b"\n").split(b"\n") if data else []
    assert [found[number] for number in sorted(found)] == wanted


@pytest.mark.parametrize("size", [LINE_BYTES, LINE_BYTES + 1])
@pytest.mark.parametrize("chunk", [1_000, CHUNK_BYTES])
def test_the_longest_line_is_the_same_in_any_chunks(size: int, chunk: int) -> None:
    """A line of exactly the bound is given; one byte more is one reject, wherever it stands."""
    data = b"x\n" + b"a" * size + b"\ny\n"
    found = list(blocks(data[at : at + chunk] for at in range(0, len(data), chunk)))
    assert sum(bool(block.problem) for block in found) == (size > LINE_BYTES)
    assert {block.line for block in found if block.problem} <= {2}
    assert found[-1].data.endswith(b"y\n")


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".bz2"])
def test_an_endless_line_is_not_held(tmp_path: Path, suffix: str) -> None:
    """200 MB without a newline, even from a small compressed file, take little memory."""
    path = tmp_path / f"endless.ndjson{suffix}"
    piece = PACKERS[suffix](b"a" * 20_000_000)
    path.write_bytes(piece * 10 + PACKERS[suffix](b"\n" + line(1)))
    tracemalloc.start()
    whole = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert whole.ids == ["p1"]
    assert [len(reject.raw) for reject in whole.rejected] == [2_000]
    assert peak < 80_000_000


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".bz2"])
@pytest.mark.parametrize("damage", ["cut", "garbage"])
def test_a_damaged_file_gives_what_was_readable(tmp_path: Path, suffix: str, damage: str) -> None:
    """Compressed data that breaks off: the posts before it, and one reject that says so."""
    path = tmp_path / f"cut.ndjson{suffix}"
    packed = PACKERS[suffix](ndjson(3_000)) + PACKERS[suffix](ndjson(3_000))
    path.write_bytes(packed[:-50] if damage == "cut" else packed + b"garbage")
    whole = read(path)
    assert len(whole.ids) >= 3_000
    assert len(whole.rejected) == 1
    assert "expected" in whole.rejected[0].reason
    batches = list(Recording(path).read())
    assert not gathered(list(Recording(path).read(after=batches[-1].cursor))).rejected


def test_members_of_one_file_are_one_recording(tmp_path: Path) -> None:
    """`cat a.gz b.gz` is read through, and names do not matter: the bytes tell."""
    path = tmp_path / "night"
    path.write_bytes(gzip.compress(ndjson(3)) + gzip.compress(line(9)))
    assert len(read(path).ids) == 4


@pytest.mark.parametrize("header", [b"id;text;created_at", b"\xef\xbb\xbfID\tText\tCreated_At\r"])
def test_csv_is_told_by_its_header(tmp_path: Path, header: bytes) -> None:
    """Semicolons, tabs, a byte order mark, capitals, returns: still a table of posts."""
    row = b";" if b";" in header else b"\t"
    path = tmp_path / "posts"
    path.write_bytes(header + b"\n" + row.join([b"1", b"hello", b"2015-09-19T14:00:00Z"]) + b"\r\n")
    assert read(path).texts == ["hello"]


def test_a_table_without_a_column_says_which(tmp_path: Path) -> None:
    """The missing column is named, and the nearest one there is."""
    path = tmp_path / "t.csv"
    path.write_text("id,texts,created_at\n")
    with pytest.raises(SourceError, match=r"`text`.*rename `texts`"):
        list(Recording(path).read())


def test_the_header_of_a_simulation_is_seen_before_reading(tmp_path: Path) -> None:
    """`simulated` holds at once; the header is neither post nor reject."""
    path = tmp_path / "night.ndjson.gz"
    path.write_bytes(gzip.compress(b'{"groundswell":{"simulated":true,"seed":1}}\n' + line(1)))
    recording = Recording(path)
    assert recording.simulated
    whole = read(path)
    assert (whole.ids, whole.rejected) == (["p1"], [])
    path.write_bytes(line(1))
    assert not Recording(path).simulated


def test_progress_is_in_bytes_of_the_file(tmp_path: Path) -> None:
    """`bytes_done` ends at `bytes_total`, the size on disk."""
    path = tmp_path / "night.ndjson.gz"
    path.write_bytes(gzip.compress(ndjson(10)))
    recording = Recording(path)
    assert (recording.bytes_done, recording.bytes_total) == (0, path.stat().st_size)
    list(recording.read())
    assert recording.bytes_done == recording.bytes_total


def test_no_good_line_is_an_error_at_the_end(tmp_path: Path) -> None:
    """The rejects are given first; then the error names their number and the first reason."""
    path = tmp_path / "none.ndjson"
    path.write_bytes(b"???\n\n!!!\n")
    batches = Recording(path).read()
    assert len(next(batches).rejected) == 2
    with pytest.raises(NothingToReadError, match="2 bad lines"):
        next(batches)
    path.write_bytes(b"")
    with pytest.raises(NothingToReadError, match="found none"):
        list(Recording(path).read())


def test_a_missing_file_names_near_ones(tmp_path: Path) -> None:
    """A misspelt name brings up the right one; a folder, its files."""
    (tmp_path / "night.ndjson").write_bytes(line(1))
    with pytest.raises(SourceError, match=r"did you mean night\.ndjson"):
        Recording(tmp_path / "nigth.ndjson")
    with pytest.raises(SourceError, match=r"folder.*night\.ndjson"):
        Recording(tmp_path)
    with pytest.raises(SourceError, match="check the path"):
        Recording(tmp_path / "nowhere" / "x")
    with pytest.raises(SourceError, match="could not open"):
        Recording("a\0b")


def test_what_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No permission is told apart from no file."""
    path = tmp_path / "night.ndjson"
    path.write_bytes(line(1))

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SourceError, match="no permission"):
        Recording(path)


@pytest.mark.parametrize(
    ("magic", "what"), [(b"\x89PNG\r\n\x1a\n", "PNG"), (b"PK\x03\x04", "ZIP"), (b"%PDF-1.7", "PDF")]
)
def test_other_formats_are_refused_by_name(tmp_path: Path, magic: bytes, what: str) -> None:
    """A picture named as a recording is refused when it is opened."""
    path = tmp_path / "night.ndjson"
    path.write_bytes(magic + bytes(100))
    with pytest.raises(SourceError, match=what):
        Recording(path)


def test_a_pipe_is_sent_to_stdin(tmp_path: Path) -> None:
    """A named pipe cannot be looked at twice, so it is refused with what to do."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(SourceError, match="standard input"):
        Recording(path)


def test_foreign_cursors_are_refused(tmp_path: Path) -> None:
    """A cursor that no recording wrote is an error, not the beginning."""
    path = tmp_path / "night.ndjson"
    path.write_bytes(line(1))
    for cursor in ("1783175888377628", "line:", "line:-1", "line:1e3"):
        with pytest.raises(SourceError, match="expected a cursor"):
            list(Recording(path).read(after=cursor))


def test_uris_open_files(tmp_path: Path) -> None:
    """`file:PATH`, `file://PATH` and a plain path are one file, through the door as well."""
    path = tmp_path / "night.ndjson"
    path.write_bytes(line(1))
    for uri in (f"file:{path}", f"file://{path}", str(path)):
        assert open_uri(uri).name == "night.ndjson"
        assert open_source(uri).name == "night.ndjson"


def test_rejects_are_kept_beside_the_recording(tmp_path: Path) -> None:
    """A line a reject, appended; without rejects there is no file."""
    path = tmp_path / "night.ndjson"
    with RejectWriter(path) as writer:
        writer.write([])
        assert not writer.path.exists()
        writer.write([Reject("why", 3, b"\xff?")])
    with RejectWriter(path) as again:
        again.write([Reject("why", 4, b"x")])
    kept = [json.loads(one) for one in writer.path.read_bytes().splitlines()]
    assert writer.path.name == "night.ndjson.rejected.ndjson"
    assert kept[0] == {"reason": "why", "line": 3, "raw": "\\xff?"}
    assert (len(kept), writer.count) == (2, 1)
    with pytest.raises(SourceError, match="expected to write"):
        RejectWriter(tmp_path / "no" / "x").write([Reject("why", 1, b"")])


def test_closing_a_read_in_another_thread_ends_it(tmp_path: Path) -> None:
    """After `close`, at most the batch in the making comes."""
    path = tmp_path / "night.ndjson"
    path.write_bytes(ndjson(9_000))
    recording = Recording(path)
    batches = recording.read()
    next(batches)
    closer = threading.Thread(target=recording.close)
    closer.start()
    closer.join()
    assert list(batches) == []
