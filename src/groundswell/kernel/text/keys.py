"""The key of a term that a person typed, or that stands on a board: the table's own."""

from __future__ import annotations

from typing import Final

from groundswell.kernel.basis.hashing import join
from groundswell.kernel.text.domains import is_domain
from groundswell.kernel.text.kinds import DOMAIN, LINK
from groundswell.kernel.text.tokens import Tables, Tokens, prepare, tokenize
from groundswell.machine.arrays import UInt64s
from groundswell.machine.loops import loop

PHRASE: Final = 3
"""Words of the longest phrase that is counted."""


def key_of(term: str, tables: Tables) -> tuple[int, str] | None:
    """The table's key of what a person typed, and what of it is counted; None without a word.

    Of a phrase longer than three words the last three stand for it; an address stands for its page,
    a bare host (`example.com`) for its domain.
    """
    bare = term.strip()
    host = bare.partition("/")[0]
    if " " not in bare and "@" not in bare and is_domain(host, tables.suffixes):
        term = f"https://{bare}"
    prepared = prepare([term], [()], tables)
    tokens = tokenize(prepared, tables)
    if not tokens.hashes.size:
        return None
    last = tokens.hashes.size - 1
    if tokens.kinds[last] == DOMAIN and _has_path(prepared[0], tokens, last):
        last -= 1
    first = max(0, last + 1 - PHRASE)
    while first < last and not tokens.joins[first + 1 : last + 1].all():
        first += 1
    return int(_phrase_key(tokens.hashes, last, last + 1 - first)), prepared[0][
        int(tokens.starts[first]) : int(tokens.ends[last])
    ]


def _has_path(text: str, tokens: Tokens, domain: int) -> bool:
    """Whether the link before a domain's token says more than the domain."""
    if domain == 0 or tokens.kinds[domain - 1] != LINK:
        return False
    return "/" in text[int(tokens.starts[domain - 1]) : int(tokens.ends[domain - 1])].rstrip("/")


@loop
def _phrase_key(hashes: UInt64s, end: int, words: int) -> int:
    """The table's key of the phrase of `words` tokens that ends at token position `end`."""
    h: int = hashes[end % hashes.size]
    for g in range(1, words):
        h = join(h, hashes[(end - g) % hashes.size])
    return h
