"""Mastodon against a server on loopback that speaks its protocol and can fail in every way."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from groundswell.errors import SourceError, UsageError
from groundswell.model import Batch
from groundswell.simulate.mastodon_server import TOKEN, Faults, MastodonServer
from groundswell.sources.backoff import Backoff
from groundswell.sources.mastodon import Mastodon
from groundswell.sources.mastodon_events import StatusEvents
from groundswell.sources.mastodon_place import place_of, token_of
from groundswell.sources.mastodon_status import Consent, text_of
from groundswell.sources.sse import EVENT_BYTES, Event, EventParser

START = 1_783_175_888_000_000
FRAMES = Path(__file__).resolve().parents[2] / ".." / "shared" / "frames"


LINK = (
    '<p>see <a href="https://a.example/long/path"><span class="invisible">https://</span>'
    '<span class="ellipsis">a.example/lo</span><span class="invisible">ng/path</span></a>now</p>'
)
MENTION = (
    '<p><span class="h-card"><a href="https://a.b/@ann" class="u-url mention">@<span>ann</span>'
    "</a></span>hello</p>"
)
QUOTE = '<p class="quote-inline">RE: <a href="https://a.b/1">a.b/1</a></p><p>mine</p>'


class NoWait(random.Random):
    """Jitter of nothing: tests do not sleep."""

    def uniform(self, a: float, b: float) -> float:
        return 0.01


def status(i: int, text: str = "", **changes: Any) -> dict[str, Any]:
    account = {
        "id": str(i % 7), "acct": f"ann{i % 7}", "uri": f"https://example.social/users/ann{i % 7}",
        "discoverable": True, "indexable": True, "noindex": False, "bot": False,
    }  # fmt: skip
    account |= changes.pop("account", {})
    made = {
        "id": str(1_000_000 + i), "uri": uri(i), "created_at": "2035-01-01T00:00:00.000Z",
        "visibility": "public", "language": "en", "reblog": None, "sensitive": False,
        "spoiler_text": "", "content": f"<p>{text or f'post {i} 👋'}</p>", "emojis": [],
        "url": f"https://example.social/@ann{i % 7}/{i}", "in_reply_to_id": None, "card": None,
    }  # fmt: skip
    return made | {"account": account} | changes


def uri(i: int) -> str:
    return f"https://example.social/users/ann{i % 7}/statuses/{i}"


def update(i: int, text: str = "", **changes: Any) -> tuple[str, bytes]:
    return "update", json.dumps(status(i, text, **changes), ensure_ascii=False).encode()


def source(server: MastodonServer, **options: Any) -> Mastodon:
    ticks = iter(range(START, START + 10**12, 1_000))
    options = {"backoff": Backoff(rng=NoWait()), "now": lambda: next(ticks)} | options
    return Mastodon(place_of(server.uri), server.token, **options)


def collect(
    stream: Mastodon, enough: Callable[[list[Batch]], bool], after: str = "", seconds: float = 20
) -> list[Batch]:
    batches: list[Batch] = []
    until = time.monotonic() + seconds
    for batch in stream.read(after=after):
        batches.append(batch)
        if enough(batches) or time.monotonic() > until:
            stream.close()
    return batches


def ids(batches: list[Batch]) -> list[str]:
    return [post_id for batch in batches for post_id in batch.ids]


def posts(n: int) -> Callable[[list[Batch]], bool]:
    return lambda batches: len(ids(batches)) >= n


def taken(*events: tuple[str, bytes], consent: Consent | None = None) -> Batch:
    """What a source makes of events, without a server."""
    ticks = iter(range(START, START + 10**9, 10))
    reader = StatusEvents(consent or Consent(), lambda: next(ticks))
    batch = Batch()
    for name, data in events:
        reader.take(batch, Event(name, data))
    return batch


def test_posts_come_with_the_time_of_their_arrival() -> None:
    """Ids are uris, texts are text, times are ours: `created_at`, ten years off, is not read."""
    with MastodonServer([update(i) for i in range(700)]) as server:
        batches = collect(source(server), posts(700))
    assert ids(batches) == [uri(i) for i in range(700)]
    times = [t for batch in batches for t in batch.times]
    assert times == sorted(set(times))
    assert START <= times[0] < times[-1] < START + 10**7
    assert batches[0].texts[0] == "post 0 👋"
    assert batches[0].authors[0] == "https://example.social/users/ann0"
    assert len({len(batch) for batch in batches if len(batch) > 500}) == 0


def test_twenty_cuts_lose_and_double_nothing() -> None:
    """Posts pass while nobody is connected: they are asked for, and every post comes once."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    rng = random.Random(seed)
    faults = Faults(cut_after=deque(rng.randrange(1, 40) for _ in range(20)), missed=15)
    with MastodonServer([update(i) for i in range(1_000)], faults=faults) as server:
        stream = source(server)
        batches = collect(stream, posts(1_000), seconds=40)
    assert sorted(ids(batches)) == sorted(uri(i) for i in range(1_000)), f"seed {seed}"
    assert stream.reconnects >= 20
    assert not stream.gaps


