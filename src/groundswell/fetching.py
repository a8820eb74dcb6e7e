"""Fetching what others publish, safely: addresses come from feeds and posts, so they are hostile.

A name is resolved once, every address that it has must be a public one, and the connection goes to
the one that was checked (no second look-up, so no rebinding). Redirects are followed by hand, each
checked as the first; size and time have limits, also of what was packed. No proxy, no cookies.
"""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from groundswell.addresses import loopback, public
from groundswell.errors import SourceError

AGENT: Final = "Groundswell/0.1 (self-hosted trend desk; reads feeds and articles politely)"
MOST_BYTES: Final = 4 << 20
MOST_SECONDS: Final = 20.0
MOST_REDIRECTS: Final = 5
_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LONGEST_URL: Final = 2_000


class RefusedError(SourceError):
    """An address that is not fetched, or an answer that is not taken."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer, whole; `body` is empty for 304."""

    url: str
    """Where it came from, after redirects."""
    status: int
    body: bytes
    kind: str
    """Its media type, in lower case and without parameters."""
    etag: str = ""
    last_modified: str = ""
    retry_after: str = ""


Resolve = Callable[[str, int], list[str]]
"""Name and port to the addresses that it has now."""


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system knows them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Fetcher:
    """Fetches by GET; one for many requests, from one thread at a time. Use it as a context.

    Args:
        loopback: whether addresses of this machine are fetched, and they alone at other ports than
            80 and 443: for the simulated newsroom and for tests.
        contact: whom to tell of trouble, as services of open data want to see in the User-Agent:
            an address or mail; only plain characters of it are sent.
        resolve: how names become addresses.
    """

    def __init__(
        self, *, loopback: bool = False, contact: str = "", resolve: Resolve = resolved
    ) -> None:
        self._loopback = loopback
        self._resolve = resolve
        self._client = httpx.Client(
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(10.0, connect=5.0),
            headers={"User-Agent": _agent(contact), "Accept-Encoding": "gzip"},
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
        """An answer, through at most five redirects; statuses of errors are answers too.

        Args:
            url: http or https.
            etag: of what is held already: a server that has nothing newer answers 304.
            last_modified: likewise.

        Raises:
            RefusedError: an address that is not public, a redirect that leads astray, too much or
                too slow an answer.
            SourceError: nobody answers.
        """
        headers = {}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        until = time.monotonic() + MOST_SECONDS
        for _ in range(MOST_REDIRECTS + 1):
            answer, onward = self._once(url, headers, until)
            if answer is not None:
                return answer
            if urlsplit(url).scheme == "https" and urlsplit(onward).scheme != "https":
                raise RefusedError(f"expected {short(url)} to stay with https, got a way to http")
            url = onward
        raise RefusedError(f"expected at most {MOST_REDIRECTS} redirects from {short(url)}")

    def _once(self, url: str, headers: dict[str, str], until: float) -> tuple[Fetched | None, str]:
        place = _place(url)
        host, port = place.raw_host.decode("ascii"), place.port or _PORTS[place.scheme]
        named = self._checked(host, port, usual=port == _PORTS[place.scheme])
        target = place.copy_with(host=named, port=port, fragment=None)
        shown = f"[{host}]" if ":" in host else host
        shown += "" if port == _PORTS[place.scheme] else f":{port}"
        request = self._client.build_request(
            "GET", target, headers={**headers, "Host": shown}, extensions={"sni_hostname": host}
        )
        try:
            answer = self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise SourceError(
                f"expected an answer from {host}, got {type(error).__name__}",
                hint="try again later",
            ) from error
        try:
            if answer.status_code in _REDIRECTS and "location" in answer.headers:
                return None, urljoin(url, answer.headers["location"])
            return self._taken(url, answer, until), ""
        finally:
            answer.close()

    def _taken(self, url: str, answer: httpx.Response, until: float) -> Fetched:
        given = answer.headers
        body = b"" if answer.status_code == 304 else _whole(url, answer, until)
        return Fetched(
            url, answer.status_code, body,
            given.get("content-type", "").split(";")[0].strip().lower(),
            given.get("etag", "")[:200], given.get("last-modified", "")[:100],
            given.get("retry-after", "")[:100],
        )  # fmt: skip

    def _checked(self, host: str, port: int, *, usual: bool) -> str:
        """The address to go to, of a host all of whose addresses may be gone to."""
        try:
            found = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise SourceError(f"expected {host[:80]} to have an address, got none") from error
        if not found or not all(self._allowed(address, usual) for address in found):
            raise RefusedError(
                f"expected {host[:80]} to be a public place, port 80 or 443",
                hint="addresses of this machine and of networks at home are not fetched",
            )
        return f"[{found[0]}]" if ":" in found[0] else found[0]

    def _allowed(self, address: str, usual_port: bool) -> bool:
        return self._loopback if loopback(address) else usual_port and public(address)


def _place(url: str) -> httpx.URL:
    """An address, taken apart once: what is checked is what is asked for."""
    try:
        place = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError):
        raise RefusedError(f"expected an address, got {short(url)}") from None
    known = place.scheme in _PORTS and place.raw_host and len(url) <= _LONGEST_URL
    if not known or place.userinfo:
        raise RefusedError(f"expected http or https and a host, got {short(url)}")
    return place


def _agent(contact: str) -> str:
    r"""What we call ourselves.

    >>> _agent("")[-9:], _agent("desk@news.example\r\n(X)")[-20:]
    ('politely)', ' desk@news.exampleX)')
    """
    plain = "".join(one for one in contact if " " <= one <= "~" and one not in "()")[:100]
    return AGENT[:-1] + (f"; {plain})" if plain else ")")


def _whole(url: str, answer: httpx.Response, until: float) -> bytes:
    packing = answer.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip"):
        raise RefusedError(f"expected {short(url)} plain or as gzip, got {packing[:20]!r}")
    body = bytearray()
    try:
        for piece in _unpacked(answer.iter_raw(), packed="gzip" in packing):
            body += piece
            if len(body) > MOST_BYTES:
                raise RefusedError(f"expected at most {MOST_BYTES >> 20} MB from {short(url)}")
            if time.monotonic() > until:
                raise RefusedError(f"expected {short(url)} within {MOST_SECONDS:.0f} s")
    except (httpx.HTTPError, zlib.error) as error:
        raise SourceError(f"expected all of {short(url)}, got {type(error).__name__}") from error
    return bytes(body)


def _unpacked(raw: Iterator[bytes], *, packed: bool) -> Iterator[bytes]:
    """Bytes as they were before packing, never more at once than the limit and one."""
    if not packed:
        yield from raw
        return
    machine = zlib.decompressobj(31)
    for piece in raw:
        rest = piece
        while rest and not machine.eof:
            yield machine.decompress(rest, MOST_BYTES + 1)
            rest = machine.unconsumed_tail


def short(url: str) -> str:
    """An address as messages have it: without its query, which may hold somebody's key.

    >>> short("https://news.example/feed?key=1")
    "'https://news.example/feed?…'"
    """
    path, query, _ = url.partition("?")
    return repr(path[:100] + ("?…" if query else ""))
