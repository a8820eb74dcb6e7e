"""What one account or post is called: in every way that a stream or a person may write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import httpx

from groundswell.errors import SourceError

POST: Final = "app.bsky.feed.post"
ASK: Final = "https://public.api.bsky.app/xrpc/com.atproto.identity.resolveHandle"
TIMEOUT: Final = 5.0

_ADDRESS = re.compile(r"@?([\w.-]+)@([\w.-]+\.\w+)")
_HANDLE = re.compile(r"@?((?:[A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*)")
_BLUESKY = re.compile(r"https?://bsky\.app/profile/([^/?#]+)(?:/post/([^/?#]+))?/?")
_PERSON = re.compile(r"https?://([^/]+)/(?:@|users/)([\w.-]+)/?")

Get = Callable[..., Any]


def spellings(who: str) -> set[str]:
    """All names under which a stream may know an account or a post.

    >>> "ann@example.social" in spellings("https://Example.social/@ann")
    True
    >>> "https://example.social/users/ann" in spellings("@ann@example.social")
    True
    >>> spellings("https://bsky.app/profile/did:plc:x/post/3k") >= {
    ...     "at://did:plc:x/app.bsky.feed.post/3k"}
    True
    """
    who = who.strip()
    found = {who}
    if match := _BLUESKY.fullmatch(who):
        account, rkey = match.groups()
        return found | ({f"at://{account}/{POST}/{rkey}"} if rkey else spellings(account))
    if match := _PERSON.fullmatch(who):
        host, name = match.groups()
        found |= _of_address(name, host)
    elif match := _ADDRESS.fullmatch(who):
        found |= _of_address(*match.groups())
    elif match := _HANDLE.fullmatch(who):
        found |= {match[1], f"@{match[1]}", match[1].lower(), f"@{match[1].lower()}"}
    elif who.startswith("@"):
        found.add(who[1:])
    return found


def _of_address(name: str, host: str) -> set[str]:
    return {
        form
        for n, h in {(name, host), (name, host.lower()), (name.lower(), host.lower())}
        for form in (
            f"{n}@{h}", f"@{n}@{h}", f"https://{h}/@{n}", f"https://{h}/users/{n}",
        )
    }  # fmt: skip


def resolved(who: str, get: Get = httpx.get) -> set[str]:
    """What a handle of Bluesky or an address of the Fediverse stands for, asked of the network.

    Empty for what needs no asking.

    Raises:
        SourceError: nobody answers, or nobody of that name is known.
    """
    who = who.strip()
    match = _BLUESKY.fullmatch(who)
    handle = _HANDLE.fullmatch(match[1] if match and not match[2] else who)
    address = _ADDRESS.fullmatch(who) or _PERSON.fullmatch(who)
    try:
        if address is not None:
            name, host = address.groups() if "://" not in who else reversed(address.groups())
            return _actors(get(
                f"https://{host}/.well-known/webfinger",
                params={"resource": f"acct:{name}@{host}"}, timeout=TIMEOUT,
            ).raise_for_status().json())  # fmt: skip
        if handle is not None:
            said = get(ASK, params={"handle": handle[1]}, timeout=TIMEOUT)
            return {str(said.raise_for_status().json()["did"])}
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(
            f"expected to learn whom {who} names, got {type(error).__name__}",
            hint="what is called so is forgotten; to be sure, name the did or the account's URL",
        ) from error
    return set()


def _actors(answer: dict[str, Any]) -> set[str]:
    """The account's own URL, in an answer of WebFinger (RFC 7033)."""
    return {
        str(link["href"])
        for link in answer["links"]
        if link.get("rel") == "self" and "href" in link
    }