def test_what_cannot_be_asked_for_is_a_gap_with_its_bounds() -> None:
    """The server's limit is reached after one page: forty posts are filled, the rest is a gap."""
    faults = Faults(cut_after=deque([10]), missed=200, pages=1)
    with MastodonServer([update(i) for i in range(300)], faults=faults) as server:
        stream = source(server)
        batches = collect(stream, posts(10 + 40 + 90))
    assert len(set(ids(batches))) == 140
    (gap,) = stream.gaps
    assert START < gap.begin < gap.end
    assert "429" in gap.reason
    assert stream.health.gaps == stream.gaps


def test_a_silent_server_is_left_and_found_again() -> None:
    """It stops sending without closing: after the silence the source comes back and goes on."""
    with MastodonServer([update(i) for i in range(100)], faults=Faults(silent_after=40)) as server:
        stream = source(server, silence=0.6)
        batches = collect(stream, posts(100))
    assert sorted(ids(batches)) == sorted(uri(i) for i in range(100))
    assert stream.reconnects >= 1


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (401, "the token was refused"),
        (403, "needs read:statuses"),
        (404, "no such timeline"),
        (422, "a user's token"),
    ],
)
def test_a_refusal_at_the_start_says_what_is_wrong(refused: int, message: str) -> None:
    """It is not tried again, and the token is in no word of it."""
    with MastodonServer([], faults=Faults(refuse=(refused, {}))) as server:
        with pytest.raises(SourceError, match=message) as caught:
            list(source(server).read())
        assert sum("streaming" in path for path in server.asked) == 1
    assert TOKEN not in str(caught.value)


def test_a_server_that_asks_to_wait_is_given_that_time() -> None:
    """Retry-After of a 429 holds, and the wait is no failure of the stream."""
    faults = Faults(refuse_first=deque([(429, {"Retry-After": "1"})]))
    began = time.monotonic()
    with MastodonServer([update(1)], faults=faults) as server:
        batches = collect(source(server), posts(1))
    assert ids(batches) == [uri(1)]
    assert time.monotonic() - began >= 1.0


def test_a_server_that_is_not_there_is_named_with_what_to_try() -> None:
    """Refused three times: one line that says what was expected and what came."""
    with MastodonServer([]) as server:
        stream = source(server)
    with pytest.raises(SourceError, match=r"expected Mastodon's stream at 127.*README"):
        list(stream.read())


def test_close_from_another_thread_ends_reading_soon() -> None:
    """A source that waits for events ends within a second or two."""
    with MastodonServer([]) as server:
        stream = source(server)
        connected, done = threading.Event(), threading.Event()

        def run() -> None:
            for _ in stream.read():
                if stream.health.state == "connected":
                    connected.set()
            done.set()

        threading.Thread(target=run, daemon=True).start()
        assert connected.wait(10)
        stream.close()
        assert done.wait(3)
    assert stream.health.state == "ended"


