"""Training of the reader of meaning, with numpy alone: forward, backward, Adam.

The layers are those of `groundswell.kernel.mood.feelings.Meaning`. Two kinds of labels are learnt:
the 28 of GoEmotions, and of SemEval's posts the six of Ekman, where a group holds when any label of
it does: q = 1 - Π (1 - p).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from data import Labelled, batches
from numpy.typing import NDArray

from groundswell.kernel.mood.feelings import Meaning, sigmoid, sums

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plan:
    """How it is trained."""

    filters: int = 192
    hidden: int = 256
    rounds: int = 5
    batch: int = 256
    beside: int = 24
    """SemEval's posts beside each batch."""
    rate: float = 2e-3
    """Of the layers; it falls to a fiftieth."""
    word_rate: float = 1e-3
    lost_words: float = 0.1
    """Share of words that are left out of each post, anew each time."""
    lost_parts: float = 0.2
    """The same of a post's dimensions."""
    lost_inner: float = 0.3
    coarse: float = 0.3
    """Weight of the coarse labels beside the fine ones."""
    seed: int = 20260317


@dataclass(slots=True)
class Network:
    """Weights, and what Adam remembers of them."""

    weights: dict[str, Floats]
    first: dict[str, Floats] = field(init=False)
    second: dict[str, Floats] = field(init=False)
    steps: int = 0

    def __post_init__(self) -> None:
        self.first = {name: np.zeros_like(one) for name, one in self.weights.items()}
        self.second = {name: np.zeros_like(one) for name, one in self.weights.items()}

    def reader(self, places: dict[str, int]) -> Meaning:
        """As the kernel reads it."""
        w = self.weights
        return Meaning(
            places, w["words"], w["filters"], w["filters_bias"], w["inner"], w["inner_bias"],
            w["outer"], w["outer_bias"],
        )  # fmt: skip

    def step(self, name: str, slope: Floats, rate: float, rows: Ints | None = None) -> None:
        """One step of Adam (Kingma and Ba, 2015), of some rows or of all."""
        at: Ints | slice = slice(None) if rows is None else rows
        m = self.first[name][at] = 0.9 * self.first[name][at] + 0.1 * slope
        v = self.second[name][at] = 0.999 * self.second[name][at] + 0.001 * slope * slope
        far = rate / (1 - 0.9**self.steps)
        self.weights[name][at] -= far * m / (np.sqrt(v / (1 - 0.999**self.steps)) + 1e-8)


def new(vectors: Floats, shares: Floats, plan: Plan) -> Network:
    """A network that knows words and how frequent labels are, and nothing else."""
    rng = np.random.default_rng(plan.seed)
    d, f, h = vectors.shape[1], plan.filters, plan.hidden

    def drawn(rows: int, columns: int, scale: float) -> Floats:
        return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

    shares = shares.clip(1e-4, 0.9)
    return Network({
        "words": vectors.copy(),
        "filters": drawn(3 * d, f, (2 / (3 * d)) ** 0.5),
        "filters_bias": np.zeros(f, np.float32),
        "inner": drawn(d + f, h, (1 / (d + f)) ** 0.5),
        "inner_bias": np.zeros(h, np.float32),
        "outer": drawn(h, shares.size, 0.5 / h**0.5),
        "outer_bias": np.log(shares / (1 - shares)).astype(np.float32),
    })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lesson:
    """Posts as their words' places, and their labels: of GoEmotions, and of SemEval beside."""

    main: Labelled
    places: list[Ints]
    six: Labelled
    beside: list[Ints]
    groups: Floats
    """Which label is of which of Ekman's six, shape (labels, six)."""
    coarse: Floats
    """Likewise, groups of labels that are learnt besides, shape (labels, groups)."""


