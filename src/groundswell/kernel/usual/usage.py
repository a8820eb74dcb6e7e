"""How often words are used in general: what is usual for a board that has no past yet.

A lexicon gives the frequency of common words in several languages. Which of them a board speaks is
estimated from its own words, by expectation maximisation of a mixture of unigram models (Dempster,
Laird & Rubin, "Maximum likelihood from incomplete data via the EM algorithm", JRSS B 39, 1977), so
that *die* is everyday on a German board and news on an English one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Hashes = NDArray[np.uint64]

COLLOCATION = 0.15
"""People who use a phrase, as a share of those who use its rarest word, when all of its words are
everyday: *so far*, *it is*. By chance alone words would meet far less often than they do."""
STEPS = 8
PLATFORMS = "platforms"
"""The language of what software writes into posts: RT, via, http."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Frequencies of words: `centibels` are −100 · log₁₀ of a word's share of all words."""

    keys: Hashes
    """Ascending, shape (words,)."""
    centibels: NDArray[np.uint16]
    """Shape (words, languages); 0 where a language does not have the word."""
    languages: tuple[str, ...]

    def frequencies(self, keys: Hashes) -> Floats:
        """Frequencies of words in each language, 0 for unknown ones, shape (…, languages)."""
        out = np.zeros((*keys.shape, len(self.languages)))
        if self.keys.size == 0:
            return out
        at = np.minimum(np.searchsorted(self.keys, keys), self.keys.size - 1)
        known = self.keys[at] == keys
        levels = self.centibels[at[known]].astype(np.float64)
        out[known] = np.where(levels > 0, 10.0 ** (-levels / 100), 0.0)
        return out

    def of_software(self, keys: Hashes) -> NDArray[np.bool_]:
        """Which words are what software writes into posts, shape as `keys`."""
        if PLATFORMS not in self.languages:
            return np.zeros(keys.shape, np.bool_)
        return np.asarray(self.frequencies(keys)[..., self.languages.index(PLATFORMS)] > 0)


NOTHING = Lexicon(np.empty(0, np.uint64), np.empty((0, 0), np.uint16), ())
"""A lexicon of no language: nothing is known in general."""


def lexicon(
    keys: list[Hashes], centibels: list[NDArray[np.uint16]], languages: tuple[str, ...]
) -> Lexicon:
    """Puts word lists together; `keys[i]` and `centibels[i]` (1 or more) are of language i.

    >>> book = lexicon([np.array([7, 9], np.uint64)], [np.array([200, 300], np.uint16)], ("en",))
    >>> book.frequencies(np.array([9, 8], np.uint64))[:, 0].tolist()
    [0.001, 0.0]
    """
    every = np.unique(np.concatenate(keys)) if keys else np.empty(0, np.uint64)
    table = np.zeros((every.size, len(languages)), np.uint16)
    for column, (words, levels) in enumerate(zip(keys, centibels, strict=True)):
        rows = np.searchsorted(every, words)
        order = np.argsort(levels)[::-1]  # two spellings of one word: the commoner one stands
        table[rows[order], column] = levels[order]
    return Lexicon(every, table, languages)


def mixture(frequencies: Floats, counts: Floats, before: Floats) -> Floats:
    """Shares of the languages in what was said, shape (languages,); they sum to 1.

    Args:
        frequencies: of the words said, shape (words, languages).
        counts: how often each was said, shape (words,).
        before: the shares thought so far, shape (languages,).

    >>> f = np.array([[0.1, 0.0], [0.0, 0.1]])
    >>> mixture(f, np.array([9.0, 1.0]), np.array([0.5, 0.5])).round(2).tolist()
    [0.9, 0.1]
    """
    known = frequencies.max(axis=1, initial=0.0) > 0
    if not known.any():
        return before
    likely, weight = frequencies[known], counts[known] / counts[known].sum()
    shares = np.maximum(before, 1e-4)
    for _ in range(STEPS):
        joint = likely * shares
        shares = weight @ (joint / joint.sum(axis=1, keepdims=True))
        shares = np.maximum(shares, 1e-6)
    return np.asarray(shares / shares.sum(), np.float64)


def shares(parts: Floats, counts: NDArray[np.int64], tokens: float) -> Floats:
    """The share of people who use a term in one post of `tokens` words, shape (terms,).

    Args:
        parts: frequency of each word of each term in the board's languages, shape (terms, most
            words); entries beyond a term's own words are ignored.
        counts: words a term, shape (terms,).
        tokens: words a post, > 0.

    >>> shares(np.array([[0.05, 0.0], [0.05, 0.02]]), np.array([1, 2]), 20.0).round(3).tolist()
    [0.632, 0.049]
    """
    inside = np.arange(parts.shape[1])[None, :] < counts[:, None]
    rarest = np.where(inside, parts, np.inf).min(axis=1, initial=np.inf)
    used = 1.0 - np.exp(-tokens * np.where(np.isfinite(rarest), rarest, 0.0))
    return np.asarray(used * COLLOCATION ** (counts - 1), np.float64)