def test_the_token_is_in_no_name_state_or_path() -> None:
    """It goes in a header: not in paths, the health, the repr of the source or its place."""
    with MastodonServer([update(1)]) as server:
        stream = source(server)
        collect(stream, posts(1))
        said = f"{server.asked} {stream.health} {stream!r} {stream.name} {stream._place}"
    assert TOKEN not in said


def test_an_edit_takes_the_place_of_what_was_said() -> None:
    """The old version is deleted a microsecond before the new one, which has the same id."""
    edited = ("status.update", json.dumps(status(1, "better words")).encode())
    batch = taken(update(1, "first words"), edited)
    assert batch.ids == [uri(1), uri(1)]
    assert batch.texts == ["first words", "better words"]
    assert batch.deleted == [(uri(1), batch.times[1] - 1)]
    assert batch.times[0] <= batch.deleted[0][1]


def test_an_edit_that_withdraws_consent_is_a_deletion() -> None:
    """Nothing of a post that may no longer be taken stays."""
    private = ("status.update", json.dumps(status(1, account={"discoverable": False})).encode())
    batch = taken(update(1), private)
    assert batch.ids == [uri(1)]
    assert [post_id for post_id, _ in batch.deleted] == [uri(1)]


def test_a_deletion_names_the_post_by_its_uri() -> None:
    """The stream gives the server's own id; one that is not known deletes nothing."""
    batch = taken(update(1), ("delete", b"1000001"), ("delete", b"999"), ("delete", b"\xff\0"))
    assert [post_id for post_id, _ in batch.deleted] == [uri(1)]
    assert batch.deleted[0][1] > batch.times[0]


@pytest.mark.parametrize(
    ("changes", "consent"),
    [
        ({"visibility": "unlisted"}, Consent()),
        ({"visibility": "private"}, Consent()),
        ({"reblog": status(2)}, Consent()),
        ({"account": {"discoverable": False}}, Consent()),
        ({"account": {"discoverable": None}}, Consent()),
        ({"account": {"noindex": True}}, Consent()),
        ({"account": {"limited": True}}, Consent()),
        ({"account": {"bot": True}}, Consent(bots=False)),
    ],
)
def test_who_did_not_consent_is_left_out(changes: dict[str, Any], consent: Consent) -> None:
    """As Mastodon's own trends do; without a reject, for nothing is wrong with the post."""
    batch = taken(update(1, **changes), update(2), consent=consent)
    assert batch.ids == [uri(2)]
    assert not batch.rejected


@pytest.mark.parametrize(
    ("changes", "consent"),
    [
        ({"account": {"bot": True}}, Consent()),
        ({"account": {"discoverable": None}}, Consent(discoverable=False)),
        ({"in_reply_to_id": "5"}, Consent()),
    ],
)
def test_who_did_is_counted(changes: dict[str, Any], consent: Consent) -> None:
    """Bots by default, all accounts when asked for, replies."""
    assert taken(update(1, **changes), consent=consent).ids == [uri(1)]


