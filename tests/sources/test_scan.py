"""Scanned frames are read as the JSON decoder reads them, whatever stands on their lines."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.model import Batch
from groundswell.sources import decode
from groundswell.sources.decode import FrameDecoder
from groundswell.sources.scanned import Scanner

SHARED = Path(__file__).resolve().parents[2] / "../shared"
FRAMES = SHARED / "data/raw-frames/jetstream/jetstream_v1_2026-07-04.jsonl"

DID = "did:plc:abcdefghijklmnopqrstuvwx"
CID = "bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
URI = f"at://{DID}/app.bsky.feed.post/3lparentparent"
TEXTS = [
    "the roar was heard two streets away", "", "a", "l'été — ça va?", "東京で地震", "😂🇧🇷 gol!",
    'she said "no"\nand left', "back\\slash / slash", "tab\there", "\u2028 line", "nul \0 inside",
    "<b>&amp;</b>", "x" * 700, "\x7f del", "bell \x07",
]  # fmt: skip
FACETS = [{"index": {"byteStart": 0, "byteEnd": 3}, "features": [{"uri": "https://a.example/"}]}]
PARTS: list[dict[str, Any]] = [
    {}, {"langs": ["pt-BR", "en"]}, {"langs": []}, {"langs": [""]}, {"langs": None},
    {"reply": {"parent": {"cid": CID, "uri": URI}, "root": {"cid": CID, "uri": URI + "r"}}},
    {"reply": {"root": {"cid": CID, "uri": URI}}}, {"reply": {}}, {"reply": {"parent": None}},
    {"facets": FACETS}, {"facets": []}, {"facets": None}, {"facets": [1]}, {"facets": {"a": "}"}},
    {"embed": {"$type": "app.bsky.embed.external", "external": {"uri": "https://b.example/]\"{"}}},
    {"embed": {"images": [{"alt": "q\\u0022\\n"}]}, "facets": FACETS},
    {"labels": {"values": [{"val": "porn"}]}}, {"labels": "x"}, {"tags": ["one"]}, {"via": "app"},
    {"text": 5}, {"via": "caf\u00e9"}, {"via": 7}, {"longer-than-sixteen-letters": "x"},
]  # fmt: skip
WHOLE: list[dict[str, Any]] = [
    {"did": DID, "time_us": 1_783_175_888_377_628, "kind": "identity", "identity": {"did": DID}},
    {"did": DID, "time_us": 1_783_175_888_377_629, "kind": "account", "account": {"active": False}},
    {"$type": "message", "payload": {"did": DID, "seq": 9}}, {"groundswell": {}}, {}, {"id": "1"},
]  # fmt: skip

HURTS = [
    b"", b'"', b"\\", b"}", b"{", b",", b":", b" ", b"]", b"\r", b"\n", b"\0", b"0", b"e",
    b"\xff", b"\xc3", b"\xed\xa0\x80", b"\\ud800", b"\\u00e9", b"\\ud83d\\ude02",
    b'"did":"did:plc:two",', b'"text":"two",', b'"langs":["xx"],',
]  # fmt: skip


def dumped(value: Any, *, tight: bool = True, ascii_: bool = False) -> bytes:
    separators = (",", ":") if tight else None
    return json.dumps(value, separators=separators, ensure_ascii=ascii_).encode()


def frame(text: str, *parts: dict[str, Any], **commit: Any) -> dict[str, Any]:
    record: dict[str, Any] = {"$type": "app.bsky.feed.post", "createdAt": "2026-07-04T14:38:08Z"}
    for part in parts:
        record |= part
    record = {"text": text} | record if len(text) % 2 else record | {"text": text} | record
    inside = {
        "rev": "3mptbypnxeq2i", "operation": "create", "collection": "app.bsky.feed.post",
        "rkey": "3mptbyp7lu223", "record": record, "cid": CID,
    }  # fmt: skip
    return {
        "did": DID, "time_us": 1_783_175_888_377_628, "kind": "commit", "commit": inside | commit
    }  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """A line of a stream: mostly a good post, often one that is hurt."""
    made = draw(
        st.one_of(
            st.builds(
                frame, st.sampled_from(TEXTS), st.sampled_from(PARTS), st.sampled_from(PARTS)
            ),
            st.builds(
                lambda name, value: frame("one", **{name: value}),
                st.sampled_from(["operation", "collection", "rkey", "rev", "cid"]),
                st.sampled_from(["delete", "update", "", "app.bsky.feed.like", "crea", None, 3]),
            ),
            st.builds(
                lambda name, value: frame("two") | {name: value},
                st.sampled_from(["did", "time_us", "kind", "cursor", "commit", "extra"]),
                st.sampled_from(["", "did:web:é", None, 5, -5, 0, 1.5, 10**16, 10**30, {}]),
            ),
            st.sampled_from(WHOLE),
        )
    )
    raw = dumped(
        made, tight=draw(st.sampled_from([True] * 9 + [False])), ascii_=draw(st.booleans())
    )
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 2]))):
        at = draw(st.integers(0, max(0, len(raw) - 1)))
        new = draw(st.sampled_from(HURTS))
        raw = raw[:at] + new + raw[at + draw(st.integers(0, 2)) :]
    return raw + draw(st.sampled_from([b""] * 9 + [b"\r", b" "]))


def read(data: bytes, monkeypatch: pytest.MonkeyPatch, few: int) -> tuple[Batch, int, int]:
    batch, decoder = Batch(), FrameDecoder()
    with monkeypatch.context() as patch:
        patch.setattr(decode, "FEW", few)
        decoder.decode_many(batch, data)
    return batch, decoder.time_us, decoder.seq


@settings(max_examples=150, deadline=None)
@given(st.lists(lines(), min_size=1, max_size=12), st.booleans())
def test_scanned_lines_are_what_the_decoder_reads(raws: list[bytes], ended: bool) -> None:
    data = b"\n".join(raws) + (b"\n" if ended else b"")
    with pytest.MonkeyPatch.context() as patch:
        assert read(data, patch, 0) == read(data, patch, 1 << 40)


def test_plain_posts_and_answers_are_taken() -> None:
    """Else the test above compares the decoder with itself."""
    good = [frame(text, part) for text in TEXTS if "\0" not in text and "\x07" not in text
            for part in (*PARTS[:2], PARTS[5], PARTS[9], PARTS[14], PARTS[15])]  # fmt: skip
    data = b"\n".join(dumped(one, ascii_=number % 2 == 0) for number, one in enumerate(good))
    found = Scanner().read(memoryview(data), len(good))
    assert found is not None
    assert found.others.size == 0
    assert found.texts == [one["commit"]["record"]["text"] for one in good]
    assert len(found.ids) == len(found.times) == len(found.nested) == len(good)


def test_a_line_that_no_scan_takes_stands_among_those_that_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    posts = [dumped(frame(f"post {number}")) for number in range(60)]
    posts[20] = dumped(frame("a deletion", operation="delete"))
    posts[30] = b"{broken"
    posts[40] = b""
    batch, _, _ = read(b"\n".join(posts), monkeypatch, 0)
    said = [number for number in range(60) if number not in {20, 30, 40}]
    assert batch.texts == [f"post {number}" for number in said]
    assert [one.line for one in batch.rejected] == [31]
    assert len(batch.deleted) == 1


@pytest.mark.skipif(not FRAMES.exists(), reason="needs the shared data sets")
def test_a_real_stream_is_read_alike_and_mostly_scanned(monkeypatch: pytest.MonkeyPatch) -> None:
    data = FRAMES.read_bytes()
    assert read(data, monkeypatch, 0) == read(data, monkeypatch, 1 << 40)
    posts = [
        line for line in data.splitlines() if b'feed.post","rkey' in line and b'"create"' in line
    ]
    random.Random(1).shuffle(posts)
    found = Scanner().read(memoryview(b"\n".join(posts)), len(posts))
    assert found is not None
    assert len(found.texts) >= 0.9 * len(posts) > 10
