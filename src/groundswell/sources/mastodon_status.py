"""Mastodon Status objects into the columns of a batch, and their HTML into text.

Owns what a Status says and whether it is taken (`Consent`). Boosts are passed over always: their
words are another post's, and Mastodon's own tag trends do not count them (`Trends::Tags#register`).
A content warning (`spoiler_text`) is not the post's text, and a quoted post's words are not either.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Consent:
    """Whose posts are taken. As it stands, what Mastodon's own trends ask of a post and its author.

    `Trends::Statuses#eligible?` wants a public post of an account that is discoverable and not
    silenced; `Trends::Tags#register` a public one that is no boost. What these leave out of the
    post trends but not of the tag trends (sensitive, with a content warning) is counted here too,
    and marked as not to be quoted.
    """

    visibilities: frozenset[str] = frozenset({"public"})
    """Unlisted says: not in public timelines."""
    discoverable: bool = True
    """Only accounts that opted into discovery; null is no consent."""
    noindex: bool = True
    """Accounts that opted out of search engines are left out."""
    bots: bool = True
    """Accounts that say they are automated are taken: the trends take them as well."""

    def refuses(self, status: Status) -> str:
        """Why a Status is not taken; empty where it is."""
        account = status.account
        if holds(status.reblog):
            return "boost"
        if account is None or status.visibility not in self.visibilities:
            return "not public"
        if self.discoverable and account.discoverable is not True:
            return "not discoverable"
        if self.noindex and account.noindex:
            return "noindex"
        if self.visibilities != SHOWN and (account.limited or account.suspended):
            return "limited"
        return "bot" if account.bot and not self.bots else ""


RECORDED = Consent(SHOWN, discoverable=False, noindex=False)
"""Of recordings: who made one has decided what is in it."""

_INLINE = re.compile(r"</?(?:span|em|strong|b|i|u|s|del|code)(?:\s[^<>]*)?>", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/?p|/?li|/?blockquote|/?pre)(?:[\s/][^<>]*)?>", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z/!?][^<>]*>")
_SILENT = re.compile(
    r"(<(?:script\b|style\b|(?:p|span)\s[^<>]*\bquote-inline\b)[^<>]*>|</(?:script|style|p|span)\s*>)",
    re.IGNORECASE,
)
_NAME = re.compile(r"</?([a-z]+)", re.IGNORECASE)
_SHORTCODE = re.compile(r":([A-Za-z0-9_]{2,64}):")


def text_of(markup: str, pictures: Iterable[str] = ()) -> str:
    r"""The text of a Status: white space where tags stood, entities as characters.

    Tags that only mark letters leave no gap, or `#<span>tag</span>` would be no hashtag, and a
    link whose beginning and end are hidden would not be whole. `pictures` are the shortcodes of
    the server's own emoji, which are no words. What is never shown, and the line that stands for a
    quoted post, is left out.

    Raises:
        ValueError: a character reference with thousands of digits.

    >>> text_of("<p>Tears &amp; joy<br>at the <a href='x'>#<span>Oscars</span></a></p><p>!</p>")
    'Tears & joy\nat the #Oscars\n!'
    >>> text_of("<p>so :blobcat: it is 10:30:45</p>", ["blobcat"])
    'so it is 10:30:45'
    """
    bare = _TAG.sub(" ", _BREAK.sub("\n", _INLINE.sub("", _heard(markup))))
    known = frozenset(pictures)
    if known:
        bare = _SHORTCODE.sub(lambda found: " " if found[1] in known else found[0], bare)
    lines = (" ".join(line.split()) for line in html.unescape(bare).split("\n"))
    return "\n".join(filter(None, lines))


def _heard(markup: str) -> str:
    """Markup without scripts, styles and lines that only point to a quoted post."""
    if "<script" not in (low := markup.lower()) and "<style" not in low and "quote-" not in low:
        return markup
    kept, inside = [], ""
    for part in _SILENT.split(markup):
        tag = _NAME.match(part) if _SILENT.fullmatch(part) else None
        if tag is None or (not inside and part.startswith("</")):
            kept.append("" if inside else part)
        elif not inside:
            inside = tag[1].lower()
        elif part.startswith("</") and tag[1].lower() == inside:
            inside = ""
    return "".join(kept)


class _Account(msgspec.Struct, gc=False):
    uri: str | None = None
    url: str | None = None
    acct: str | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    noindex: bool | None = None
    limited: bool | None = None
    suspended: bool | None = None


class _Card(msgspec.Struct, gc=False):
    url: str | None = None


class _Emoji(msgspec.Struct, gc=False):
    shortcode: str = ""


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
    sensitive: bool | None = None
    spoiler_text: str | None = None
    emojis: list[_Emoji] | None = None
    reblog: msgspec.Raw = NOTHING


class StatusDecoder(LineDecoder[Status]):
    """Appends Statuses of recordings; what is not taken is passed over, and counted by reason."""

    def __init__(self, consent: Consent = RECORDED) -> None:
        super().__init__(msgspec.json.Decoder(Status))
        self._consent = consent
        self.left_out: Counter[str] = Counter()

    def append_all(self, batch: Batch, decoded: list[Status]) -> list[tuple[int, str]]:
        """Append all; position and reason of each that is no Status."""
        reasons = ((at, self._append(batch, status)) for at, status in enumerate(decoded))
        return [(at, reason) for at, reason in reasons if reason]

    def _append(self, batch: Batch, status: Status) -> str:
        problem = problem_of(status)
        refused = "" if problem else self._consent.refuses(status)
        if refused:
            self.left_out[refused] += 1
        if problem or refused or status.created_at is None:
            return problem
        time_us = micros(status.created_at)
        if not OLDEST_US <= time_us <= NEWEST_US:
            stamp = status.created_at.isoformat()
            return f"expected `created_at` between 1990 and 2100, got {stamp}"
        return append(batch, status, time_us)


def problem_of(status: Status) -> str:
    """Why it is no Status at all; empty where it is one."""
    if name_of(status) and status.account is not None and status.created_at is not None:
        return ""
    return "expected a Status with `id`, `account` and `created_at`, got one without"


def name_of(status: Status) -> str:
    """The id that is the same on all servers, or else the server's own."""
    return status.uri or ("" if status.id is None else str(status.id))


def append(batch: Batch, status: Status, time_us: int) -> str:
    """Append a Status that is taken, at an event time; the reason where its text cannot be."""
    account = status.account or _Account()
    try:
        text = text_of(status.content or "", [one.shortcode for one in status.emojis or ()])
    except ValueError:
        return "expected HTML in `content`, got a character reference out of all range"
    batch.ids.append(name_of(status))
    batch.texts.append(text)
    batch.times.append(time_us)
    batch.authors.append(account.uri or account.url or account.acct or "")
    batch.langs.append(status.language or "")
    batch.replies.append(str(status.in_reply_to_id or ""))
    batch.urls.append(status.url or "")
    batch.links.append((status.card.url,) if status.card is not None and status.card.url else ())
    if status.sensitive or (status.spoiler_text or "").strip() or account.indexable is False:
        batch.unquoted.add(batch.ids[-1])
    return ""