@pytest.mark.parametrize(
    "changes",
    [{"sensitive": True}, {"spoiler_text": "the ending"}, {"account": {"indexable": False}}],
)
def test_sensitive_posts_count_and_are_not_quoted(changes: dict[str, Any]) -> None:
    """So are those with a warning, and of accounts whose posts are not to be searched."""
    batch = taken(update(1, **changes), update(2))
    assert batch.ids == [uri(1), uri(2)]
    assert batch.unquoted == {uri(1)}


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>a<br>b<br/>c</p><p>d</p>", "a\nb\nc\nd"),
        (
            LINK,
            "see https://a.example/long/path now",
        ),
        (
            MENTION,
            "@ann hello",
        ),
        (
            QUOTE,
            "mine",
        ),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<script>alert(1)</script>so<style>p{color:red}</style>", "so"),
        ("<script >x<script>y</script>z</script>a", "z a"),
        ("<SCRIPT>never closed", ""),
        ("<img src=x onerror=alert(1)>kept", "kept"),
        ("<!-- a comment -->kept<!doctype html>", "kept"),
        ("1 < 2 and <3", "1 < 2 and <3"),
        ("<p>a\u2028b\u200b</p>", "a b\u200b"),
        ("<p title='>'>x</p>", "'>x"),
    ],
)
def test_markup_becomes_text_with_its_words_apart(markup: str, text: str) -> None:
    """Also markup that no server should give; what is left is text, and shown as such."""
    assert text_of(markup) == text


@pytest.mark.parametrize(
    "unit", ["<script>", "<p class=quote-inline", "<", "<a ", "</", "&#", "<p quote-inline ", ":a"]
)
def test_hostile_markup_costs_no_more_than_its_length(unit: str) -> None:
    """Ten times as long takes about ten times as long, never a hundred."""

    def cost(n: int) -> float:
        began = time.process_time()
        text_of(unit * n, ["b"])
        return time.process_time() - began

    cost(100)
    assert cost(60_000) < 60 * max(cost(6_000), 0.002)


def test_custom_emoji_are_no_words() -> None:
    """The server's pictures are left out; other colons stay."""
    batch = taken(update(1, "so :blobcat: 10:30:45 :x:", emojis=[{"shortcode": "blobcat"}]))
    assert batch.texts == ["so 10:30:45 :x:"]


def test_events_are_the_same_however_the_bytes_are_cut() -> None:
    """Signs of life, carriage returns, several data lines, events without data, UTF-8 in halves."""
    raw = (
        ':)\n:thump\nevent: update\r\ndata: {"a":\r\ndata:1}\r\n\r\nevent: filters_changed\n'
        "data: undefined\n\ndata: é\u2028\n\nid: 5\n\n: x\n\nevent: end\n\n"
    ).encode()
    whole = list(EventParser().feed(raw))
    assert whole == [
        Event("update", b'{"a":\n1}'), Event("filters_changed", b"undefined"),
        Event("", "é\u2028".encode()), Event("end", b""),
    ]  # fmt: skip
    for size in (1, 2, 3, 7):
        parser = EventParser()
        cuts = [raw[i : i + size] for i in range(0, len(raw), size)]
        assert [event for cut in cuts for event in parser.feed(cut)] == whole


def test_an_event_without_end_is_refused_and_bounded() -> None:
    """Of one line of 8 MiB, and of as many lines, no more than a few MiB are ever held."""
    for cut in (b"x" * 4_096, b"data: " + b"x" * 4_000 + b"\n"):
        parser = EventParser()
        list(parser.feed(b"event: update\ndata: "))
        for _ in range(2_000):
            assert list(parser.feed(cut)) == []
            assert len(parser._rest) + sum(map(len, parser._data)) <= 2 * EVENT_BYTES + 8_192
        (event,) = parser.feed(b"\n\n")
        assert (event.name, len(event.data)) == ("", 2_000)
        assert list(parser.feed(b"event: delete\ndata: 1\n\n")) == [Event("delete", b"1")]


def test_events_of_the_documentation_are_read_or_passed_over() -> None:
    """Mastodon's own examples: two updates, two edits, a deletion, the rest none of ours."""
    paths = sorted(FRAMES.glob("mastodon_sse_*.json"))
    if not paths:
        pytest.skip("needs the frames in ../shared/frames, which are not distributed")
    parser = EventParser()
    raw = "".join(json.loads(path.read_text())["raw"] for path in paths)
    events = [tuple(event) for event in parser.feed(raw.encode())]
    assert len(events) >= 10
    batch = taken(*events, consent=Consent(frozenset({"public", "unlisted"}), False, False))
    assert len(batch) == 2
    assert not batch.rejected
    assert all(post_id.startswith("https://") for post_id in batch.ids)


