"""The neighbours' formats, as their own clients and published documents read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from groundswell.model import Board, Doubt
from groundswell.serve.app import serve
from groundswell.serve.desk import state
from groundswell.serve.desk.state import DeskState
from groundswell.times import DAY_US
from tests.serve.boards import HOSTILE
from tests.serve.kept import MINUTE, ORDINARY, START, WELSH, filled, get, story, told

TAGS = tuple(f"#Tag{i}" for i in range(25))
HT = "{https://trends.google.com/trending/rss}"
ATOM = "{http://www.w3.org/2005/Atom}"

# https://github.com/bluesky-social/atproto: lexicons/app/bsky/unspecced/defs.json, #trendView, with
# the fields that its published clients know (atproto for Python, @atproto/api) as of 2025.
REQUIRED = {
    "topic": str, "displayName": str, "link": str, "startedAt": str, "postCount": int,
    "actors": list,
}  # fmt: skip
OPTIONAL = {"status": str, "category": str, "description": str}
# the same, lexicons/app/bsky/unspecced/getTrends.json: parameters.limit
LEAST, MOST, DEFAULT = 1, 25, 10


def tagged(minute: int, titles: tuple[str, ...] = TAGS, **values: Any) -> Board:
    """A board whose stories are hashtags, each with so many people more than the next."""
    board = told(minute, titles)
    sure = tuple(replace(one, doubts=()) for one in board.stories)
    return replace(board, **{"stories": sure, **values})


@pytest.fixture
def desk() -> DeskState:
    """A desk whose 25 stories are hashtags."""
    return filled([tagged(1)], None)


@pytest.fixture
def url(desk: DeskState) -> Iterator[str]:
    with serve(desk, "127.0.0.1", 0) as server:
        yield server.url


def test_a_mastodon_client_reads_the_trends(url: str) -> None:
    """Mastodon.py gets tags with a week's history, turns pages, and takes empty lists."""
    mastodon = pytest.importorskip("mastodon")
    # a desk is no Mastodon server and does not say that it is one
    client = mastodon.Mastodon(
        api_base_url=url, mastodon_version="4.3.0", version_check_mode="created"
    )
    first = client.trending_tags(limit=10)
    assert [tag.name for tag in first] == [name[1:] for name in TAGS[:10]]
    assert len(first[0].history) == 7
    assert first[0].history[0].accounts == "99"
    assert first[0].url.startswith(url + "/story/")
    second = client.fetch_next(first)
    third = client.fetch_next(second)
    assert [tag.name for tag in (*first, *second, *third)] == [name[1:] for name in TAGS]
    assert client.fetch_next(third) is None
    assert client.trending_links() == []
    assert client.trending_statuses() == []


def test_tags_have_the_fields_and_limits_of_mastodons(desk: DeskState) -> None:
    """As docs.joinmastodon.org has them: 10 unless asked, 20 at most, numbers as strings."""
    path = "/api/v1/trends/tags"
    whole = get(desk, path).json()
    assert len(whole) == 10
    assert len(get(desk, f"{path}?limit=400").json()) == 20
    assert get(desk, f"{path}?limit=0").json() == []
    assert get(desk, f"{path}?offset=24").json()[0]["name"] == "Tag24"
    assert get(desk, f"{path}?offset=999999").json() == []
    assert len({tag["id"] for tag in get(desk, f"{path}?limit=20").json()}) == 20
    for tag in whole:
        assert set(tag) == {"id", "name", "url", "history"}
        assert tag["id"].isdigit()
        days = [int(day["day"]) for day in tag["history"]]
        assert days == [days[0] - 86_400 * i for i in range(7)]
        assert days[0] % 86_400 == 0
        for day in tag["history"]:
            assert all(isinstance(value, str) and value.isdigit() for value in day.values())
    links = get(desk, f"{path}?limit=5&offset=10").headers["link"]
    assert re.findall(r'offset=(\d+)>; rel="(\w+)"', links) == [("15", "next"), ("5", "prev")]


