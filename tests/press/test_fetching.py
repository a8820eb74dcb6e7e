"""Fetching: only public places, the address that was checked, limits; robots.txt is heard."""

from __future__ import annotations

import gzip

import pytest

from groundswell.errors import NothingToReadError, SourceError
from groundswell.press import fetching
from groundswell.press.fetching import Fetcher, RefusedError, Resolve
from groundswell.press.pages import fetched, page_from
from groundswell.press.robots import Robots
from tests.press.newsroom import Newsroom, Reply


def at(*addresses: str) -> Resolve:
    """A name that has these addresses."""
    return lambda *_: list(addresses)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.8", "192.168.1.1", "172.16.3.4", "169.254.169.254", "0.0.0.0",  # noqa: S104
        "100.64.0.1", "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "no address",
    ],
)  # fmt: skip
def test_places_that_are_not_public_are_refused(address: str) -> None:
    """A name of one private address is refused before anything is sent, whatever else it has."""
    fetcher = Fetcher(resolve=at("93.184.216.34", address))
    with fetcher, pytest.raises(RefusedError, match="public place"):
        fetcher.get("http://news.example/")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://news.example/", "http://", "news.example",
        "http://user:word@news.example/", "http://news.example:99999/",
        "http://news.example/" + "a" * 3_000, "http://[::1", "gopher://x",
    ],
)  # fmt: skip
def test_addresses_of_other_kinds_are_refused(url: str) -> None:
    """Only http and https, without a user, of a length that people write."""
    with Fetcher(resolve=at("93.184.216.34")) as fetcher, pytest.raises(SourceError):
        fetcher.get(url)


def test_other_ports_are_refused() -> None:
    """A public place is read at 80 and 443 alone: other ports are no newsroom's."""
    with Fetcher(resolve=at("93.184.216.34")) as fetcher, pytest.raises(RefusedError):
        fetcher.get("http://news.example:6379/")


def test_a_name_is_looked_up_once_and_its_address_used() -> None:
    """What was checked is what is connected to: a second answer of the name changes nothing."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    with (
        Newsroom({"/": Reply(b"hello")}) as room,
        Fetcher(loopback=True, resolve=lambda *_: next(answers)) as fetcher,
    ):
        assert fetcher.get(f"http://news.example:{room.port}/").body == b"hello"
        assert room.asked[0][1]["host"] == f"news.example:{room.port}"


def test_a_redirect_is_checked_as_the_first_address() -> None:
    """Onto a place that is not public, nobody is led; onto another page, one is."""
    with (
        Newsroom(
            {
                "/in": Reply(status=302, headers={"Location": "http://192.168.0.1/"}),
                "/on": Reply(status=301, headers={"Location": "/there"}),
                "/round": Reply(status=302, headers={"Location": "/round"}),
                "/file": Reply(status=302, headers={"Location": "file:///etc/passwd"}),
                "/there": Reply(b"there"),
            }
        ) as room,
        Fetcher(loopback=True) as fetcher,
    ):
        assert fetcher.get(room.url + "/on").body == b"there"
        for path in ("/in", "/round", "/file"):
            with pytest.raises(RefusedError):
                fetcher.get(room.url + path)
        assert len([path for path, _ in room.asked if path == "/round"]) == 6


def test_too_much_is_refused_packed_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit holds for what is unpacked: a small answer may be a large one."""
    monkeypatch.setattr(fetching, "MOST_BYTES", 100_000)
    with (
        Newsroom(
            {
                "/big": Reply(b"a" * 200_000),
                "/bomb": Reply(
                    gzip.compress(b"a" * 9_000_000), headers={"Content-Encoding": "gzip"}
                ),
                "/good": Reply(gzip.compress(b"a" * 900), headers={"Content-Encoding": "gzip"}),
                "/odd": Reply(b"abc", headers={"Content-Encoding": "br"}),
            }
        ) as room,
        Fetcher(loopback=True) as fetcher,
    ):
        assert fetcher.get(room.url + "/good").body == b"a" * 900
        for path in ("/big", "/bomb", "/odd"):
            with pytest.raises(RefusedError):
                fetcher.get(room.url + path)


def test_what_is_held_is_not_sent_again() -> None:
    """ETag and Last-Modified go with the request, and 304 has no body."""
    with Newsroom({"/": Reply(status=304)}) as room, Fetcher(loopback=True) as fetcher:
        answer = fetcher.get(room.url + "/", etag='"a"', last_modified="Mon, 05 Oct 2026")
        assert (answer.status, answer.body) == (304, b"")
        assert room.asked[0][1]["if-none-match"] == '"a"'
        assert room.asked[0][1]["if-modified-since"] == "Mon, 05 Oct 2026"
        assert room.asked[0][1]["user-agent"].startswith("Groundswell/")


@pytest.mark.parametrize(
    ("reply", "allowed"),
    [
        (Reply(b"User-agent: *\nDisallow: /private"), True),
        (Reply(b"User-agent: groundswell\nDisallow: /"), False),
        (Reply(status=404), True),
        (Reply(status=503), False),
    ],
)
def test_robots_are_heard(reply: Reply, allowed: bool) -> None:
    """A place's robots.txt decides; one that cannot be had for now is a no. Asked for once."""
    with (
        Newsroom({"/robots.txt": reply, "/1": Reply(b"Words.")}) as room,
        Fetcher(loopback=True) as fetcher,
    ):
        robots = Robots(fetcher)
        assert robots.allow(room.url + "/1") is allowed
        if allowed:
            assert fetched(room.url + "/1", fetcher, robots).text == "Words."
        else:
            with pytest.raises(SourceError, match=r"robots\.txt"):
                fetched(room.url + "/1", fetcher, robots)
        assert [path for path, _ in room.asked].count("/robots.txt") == 1


def test_pages_and_texts() -> None:
    """Plain text is taken as it is; of HTML the article, with its dates."""
    assert page_from(b"\xef\xbb\xbfWords.").text == "Words."
    with pytest.raises(NothingToReadError):
        page_from(b"  \n")
    pytest.importorskip("trafilatura")
    words = "The harbour bridge opened again after nine weeks of work on both of its towers. "
    html = f"""<!doctype html><html><head><title>Bridge opens</title>
      <meta property="article:published_time" content="2026-03-01T08:00:00Z">
      <meta property="article:modified_time" content="2026-03-02T08:00:00Z"></head>
      <body><nav>Home</nav><article><h1>Bridge opens</h1><p>{words * 4}</p><p>{words * 3}</p>
      </article></body></html>"""
    page = page_from(html.encode(), url="https://news.example/1")
    assert "nine weeks" in page.text
    assert (page.published, page.modified) == ("2026-03-01", "2026-03-02")