def test_recorded_statuses_of_a_real_server(data: Path) -> None:
    """A real public stream over real HTTP: each whole line is taken or left out, none is lost."""
    lines = (data / "raw-frames/mastodon/mastodon_social_stream_2022-11-21.jsonl").read_bytes()
    whole = []
    for line in lines.split(b"\n"):
        try:
            whole.append(json.loads(line))
        except ValueError:
            continue
    events = [("update", json.dumps(one).encode()) for one in whole if "id" in one]
    uris = {one["uri"] for one in whole if "id" in one}
    with MastodonServer(events) as server:
        place = server.uri + "?discoverable=any"
        stream = Mastodon(place_of(place), server.token, backoff=Backoff(rng=NoWait()))
        batches = collect(stream, posts(len(uris) - 2), seconds=5)
    assert len(uris) > 30
    assert len(ids(batches)) + stream.health.left_out == len(uris)
    assert not any(batch.rejected for batch in batches)


@pytest.mark.parametrize(
    ("address", "stream", "timeline", "query"),
    [
        ("mastodon://a.b", "public", "public", {}),
        ("mastodon://a.b/public/local", "public/local", "public", {"local": "true"}),
        ("mastodon://a.b/public/remote", "public/remote", "public", {"remote": "true"}),
        ("mastodon://a.b/hashtag/Cymraeg", "hashtag", "tag/Cymraeg", {}),
        ("mastodon://a.b/hashtag/t%C5%B7/local", "hashtag/local", "tag/t%C5%B7", {"local": "true"}),
    ],
)
def test_addresses_name_timelines(
    address: str, stream: str, timeline: str, query: dict[str, str]
) -> None:
    """A server, and one of its public timelines; always with TLS."""
    place = place_of(address)
    assert place.base == "https://a.b"
    assert place.stream == f"/api/v1/streaming/{stream}"
    assert place.timeline == f"/api/v1/timelines/{timeline}"
    assert place.query == query


@pytest.mark.parametrize(
    "address",
    [
        "mastodon:", "mastodon://", "mastodon://a.b/home", "mastodon://a.b/public/x",
        "mastodon://a.b/hashtag", "mastodon://a.b/hashtag/..%2Fx", "mastodon+http://a.b/public",
        "mastodon://s3cret@a.b", "mastodon://a.b?token=s3cret", "mastodon://a.b?access_token=s3cret",
        "mastodon://a.b?bots=maybe", "mastodon://a.b:x", "mastodon+https://a.b",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_without_its_secret(address: str) -> None:
    """Nothing that could be a token is said again."""
    with pytest.raises(UsageError) as caught:
        place_of(address)
    assert "s3cret" not in str(caught.value)


def test_a_token_is_of_its_server() -> None:
    """One for all where there is one server; where one names its server, each needs its own."""
    one = {"GROUNDSWELL_MASTODON_TOKEN": "for-everybody"}
    own = one | {"GROUNDSWELL_MASTODON_TOKEN_EXAMPLE_SOCIAL": "of-example"}
    here, there = place_of("mastodon://example.social"), place_of("mastodon://other.social")
    assert token_of(here, one) == token_of(there, one) == "for-everybody"
    assert token_of(here, own) == "of-example"
    with pytest.raises(UsageError, match="MASTODON_TOKEN_OTHER_SOCIAL"):
        token_of(there, own)
    with pytest.raises(UsageError, match="found none"):
        token_of(here, {})
    with pytest.raises(UsageError) as caught:
        token_of(here, {"GROUNDSWELL_MASTODON_TOKEN": "s3cret with\nlines"})
    assert "s3cret" not in str(caught.value)