def test_a_week_of_a_tag_comes_from_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days on which a story of the tag was last listed, held or kept; no people counted twice."""
    monkeypatch.setattr(state, "HELD", 1)
    day = DAY_US // MINUTE
    boards = []
    for ago, people in ((8, 70), (2, 40), (2, 30), (0, 12)):
        minute = 20 * day - ago * day - len(boards)
        one = story("#Rain", 1, id=f"rain{len(boards)}", authors=people, posts=people + 1)
        boards.append(replace(told(minute), stories=(one,), events=()))
    boards.sort(key=lambda board: board.at)
    desk = filled(boards, tmp_path / "kept")
    (tag,) = get(desk, "/api/v1/trends/tags").json()
    assert [one["accounts"] for one in tag["history"]] == ["12", "0", "40", "0", "0", "0", "0"]
    assert [one["uses"] for one in tag["history"]] == ["13", "0", "41", "0", "0", "0", "0"]
    assert int(tag["history"][0]["day"]) * 1_000_000 <= boards[-1].at


@pytest.mark.parametrize("path", ["/api/v1/trends/tags", "/xrpc/app.bsky.unspecced.getTrends"])
def test_what_is_doubted_or_only_stirs_is_left_out_where_no_doubt_can_stand(path: str) -> None:
    """A campaign must not look like a trend in a client that cannot show why it is doubted."""
    doubt = Doubt("copied-text", 0.8, "one text")
    stories = (
        story("#Campaign", 1, doubts=(doubt,)),
        story("#Stirs", 2, confirmed=False, doubts=()),
        story("#Real", 3, doubts=()),
    )
    desk = filled([tagged(1, stories=stories)], None)
    found = get(desk, path).json()
    names = (
        [one.get("name", one.get("topic")) for one in found.get("trends", ())]
        if isinstance(found, dict)
        else [one["name"] for one in found]
    )
    assert [name.removeprefix("#") for name in names] == ["Real"]


def test_trends_are_as_blueskys_lexicon_wants_them(desk: DeskState) -> None:
    """Required fields, types, limits; no field that the lexicon does not know, and no actor."""
    path = "/xrpc/app.bsky.unspecced.getTrends"
    desk.publish(replace(told(2, ORDINARY), stories=tuple(
        story(f"{i}", i, doubts=()) for i in range(1, 31)
    )))  # fmt: skip
    answer = get(desk, path).json()
    assert set(answer) == {"trends"}
    assert len(answer["trends"]) == DEFAULT
    for limit in (LEAST, MOST):
        assert len(get(desk, f"{path}?limit={limit}").json()["trends"]) == limit
    for limit in (LEAST - 1, MOST + 1):
        assert get(desk, f"{path}?limit={limit}").status_code == 400
    for trend in answer["trends"]:
        for name, kind in REQUIRED.items():
            assert type(trend[name]) is kind
        assert set(trend) <= set(REQUIRED) | set(OPTIONAL)
        assert trend["actors"] == []
        assert datetime.fromisoformat(trend["startedAt"]) == datetime.fromtimestamp(
            START / 1e6, UTC
        )
        assert trend["link"].startswith("http://desk.example/story/")


def test_a_feed_reader_reads_the_feed(desk: DeskState) -> None:
    """With feedparser, which finds nothing wrong: titles, links, dates, the traffic."""
    feedparser = pytest.importorskip("feedparser")
    feed = feedparser.parse(get(desk, "/feeds/all.rss").content)
    assert not feed.bozo
    assert feed.version == "rss20"
    assert [entry.title for entry in feed.entries] == list(TAGS)
    first = feed.entries[0]
    assert first.ht_approx_traffic == "119+"
    assert first.link == first.id == f"http://desk.example/story/{story(TAGS[0], 1).id}"
    assert datetime(*first.published_parsed[:6], tzinfo=UTC) == datetime.fromtimestamp(
        START / 1e6, UTC
    )
    links = {link.rel: link.href for link in feed.feed.links}
    assert links["self"] == "http://desk.example/feeds/all.rss"


def items(content: bytes) -> tuple[Element, list[Element]]:
    root = fromstring(content)  # noqa: S314 -- our own
    channel = root.find("channel")
    assert channel is not None
    return channel, channel.findall("item")


def test_a_feed_says_what_its_numbers_are_and_every_doubt() -> None:
    """Posts, not searches; doubts in words and as categories; made-up nights named as such."""
    desk = filled([told(1)], None)
    answer = get(desk, "/feeds/all.rss")
    assert answer.headers["content-type"].startswith("application/rss+xml")
    channel, found = items(answer.content)
    about = channel.findtext("description") or ""
    assert "not searches" in about
    assert "made up" in about
    told_of = found[1].findtext("description") or ""
    assert "Doubt: copied text" in told_of
    assert found[1].findtext("category") == "copied-text"
    assert not channel.findall(f".//{HT}news_item"), "the desk has no article to name"
    assert [one.get("rel") for one in channel.findall(f"{ATOM}link")] == ["self"]


def test_hostile_text_is_text_in_a_feed() -> None:
    """Also where a reader takes a description for HTML; what XML cannot write is replaced."""
    bad = (
        *HOSTILE,
        "]]><script>hit()</script>",
        "a\x00\x08\ufffe\x1b[2J&amp;",
        "&lt;img src=x&gt;",
    )
    desk = filled([told(1, bad)], None)
    content = get(desk, "/feeds/all.rss").content
    _, found = items(content)
    assert [one.findtext("title") for one in found][:4] == list(bad[:4])
    assert found[-2].findtext("title") == "a\ufffd\ufffd\ufffd\ufffd[2J&amp;"
    for one in found:
        html = one.findtext("description") or ""
        assert set(re.findall(r"<[^>]*>", html)) <= {"<p>", "</p>"}
        assert len(one.findtext("title") or "") <= 300


def test_a_feed_of_a_board_without_a_slice_is_an_empty_feed() -> None:
    """Its board is there, or will be: well formed, and nothing in it."""
    desk = filled([told(1, WELSH, "cy")], None)
    _, found = items(get(desk, "/feeds/all.rss").content)
    assert found == []
    channel, welsh = items(get(desk, "/feeds/cy.rss").content)
    assert len(welsh) == 2
    assert channel.findtext("link") == "http://desk.example/?board=cy"
