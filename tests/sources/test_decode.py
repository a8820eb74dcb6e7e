"""Jetstream frames, Mastodon Statuses and lines of any kind into columns."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.model import Batch
from groundswell.sources.decode import FrameDecoder
from groundswell.sources.frames import decode_only
from groundswell.sources.mastodon_status import text_of
from groundswell.sources.posts import MixedDecoder

SHARED = Path(__file__).resolve().parents[2] / "../shared"
FRAMES = SHARED / "data/raw-frames"
needs_data = pytest.mark.skipif(not FRAMES.is_dir(), reason="needs the shared data sets")

DID = "did:plc:abcdefgh"
V1_TIME = 1_783_175_888_377_628


def v1(operation: str = "create", collection: str = "app.bsky.feed.post", **record: Any) -> bytes:
    commit = {"operation": operation, "collection": collection, "rkey": "3k", "record": record}
    if operation == "delete":
        del commit["record"]
    frame = {"did": DID, "time_us": V1_TIME, "kind": "commit", "commit": commit}
    return json.dumps(frame).encode()


def v2(operation: str = "create", **record: Any) -> bytes:
    payload = {
        "$type": "network.bsky.jetstream.subscribeEvents#commit",
        "seq": 12_345,
        "did": DID,
        "time": "2026-07-04T14:38:08.377628Z",
        "operation": operation,
        "collection": "app.bsky.feed.post",
        "rkey": "3k",
        "record": record,
    }
    return json.dumps({"$type": "message", "payload": payload}).encode()


def decoded(*frames: bytes) -> Batch:
    batch, decoder = Batch(), FrameDecoder()
    for number, raw in enumerate(frames, 1):
        decoder.decode_into(batch, raw, number)
    return batch


def mixed(*lines: bytes) -> Batch:
    batch = Batch()
    MixedDecoder().decode_many(batch, b"\n".join(lines))
    return batch


@pytest.mark.parametrize("frame", [v1, v2])
def test_a_post_fills_every_column(frame: Callable[..., bytes]) -> None:
    """Both protocols give the same post: id, text, time, author, first language, parent, links."""
    batch = decoded(
        frame(
            text="www.youtube.com/watch?v=V5lD...",
            langs=["en", "de"],
            reply={"parent": {"uri": "at://did:plc:x/app.bsky.feed.post/3p"}},
            facets=[
                {"features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://a.org/1"}]},
                {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "oscars"}]},
            ],
            embed={"external": {"uri": "https://b.org/2", "title": "t"}},
        )
    )
    assert batch.ids == [f"at://{DID}/app.bsky.feed.post/3k"]
    assert batch.texts == ["www.youtube.com/watch?v=V5lD..."]
    assert batch.times == [V1_TIME]
    assert batch.authors == [DID]
    assert batch.langs == ["en"]
    assert batch.replies == ["at://did:plc:x/app.bsky.feed.post/3p"]
    assert batch.links == [("https://a.org/1", "https://b.org/2")]
    assert batch.urls == [""]
    assert batch.rejected == []


@pytest.mark.parametrize("frame", [v1, v2])
@pytest.mark.parametrize(
    ("labels", "quoted"),
    [
        ({"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "porn"}]}, False),
        ({"values": [{"val": "!no-unauthenticated"}]}, False),
        ({"values": []}, True),
        (None, True),
        ("odd", True),
    ],
)
def test_a_labelled_post_counts_and_is_not_quoted(
    frame: Callable[..., bytes], labels: object, quoted: bool
) -> None:
    """What its author marked as not for everybody is no voice, alone or among many."""
    marked = frame(text="look", labels=labels)
    many = Batch()
    FrameDecoder().decode_many(many, [marked, marked])
    for batch in (decoded(marked), many):
        assert set(batch.texts) == {"look"}
        assert batch.unquoted == (set() if quoted else set(batch.ids))


@pytest.mark.parametrize("frame", [v1, v2])
def test_a_deletion_names_its_post(frame: Callable[..., bytes]) -> None:
    """A delete has no record; its id is made of author, collection and key."""
    assert decoded(frame("delete")).deleted == [(f"at://{DID}/app.bsky.feed.post/3k", V1_TIME)]


@pytest.mark.parametrize("frame", [v1, v2])
def test_an_update_takes_the_place_of_what_stood_before(frame: Callable[..., bytes]) -> None:
    """It deletes the versions up to a microsecond before, and is a post of the same id."""
    batch = decoded(frame("update", text="edited"))
    post_id = f"at://{DID}/app.bsky.feed.post/3k"
    assert (batch.ids, batch.texts, batch.times) == ([post_id], ["edited"], [V1_TIME])
    assert batch.deleted == [(post_id, V1_TIME - 1)]


@pytest.mark.parametrize(
    ("account", "state"),
    [
        ({"active": False, "status": "takendown"}, "hidden"),
        ({"active": False, "status": "suspended"}, "hidden"),
        ({"active": False, "status": "deactivated"}, "hidden"),
        ({"active": False, "status": "a new word"}, "hidden"),
        ({"active": False}, "hidden"),
        ({"active": False, "status": "deleted"}, "gone"),
        ({"active": True}, "active"),
        ({"active": True, "status": "desynchronized"}, "active"),
    ],
)
def test_accounts_go_by_the_active_flag(account: dict[str, Any], state: str) -> None:
    """Whatever word stands beside it; both protocols say the same."""
    v1_frame = {"did": DID, "time_us": V1_TIME, "kind": "account", "account": account}
    kind = "network.bsky.jetstream.subscribeEvents#account"
    payload = {"$type": kind, "seq": 43, "did": DID, "time": "2026-07-04T14:38:08.377628Z"}
    v2_frame = {"$type": "message", "payload": payload | {"account": account}}
    for frame in (v1_frame, v2_frame):
        batch = decoded(json.dumps(frame).encode())
        assert [tuple(one) for one in batch.accounts] == [(DID, state, V1_TIME)]
        assert not batch.rejected


@pytest.mark.parametrize(
    "raw",
    [
        v1(collection="app.bsky.feed.like", subject={"uri": "at://x"}),
        v1(collection="org.example.odd", text=5, langs="en", facets=7, reply="x"),
        b'{"did":"did:plc:a","time_us":1725516665234703,"kind":"identity","identity":{}}',
        b'{"did":"did:plc:a","time_us":1725516665234703,"kind":"account","account":{}}',
        b'{"kind":"heartbeat","payload":""}',
        b'{"$type":"message","payload":{"$type":"x#info","name":"n"}}',
        b'{"$type":"message","payload":{"$type":"x#commit","record":5,"collection":"a.b"}}',
    ],
)
def test_what_is_no_post_is_passed_over(raw: bytes) -> None:
    """Likes, profiles, accounts, heartbeats and odd foreign records are neither posts nor bad."""
    batch = decoded(raw)
    assert (len(batch), batch.deleted, batch.rejected) == (0, [], [])


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"{", "JSON object"),
        (b"\x00\xff", "JSON object"),
        (b"[1,2]", "expected the fields"),
        (b"{}", "`did`"),
        (v1(), "`text`"),
        (v1(text=5), "expected the fields"),
        (v1(text="\ud800"), "lone surrogate"),
        (v1(text="a", langs="en"), "expected the fields"),
        (v1(text="zz").replace(b"zz", b"\xff"), "UTF-8"),
        (v1(text="a").replace(str(V1_TIME).encode(), b"17"), "1990"),
        (v1(text="a").replace(b'"3k"', b'""'), "`rkey`"),
        (b'{"x":' + b"[" * 200_000, "nested too deep"),
    ],
)
def test_a_bad_frame_is_rejected_with_its_reason(raw: bytes, reason: str) -> None:
    """A frame that cannot be read is kept with its number, its reason and ≤ 2,000 bytes."""
    batch = decoded(v1(text="good"), raw)
    assert len(batch) == 1
    assert [(one.line, one.raw) for one in batch.rejected] == [(2, raw[:2_000])]
    assert reason in batch.rejected[0].reason


def test_an_escaped_pair_and_a_nul_are_text() -> None:
    """A pair of surrogate escapes is an emoji; NUL is a character like any other."""
    assert decoded(v1(text="\U0001f602\x00")).texts == ["\U0001f602\x00"]


def test_the_decoder_tells_what_to_resume_from() -> None:
    """The newest time and sequence are known after frames of any kind."""
    decoder = FrameDecoder()
    decoder.decode_into(Batch(), v1(collection="app.bsky.feed.like"), 1)
    assert (decoder.time_us, decoder.seq) == (V1_TIME, 0)
    decoder.decode_many(Batch(), v2(text="a") + b"\n" + v1(text="b"))
    assert (decoder.time_us, decoder.seq) == (V1_TIME, 12_345)


FRAME = st.one_of(
    st.builds(lambda text: v1(text=text), st.text(max_size=20)),
    st.builds(lambda text: v2(text=text), st.text(max_size=20)),
    st.builds(lambda val: v1(text="x", labels={"values": [{"val": val}]}), st.text(max_size=5)),
    st.sampled_from(
        [
            v1("delete"),
            v1(collection="a.b"),
            v1(),
            b"{",
            b"",
            b" ",
            b"{}{}",
            b'{"did":1}{"did":2}',
            b"\r",
            b'{"did":\r',
            b'"a"}',
        ]
    ),
)


@settings(max_examples=60)
@given(st.lists(FRAME, max_size=30), st.booleans())
def test_many_is_one_by_one(frames: list[bytes], ended: bool) -> None:
    """The bulk way gives what frame by frame gives, rejects and their lines included."""
    frames = [frame.replace(b"\n", b" ") for frame in frames]
    single = Batch()
    decoder = FrameDecoder()
    for number, raw in enumerate(frames, 1):
        if raw.strip():
            decoder.decode_into(single, raw, number)
    bulk, listed = Batch(), Batch()
    FrameDecoder().decode_many(bulk, b"\n".join(frames) + (b"\n" if ended and frames else b""))
    FrameDecoder().decode_many(listed, frames)
    assert bulk == single
    assert listed == single


def test_bare_decoding_counts_frames() -> None:
    """The benchmark's denominator decodes every frame."""
    assert decode_only(b"\n".join([v1(text="a"), v2(text="b"), v1("delete")])) == 3


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<br>b", "a\nb"),
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ('<a href="x">#<span>Oscars</span></a>', "#Oscars"),
        ('<span class="invisible">https://</span><span>a.org/b</span>', "https://a.org/b"),
        ("&lt;b&gt; &amp; &#x1F602;", "<b> & 😂"),
        ("1 < 2 > 0", "1 < 2 > 0"),
        ("", ""),
        ("<" * 100_000, "<" * 100_000),
    ],
)
def test_html_becomes_text(markup: str, text: str) -> None:
    """White space stands where tags stood, marks inside words leave none; time is linear."""
    assert text_of(markup) == text


