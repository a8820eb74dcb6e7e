"""The newsrooms of the simulated night, served on loopback: feeds that grow as the night goes on.

Two outlets have JSON Feeds with whole texts, one writes RSS, one has summaries whose pages must be
read. Every page says that it is simulated.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from typing import Final

import msgspec

from groundswell.model import MICROSECONDS, iso
from groundswell.settings import event_time
from groundswell.simulate.scenario import Scenario

RSS: Final = frozenset({"Evening Courier"})
"""Outlets that write RSS; the others have a JSON Feed."""


class _Article(msgspec.Struct, forbid_unknown_fields=True):
    outlet: str
    at: float
    title: str
    text: str
    pages_only: bool = False


class _Articles(msgspec.Struct, forbid_unknown_fields=True):
    article: list[_Article]


@dataclass(frozen=True, slots=True)
class Printed:
    """An article, and when its outlet prints it, µs of the night's time."""

    number: int
    outlet: str
    title: str
    text: str
    published_us: int
    pages_only: bool


def printed(night: Scenario) -> list[Printed]:
    """What the newsrooms print of the awards night, in order of time."""
    text = resources.files("groundswell.simulate").joinpath("articles.toml").read_text("utf-8")
    begin = event_time(night.start)
    found = msgspec.toml.decode(text, type=_Articles).article
    return [
        Printed(
            n, one.outlet, one.title, one.text.strip(),
            begin + round(one.at * 60 * MICROSECONDS), one.pages_only,
        )
        for n, one in enumerate(sorted(found, key=lambda one: one.at), 1)
    ]  # fmt: skip


class NewsroomServer:
    """Serves feeds and pages on a free port of 127.0.0.1, as a context.

    Args:
        articles: what is printed.
        now_us: the night's time; what is printed later is not served yet.
    """

    def __init__(self, articles: Sequence[Printed], now_us: Callable[[], int]) -> None:
        self._articles = articles
        self._now_us = now_us
        self.outlets = list(dict.fromkeys(one.outlet for one in articles))
        room = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                room.answer(self)

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="newsroom", daemon=True
        )

    def __enter__(self) -> NewsroomServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def feed(self, outlet: str) -> str:
        """The address of an outlet's feed."""
        return f"{self.url}/{_slug(outlet)}/feed"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answers one request: robots.txt, a feed, or a page."""
        body, kind = self._found(request.path)
        tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
        known = request.headers.get("If-None-Match") == tag
        request.send_response(404 if not kind else 304 if known else 200)
        request.send_header("ETag", tag)
        request.send_header("Content-Type", kind or "text/plain; charset=utf-8")
        request.send_header("Content-Length", "0" if known else str(len(body)))
        request.end_headers()
        if not known:
            request.wfile.write(body)

    def _found(self, path: str) -> tuple[bytes, str]:
        if path == "/robots.txt":
            return b"User-agent: *\nAllow: /\n", "text/plain; charset=utf-8"
        now = self._now_us()
        shown = [one for one in self._articles if one.published_us <= now]
        for outlet in self.outlets:
            if path == f"/{_slug(outlet)}/feed":
                own = [one for one in shown if one.outlet == outlet]
                return self._rss(outlet, own) if outlet in RSS else self._json(outlet, own)
        for one in shown:
            if path == self._path(one):
                return _page(one), "text/html; charset=utf-8"
            if path == self._path(one) + ".txt":
                return one.text.encode(), "text/plain; charset=utf-8"
        return b"there is no such page\n", ""

    def _path(self, one: Printed) -> str:
        return f"/{_slug(one.outlet)}/{one.number}"

    def _address(self, one: Printed) -> str:
        return self.url + self._path(one) + (".txt" if one.pages_only else "")

    def _json(self, outlet: str, articles: Sequence[Printed]) -> tuple[bytes, str]:
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": outlet,
            "description": "Simulated: an invented newsroom.",
            "language": "en",
            "items": [
                {
                    "id": self._address(one), "url": self._address(one), "title": one.title,
                    "date_published": iso(one.published_us),
                    "summary": one.text.split("\n", 1)[0],
                    **({} if one.pages_only else {"content_text": one.text}),
                }
                for one in reversed(articles)
            ],
        }  # fmt: skip
        return msgspec.json.encode(feed), "application/feed+json"

    def _rss(self, outlet: str, articles: Sequence[Printed]) -> tuple[bytes, str]:
        items = "".join(
            f"<item><title>{html.escape(one.title)}</title><link>{self._address(one)}</link>"
            f"<pubDate>{format_datetime(_when(one))}</pubDate><content:encoded>"
            f"{html.escape(_paragraphs(one))}</content:encoded></item>"
            for one in reversed(articles)
        )
        feed = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<title>{html.escape(outlet)}</title><link>{self.url}</link>"
            f"<description>Simulated: an invented newsroom.</description>{items}</channel></rss>"
        )
        return feed.encode(), "application/rss+xml"


def _slug(outlet: str) -> str:
    return outlet.lower().replace(" ", "-")


def _when(one: Printed) -> datetime:
    return datetime.fromtimestamp(one.published_us / MICROSECONDS, UTC)


def _paragraphs(one: Printed) -> str:
    return "".join(f"<p>{html.escape(part)}</p>" for part in one.text.split("\n\n"))


def _page(one: Printed) -> bytes:
    """A page that says what it is."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(one.title)}'
        f"</title><p><strong>Simulated: {html.escape(one.outlet)} and this article are made up."
        f"</strong></p><article><h1>{html.escape(one.title)}</h1>"
        f"<p><time>{iso(one.published_us)}</time></p>{_paragraphs(one)}</article></html>"
    ).encode()
