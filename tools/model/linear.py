"""Training of the linear readers: logistic regression over TF-IDF, a label at a time."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from groundswell.kernel.mood.feelings import Phrases, phrases
from groundswell.kernel.mood.tongues import ROOM, Tongue, pieces

Floats = NDArray[np.float32]
LEAST = 2
"""Posts that have a phrase, for it to be learnt."""


def train_phrases(said: Sequence[list[str]], labels: Floats, *, cost: float = 4.0) -> Phrases:
    """The reader of phrases; `cost` is the inverse of the penalty."""
    found = [sorted(phrases(one)) for one in said]
    posts = Counter(phrase for one in found for phrase in one)
    known = sorted(phrase for phrase, n in posts.items() if n >= LEAST)
    places = {phrase: i for i, phrase in enumerate(known)}
    rows = [[places[phrase] for phrase in one if phrase in places] for one in found]
    frequencies = _frequencies(np.array([posts[phrase] for phrase in known]), len(said))
    weights, bias = _fit(_matrix(rows, frequencies), labels, cost)
    return Phrases(places, weights * frequencies[:, None], frequencies, bias)


def train_tongue(texts: Sequence[str], labels: Floats, *, cost: float = 8.0) -> Tongue:
    """The reader of one language."""
    rows = [pieces(text).tolist() for text in texts]
    posts = np.bincount([place for row in rows for place in row], minlength=ROOM)
    frequencies = _frequencies(posts, len(texts))
    weights, bias = _fit(_matrix(rows, frequencies), labels, cost)
    return Tongue(weights * frequencies[:, None], frequencies, bias)


def _frequencies(posts: NDArray[np.int64], total: int) -> Floats:
    """Inverse document frequencies, smoothed as if one more post had everything."""
    return (np.log((1 + total) / (1 + posts)) + 1).astype(np.float32)


def _matrix(rows: Sequence[Sequence[int]], frequencies: Floats) -> csr_matrix:
    """A row a post, of length 1."""
    sizes = np.array([len(row) for row in rows])
    flat = np.array([place for row in rows for place in row], np.int64)
    owners = np.repeat(np.arange(sizes.size), sizes)
    squares = np.bincount(owners, frequencies[flat] ** 2, minlength=sizes.size)
    values = frequencies[flat] / np.sqrt(squares[owners])
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    return csr_matrix((values.astype(np.float32), flat, bounds), (sizes.size, frequencies.size))


def _fit(matrix: csr_matrix, labels: Floats, cost: float) -> tuple[Floats, Floats]:
    weights = np.zeros((matrix.shape[1], labels.shape[1]), np.float32)
    bias = np.full(labels.shape[1], -9.0, np.float32)  # never, for a label that nobody gave
    for j in range(labels.shape[1]):
        if not 0 < np.nansum(labels[:, j]) < len(labels):
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it stops at 80 rounds, near enough
            one = LogisticRegression(
                C=cost, solver="liblinear", dual=True, max_iter=80, tol=1e-2, random_state=0
            ).fit(matrix, labels[:, j] > 0.5)
        weights[:, j], bias[j] = one.coef_[0], one.intercept_[0]
    return weights, bias
