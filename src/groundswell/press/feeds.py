"""Feeds as newsrooms write them: RSS and Atom (by feedparser, an extra), and JSON Feed."""

from __future__ import annotations

import calendar
import html
import importlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import msgspec

from groundswell.errors import SourceError, UsageError
from groundswell.fetching import short
from groundswell.model import MICROSECONDS
from groundswell.press.clippings import Clipping

MOST_ENTRIES: Final = 300
_MOST_SUMMARY: Final = 2_000
_BREAKS = re.compile(r"</?(?:p|div|br|li|h[1-6]|blockquote|td|th|tr)\b[^>]{0,500}>", re.IGNORECASE)
_DROPPED = re.compile(r"<(script|style)\b.{0,20000}?</\1>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[A-Za-z/!?][^<>]{0,2000}>")
_NO_CHARACTER = re.compile(r"&#x?[0-9a-f]{9,}", re.IGNORECASE)


class _Item(msgspec.Struct):
    id: str | int = ""
    url: str = ""
    title: str = ""
    summary: str = ""
    content_text: str = ""
    content_html: str = ""
    date_published: str = ""
    date_modified: str = ""
    language: str = ""


class _JsonFeed(msgspec.Struct):
    version: str
    title: str = ""
    language: str = ""
    items: list[_Item] = []


def clippings(body: bytes, *, url: str, publisher: str, seen_us: int) -> list[Clipping]:
    """The entries of a feed, at most 300.

    Args:
        body: RSS of any version, Atom, or JSON Feed 1.0 and 1.1.
        url: where it came from; addresses of entries may be relative to it.
        publisher: who prints it, as the desk shows it; "" takes the feed's own title.
        seen_us: now, µs: stands for the time of publication where an entry has none, or one that
            is still to come; else a single wrong date would make all other articles old.

    Raises:
        SourceError: it is no feed.
        UsageError: it is RSS or Atom, and feedparser is not installed.
    """
    if body.lstrip()[:1] == b"{":
        found = _of_json(body, url, publisher, seen_us)
    else:
        found = _of_xml(body, url, publisher, seen_us)
    return [
        replace(one, published_us=min(one.published_us, seen_us))
        for one in found
        if one.title and leads(one.url)
    ]


def plain(markup: str) -> str:
    r"""Markup as text, a paragraph a line.

    >>> plain("<p>Tea &amp; toast<br>here</p><script>x()</script>").split(chr(10))
    ['Tea & toast', 'here']
    >>> plain("if a < b and c > d"), plain("<td>1</td><td>2</td>"), plain("&#" + "9" * 5_000 + ";")
    ('if a < b and c > d', '1\n2', ';')
    """
    text = _TAG.sub("", _BREAKS.sub("\n", _DROPPED.sub("", markup)))
    text = _NO_CHARACTER.sub("", text)
    lines = (" ".join(html.unescape(line).split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _of_json(body: bytes, url: str, publisher: str, seen_us: int) -> list[Clipping]:
    try:
        feed = msgspec.json.decode(body, type=_JsonFeed)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise SourceError(f"expected a JSON Feed from {short(url)}, got: {error}") from error
    return [
        Clipping(
            url=_joined(url, one.url or str(one.id)),
            title=plain(one.title)[:300],
            publisher=publisher or feed.title[:100],
            published_us=_time(one.date_published) or seen_us,
            modified_us=_time(one.date_modified),
            language=(one.language or feed.language)[:20],
            summary=plain(one.summary)[:_MOST_SUMMARY],
            text=one.content_text or plain(one.content_html),
        )
        for one in feed.items[:MOST_ENTRIES]
    ]


def _time(text: str) -> int | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return round(when.replace(tzinfo=when.tzinfo or UTC).timestamp() * MICROSECONDS)


def _of_xml(body: bytes, url: str, publisher: str, seen_us: int) -> list[Clipping]:
    try:
        feedparser: Any = importlib.import_module("feedparser")
    except ImportError:
        raise UsageError(
            "expected feedparser, which reads RSS and Atom",
            hint="pip install 'groundswell[press]'",
        ) from None
    try:
        feed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # what it stumbles over is of every kind: see tests/test_fuzz.py
        raise SourceError(f"expected a feed from {short(url)}, got one that is broken") from error
    if not feed.get("version") and not feed.entries:
        raise SourceError(f"expected a feed from {short(url)}, got something else")
    name = publisher or plain(_said(feed.feed, "title"))[:100]
    language = _said(feed.feed, "language")[:20]
    return [_entry(one, url, name, language, seen_us) for one in feed.entries[:MOST_ENTRIES]]


def _entry(one: Any, url: str, publisher: str, language: str, seen_us: int) -> Clipping:
    content = next((_said(part, "value") for part in one.get("content") or []), "")
    modified = _stamp(dict.get(one, "updated_parsed"))
    return Clipping(
        url=_joined(url, _said(one, "link")),
        title=plain(_said(one, "title"))[:300],
        publisher=publisher,
        published_us=_stamp(one.get("published_parsed")) or modified or seen_us,
        modified_us=modified,
        language=language,
        summary=plain(_said(one, "summary"))[:_MOST_SUMMARY],
        text=plain(content),
    )


def _said(one: Any, name: str) -> str:
    """What an element says; nothing where a broken feed has it without a text."""
    value = one.get(name)
    return value if isinstance(value, str) else ""


def _joined(url: str, link: str) -> str:
    """The address that a link leads to; nothing where it is none."""
    try:
        return urljoin(url, link)
    except ValueError:
        return ""


def leads(url: str) -> bool:
    """Whether it is an address of the web.

    >>> leads("https://news.example/1"), leads("javascript:x"), leads("http://[::1")
    (True, False, False)
    """
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _stamp(parsed: Any) -> int | None:
    return calendar.timegm(parsed) * MICROSECONDS if parsed else None
