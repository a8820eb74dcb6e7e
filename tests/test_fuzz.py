"""Parsers of what comes from outside, fed with broken things: an answer or our own error, always.

`CASES` of each: good examples, cut, doubled, flipped and mixed with pieces that parsers stumble over.
Streams of posts, Jetstream's frames and recordings have suites of their own (`tests/sources/`,
`tests/soak/test_frames.py`), the API too (`tests/serve/test_openapi.py`).
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell.errors import GroundswellError
from groundswell.evaluate.events import read_events
from groundswell.fetching import Fetched, Fetcher, RefusedError
from groundswell.press.clippings import Clipping, Clippings
from groundswell.press.feeds import clippings
from groundswell.press.musicbrainz import MusicBrainz
from groundswell.press.newsrooms import newsrooms
from groundswell.press.pages import page_from
from groundswell.press.robots import Robots
from groundswell.press.wikidata import Wikidata
from groundswell.serve.gates.guards import Way
from groundswell.serve.stream.follow import Mark
from groundswell.serve.visitors.rates import network
from groundswell.serve.visitors.visiting import fields
from groundswell.settings import load
from groundswell.sources.mastodon_status import text_of
from groundswell.sources.names import resolved
from groundswell.sources.sse import EventParser

CASES: Final = 500
TOGETHER: Final = 20
SEEN: Final = 1_773_780_060_000_000
SLOWEST: Final = 5.0
"""Seconds that no single case may take, on any machine."""
PIECES: Final = (
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"\r", b"\n\n", b"\x1b[2J", b"<", b">",
    b"&#" + b"9" * 99 + b";", b"&amp", b"<![CDATA[", b"]]>", b'<!DOCTYPE x [<!ENTITY a "b">]>', b"&a;",
    b"{", b"[" * 500, b"}", b'"', b"\\u0000", b"\\ud800", b"null", b"NaN", b"1e999", b"-1", b"9" * 400,
    b"true", b"%", b"%zz", b"%00", b":", b";", b",", b"=", b"//", b"..", b"@", b"\xf0\x9f\x98\x80",
    b"\xe2\x80\xae", b"1601-01-01T00:00:00Z", b"9999-99-99", b"javascript:alert(1)", b"http://[::1",
)  # fmt: skip


def broken(chance: Random, good: tuple[bytes, ...]) -> bytes:
    """One of the good examples after up to six accidents, or bytes alone."""
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(400))
    text = bytearray(chance.choice(good))
    for _ in range(chance.randint(1, 6)):
        begin = chance.randint(0, len(text))
        end = min(len(text), begin + chance.randint(0, 40))
        how = chance.choice(("cut", "put", "drop", "double", "flip"))
        if how == "cut":
            del text[end:]
        elif how == "put":
            text[begin:begin] = chance.choice(PIECES)
        elif how == "drop":
            del text[begin:end]
        elif how == "double":
            text[begin:begin] = text[begin:end] * chance.randint(1, 20)
        elif begin < len(text):
            text[begin] ^= 1 << chance.randrange(8)
    return bytes(text)


class Told(Fetcher):
    """Says one thing, whatever it is asked for."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self.body, self.status = body, status

    def get(self, url: str, **_: Any) -> Fetched:  # type: ignore[override]
        return Fetched(url, self.status, self.body, "text/plain")


def said(body: bytes) -> Callable[..., httpx.Response]:
    def get(url: str, **_: Any) -> httpx.Response:
        return httpx.Response(200, content=body, request=httpx.Request("GET", url))

    return get


