"""Vocabularies: function words, invented content words by rank, phrases, and the words of subjects.

Ranks follow the Zipf–Mandelbrot law (Mandelbrot, "An informational theory of the statistical
structure of language", 1953): a word's share falls as 1 / (rank + 2.7)^1.05.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.simulate.fortnight.script import Tongue
from groundswell.simulate.words import SUBJECTS

Shares = NDArray[np.float64]
"""Cumulated shares, ascending to 1."""
TOPIC_WORDS = 60
ORDINARY = (150, 4_000)
"""Ranks of words that people know well and yet use rarely: what names are made of."""
PHRASE_EVERY = 12


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A language's words; `words` has the function words first, then content words by rank.

    Shapes: `topics` is (subjects, TOPIC_WORDS), positions in `words`, the subject's own name first.
    """

    tongue: Tongue
    words: NDArray[np.object_]
    function: Shares
    content: Shares
    topics: NDArray[np.int64]
    topic: Shares

    def ordinary(self) -> list[str]:
        """Single content words of middle rank, long enough to be told from others."""
        first = self.function.size
        band = self.words[first + ORDINARY[0] : first + ORDINARY[1]]
        return [word for word in band.tolist() if " " not in word and len(word) > 3]


def vocabulary(tongue: Tongue, topics: int, rng: np.random.Generator) -> Vocabulary:
    """A vocabulary of `tongue`; the same state of `rng` gives the same one."""
    content = invented(tongue, tongue.words, rng)
    if tongue.lang == "en":
        content = [word for word in content if word not in SUBJECTS]
        for place, word in enumerate(rng.permutation(SUBJECTS).tolist()):
            content.insert(60 + 25 * place, word)
    _phrases(tongue, content, rng)
    first = len(tongue.function)
    low, high = 30, min(len(content), 6_000)
    own = np.array([rng.choice(np.arange(low, high), TOPIC_WORDS, False) for _ in range(topics)])
    return Vocabulary(
        tongue,
        np.array([*tongue.function, *content], np.object_),
        zipf(first, 0.9),
        zipf(len(content), 1.05),
        own + first,
        zipf(TOPIC_WORDS, 0.9),
    )


def zipf(size: int, exponent: float) -> Shares:
    """Cumulated shares of ranks 0 … size − 1."""
    shares = np.cumsum(1.0 / (np.arange(size) + 2.7) ** exponent)
    return np.asarray(shares / shares[-1])


def drawn(rng: np.random.Generator, shares: Shares, size: int) -> NDArray[np.int64]:
    """Ranks, as their shares say."""
    return np.searchsorted(shares, rng.random(size), side="right")


def invented(tongue: Tongue, size: int, rng: np.random.Generator) -> list[str]:
    """Distinct made-up words, the first ones short; none is a function word."""
    known = dict.fromkeys(word.lower() for word in tongue.function)
    fixed = len(known)
    while len(known) < size + fixed:
        have = len(known) - fixed
        syllables = 1 if have < 60 else 2 if have < 9_000 else 3
        known.update(dict.fromkeys(_spelled(tongue, syllables, 2_000, rng)))
    return list(known)[fixed : size + fixed]


def _spelled(tongue: Tongue, syllables: int, size: int, rng: np.random.Generator) -> list[str]:
    parts = [np.array(part, np.object_) for part in (tongue.onsets, tongue.vowels, tongue.ends)]
    word = np.full(size, "", np.object_)
    for _ in range(syllables):
        for part in parts:
            word = word + part[rng.integers(0, part.size, size)]
    return [text for text in word.tolist() if len(text) > 1]


def _phrases(tongue: Tongue, content: list[str], rng: np.random.Generator) -> None:
    """Every twelfth rank becomes a fixed phrase, so that words keep company as in life."""
    if not tongue.spaced:
        return
    ranks = np.arange(20, len(content) // 4, PHRASE_EVERY)
    second = rng.integers(0, len(content) // 8, ranks.size)
    between = rng.integers(0, len(tongue.function), ranks.size)
    for rank, other, small in zip(ranks.tolist(), second.tolist(), between.tolist(), strict=True):
        if " " in content[other] or " " in content[rank]:
            continue
        joint = f" {tongue.function[small]} " if rank % 3 else " "
        content[rank] = f"{content[rank]}{joint}{content[other]}"
