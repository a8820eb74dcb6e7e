"""The mix of feelings in many posts, how sure it is, and what in it is out of the usual.

Single posts are often misread; the mean of many calibrated probabilities is close to the share that
people would count (docs/model-card.md has how close). An interval comes from a Poisson bootstrap
over posts (Hanley and MacGibbon, "Creating non-parametric bootstrap samples using Poisson
frequencies", 2006), whose draws are hashes of the posts, so that equal posts give equal intervals;
what the labels' own draws add is added in quadrature.

What a mood is named by is measured against what the whole stream says at the same time: everybody
is curious and amused all day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.expression import NEUTRAL, Feeling, Mood, Phase
from groundswell.kernel.basis.hashing import GOLDEN
from groundswell.kernel.basis.shares import unusual
from groundswell.kernel.mood.feelings import EKMAN, Feelings, Floats, grouped
from groundswell.kernel.mood.tongues import Tongues

UNREAD: Final = 0
FULL: Final = 1
"""Read with all labels of the English model."""
SIX: Final = 2
"""Read with Ekman's six, in another language."""

LEAST: Final = 20
"""Posts that a reading needs."""
COUNTED: Final = 5.0
"""Posts that a label needs, on average, to lead a mood."""
WEAK: Final = frozenset({"relief", "disappointment", "caring", "nervousness", "grief"})
"""Labels that the model is poor at: they need twice as many."""
GAIN: Final = 0.03
"""Share beyond the usual that a label needs to lead a mood."""
TIMES: Final = 1.5
"""The same, in times the usual."""
SURELY: Final = 1.3
"""Times as wide as an interval its lower part must be without reaching the usual: of so many labels
one in twenty would lead by chance else."""
MOST: Final = 3
ROUNDS: Final = 100
DEVIATIONS: Final = 1.645
"""Of the normal, between the ends of 90 %."""
ENGLISH: Final = 0.6
"""Share of a post's words that the English reader must know, where the network says "English"."""
LIKELY: Final = 0.8
"""The same where the network says nothing."""
HALF_LIFE: Final = 60
"""Slices after which what the stream said counts half."""
PRIOR: Final = 50.0
"""Posts that the labels' frequency in the training data is worth, before the stream has spoken."""

Keys = NDArray[np.uint64]
Namer = Callable[[Sequence[str], Sequence[str]], list[str]]


@dataclass(frozen=True, slots=True)
class Readings:
    """What posts were read as; all of one length."""

    values: Floats
    """Probabilities, shape (posts, labels); at level SIX the first six columns."""
    levels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Reader:
    """All that can be read."""

    english: Feelings
    tongues: Tongues
    named: Namer = lambda _, langs: list(langs)
    """Languages of texts, from the texts and what the network says of each ("" for nothing)."""

    def read(self, texts: Sequence[str], langs: Sequence[str]) -> Readings:
        """Reads posts, each in its language; `langs` is what the network says it is.

        What is said to be English and surely reads as English is: only of the rest is asked.
        """
        found, known = self._read(texts, langs)
        rest = np.flatnonzero(known < LIKELY).tolist()
        said, own = [langs[i] for i in rest], [texts[i] for i in rest]
        named = self.named(own, said)
        other = [j for j, lang in enumerate(named) if lang != said[j]]
        if other:
            again = self.read_in([own[j] for j in other], [named[j] for j in other])
            at = [rest[j] for j in other]
            found.values[at], found.levels[at] = again.values, again.levels
        return found

    def read_in(self, texts: Sequence[str], langs: Sequence[str]) -> Readings:
        """Reads posts in these languages ("" is not known); what it cannot it leaves."""
        return self._read(texts, langs)[0]

    def _read(self, texts: Sequence[str], langs: Sequence[str]) -> tuple[Readings, Floats]:
        """Readings, and what share of each post's words is English, 0 where nobody looked."""
        shares = np.zeros(len(texts), np.float32)
        values = np.zeros((len(texts), len(self.english.labels)), np.float32)
        levels = np.zeros(len(texts), np.uint8)
        english = [i for i, lang in enumerate(langs) if lang in ("en", "")]
        if english:
            found, known = self.english.read([texts[i] for i in english])
            enough = np.array([LIKELY if not langs[i] else ENGLISH for i in english])
            values[english], shares[english] = found, known
            levels[english] = np.where(known >= enough, FULL, UNREAD)
        for lang in sorted(set(langs) & set(self.tongues.by_language)):
            own = [i for i, said in enumerate(langs) if said == lang]
            read = self.tongues.by_language[lang].read([texts[i] for i in own])
            values[own, : read.shape[1]] = read
            levels[own] = SIX
        return Readings(values, levels), shares

    @property
    def labels(self) -> tuple[str, ...]:
        """All labels."""
        return self.english.labels

    def six(self, readings: Readings) -> Floats:
        """Probabilities of Ekman's six of all posts that were read, shape (posts, six)."""
        groups = {name: EKMAN[name] for name in self.tongues.labels}
        out = np.zeros((readings.levels.size, len(groups)), np.float32)
        full, other = readings.levels == FULL, readings.levels == SIX
        if full.any():  # where nothing was read there are no columns either
            out[full] = grouped(readings.values[full], self.labels, groups)
        if other.any():
            out[other] = readings.values[other][:, : len(groups)]
        found: Floats = out[readings.levels != UNREAD]
        return found


