"""What others' counting costs on the same posts, their tokens given for nothing.

Those that are libraries are measured where they are installed (the group `bench`); Mastodon's
formula and MABED's measure are ours, from what their authors published (`evaluate.peers`): they
look at all terms of a whole recording at once.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from groundswell.bench.measure import batch_of, cpu
from groundswell.evaluate.corpus import Corpus, Posts
from groundswell.evaluate.peers import PEERS
from groundswell.kernel.text.tokens import Tables, prepare, tokenize

Tokens = list[list[int]]


def tokens_of(chunks: list[bytes], tables: Tables) -> Tokens:
    """The tokens of each post, as hashes."""
    texts = [text for chunk in chunks for text in batch_of(chunk).texts]
    tokens = tokenize(prepare(texts, [()] * len(texts), tables), tables)
    return [
        tokens.hashes[tokens.first[i] : tokens.first[i + 1]].tolist() for i in range(len(texts))
    ]


def costs(chunks: list[bytes], posts: Tokens, tables: Tables) -> dict[str, float]:
    """CPU-µs a post of each peer."""
    found = {"python Counter": cpu(partial(_count, Counter(), posts))}
    for name, measure in (("river HeavyHitters", _river), ("datasketches frequent items", _items)):
        try:
            found[name] = measure(posts)
        except ImportError:
            print(f"{name}: not installed, its row is left out", file=sys.stderr)
    return {name: cost / len(posts) * 1e6 for name, cost in found.items()} | _formulas(
        chunks, len(posts), tables
    )


def grams(tokens: list[int]) -> list[tuple[int, ...]]:
    """Words, pairs and triples."""
    n = len(tokens)
    return [tuple(tokens[i : i + k]) for k in (1, 2, 3) for i in range(n - k + 1)]


def _count(counts: Counter[tuple[int, ...]], posts: Tokens) -> None:
    for tokens in posts:
        counts.update(grams(tokens))


def _river(posts: Tokens) -> float:
    from river.sketch import HeavyHitters  # noqa: PLC0415 -- a dev dependency

    sketch = HeavyHitters(support=0.0001, epsilon=0.0005)
    return cpu(partial(_update, sketch.update, posts, grams))


def _items(posts: Tokens) -> float:
    from datasketches import frequent_strings_sketch  # noqa: PLC0415 -- a dev dependency

    sketch = frequent_strings_sketch(14)  # 2¹⁴ counters: river's share of all that is said

    def named(tokens: list[int]) -> list[str]:
        return [str(gram) for gram in grams(tokens)]

    return cpu(partial(_update, sketch.update, posts, named))


def _update(update: Any, posts: Tokens, of: Callable[[list[int]], Iterable[Any]]) -> None:
    for tokens in posts:
        for gram in of(tokens):
            update(gram)


def _formulas(chunks: list[bytes], posts: int, tables: Tables) -> dict[str, float]:
    said = Posts()
    for chunk in chunks:
        said.add(batch_of(chunk))
    slice_us = 1_000_000
    found = {}
    for name, title in (("mastodon", "Mastodon's formula, batch"), ("mabed", "MABED, batch")):

        def whole(name: str = name) -> None:
            corpus = Corpus(said, tables, slice_us)
            peer = PEERS[name](corpus)
            for now in corpus.slices():
                peer.rank(now)

        found[title] = cpu(whole) / posts * 1e6
    return found
