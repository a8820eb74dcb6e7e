"""Feeds: three formats to one clipping, asked for politely, held within bounds."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from groundswell.errors import SourceError, UsageError
from groundswell.press.clippings import DAY_US, Clipping, Clippings, Kept, kept
from groundswell.press.feeds import clippings
from groundswell.press.newsrooms import Newsroom, newsrooms
from groundswell.press.reporters import LONGEST, Reporters
from groundswell.settings import event_time
from tests.press.newsroom import Newsroom as Server
from tests.press.newsroom import Reply

SEEN = event_time("2026-03-18T12:00:00Z")
WHEN = event_time("2026-03-17T20:41:00Z")
RSS = b"""<?xml version="1.0"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Harbour</title>
<item><title>Bridge &amp; tower</title><link>/1</link>
<pubDate>Tue, 17 Mar 2026 20:41:00 GMT</pubDate>
<description>&lt;p&gt;It opened.&lt;/p&gt;</description>
<content:encoded>&lt;p&gt;It opened.&lt;/p&gt;&lt;p&gt;At last.&lt;/p&gt;</content:encoded></item>
<item><title>Bad</title><link>javascript:alert(1)</link></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Harbour</title>
<entry><title>Bridge &amp;amp; tower</title><link href="/1"/>
<published>2026-03-17T20:41:00Z</published>
<updated>2026-03-17T21:00:00Z</updated><summary>It opened.</summary></entry></feed>"""
JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Harbour", "items": [
{"id": 1, "url": "/1", "title": "Bridge & tower", "summary": "It opened.", "unknown": [],
 "content_text": "It opened.\\nAt last.", "date_published": "2026-03-17T21:41:00+01:00"}]}"""


@pytest.mark.parametrize("body", [RSS, ATOM, JSON], ids=["rss", "atom", "json"])
def test_each_format_gives_the_same(body: bytes) -> None:
    """Title, address, times and words, whichever way a newsroom writes them."""
    if body is not JSON:
        pytest.importorskip("feedparser")
    (one,) = clippings(body, url="https://news.example/feed", publisher="", seen_us=SEEN)
    assert (one.url, one.title, one.publisher, one.published_us, one.summary) == (
        "https://news.example/1", "Bridge & tower", "Harbour", WHEN, "It opened.",
    )  # fmt: skip
    assert one.modified_us == (event_time("2026-03-17T21:00:00Z") if body is ATOM else None)
    assert one.text == ("" if body is ATOM else "It opened.\nAt last.")


@pytest.mark.parametrize("body", [b"<html>no feed</html>", b"{}", b'{"version": 1}', b""])
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    """With an error that the thread of feeds takes note of."""
    if not body.startswith(b"{"):
        pytest.importorskip("feedparser")
    with pytest.raises(SourceError):
        clippings(body, url="https://news.example/feed", publisher="", seen_us=SEEN)


def test_feeds_are_asked_for_politely() -> None:
    """What is held is not sent again, failures wait longer, and Retry-After is heard."""
    replies = iter(
        [
            Reply(JSON, headers={"ETag": '"1"', "Last-Modified": "then"}),
            Reply(status=304),
            Reply(status=503, headers={"Retry-After": "7200"}),
            Reply(b"broken"),
            Reply(status=500),
            Reply(JSON, headers={"ETag": '"2"'}),
        ]
    )
    with Server({"/feed": lambda _: next(replies)}) as room:
        held = Clippings()
        reporters = Reporters(
            [Newsroom("Harbour", room.url + "/feed", "en")], held, loopback=True, simulated=True
        )
        feed = reporters.feeds[0]
        waits = [reporters.ask(feed) for _ in range(6)]
        assert [headers.get("if-none-match") for _, headers in room.asked] == [
            None, '"1"', '"1"', '"1"', '"1"', '"1"',
        ]  # fmt: skip
    assert 300 <= waits[0] <= 330
    assert 300 <= waits[1] <= 330
    assert 7200 <= waits[2] <= 7920
    assert 1200 <= waits[3] <= 1320
    assert 2400 <= waits[4] <= 2640
    assert 300 <= waits[5] <= 330
    assert (feed.failures, feed.said, feed.etag) == (0, "", '"2"')
    assert len(held) == 1
    (one,) = held.between(0, 1 << 62)
    assert (one.simulated, one.language, one.publisher) == (True, "en", "Harbour")
    feed.failures = 60
    assert feed.wait(300, 1e9) <= 1.1 * LONGEST


def test_only_pages_that_a_story_wants_are_read() -> None:
    """Where an article belongs to a story and robots.txt allows; its words are held then."""
    feed = msgspec.json.encode(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [{"id": n, "url": f"/{n}", "title": f"Story {n}"} for n in "123"],
        }
    )
    replies = {
        "/feed": Reply(feed), "/1": Reply(b"Words of one."), "/2": Reply(b"Words of two."),
        "/3": Reply(b"Words."), "/robots.txt": Reply(b"User-agent: *\nDisallow: /2"),
    }  # fmt: skip
    with Server(replies) as room:
        held = Clippings()
        reporters = Reporters(
            [Newsroom("Harbour", room.url + "/feed")], held, loopback=True, gap=0.0,
            wanted=lambda one: one.title != "Story 3",
        )  # fmt: skip
        reporters._robots.delay = lambda _: 0.0  # type: ignore[method-assign]
        for _ in range(2):
            reporters.ask(reporters.feeds[0])
        assert [path for path, _ in room.asked] == ["/feed", "/robots.txt", "/1", "/feed"]
    assert [one.text for one in held.between(0, 1 << 62)] == ["Words of one.", "", ""]


