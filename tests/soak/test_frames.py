"""Frames that were tampered with, by the hundred thousand: each is taken, passed over or kept."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

import pytest

from groundswell.engines.recorder import lines
from groundswell.kernel.pipeline import Kernel, Rules
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Batch
from groundswell.sources.decode import FrameDecoder
from groundswell.sources.frames import POST
from groundswell.sources.posts import MixedDecoder
from tests.figures import Figure, drawn_seed, sized

TEXTS = (
    "What a night for Aloe Blacc!", "Löwen & Möwen 🎉👩‍👩‍👧‍👦 #Oscars",
    "今夜の試合 すごい #サッカー",
    "مرحبا بالعالم https://a.example/x", "nul \0 inside", "line\u2028and\u2029paragraph",
    "\u202eback",
    "Z̷̢͓a̴͔̅l̶̡̛g̵͇̈o", "", "a" * 3_000, "\ufeffbom", "\U0001f3f4\U000e0067\U000e007f", "e\u0301é",
)  # fmt: skip
PIECES = (
    b"\0", b"\\u0000", b"\\ud800", b"\\udc00", b"\xed\xa0\x80", b"\xff", b"\xe2\x80\xa8",
    b"\\u2028",
    b"NaN", b"Infinity", b"-", b"1e999", b"9" * 400, b'"', b"\\", b"{", b"}", b"[", b"]",
    b",", b":",
    b"null", b"true", b"\n", b"\r", b" ", b"\xf0\x9f", b'"text":5,', b'"did":null,',
)  # fmt: skip
"""What is put into a frame, or in the place of a part of it."""


def whole(rng: random.Random) -> dict[str, Any]:
    """A frame as it should be, but for facets that may begin inside a code point."""
    text = rng.choice(TEXTS)
    begin = rng.randrange(-5, 40)
    facet = {
        "index": {"byteStart": begin, "byteEnd": begin + rng.choice((0, 1, 7, 10**30))},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a.example/"}],
    }
    record = {"$type": POST, "text": text, "langs": ["en"], "facets": [facet]}
    commit = {"operation": rng.choice(("create", "create", "create", "update", "delete")),
              "collection": rng.choice((POST, POST, POST, "app.bsky.feed.like")),
              "rkey": f"k{rng.randrange(10**6)}", "record": record}  # fmt: skip
    time_us = 1_783_175_888_000_000 + rng.randrange(60_000_000)
    return {"did": f"did:plc:{rng.randrange(500)}", "time_us": time_us, "kind": "commit",
            "commit": commit}  # fmt: skip


def mutant(rng: random.Random) -> tuple[str, bytes]:
    """How a frame was tampered with, and the frame, on one line."""
    frame = whole(rng)
    kind = rng.choice(("none", "piece", "flip", "cut", "twice", "huge", "field"))
    if kind == "field":
        part = rng.choice((frame, frame["commit"], frame["commit"]["record"]))
        key = rng.choice(list(part))
        part[key] = rng.choice((None, 5, -1, 10**30, 1.5, "", [], {}, True, "x", [[[]]]))
    raw = json.dumps(frame, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    at = rng.randrange(len(raw))
    if kind == "piece":
        raw = raw[:at] + rng.choice(PIECES) + raw[at + rng.choice((0, 0, 1, 4)) :]
    elif kind == "flip":
        raw = raw[:at] + bytes([raw[at] ^ (1 << rng.randrange(8))]) + raw[at + 1 :]
    elif kind == "cut":
        raw = raw[:at]
    elif kind == "twice":
        raw = raw + raw[at:]
    elif kind == "huge" and rng.random() < 0.01:
        raw = raw[:-1] + b',"x":' + rng.choice((b"[" * 100_000, b'{"a":' * 20_000, b"9" * 5_000))
        kind = "deep"
    return kind, raw.replace(b"\n", b" ")


def text_of(raw: bytes, *, strict: bool) -> str | None:
    """The text of a post by another reader's word: the standard library's; None for no post.

    Leniently, what stands in fields that nobody reads may be broken.
    """
    try:
        frame = json.loads(raw if strict else raw.decode("utf-8", "surrogateescape"), strict=strict)
        commit = frame["commit"]
        good = commit["collection"] == POST and commit["operation"] in {"create", "update"}
        text = commit["record"]["text"] if good and "payload" not in frame else None
        if isinstance(text, str):
            text.encode()  # a lone surrogate is no text
            return text
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    return None


@pytest.mark.figure("mutants")
@sized(20_000, 1_000_000, minutes=30)
def test_tampered_frames_are_taken_or_kept_and_never_lost(
    size: int, tables: Tables, figure: Figure
) -> None:
    """Each received frame is accepted, another kind's, or a reject with its reason; texts stand.

    What the decoder takes as a post has the very text that the standard library reads there, to the
    byte, through a recording too; what that reads as a whole post of ours is never passed over.
    """
    seed = drawn_seed()
    rng, decoder = random.Random(seed), FrameDecoder()
    kernel = Kernel(Rules(terms=1 << 16, ring_posts=1 << 12, ring_tokens=1 << 17), tables)
    kinds, ends = Counter[str](), Counter[str]()
    batch = Batch()
    for number in range(size):
        kind, raw = mutant(rng)
        kinds[kind] += 1
        before = (len(batch), len(batch.deleted), len(batch.rejected))
        decoder.decode_into(batch, raw, number)
        ends[_end(batch, before, raw)] += 1
        if len(batch) >= 2_000 or number == size - 1:
            _count(kernel, batch)
            batch = Batch()
    received = sum(ends.values())
    figure(
        f"0 crashes; {received:,} received = {ends['post']:,} posts + {ends['deletion']:,} "
        f"deletions + {ends['passed']:,} of other kinds + {ends['rejected']:,} dead letters; "
        "every text byte-identical", trials=received, seed=seed,
    )  # fmt: skip
    assert received == size
    assert len(kinds) == 8
    assert min(ends[end] for end in ("post", "deletion", "passed", "rejected")) > size // 100


def _end(batch: Batch, before: tuple[int, int, int], raw: bytes) -> str:
    """What became of the last frame; exactly one thing did."""
    posts, deletions, rejects = before
    if len(batch.rejected) > rejects:
        assert len(batch.rejected) == rejects + 1
        assert (len(batch), len(batch.deleted)) == (posts, deletions)
        assert batch.rejected[-1].reason
        assert batch.rejected[-1].raw == raw[:2_000]
        return "rejected"
    if len(batch) > posts:
        text = text_of(raw, strict=False)
        assert len(batch) == posts + 1
        assert text is not None, raw
        assert batch.texts[-1].encode() == text.encode(), raw
        return "post"
    if len(batch.deleted) > deletions:
        return "deletion"
    assert text_of(raw, strict=True) is None, raw
    return "passed"


def _count(kernel: Kernel, batch: Batch) -> None:
    """Counts a batch, and keeps it as a recording: what is read of that has the same texts."""
    order = sorted(range(len(batch)), key=batch.times.__getitem__)
    batch.keep(order)
    before = kernel.state.ring.n_posts + kernel.state.late
    kernel.add(Batch(batch.ids, batch.texts, batch.times, batch.authors, batch.langs, batch.replies,
                     batch.urls, batch.links))  # fmt: skip
    assert kernel.state.ring.n_posts + kernel.state.late == before + len(batch)
    again = Batch()
    MixedDecoder().decode_many(again, b"\n".join(lines(batch)))
    assert (again.ids, again.texts) == (batch.ids, batch.texts)