RSS = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>Tidewire</title><item><title>Band &amp; '
    b"hall</title><link>https://tidewire.example/1</link><pubDate>Tue, 17 Mar 2026 20:41:00 GMT"
    b"</pubDate><description>&lt;p&gt;Words&lt;/p&gt;</description></item></channel></rss>"
)
ATOM = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>G</title><entry><title type="html">A &lt;b&gt;'
    b'</title><link href="https://g.example/1"/><updated>2026-03-17T20:41:00Z</updated><content '
    b'type="xhtml"><div>Words</div></content></entry></feed>'
)
JSON_FEED = (
    b'{"version":"https://jsonfeed.org/version/1.1","title":"G","items":[{"id":"1","url":'
    b'"https://g.example/1","title":"A","content_html":"<p>W</p>","date_published":'
    b'"2026-03-17T20:41:00Z","language":"en"}]}'
)
HTML = (
    b'<!doctype html><html lang="en"><head><title>Bridge</title><meta property="article:published_time" '
    b'content="2026-03-01T08:00:00Z"></head><body><article><h1>Bridge</h1><p>The bridge opened again '
    b"after nine weeks of work on both of its towers, and people walked.</p></article></body></html>"
)
ROBOTS = b"User-agent: groundswell\nDisallow: /private\nCrawl-delay: 2\nAllow: /\n\nUser-agent: *\nDisallow: /"
ARTISTS = (
    b'{"artists":[{"id":"a","name":"Idris Rook","score":100}],"release-groups":'
    b'[{"id":"g","title":"Low Tide","first-release-date":"2019-01-01"}]}'
)
ITEMS = (
    b'{"search":[{"id":"Q1","match":{"text":"Idris Rook"}}],"results":{"bindings":[{"creator":{"value":'
    b'"http://www.wikidata.org/entity/Q1"},"work":{"value":"http://www.wikidata.org/entity/Q2"},'
    b'"title":{"value":"Low Tide"},"year":{"value":"2019"}}]}}'
)
MARKUP = (
    b'<p>Two <a href="https://a.example/tags/x" class="mention hashtag">#<span>nil</span></a><br>now '
    b'<span class="invisible">https://</span>&amp; more</p>'
)
SSE = b'event: update\ndata: {"id":"1"}\n\n: thump\n\nevent: delete\r\ndata: 12\r\n\r\ndata: a\ndata: b\n\n'
FINGER = (
    b'{"did":"did:plc:a","subject":"acct:a@b.example","links":[{"rel":"self","type":"x",'
    b'"href":"https://b.example/users/a"}]}'
)
EVENTS = (
    b'[{"name":"goal","start":"2026-03-17T20:41:00Z","end":"2026-03-17T20:51:00Z",'
    b'"keywords":[["goal","1-0"],["vance"]],"alternatives":[]}]'
)
SETTINGS = (
    b'slice = 30\nport = 9000\n[boards]\nwelsh = "lang:cy"\nlabel = "match:(?i)feist"\n[doors]\n'
    b'reading = "closed"\nproxies = ["10.0.0.0/8"]\npath = "/trends"\n'
)
NEWSROOMS = b'[[newsroom]]\nname = "Tidewire"\nfeed = "https://tidewire.example/feed"\n'
CLIPPING = msgspec.json.encode(Clipping("https://a.example/1", "A", "G", 1)) + b"\n"
URLS = (
    b"https://user@b\xc3\xbccher.example:8443/a/../b?c=d#e",
    b"http://[2a00:1450::1]:80/",
    b"//x",
)
FORM = b"name=ann&password=a+b%21&csrf=abc&next=%2Fpast"
HOSTS = (b"desk.example:443", b"[::1]:8765", b"*.news.example")
IDS = (b"1466381160000000.2/cy", b"1466381160000000", b"1466381160000000/all")


def _feed(body: bytes, _: Path) -> None:
    for one in clippings(body, url="https://g.example/feed", publisher="G", seen_us=SEEN):
        assert one.url.startswith(("http://", "https://"))
        json.dumps(msgspec.to_builtins(one)).encode("utf-8")


def _robots(body: bytes, _: Path) -> None:
    robots = Robots(Told(body))
    robots.allow("https://a.example/private/%zz?a=b")
    assert robots.delay("https://a.example/1") >= 1


def _sse(body: bytes, _: Path) -> None:
    whole = list(EventParser().feed(body))
    parser = EventParser()
    assert [event for byte in body for event in parser.feed(bytes([byte]))] == whole


def _kept(body: bytes, folder: Path) -> None:
    (folder / "press.ndjson").write_bytes(body)
    Clippings(folder, write=False)


def _events(body: bytes, folder: Path) -> None:
    (folder / "events.json").write_bytes(body)
    read_events(folder / "events.json")