@dataclass(slots=True)
class Usual:
    """What the whole stream says, of late: state of the kernel."""

    full: NDArray[np.float64]
    """Sums of probabilities, shape (labels,)."""
    six: NDArray[np.float64]
    full_posts: float = 0.0
    six_posts: float = 0.0

    def hear(self, readings: Readings, reader: Reader) -> None:
        """Adds a slice's posts; what was before counts less."""
        keep = 0.5 ** (1 / HALF_LIFE)
        read = readings.levels == FULL
        six = reader.six(readings)
        self.full = self.full * keep + readings.values[read].sum(0)
        self.full_posts = self.full_posts * keep + int(read.sum())
        self.six = self.six * keep + six.sum(0)
        self.six_posts = self.six_posts * keep + len(six)

    def shares(self, reader: Reader) -> tuple[Floats, Floats]:
        """Shares of all labels, and of the six."""
        full = (self.full + PRIOR * reader.english.prior) / (self.full_posts + PRIOR)
        six = (self.six + PRIOR * reader.tongues.prior) / (self.six_posts + PRIOR)
        return full.astype(np.float32), six.astype(np.float32)


def nothing(reader: Reader) -> Usual:
    """A stream that has not spoken yet."""
    return Usual(np.zeros(len(reader.labels)), np.zeros(len(reader.tongues.labels)))


def mood(
    reader: Reader,
    readings: Readings,
    keys: Keys,
    usual: tuple[Floats, Floats],
    phases: tuple[Phase, ...] = (),
) -> Mood:
    """The mood of posts, one a person and a text.

    Args:
        reader: what they were read with.
        readings: what they were read as.
        keys: a hash of each post: what the bootstrap draws by, so that order means nothing.
        usual: shares of the stream, as `Usual.shares` gives them.
        phases: what led the mood so far.
    """
    level, n, values, own = _level(reader, readings)
    abstained = readings.levels.size - n
    if level == UNREAD:
        return Mood(
            (), n, abstained, (), f"no reading: {n} posts could be read, {LEAST} are needed"
        )
    labels = reader.labels if level == FULL else reader.tongues.labels
    told = _feelings(labels, values, keys[own], usual[level - 1])
    note = "" if level == FULL else "six emotions only: most posts are not in English"
    return Mood(told, n, abstained, _leading(told, n), note, phases)


def leading(
    reader: Reader, readings: Readings, usual: tuple[Floats, Floats]
) -> tuple[str, ...] | None:
    """What leads a mood, by the normal's intervals; None where too little could be read."""
    level, n, values, _ = _level(reader, readings)
    if level == UNREAD:
        return None
    labels = reader.labels if level == FULL else reader.tongues.labels
    shares = values.mean(0)
    low = shares - DEVIATIONS * np.sqrt(shares * (1 - shares) / n)
    rows = zip(labels, shares.tolist(), low.tolist(), usual[level - 1].tolist(), strict=True)
    return _leading([Feeling(label, p, below, p, was) for label, p, below, was in rows], n)


def _level(reader: Reader, readings: Readings) -> tuple[int, int, Floats, NDArray[np.bool_]]:
    """At which level posts are told, how many, their probabilities, and which they are."""
    full, read = readings.levels == FULL, readings.levels != UNREAD
    if full.sum() >= LEAST:
        return FULL, int(full.sum()), readings.values[full], full
    n = int(read.sum())
    return (SIX if n >= LEAST else UNREAD), n, reader.six(readings), read


def _feelings(
    labels: Sequence[str], values: Floats, keys: Keys, usual: Floats
) -> tuple[Feeling, ...]:
    shares = values.mean(0, dtype=np.float64)
    low, high = intervals(values, keys)
    return tuple(
        Feeling(label, *(round(float(of[j]), 4) for of in (shares, low, high, usual)))
        for j, label in enumerate(labels)
    )


def intervals(values: Floats, keys: Keys) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of the 90 % intervals of the shares of labels in posts, each of shape (labels,)."""
    order = np.argsort(keys, kind="stable")
    own = values[order].astype(np.float64)
    weights = _poisson(keys[order])
    means = (weights @ own) / np.maximum(weights.sum(1), 1)[:, None]
    ends = np.quantile(means, (0.05, 0.95), axis=0)
    share = own.mean(0)
    drawn = DEVIATIONS**2 * (own * (1 - own)).mean(0) / len(own)
    low = share - np.sqrt((share - ends[0]) ** 2 + drawn)
    high = share + np.sqrt((ends[1] - share) ** 2 + drawn)
    return np.maximum(low, 0.0), np.minimum(high, 1.0)


def _poisson(keys: Keys) -> NDArray[np.float64]:
    """Draws of a Poisson variable of mean 1 for each post and round, shape (ROUNDS, posts)."""
    with np.errstate(over="ignore"):
        x = keys[None, :] + np.arange(1, ROUNDS + 1, dtype=np.uint64)[:, None] * GOLDEN
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x ^= x >> np.uint64(31)
    uniform = (x >> np.uint64(11)).astype(np.float64) / (1 << 53)
    draws: NDArray[np.float64] = np.searchsorted(_UP_TO, uniform, side="right").astype(np.float64)
    return draws


_UP_TO: Final = np.cumsum([0.36787944117144233 / f for f in (1, 1, 2, 6, 24, 120, 720)])
"""Probability of at most 0, 1, … of a Poisson variable of mean 1."""


def _inside(share: float) -> float:
    """A usual share that is neither never nor always: a stream of one mood has both."""
    return min(max(share, 1e-4), 1 - 1e-4)


def _leading(told: Sequence[Feeling], n: int) -> tuple[str, ...]:
    """Labels that are surely more frequent than usual, the least likely by chance first."""
    found = [
        one
        for one in told
        if one.label != NEUTRAL
        and one.share - SURELY * (one.share - one.low) > one.usual
        and one.share - one.usual >= GAIN
        and one.share >= TIMES * one.usual
        and one.share * n >= COUNTED * (1 + (one.label in WEAK))
    ]
    found.sort(key=lambda one: (-unusual(one.share, _inside(one.usual), n), one.label))
    return tuple(one.label for one in found[:MOST])
