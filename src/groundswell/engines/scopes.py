"""Which posts of a batch belong to a scope: their indexes. Nothing is counted here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from groundswell.engines.languages import language
from groundswell.engines.patterns import matcher
from groundswell.errors import UsageError
from groundswell.kernel.posts.accounts import domain
from groundswell.kernel.posts.columns import Columns
from groundswell.kernel.text.tokens import Tokens
from groundswell.model import Batch
from groundswell.scopes import Scope

Ints = NDArray[np.int64]

_SPANS = ("hashes", "starts", "ends", "kinds", "joins")
"""Columns of `Tokens` with one entry a token, in their order."""
MOST_AUTHORS = 1_000_000
"""Lines of a list of authors."""
UNKNOWN = {
    "lang": "no post of this stream names its language so far, and none can be told by its words",
    "host": "no account of this stream names its host so far",
    "authors": "no post of this stream names its author so far",
    "match": "",
}
"""What an empty board says where its kind of scope has nothing to go by."""


class Heard:
    """A batch, and its posts by language tag for all who ask."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    @cached_property
    def langs(self) -> list[str]:
        """Language tags: the network's, else what a post is surely in, else "".

        A tag that is wrong stays: to look at each post would halve the speed.
        """
        said = zip(self.batch.langs, self.batch.texts, strict=True)
        return [tag or language(text) for tag, text in said]

    @cached_property
    def tags(self) -> dict[str, Ints]:
        """Indexes of the posts of each tag, ascending; posts without one are left out."""
        found: dict[str, list[int]] = {}
        for i, tag in enumerate(self.langs):
            if tag:
                found.setdefault(tag, []).append(i)
        return {tag: np.array(posts, np.int64) for tag, posts in found.items()}


Takes = Callable[[Heard], Ints]
"""Indexes of the posts of a batch that belong to a scope, ascending."""


def takes(scope: Scope) -> Takes:
    """What one scope takes.

    Raises:
        UsageError: a pattern is refused, or a list of authors cannot be read.
    """
    if scope.kind == "lang":
        return lambda heard: _of_tags(heard, lambda tag: speaks(tag, scope.what))
    if scope.kind == "host":
        return lambda heard: _where(heard.batch.authors, lambda author: lives(author, scope.what))
    if scope.kind == "authors":
        listed = authors_of(Path(scope.what), name=scope.name)
        return lambda heard: _where(heard.batch.authors, listed.__contains__)
    matches = matcher(scope.what, name=scope.name)
    return lambda heard: _where(heard.batch.texts, matches)


def knows(scope: Scope, heard: Heard, begin: int, end: int) -> bool:
    """Whether any of the posts [begin, end) says what the scope goes by, whoever it belongs to."""
    if scope.kind == "lang":
        return any(heard.langs[begin:end])
    if scope.kind == "host":
        return any(map(domain, heard.batch.authors[begin:end]))
    return scope.kind == "match" or any(heard.batch.authors[begin:end])


def chosen(columns: Columns, posts: Ints) -> Columns:
    """The columns of some posts of a batch: `posts` are their indexes, ascending."""
    texts, tokens, hashes, *told = columns
    begin, size = tokens.first[posts], np.diff(tokens.first)[posts]
    first = np.concatenate(([0], np.cumsum(size)))
    at = np.arange(first[-1]) + np.repeat(begin - first[:-1], size)
    hashed, starts, ends, kinds, joins = (getattr(tokens, name)[at] for name in _SPANS)
    part = Tokens(hashed, starts, ends, kinds, joins, first)
    texts, origins, langs = ([column[i] for i in posts.tolist()] for column in (texts, *told))
    return texts, part, tuple(column[posts] for column in hashes), origins, langs


def joined(parts: list[Columns]) -> Columns:
    """The columns of several runs of posts, one after the other."""
    texts = [text for part, *_ in parts for text in part]
    origins = [origin for *_, part, _ in parts for origin in part]
    langs = [lang for *_, part in parts for lang in part]
    tokens = [part for _, part, *_ in parts]
    sizes = np.concatenate([np.diff(part.first) for part in tokens])
    hashed, starts, ends, kinds, joins = (
        np.concatenate([getattr(part, name) for part in tokens]) for name in _SPANS
    )
    first = np.concatenate(([0], np.cumsum(sizes)))
    whole = Tokens(hashed, starts, ends, kinds, joins, first)
    hashes = zip(*(part for _, _, part, *_ in parts), strict=True)
    return texts, whole, tuple(np.concatenate(column) for column in hashes), origins, langs


@lru_cache(4096)
def speaks(tag: str, wanted: str) -> bool:
    """Whether a tag is in a language range: RFC 4647, basic filtering."""
    plain = tag.replace("_", "-").lower()
    return plain == wanted or plain.startswith(f"{wanted}-")


def lives(author: str, wanted: str) -> bool:
    """Whether an account is of a host, or of one below it."""
    own = domain(author)
    return own == wanted or own.endswith(f".{wanted}")


def authors_of(path: Path, *, name: str) -> frozenset[str]:
    """Authors of a list, one a line, as the stream names them; `#` begins a comment line.

    `ann@example.social` is also found by the addresses that Mastodon gives that account.

    Raises:
        UsageError: the file cannot be read, or has no author or too many.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise UsageError(
            f"expected a list of authors in {path} for board {name!r}: {reason}",
            hint="it has one author a line, as the stream names them",
        ) from None
    listed = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not 0 < len(listed) <= MOST_AUTHORS:
        raise UsageError(
            f"expected 1 to {MOST_AUTHORS:,} authors in {path} for board {name!r}, "
            f"got {len(listed):,}"
        )
    return frozenset(_spellings(listed))


def _spellings(listed: Iterable[str]) -> Iterable[str]:
    for author in listed:
        account, at, server = author.removeprefix("@").rpartition("@")
        yield author
        yield author.removeprefix("@")
        if at and account and "/" not in author:
            yield f"https://{server}/users/{account}"
            yield f"https://{server}/@{account}"


def _where(column: list[str], holds: Callable[[str], bool]) -> Ints:
    return np.flatnonzero(np.fromiter(map(holds, column), np.bool_, len(column)))


def _of_tags(heard: Heard, holds: Callable[[str], bool]) -> Ints:
    found = [posts for tag, posts in heard.tags.items() if holds(tag)]
    return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)
