"""A page on its way to be read: from a file, standard input or the web, as text with its dates.

HTML becomes text by trafilatura, an extra (`groundswell[press]`); plain text needs nothing.
"""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from groundswell.errors import NothingToReadError, SourceError, UsageError
from groundswell.fetching import MOST_BYTES, Fetcher
from groundswell.press.robots import Robots

_HTML = re.compile(rb"<!doctype html|<html|<head|<body|<article", re.IGNORECASE)
_DATE = r"(\d{4}-\d\d-\d\d)"
_MODIFIED = re.compile(
    rf"(?:article:modified_time|og:updated_time)[\"'][^>]*content=[\"']{_DATE}|"
    rf"content=[\"']{_DATE}[^>]*(?:article:modified_time|og:updated_time)|\"dateModified\":\s*\"{_DATE}"
)


@dataclass(frozen=True, slots=True)
class Page:
    """An article's text, and what its page says of it; empty where it says nothing."""

    text: str
    title: str = ""
    publisher: str = ""
    url: str = ""
    published: str = ""
    """`YYYY-MM-DD`."""
    modified: str = ""


def is_address(name: str) -> bool:
    """Whether a name is one of the web.

    >>> is_address("https://example.org/1"), is_address("article.txt")
    (True, False)
    """
    return name.startswith(("http://", "https://"))


def page_of(name: str) -> Page:
    """The page of an address, a file, or standard input (`-`).

    Raises:
        SourceError: it cannot be read, or robots.txt asks not to.
        NothingToReadError: there is no text in it.
    """
    if is_address(name):
        with Fetcher() as fetcher:
            return fetched(name, fetcher, Robots(fetcher))
    if name == "-":
        return page_from(sys.stdin.buffer.read(MOST_BYTES))
    path = Path(name)
    if not path.is_file():
        raise SourceError(
            f"expected a file or an address, got {name[:100]!r}", hint="name an article's text"
        )
    try:
        with path.open("rb") as file:
            return page_from(file.read(MOST_BYTES))
    except OSError as error:
        raise SourceError(f"expected to read {name[:100]}, got: {error.strerror}") from error


def fetched(url: str, fetcher: Fetcher, robots: Robots) -> Page:
    """The page at an address, where its robots.txt allows to read it."""
    if not robots.allow(url):
        raise SourceError(
            f"expected {urlsplit(url).hostname} to allow reading it, its robots.txt does not",
            hint="read it yourself, and give its text as a file",
        )
    answer = fetcher.get(url)
    if answer.status != 200:
        raise SourceError(
            f"expected a page, got HTTP {answer.status}", hint="is the address right?"
        )
    return page_from(answer.body, url=answer.url)


def page_from(body: bytes, *, url: str = "") -> Page:
    """Bytes as a page: HTML by what it begins with, else plain text (UTF-8)."""
    if _HTML.search(body[:4_000]):
        return _extracted(body, url)
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    if not text.strip():
        raise NothingToReadError("expected an article's text, got nothing")
    return Page(text, url=url)


def _extracted(body: bytes, url: str) -> Page:
    try:
        trafilatura: Any = importlib.import_module("trafilatura")
    except ImportError:
        raise UsageError(
            "expected trafilatura, which makes text of pages",
            hint="pip install 'groundswell[press]', or give the article as plain text",
        ) from None
    found = trafilatura.bare_extraction(
        body, url=url or None, fast=True, with_metadata=True, include_comments=False,
        include_tables=False,
    )  # fmt: skip
    text = (found.text or "") if found is not None else ""
    if not text.strip():
        raise NothingToReadError("expected an article in the page, found no text")
    page = Page(
        text, found.title or "", found.sitename or found.hostname or "", url, found.date or ""
    )
    modified = _MODIFIED.search(body.decode("utf-8", "replace"))
    day = next((group for group in modified.groups() if group), "") if modified else ""
    return replace(page, modified=day)