def train(network: Network, lesson: Lesson, plan: Plan) -> None:
    """Trains on a lesson, some rounds."""
    places, beside = lesson.places, lesson.beside
    rng = np.random.default_rng(plan.seed + 1)
    total = plan.rounds * -(-len(places) // plan.batch)
    for _ in range(plan.rounds):
        for chosen in batches(len(places), plan.batch, rng):
            extra = rng.integers(0, len(beside), plan.beside)
            given = [*(places[i] for i in chosen), *(beside[i] for i in extra)]
            posts = [_thinned(post, plan.lost_words, rng) for post in given]
            sizes = np.array([post.size for post in posts])
            pull = max(0.02, 1 - network.steps / total)
            network.steps += 1
            _learn(
                network, np.concatenate(posts), sizes, rng, plan, pull,
                lambda z, c=chosen, e=extra: _slope(
                    z, lesson, c, e, plan.coarse
                ),
            )  # fmt: skip


def _thinned(post: Ints, lost: float, rng: np.random.Generator) -> Ints:
    kept = rng.random(post.size) > lost
    return post[kept] if kept.any() else post


def _slope(logits: Floats, lesson: Lesson, chosen: Ints, extra: Ints, weight: float) -> Floats:
    """Slope of the mean cross-entropy of the first posts' labels and of the others' groups."""
    labels, six, coarse = lesson.main.labels[chosen], lesson.six.labels[extra], lesson.coarse
    n = len(labels)
    p = sigmoid(logits)
    slope = np.empty_like(logits)
    slope[:n] = (p[:n] - labels) / n
    if weight:
        slope[:n] += weight * _grouped_slope(p[:n], (labels @ coarse > 0).astype(float), coarse) / n
    slope[n:] = _grouped_slope(p[n:], six, lesson.groups) / n
    return slope


def _grouped_slope(p: Floats, truth: Floats, groups: Floats) -> Floats:
    """Slope of the cross-entropy of groups: (q - y) ÷ q · p; nothing where nobody was asked."""
    own = p.clip(1e-6, 1 - 1e-6)
    q = (1 - np.exp(np.log1p(-own) @ groups)).clip(1e-4, 1 - 1e-6)
    error = np.where(np.isnan(truth), 0, (q - truth) / q)
    slope: Floats = (error @ groups.T) * own
    return slope


def _learn(network, flat, sizes, rng, plan, pull, slope_of) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- one step, in the words of above
    w, d = network.weights, network.weights["words"].shape[1]
    n, owner = sizes.size, np.repeat(np.arange(sizes.size), sizes)
    first = np.cumsum(sizes) - sizes

    def mask(shape: tuple[int, ...], lost: float) -> Floats:
        return (rng.random(shape, dtype=np.float32) > lost) / np.float32(1 - lost)

    # an empty word stands between posts, so that no filter hears two of them
    at = np.arange(flat.size) + owner + 1
    parts = mask((n, d), plan.lost_parts)
    row = np.zeros((flat.size + n + 1, d), np.float32)
    row[at] = w["words"][flat] * parts[owner]
    three = np.concatenate((row[at - 1], row[at], row[at + 1]), axis=1)
    heard = np.maximum(three @ w["filters"] + w["filters_bias"], 0)
    loudest = np.maximum.reduceat(heard, first, axis=0)
    scale = 1 / np.sqrt(sizes)[:, None].astype(np.float32)
    kept = mask((n, d + loudest.shape[1]), plan.lost_inner)
    both = np.concatenate((sums(row[at], sizes) * scale, loudest), axis=1) * kept
    x = both @ w["inner"] + w["inner_bias"]
    bend = np.tanh(np.float32(0.7978845608) * (x + 0.044715 * x * x * x))
    kept_inner = mask(x.shape, plan.lost_inner)
    hidden = 0.5 * x * (1 + bend) * kept_inner
    slope = slope_of(hidden @ w["outer"] + w["outer_bias"]).astype(np.float32)

    steep = 0.5 * (1 + bend)
    steep += 0.5 * x * (1 - bend * bend) * np.float32(0.7978845608) * (1 + 0.134145 * x * x)
    back = (slope @ w["outer"].T) * kept_inner * steep
    apart = (back @ w["inner"].T) * kept
    from_heard = apart[:, d:][owner] * ((heard == loudest[owner]) & (heard > 0))
    from_three = from_heard @ w["filters"].T
    words = np.zeros_like(row)
    words[at] = from_three[:, d : 2 * d] + (apart[:, :d] * scale)[owner]
    words[at - 1] += from_three[:, :d]
    words[at + 1] += from_three[:, 2 * d :]
    own = words[at] * parts[owner]
    used, place = np.unique(flat, return_inverse=True)
    order = np.argsort(place, kind="stable")
    runs = np.bincount(place)
    slopes = {
        "outer": hidden.T @ slope, "outer_bias": slope.sum(0),
        "inner": both.T @ back, "inner_bias": back.sum(0),
        "filters": three.T @ from_heard, "filters_bias": from_heard.sum(0),
    }  # fmt: skip
    for name, one in slopes.items():
        network.step(name, one, plan.rate * pull)
    network.step("words", sums(own[order], runs), plan.word_rate * pull, used)
