"""Which feelings a post expresses: probabilities of the 28 GoEmotions labels, from its words.

Two readers, added up in logits and calibrated on held-out posts:

- *phrases*: words, pairs of words and negated words, each with a weight a label (logistic
  regression over TF-IDF);
- *meaning*: vectors of words, taken from a sentence encoder and trained further. Their sum says
  what a post is about, and the greatest response of filters over three words in a row how it is
  put; a small network reads both (Kim, "Convolutional neural networks for sentence
  classification", 2014).

The second knows words that no labelled post had, and travels better to other networks. The numbers
come from `make model`; docs/model-card.md says what they are good for. Pure: nothing is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.mood.packed import Weights
from groundswell.kernel.mood.wording import negated, words
from groundswell.machine.arrays import Float32Grid, Float32s, Int64s
from groundswell.machine.loops import loop

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

BATCH: Final = 1_024
"""Posts that are read at once."""

EKMAN: Final[Mapping[str, tuple[str, ...]]] = {
    "anger": ("anger", "annoyance", "disapproval"),
    "disgust": ("disgust",),
    "fear": ("fear", "nervousness"),
    "joy": (
        "joy", "amusement", "approval", "excitement", "gratitude", "love", "optimism", "relief",
        "pride", "admiration", "desire", "caring",
    ),
    "sadness": ("sadness", "disappointment", "embarrassment", "grief", "remorse"),
    "surprise": ("surprise", "realization", "confusion", "curiosity"),
    "neutral": ("neutral",),
}  # fmt: skip
"""Ekman's six emotions as GoEmotions groups its labels."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The reader of phrases."""

    places: Mapping[str, int]
    weights: Weights
    """Shape (phrases, labels), TF-IDF's inverse frequencies multiplied in."""
    frequencies: Floats
    """Those inverse frequencies, which a post's length is taken from, shape (phrases,)."""
    bias: Floats

    def read(self, said: Sequence[list[str]]) -> Floats:
        """Logits, shape (posts, labels)."""
        get = self.places.get
        rows = [[p for f in phrases(one) if (p := get(f)) is not None] for one in said]
        sizes = np.array([len(row) for row in rows], np.int64)
        flat = np.array([place for row in rows for place in row], np.int64)
        squares = sums(self.frequencies[flat, None] ** 2, sizes)
        return sums(self.weights[flat], sizes) * scaled(squares) + self.bias


@dataclass(frozen=True, slots=True)
class Meaning:
    """The reader of meaning. Word 0 stands for every word that it does not know."""

    places: Mapping[str, int]
    vectors: Weights
    """Shape (words, d)."""
    filters: Floats
    """Over three words, shape (3 d, filters)."""
    filters_bias: Floats
    inner: Floats
    """Shape (d + filters, hidden)."""
    inner_bias: Floats
    outer: Floats
    outer_bias: Floats

    parts: Floats = field(init=False)
    """What each filter says of a word as the first, second and third of three: a filter's answer is
    the sum of three of them. Made once, (words, 3 filters), so that reading multiplies little."""

    def __post_init__(self) -> None:
        d, n = self.vectors.shape[1], self.filters_bias.size
        flat = self.filters.reshape(3, d, n).transpose(1, 0, 2).reshape(d, 3 * n)
        object.__setattr__(self, "parts", self.vectors[:] @ flat)

    def look_up(self, said: Sequence[list[str]]) -> list[list[int]]:
        """Places of posts' words; a post without any has one that is not known."""
        get = self.places.get
        return [[get(word, 0) for word in one] or [0] for one in said]

    def judge(self, flat: Ints, sizes: Ints) -> Floats:
        """Logits, shape (posts, labels), of posts given by their words' places, in a row."""
        n = sizes.size
        heard = np.zeros((n, self.vectors.shape[1] + self.filters_bias.size), np.float32)
        said, at = np.unique(flat, return_inverse=True)
        _hear(self.vectors[said], self.parts[said], self.filters_bias, at, sizes, heard)
        hidden = np.empty((n, self.inner_bias.size), np.float32)
        _dense(heard, self.inner, self.inner_bias, hidden)
        found = np.empty((n, self.outer_bias.size), np.float32)
        _dense(gelu(hidden), self.outer, self.outer_bias, found)
        return found


@loop
def _dense(x: Float32Grid, weights: Float32Grid, bias: Float32s, out: Float32Grid) -> None:
    """X · weights + bias, a row at a time: a post's answer does not depend on its neighbours.

    Nor on a pool of threads, which on a busy machine wait longer for each other than they work.
    """
    for i in range(x.shape[0]):
        for j in range(bias.size):
            out[i, j] = bias[j]
        for k in range(x.shape[1]):
            if x[i, k] != 0:
                for j in range(bias.size):
                    out[i, j] += x[i, k] * weights[k, j]


