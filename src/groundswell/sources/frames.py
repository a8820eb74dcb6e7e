"""Jetstream's frames as types, of both protocols, and what a record says besides its text."""

from __future__ import annotations

import msgspec

from groundswell.sources.lines import BAD_JSON, NOTHING, Time, holds

POST = "app.bsky.feed.post"
"""The collection that this reads."""
LINKS_A_POST = 16
"""Links kept of one post: a frame may hold thousands, people do not write them."""


class Target(msgspec.Struct, gc=False):
    """What something points to."""

    uri: str = ""


class Reply(msgspec.Struct, gc=False):
    """What a post answers."""

    parent: Target | None = None


class Facet(msgspec.Struct, gc=False):
    """A stretch of the text that leads somewhere."""

    features: list[Target] = []  # mentions and hashtags have no uri


class Embed(msgspec.Struct, gc=False):
    """The card beneath a post."""

    external: Target | None = None


class Record(msgspec.Struct, gc=False):
    """A post as its author wrote it."""

    text: str | None = None
    langs: list[str] | None = None
    reply: Reply | None = None
    facets: list[Facet] | None = None
    embed: Embed | None = None
    labels: msgspec.Raw = NOTHING  # of any shape: a warning that cannot be read is one all the same


class Commit(msgspec.Struct, gc=False):
    """What became of a record."""

    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: Record | None = None


class Account(msgspec.Struct, gc=False):
    """News of an account."""

    active: bool | None = None
    status: str | None = None


class Event(msgspec.Struct, gc=False):
    """A v2 payload: v1's commit with its author and time inside."""

    did: str = ""
    time: Time | None = None
    seq: int = 0
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: Record | None = None
    account: Account | None = None


class Frame(msgspec.Struct, gc=False):
    """What is read of a frame of v1, which has a `commit`, or v2, which has a `payload`."""

    did: str = ""
    time_us: int = 0
    cursor: int = 0
    commit: Commit | None = None
    account: Account | None = None
    payload: Event | None = None


class _LooseCommit(msgspec.Struct, gc=False):
    collection: str = ""


class _Loose(msgspec.Struct, gc=False):
    """Enough to tell a bad post from something that is none of ours."""

    did: str = ""
    kind: str = ""
    type: str = msgspec.field(name="$type", default="")
    commit: _LooseCommit | None = None
    payload: msgspec.Raw = NOTHING


FRAMES = msgspec.json.Decoder(Frame)
FACETS = msgspec.json.Decoder(list[Facet])
EMBED = msgspec.json.Decoder(Embed)
_LOOSE = msgspec.json.Decoder(_Loose)
_LOOSE_COMMIT = msgspec.json.Decoder(_LooseCommit)


def links_of(record: Record) -> tuple[str, ...]:
    """Addresses behind a text's facets and card, once each, at most `LINKS_A_POST`."""
    uris = [one.uri for facet in record.facets or () for one in facet.features if one.uri]
    if record.embed is not None and record.embed.external is not None:
        uris.append(record.embed.external.uri)
    return tuple(dict.fromkeys(filter(None, uris)))[:LINKS_A_POST] if uris else ()


def warns(labels: msgspec.Raw) -> bool:
    """Whether the author put a label on the post: such a post counts and is not quoted.

    Self-labels say that a post is not for everybody's eyes (`porn`, `graphic-media`).
    """
    return b'"val"' in bytes(labels)


def is_foreign(raw: bytes) -> bool:
    """True for a well-formed frame that is no post, whatever odd shapes its record has."""
    try:
        loose = _LOOSE.decode(raw)
        if loose.type == "message" and holds(loose.payload):
            return _LOOSE_COMMIT.decode(loose.payload).collection != POST
    except BAD_JSON:
        return False
    if loose.commit is None:
        return bool(loose.kind) and loose.kind != "commit"
    return bool(loose.did) and loose.commit.collection != POST


def decode_only(ndjson: bytes) -> int:
    """Decode frames into the same structs and keep nothing: the benchmark's denominator.

    Returns:
        How many there were.

    Raises:
        msgspec.DecodeError: a line is no frame.
    """
    return len(FRAMES.decode_lines(ndjson))