def _newsrooms(body: bytes, folder: Path) -> None:
    (folder / "list.toml").write_bytes(body)
    newsrooms(str(folder / "list.toml"))


def _settings(body: bytes, folder: Path) -> None:
    (folder / "groundswell.toml").write_bytes(body)
    load({}, {}, folder)


def _url(body: bytes, _: Path) -> None:
    """An address that is taken would have been looked up; nothing is connected to."""
    looked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        looked.append(f"{host}:{port}")
        return ["10.0.0.1"]

    fetcher = Told(b"")  # a client of its own would read every authority's certificate, 200 times
    fetcher._loopback, fetcher._resolve = False, resolve
    with pytest.raises(RefusedError):
        Fetcher.get(fetcher, body.decode("utf-8", "replace"))
    assert all(host.isascii() for host in looked)


def _forwarded(body: bytes, _: Path) -> None:
    text = body.decode("latin-1")
    way = Way(hosts=("desk.example",), proxies=("10.0.0.0/8",))
    assert way.answers_to(text) == (text.lower().rsplit(":", 1)[0] == "desk.example")
    assert len(network(text)) <= 64
    way.trusts(text)


PARSERS: Final[dict[str, tuple[Callable[[bytes, Path], object], tuple[bytes, ...]]]] = {
    "feeds (RSS, Atom, JSON Feed)": (_feed, (RSS, ATOM, JSON_FEED)),
    "pages (HTML)": (lambda body, _: page_from(body, url="https://a.example/"), (HTML,)),
    "robots.txt": (_robots, (ROBOTS,)),
    "MusicBrainz": (lambda body, _: _works(MusicBrainz, body), (ARTISTS,)),
    "Wikidata": (lambda body, _: _works(Wikidata, body), (ITEMS,)),
    "Mastodon's markup": (lambda body, _: text_of(body.decode("utf-8", "replace")), (MARKUP,)),
    "server-sent events": (_sse, (SSE,)),
    "WebFinger": (lambda body, _: resolved("ann@b.example", said(body)), (FINGER,)),
    "Bluesky's handles": (lambda body, _: resolved("ann.bsky.social", said(body)), (FINGER,)),
    "kept articles": (_kept, (CLIPPING, CLIPPING * 3)),
    "events of `evaluate`": (_events, (EVENTS,)),
    "lists of newsrooms": (_newsrooms, (NEWSROOMS,)),
    "settings": (_settings, (SETTINGS,)),
    "addresses that are fetched": (_url, URLS),
    "forms": (lambda body, _: fields(body), (FORM,)),
    "Host and X-Forwarded-For": (_forwarded, HOSTS),
    "Last-Event-ID": (lambda body, _: Mark.of(body.decode("latin-1")), IDS),
}


def _works(kind: type[MusicBrainz] | type[Wikidata], body: bytes) -> None:
    kind(Told(body), sleep=lambda _: None).works("Idris Rook")


@pytest.mark.parametrize("name", PARSERS)
def test_what_is_broken_is_read_or_refused(name: str, tmp_path: Path) -> None:
    """No other error than our own, and no case that takes long: CASES of each parser."""
    if "HTML" in name:
        pytest.importorskip("trafilatura")
    parse, good = PARSERS[name]
    seen, slowest = 0, 0.0

    def took(body: bytes) -> float:
        began = time.monotonic()
        with contextlib.suppress(GroundswellError):
            parse(body, tmp_path)
        return time.monotonic() - began

    @settings(
        max_examples=CASES // TOGETHER, database=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )  # fmt: skip
    @given(
        st.integers(0, 2**32)
    )  # the accidents are drawn by it: quick, and had again by its number
    def run(seed: int) -> None:
        nonlocal seen, slowest
        chance = Random(seed)
        for _ in range(TOGETHER):
            body = broken(chance, good)
            seconds = took(body)
            if seconds > SLOWEST:  # libraries load much at first use
                seconds = took(body)
            seen, slowest = seen + 1, max(slowest, seconds)

    for example in good:  # so that what is refused below is so for its accidents
        parse(example, tmp_path)
    run()
    assert seen >= CASES
    assert slowest < SLOWEST
    print(f"{name}: {seen} cases, the slowest {slowest * 1000:.0f} ms")
