"""Which few posts speak for many: those that together come nearest to all.

Facility location (Lin and Bilmes, "A class of submodular functions for document summarization",
2011): the value of a choice is the sum, over all candidates, of the likeness to the chosen one that
is most like them. Taking greedily what adds most is within 1 - 1/e of the best choice (Nemhauser,
Wolsey and Fisher, 1978). So every voice brings something that the others did not, in words, in
time or in mood, and an odd one out is not chosen for being odd. A small price for words that were
chosen already keeps them from saying the same in turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

FEWEST: Final = 3
MOST: Final = 8
ENOUGH: Final = 0.02
"""Part of all that there is to gain, below which another voice is not worth reading."""
REPEATING: Final = 0.03
"""What a voice loses for saying again what another says, as a part of all that there is to gain:
of 0, .02, .05 and more on the made-up night and a debate, a fourth of the likeness between voices
went for a twentieth of the coverage."""
ALIKE: Final = 0.5
"""Words in common, of the words of both, from which on two posts are near-duplicates."""
WORDS: Final = 0.7
"""Parts of likeness: in words, in mood, in time."""
FEELINGS: Final = 0.2
TIME: Final = 0.1


@dataclass(frozen=True, slots=True)
class Candidates:
    """Posts that may be quoted, each of another person, in columns."""

    terms: NDArray[np.uint64]
    """Hashes of words, hashtags and emoji, post by post."""
    owners: Ints
    """The post of each term, ascending."""
    times: Ints
    """µs."""
    feelings: NDArray[np.float32]
    """Probabilities, shape (posts, labels); zeros where a post was not read."""


def choose(candidates: Candidates) -> list[int]:
    """Indexes of the voices, in the order of their choice; none where there are too few."""
    n = candidates.times.size
    if n < FEWEST:
        return []
    words, shared = _likenesses(candidates)
    likeness = _likeness(candidates, words)
    best, said = np.zeros(n, np.float32), np.zeros(n, np.float32)
    open_ = np.ones(n, np.bool_)
    chosen: list[int] = []
    while len(chosen) < MOST and open_.any():
        gains = np.maximum(likeness - best, 0).sum(axis=1) - REPEATING * n * said
        gains[~open_] = -np.inf
        one = int(gains.argmax())
        if len(chosen) >= FEWEST and gains[one] < ENOUGH * n:
            break
        chosen.append(one)
        best, said = np.maximum(best, likeness[one]), np.maximum(said, words[one])
        open_ &= shared[one] < ALIKE
        open_[one] = False
    return chosen if len(chosen) >= FEWEST else []


def coverage(candidates: Candidates, chosen: list[int]) -> float:
    """How like the nearest voice a candidate is, in words, on average, 0–1."""
    return float(_likenesses(candidates)[0][chosen].max(axis=0).mean()) if chosen else 0.0


def middle(candidates: Candidates) -> Floats:
    """Likeness of each candidate to all, in words: how near it is to their middle."""
    found: Floats = _likenesses(candidates)[0].mean(axis=1)
    return found


def redundancy(candidates: Candidates, chosen: list[int]) -> float:
    """Likeness of two voices in words, on average over pairs, 0–1."""
    pairs = _pairs(_likenesses(candidates)[0], chosen)
    return float(pairs.mean()) if pairs.size else 0.0


def duplicates(candidates: Candidates, chosen: list[int]) -> int:
    """Pairs of voices that are near-duplicates."""
    return int((_pairs(_likenesses(candidates)[1], chosen) >= ALIKE).sum())


def _pairs(likeness: Floats, chosen: list[int]) -> Floats:
    own: Floats = likeness[np.ix_(chosen, chosen)][np.triu_indices(len(chosen), 1)]
    return own


def _likeness(candidates: Candidates, words: Floats) -> Floats:
    """Likeness of each pair, shape (posts, posts), 0–1."""
    felt = candidates.feelings / np.maximum(
        np.linalg.norm(candidates.feelings, axis=1, keepdims=True), np.float32(1e-9)
    )
    span = max(1, int(np.ptp(candidates.times)))
    when = (candidates.times - candidates.times.min()) / span
    near = np.exp(-4 * np.abs(when[:, None] - when[None, :])).astype(np.float32)
    found: Floats = WORDS * words + FEELINGS * _products(felt) + TIME * near
    return found


def _likenesses(candidates: Candidates) -> tuple[Floats, Floats]:
    """Cosine of each pair's terms, each weighted by how rare it is here; and Jaccard's likeness."""
    _, kind = np.unique(candidates.terms, return_inverse=True)
    table = np.zeros((candidates.times.size, int(kind.max(initial=0)) + 1), np.float32)
    table[candidates.owners, kind] = 1
    rare = np.log((1 + len(table)) / (1 + table.sum(0))) + np.float32(0.1)
    weighted = table * rare
    weighted /= np.maximum(np.linalg.norm(weighted, axis=1, keepdims=True), np.float32(1e-9))
    common, sizes = _products(table), table.sum(1)
    shared = common / np.maximum(sizes[:, None] + sizes[None, :] - common, 1)
    return _products(weighted), shared


def _products(rows: Floats) -> Floats:
    """Products of each pair of rows; without threads, which would wait for each other longer."""
    found: Floats = np.einsum("ik,jk->ij", rows, rows)
    return found