@loop
def _hear(
    vectors: Float32Grid,
    parts: Float32Grid,
    bias: Float32s,
    at: Int64s,
    sizes: Int64s,
    out: Float32Grid,
) -> None:
    """Sums of words ÷ √words, then each filter's greatest response, at least 0."""
    d, n = vectors.shape[1], bias.size
    begin = 0
    now = np.empty(n, np.float32)
    for i in range(sizes.size):
        end = begin + sizes[i]
        scale = np.float32(1 / np.sqrt(sizes[i]))
        for t in range(begin, end):
            word = at[t]
            for j in range(d):
                out[i, j] += vectors[word, j] * scale
            for j in range(n):
                now[j] = parts[word, n + j] + bias[j]
            if t > begin:
                for j in range(n):
                    now[j] += parts[at[t - 1], j]
            if t + 1 < end:
                for j in range(n):
                    now[j] += parts[at[t + 1], 2 * n + j]
            for j in range(n):
                out[i, d + j] = max(out[i, d + j], now[j])
        begin = end


@dataclass(frozen=True, slots=True)
class Feelings:
    """The model."""

    labels: tuple[str, ...]
    phrases: Phrases
    meaning: Meaning
    parts: tuple[float, float]
    """Weights of the two readers' logits."""
    calibration: Floats
    """Slope and intercept of each label, shape (labels, 2)."""
    thresholds: Floats
    """From which probability on a label is given, where one must be, shape (labels,)."""
    prior: Floats
    """How frequent labels are where it was trained, shape (labels,)."""

    def read(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Probabilities, shape (texts, labels), and the share of each text's words it knows."""
        out = np.zeros((len(texts), len(self.labels)), np.float32)
        known = np.zeros(len(texts), np.float32)
        for begin in range(0, len(texts), BATCH):
            said = [words(text) for text in texts[begin : begin + BATCH]]
            part = slice(begin, begin + len(said))
            out[part], known[part] = self.judge(said)
        return out, known

    def judge(self, said: Sequence[list[str]]) -> tuple[Floats, Floats]:
        """The same of posts that were made into words."""
        rows = self.meaning.look_up(said)
        sizes = np.array([len(row) for row in rows], np.int64)
        flat = np.array([place for row in rows for place in row], np.int64)
        meant = self.meaning.judge(flat, sizes)
        logits = self.parts[0] * self.phrases.read(said) + self.parts[1] * meant
        known = sums((flat > 0).astype(np.float32), sizes) / sizes
        values = sigmoid(logits * self.calibration[:, 0] + self.calibration[:, 1])
        return values, known.astype(np.float32)


def phrases(said: list[str]) -> Iterable[str]:
    """Words, pairs and negated words, each once, in order.

    >>> list(phrases(["not", "bad"]))
    ['not', 'bad', 'not bad', 'not_bad']
    """
    pairs = [f"{a} {b}" for a, b in pairwise(said)]
    return dict.fromkeys([*said, *pairs, *negated(said)])


def grouped(values: Floats, labels: Sequence[str], groups: Mapping[str, tuple[str, ...]]) -> Floats:
    """Probability that any label of each group holds, if they were independent."""
    member = np.array([[label in group for group in groups.values()] for label in labels])
    none = np.log1p(-np.minimum(values, 1 - 1e-6)) @ member.astype(np.float32)
    found: Floats = 1 - np.exp(none)
    return found


def sums(rows: Floats, sizes: Ints) -> Floats:
    """Sums of runs of rows, of which some may be empty, shape (runs, …)."""
    out = np.zeros((sizes.size, *rows.shape[1:]), np.float32)
    filled = sizes > 0
    if filled.any():
        first = np.cumsum(sizes) - sizes
        out[filled] = np.add.reduceat(rows, first[filled], axis=0)
    return out


def scaled(squares: Floats) -> Floats:
    """What brings vectors of these squared lengths to length 1; of none there is nothing."""
    found: Floats = (1 / np.sqrt(np.maximum(squares, 1e-9))).astype(np.float32)
    return found


def gelu(x: Floats) -> Floats:
    """The Gaussian error linear unit, by its tanh form (within 1e-3)."""
    found: Floats = 0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + 0.044715 * x * x * x)))
    return found


def sigmoid(x: Floats) -> Floats:
    """1 ÷ (1 + e⁻ˣ)."""
    found: Floats = np.float32(1) / (np.float32(1) + np.exp(-np.clip(x, -30, 30)))
    return found