STATUS: dict[str, Any] = {
    "id": "1",
    "uri": "https://a.org/users/b/statuses/1",
    "created_at": "2022-11-21T13:10:48.151Z",
    "visibility": "public",
    "language": "de",
    "url": "https://a.org/@b/1",
    "in_reply_to_id": "7",
    "spoiler_text": "warning",
    "content": "<p>Hallo<br>Welt</p>",
    "reblog": None,
    "card": {"url": "https://c.org/x"},
    "account": {"acct": "b", "url": "https://a.org/@b"},
}


def status(**changes: Any) -> bytes:
    return json.dumps({**STATUS, **changes}).encode()


def test_a_status_fills_every_column() -> None:
    """The id is the global one, the text is plain, the warning is not in it."""
    batch = mixed(status())
    assert batch.ids == ["https://a.org/users/b/statuses/1"]
    assert batch.texts == ["Hallo\nWelt"]
    assert batch.times == [1_669_036_248_151_000]
    assert (batch.authors, batch.langs) == (["https://a.org/@b"], ["de"])
    assert (batch.replies, batch.urls) == (["7"], ["https://a.org/@b/1"])
    assert batch.links == [("https://c.org/x",)]


@pytest.mark.parametrize(
    "changes",
    [{"visibility": "private"}, {"visibility": "direct"}, {"reblog": dict(STATUS)}],
)
def test_boosts_and_posts_to_few_are_passed_over(changes: dict[str, Any]) -> None:
    """What is not public, or is another's words, is neither taken nor rejected."""
    batch = mixed(status(**changes))
    assert (len(batch), batch.rejected) == (0, [])


