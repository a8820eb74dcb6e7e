"""Fetching: only public places, the address that was checked, limits; robots.txt is heard."""

from __future__ import annotations

import gzip
import ipaddress
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell import fetching
from groundswell.addresses import public
from groundswell.errors import NothingToReadError, SourceError
from groundswell.fetching import Fetcher, RefusedError, Resolve
from groundswell.press.pages import fetched, page_from
from groundswell.press.robots import Robots
from tests.press.newsroom import Newsroom, Reply


def at(*addresses: str) -> Resolve:
    """A name that has these addresses."""
    return lambda *_: list(addresses)


CLOSED = (
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.8", "172.16.3.4",  # noqa: S104
    "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255",
    "100.100.100.200", "168.63.129.16", "192.0.0.8", "192.0.0.192", "192.0.2.1", "192.88.99.1",
    "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::7f00:1", "::10.0.0.1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::8.8.8.8", "64:ff9b:1::7f00:1", "64:ff9b:1:fffe::a00:1", "100::1", "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1", "2001:db8::1",
    "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1", "2a00:1450::5efe:a00:1",
    "2a00:1450::200:5efe:7f00:1", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fe80::1%eth0", "2a00:1450::1%eth0", "fec0::1", "ff02::1", "ff0e::1", "no address",
    "127.1", "2130706433", "",
)  # fmt: skip
"""Loopback, private, link-local, shared, tunnels to any of them, groups, and what is none."""
SPELLINGS = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "0x7f.1",
    "0",
    "0.0",
    "10.1",
    "0xa000001",
    "167772161",
    "0x0a.0.0.1",
    "012.0.0.1",
    "192.168.257",
    "0300.0250.1",
    "3232235777",
    "169.254.43518",
    "2852039166",
    "0xA9FEA9FE",
    "0251.0376.0251.0376",
    "127.0.0.1.",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:7f00:1]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fe80::1%25lo]",
    "127。0。0。1",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "localhost",
    "LOCALHOST",
)
"""Ways to write hosts that lead inside, as the system's own look-up reads them."""


@pytest.fixture
def connections() -> Iterator[list[object]]:
    """Every connection and datagram that Python begins meanwhile, whoever begins it."""
    made: list[object] = []
    _LISTENING.append(made)
    yield made
    _LISTENING.remove(made)


_LISTENING: list[list[object]] = []


def _heard(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        for made in _LISTENING:
            made.append(arguments[1])


sys.addaudithook(_heard)


@pytest.mark.parametrize("address", CLOSED)
def test_places_that_are_not_public_are_refused(address: str, connections: list[object]) -> None:
    """A name of one such address is refused whatever else it has, and nothing is sent."""
    for found in ((address,), ("93.184.216.34", address)):
        for url in ("http://news.example/", "https://news.example/"):
            with Fetcher(resolve=at(*found)) as fetcher, pytest.raises(RefusedError):
                fetcher.get(url)
    assert connections == []


@pytest.mark.parametrize("host", SPELLINGS)
def test_odd_spellings_lead_nowhere(host: str, connections: list[object]) -> None:
    """Decimal, octal, hexadecimal, short and full-width hosts are judged by where they lead."""
    with Fetcher() as fetcher, pytest.raises(SourceError):
        fetcher.get(f"http://{host}/latest/meta-data")
    assert connections == []


def test_the_count_of_connections_counts(connections: list[object]) -> None:
    """One that is made is seen: the tests above can fail."""
    with Newsroom({"/": Reply(b"hello")}) as room, Fetcher(loopback=True) as fetcher:
        fetcher.get(room.url + "/")
    assert len(connections) == 1


@pytest.mark.parametrize("path", ["/away", "/"])
def test_no_second_answer_leads_inside(path: str, connections: list[object]) -> None:
    """Neither a redirect nor a name that has another address when it is asked for again."""
    away = Reply(status=302, headers={"Location": "http://later.example/"})
    looked: list[str] = []

    def resolve(host: str, _: int) -> list[str]:
        looked.append(host)
        return (
            ["10.0.0.1"] if looked.count("news.example") > 1 or "later" in host else ["127.0.0.1"]
        )

    with (
        Newsroom({"/": Reply(b"hello"), "/away": away}) as room,
        Fetcher(loopback=True, resolve=resolve) as fetcher,
    ):
        url = f"http://news.example:{room.port}{path}"
        if path == "/":
            fetcher.get(url)
        with pytest.raises(RefusedError):
            fetcher.get(url)
    assert connections == [("127.0.0.1", room.port)]


@given(st.integers(0, 2**32 - 1) | st.integers(0, 2**128 - 1))
def test_what_is_public_is_global_too(number: int) -> None:
    """Nothing that Python calls private, reserved or a group is ever public here."""
    address = ipaddress.ip_address(number)
    if public(str(address)):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://news.example/", "http://", "news.example",
        "http://user:word@news.example/", "http://news.example:99999/",
        "http://news.example/" + "a" * 3_000, "http://[::1", "gopher://x",
        "http://news.example/\x00", "http://10.0.0.1\\@news.example/", "http://a..b\r\n/",
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
