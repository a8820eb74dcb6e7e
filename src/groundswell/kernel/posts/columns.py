"""A batch of posts as columns: what is counted of them, hashed and tokenised once for all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.hashing import hash_alike, hash_strings
from groundswell.kernel.posts import origins, ring
from groundswell.kernel.posts.accounts import answered, instance
from groundswell.kernel.text.tokens import Tables, Tokens, prepare, tokenize
from groundswell.model import Batch

Columns = tuple[list[str], Tokens, tuple[NDArray[np.uint64], ...], list[str], list[str]]
"""Prepared texts, their tokens, the hashes of authors, ids, accounts answered and instances (the
last column has the ring's flags), where each post came from, and its language."""


def read(batch: Batch, tables: Tables) -> Columns:
    """The columns of a batch; a post without an author is its own."""
    prepared = prepare(batch.texts, batch.links, tables)
    return of(batch, prepared, tokenize(prepared, tables))


def of(batch: Batch, prepared: list[str], tokens: Tokens) -> Columns:
    """The columns of a batch whose texts were prepared and tokenised already, wherever it was."""
    nobody = np.zeros(len(batch), np.uint64)
    anonymous = not all(batch.authors)
    authors = (
        [author or text for author, text in zip(batch.authors, batch.texts, strict=True)]
        if anonymous
        else batch.authors
    )
    accounts = _hashed(batch.replies, answered) if any(batch.replies) else nobody
    # a did:plc is at home nowhere, and most streams have no other accounts
    people, away = hash_alike(authors, "did:plc:")
    ids, bluesky = hash_alike(batch.ids, origins.BLUESKY)
    hosted = nobody if away else _hashed(batch.authors, instance)
    flags = np.zeros(len(batch), np.uint64)
    if batch.unquoted:
        flags[[post_id in batch.unquoted for post_id in batch.ids]] = ring.UNQUOTED
    came = origins.written(batch, prepared, bluesky=bluesky)
    return prepared, tokens, (people, ids, accounts, hosted, flags), came, batch.langs


def _hashed(names: list[str], what: Callable[[str], str]) -> NDArray[np.uint64]:
    """What names say, hashed; 0 where they say nothing. Most of a batch come more than once."""
    known = list(dict.fromkeys(names))
    said = [what(name) if name else "" for name in known]
    hashes = hash_strings(said)
    hashes[[not one for one in said]] = 0
    of = dict(zip(known, hashes.tolist(), strict=True))
    return np.array([of[name] for name in names], np.uint64)


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Bounds of the runs of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