@pytest.mark.parametrize(
    "changes", [{"content": "&#" + "9" * 5_000 + ";"}, {"created_at": None}, {"account": 5}]
)
def test_a_bad_status_is_rejected(changes: dict[str, Any]) -> None:
    """A Status without a time or account, or with an absurd entity, is rejected."""
    batch = mixed(status(**changes))
    assert (len(batch), len(batch.rejected)) == (0, 1)


def post(**changes: Any) -> bytes:
    good = {"id": "1", "text": "a", "created_at": "2015-09-19T14:00:00Z"}
    return json.dumps({**good, **changes}).encode()


def test_kinds_may_stand_in_one_file() -> None:
    """Posts, Statuses, frames, deletions and a header are told apart line by line."""
    gone = b'{"id":5,"deleted_at":"2015-09-19T14:01:00Z"}'
    header = b'{"groundswell":{"simulated":true,"seed":1}}'
    batch, decoder = Batch(), MixedDecoder()
    lines = [header, post(), status(), v1(text="x"), v2(text="y"), gone, post(id=2), b""]
    decoder.decode_many(batch, b"\n".join(lines))
    assert batch.rejected == []
    assert len(batch) == 5
    assert batch.deleted == [("5", 1_442_671_260_000_000)]
    assert decoder.simulated
    assert batch.ids[0] == "1"
    assert batch.ids[1].startswith("https:")
    assert batch.ids[-1] == "2"