def test_a_page_that_is_not_given_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not asked for at every turn of its feed: after an hour, after four more, and never again."""
    feed = {"version": "https://jsonfeed.org/version/1.1",
            "items": [{"id": "1", "url": "/1", "title": "Story"}]}  # fmt: skip
    now = [0.0]
    monkeypatch.setattr("groundswell.press.reporters.time.monotonic", lambda: now[0])
    with Server({"/feed": Reply(msgspec.json.encode(feed)), "/1": Reply(status=500)}) as room:
        reporters = Reporters(
            [Newsroom("Harbour", room.url + "/feed")], Clippings(), loopback=True, gap=0.0,
            wanted=lambda _: True,
        )  # fmt: skip
        reporters._robots.delay = lambda _: 0.0  # type: ignore[method-assign]
        asked = []
        for hour in (0.0, 0.5, 1.1, 2.0, 5.2, 30.0, 90.0):
            now[0] = hour * 3_600
            reporters.ask(reporters.feeds[0])
            asked.append([path for path, _ in room.asked].count("/1"))
    assert asked == [1, 1, 2, 2, 3, 3, 3]


def test_a_thread_reads_them_and_ends() -> None:
    """Beside the run, and no longer than it."""
    with Server({"/feed": Reply(JSON)}) as room:
        held = Clippings()
        with Reporters([Newsroom("Harbour", room.url + "/feed")], held, loopback=True) as reporters:
            for _ in range(500):
                if len(held):
                    break
                reporters._stop.wait(0.01)
        assert not reporters._thread.is_alive()
    assert len(held) == 1


def test_clippings_are_kept_and_bounded(tmp_path: Path) -> None:
    """Known again after a restart, also of a file that a crash cut; the time of print stays."""
    one = Clipping("https://n.example/1", "One", "N", WHEN, text="Words.")
    old = Clipping("https://n.example/0", "Old", "N", WHEN - 90 * DAY_US)
    held = Clippings(tmp_path)
    assert [held.add(one), held.add(one), held.add(old)] == [True, False, True]
    assert held.add(Clipping(one.url, "One, changed", "N", WHEN + 5, modified_us=WHEN + 5))
    with (tmp_path / "press.ndjson").open("ab") as file:
        file.write(b'{"url": "https://n.ex')
    again = Clippings(tmp_path)
    (found,) = again.between(0, 1 << 62)
    assert (found.title, found.text, found.published_us) == ("One, changed", "Words.", WHEN)


def test_the_file_of_clippings_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An article that is changed again and again does not fill the disk while a desk runs."""
    monkeypatch.setattr("groundswell.press.clippings.SPARE", 10)
    held, path = Clippings(tmp_path), tmp_path / "press.ndjson"
    most = 0
    for n in range(100):
        held.add(Clipping("https://n.example/1", f"Title {n}", "N", WHEN))
        most = max(most, path.read_bytes().count(b"\n"))
    assert most == 12
    assert [one.title for one in Clippings(tmp_path).between(0, 1 << 62)] == ["Title 99"]


def test_a_date_to_come_makes_no_other_article_old() -> None:
    """What a feed dates in 2099 was printed when it was seen; the others stay."""
    held = Clippings()
    for url, day in (("/1", "2026-03-17"), ("/2", "2099-01-01")):
        item = {"url": url, "title": url, "date_published": f"{day}T20:41:00Z"}
        feed = msgspec.json.encode({"version": "1.1", "items": [item]})
        for one in clippings(feed, url="https://n.example/", publisher="", seen_us=SEEN):
            held.add(one)
    assert [one.published_us for one in held.between(0, 1 << 62)] == [WHEN, SEEN]


def test_a_newsroom_s_file_is_looked_through(tmp_path: Path) -> None:
    """Articles, not lines; what cannot be read is counted, and no file is no trouble."""
    assert kept(tmp_path) is None
    held = Clippings(tmp_path)
    for n in (0, 1, 1):
        held.add(Clipping(f"https://n.example/{n}", f"{len(held)}", "N", WHEN + n))
    with (tmp_path / "press.ndjson").open("ab") as file:
        file.write(b"\n\xff\n{}\n")
    assert kept(tmp_path) == Kept(2, 2, WHEN, WHEN + 1)


def test_newsrooms_are_a_list_that_is_easy_to_change(tmp_path: Path) -> None:
    """Ours in several languages, or a file; what is wrong in it is said."""
    starter = newsrooms("starter")
    assert len({one.language for one in starter}) >= 6
    assert all(one.feed.startswith("https://") for one in starter)
    assert newsrooms("") == []
    mine = tmp_path / "mine.toml"
    mine.write_text('[[newsroom]]\nname = "A"\nfeed = "https://a.example/feed"\n')
    assert newsrooms(str(mine)) == [Newsroom("A", "https://a.example/feed")]
    for text in ('[[newsroom]]\nname = "A"\n', "[[", '[[newsroom]]\nname="A"\nfeed="file:///a"\n'):
        mine.write_text(text)
        with pytest.raises(UsageError):
            newsrooms(str(mine))
    with pytest.raises(UsageError, match="no file"):
        newsrooms("nowhere.toml")
