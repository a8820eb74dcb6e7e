"""Mastodon Status objects into the columns of a batch, and their HTML into text.

Owns what a Status says. Only public and unlisted ones are taken, boosts never: their words are
another post's. A content warning (`spoiler_text`) is not the post's text.
"""

from __future__ import annotations

import html
import re

import msgspec

from groundswell.model import Batch
from groundswell.sources.lines import (
    NEWEST_US,
    NOTHING,
    OLDEST_US,
    LineDecoder,
    Time,
    holds,
    micros,
)

SHOWN = frozenset({"public", "unlisted"})
"""Visibilities of posts that anyone may read."""

_INLINE = re.compile(r"</?(?:span|em|strong|b|i|u|s|del|code)(?:\s[^<>]*)?>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/?p|/?li|/?blockquote|/?pre)(?:[\s/][^<>]*)?>", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z/!?][^<>]*>")


def text_of(markup: str) -> str:
    r"""The text of a Status: white space where tags stood, entities as characters.

    Tags that only mark letters leave no gap, or `#<span>tag</span>` would be no hashtag.

    Raises:
        ValueError: a character reference with thousands of digits.

    >>> text_of("<p>Tears &amp; joy<br>at the <a href='x'>#<span>Oscars</span></a></p><p>!</p>")
    'Tears & joy\nat the #Oscars\n!'
    """
    bare = _TAG.sub(" ", _BREAK.sub("\n", _INLINE.sub("", markup)))
    lines = (" ".join(line.split()) for line in html.unescape(bare).split("\n"))
    return "\n".join(filter(None, lines))


class _Account(msgspec.Struct, gc=False):
    uri: str | None = None
    url: str | None = None
    acct: str | None = None


class _Card(msgspec.Struct, gc=False):
    url: str | None = None


class Status(msgspec.Struct, gc=False):
    """What is read of a Status."""

    id: str | int | None = None
    uri: str | None = None
    content: str | None = None
    created_at: Time | None = None
    account: _Account | None = None
    visibility: str | None = None
    language: str | None = None
    in_reply_to_id: str | int | None = None
    url: str | None = None
    card: _Card | None = None
    reblog: msgspec.Raw = NOTHING


class StatusDecoder(LineDecoder[Status]):
    """Appends Statuses; boosts and posts to few are passed over without a word."""

    def __init__(self) -> None:
        super().__init__(msgspec.json.Decoder(Status))

    def append_all(self, batch: Batch, decoded: list[Status]) -> list[tuple[int, str]]:
        """Append all; position and reason of each that is no Status."""
        reasons = ((at, _append(batch, status)) for at, status in enumerate(decoded))
        return [(at, reason) for at, reason in reasons if reason]


def _append(batch: Batch, status: Status) -> str:
    post_id = status.uri or status.id
    account = status.account
    if post_id is None or post_id == "" or account is None or status.created_at is None:
        return "expected a Status with `id`, `account` and `created_at`, got one without"
    if status.visibility not in SHOWN or holds(status.reblog):
        return ""
    time_us = micros(status.created_at)
    if not OLDEST_US <= time_us <= NEWEST_US:
        return f"expected `created_at` between 1990 and 2100, got {status.created_at.isoformat()}"
    try:
        text = text_of(status.content or "")
    except ValueError:
        return "expected HTML in `content`, got a character reference out of all range"
    batch.ids.append(str(post_id))
    batch.texts.append(text)
    batch.times.append(time_us)
    batch.authors.append(account.uri or account.url or account.acct or "")
    batch.langs.append(status.language or "")
    batch.replies.append(str(status.in_reply_to_id or ""))
    batch.urls.append(status.url or "")
    batch.links.append((status.card.url,) if status.card is not None and status.card.url else ())
    return ""