@pytest.mark.parametrize(
    ("written", "time_us"),
    [
        ("2015-09-19T14:00:00Z", 1_442_671_200_000_000),
        ("2015-09-19T16:00:00+02:00", 1_442_671_200_000_000),
        ("2015-09-19t14:00:00.5z", 1_442_671_200_500_000),
        ("2015-09-19 14:00:00.123456Z", 1_442_671_200_123_456),
        ("2100-12-31T23:59:59.999999Z", 4_133_980_799_999_999),
    ],
)
def test_times_are_exact(written: str, time_us: int) -> None:
    """Offsets and fractions of RFC 3339 come out as exact microseconds."""
    assert mixed(post(created_at=written)).times == [time_us]


@pytest.mark.parametrize(
    "changes",
    [
        {"created_at": "yesterday"},
        {"created_at": "2015-09-19T14:00:00"},
        {"created_at": "1989-12-31T23:59:59Z"},
        {"created_at": "2101-01-01T00:00:00Z"},
        {"created_at": 1_442_671_200},
        {"created_at": None},
        {"text": None},
        {"text": 5},
        {"id": None},
        {"id": ""},
        {"id": True},
        {"lang": 5},
    ],
)
def test_a_post_without_its_required_fields_is_rejected(changes: dict[str, Any]) -> None:
    """Required fields, types and times are held to; the next line is read all the same."""
    batch = mixed(post(**changes), post(id="next"))
    assert batch.ids == ["next"]
    assert [one.line for one in batch.rejected] == [1]


def test_optional_fields_may_be_null_numbers_or_unknown() -> None:
    """Null is absent, numbers are good ids, unknown fields are ignored."""
    batch = mixed(post(id=12, author=7, reply_to=8, lang=None, url=None, likes={"x": [1]}))
    assert (batch.ids, batch.authors, batch.replies) == (["12"], ["7"], ["8"])
    assert (batch.langs, batch.urls, batch.rejected) == ([""], [""], [])


@needs_data
def test_recorded_jetstream_frames_are_all_read() -> None:
    """152 production frames hold 17 posts and a deletion of one, and none is bad."""
    batch = Batch()
    raw = (FRAMES / "jetstream/jetstream_v1_2026-07-04.jsonl").read_bytes()
    FrameDecoder().decode_many(batch, raw)
    assert (len(batch), len(batch.deleted), batch.rejected) == (17, 1, [])
    assert ("https://www.youtube.com/watch?v=V5lDo-jw8mA",) in batch.links


@needs_data
@pytest.mark.parametrize(
    ("name", "posts", "rejects"),
    [
        ("mastodon_social_stream_2022-11-21.jsonl", 48, 0),
        ("rest_statuses_rtoot_fixtures.jsonl", 373, 0),
        ("stream_malformed_2022-11-24.jsonl", 49, 1),
    ],
)
def test_recorded_statuses_are_all_read(name: str, posts: int, rejects: int) -> None:
    """Recorded Statuses become texts without tags; cut lines are rejected."""
    batch = Batch()
    MixedDecoder().decode_many(batch, (FRAMES / "mastodon" / name).read_bytes())
    assert (len(batch), len(batch.rejected)) == (posts, rejects)
    assert not any("</p>" in text for text in batch.texts)
