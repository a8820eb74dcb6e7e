"""How good the model is: what docs/model-card.md says, on posts that it never saw.

Thresholds and calibration come from GoEmotions' held-out part (`dev`); figures from `test`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from data import SIX, Labelled
from numpy.typing import NDArray
from scores import area, calibration_error, f1, micro, thresholds

from groundswell.kernel.mood.feelings import EKMAN, Feelings, grouped
from groundswell.kernel.mood.moods import Reader, intervals

Floats = NDArray[np.float32]
SENTIMENT = {
    "positive": EKMAN["joy"],
    "negative": EKMAN["fear"] + EKMAN["sadness"] + EKMAN["disgust"] + EKMAN["anger"],
    "ambiguous": EKMAN["surprise"],
    "neutral": EKMAN["neutral"],
}
GROUP = 200
"""Posts of a group whose mood is measured."""
DRAWN = 400
"""Groups of each kind."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A set of posts with what the model says of them."""

    values: Floats
    labels: Floats


def judged(model: Feelings, posts: Labelled) -> Judged:
    """Reads a set."""
    return Judged(model.read(posts.texts)[0], posts.labels)


def overall(model: Feelings, dev: Judged, test: Judged) -> dict[str, float]:
    """F1 at three levels, calibration."""
    given = test.values >= model.thresholds
    found = {
        "macro-F1, 28 labels": float(f1(given, test.labels).mean()),
        "micro-F1, 28 labels": micro(given, test.labels),
    }
    for name, groups in (("Ekman", EKMAN), ("sentiment", SENTIMENT)):
        own = [grouped(one.values, model.labels, groups) for one in (dev, test)]
        truth = [_any(one.labels, model, groups) for one in (dev, test)]
        found[f"macro-F1, {name}"] = float(
            f1(own[1] >= thresholds(own[0], truth[0]), truth[1]).mean()
        )
    found["calibration error"] = calibration_error(test.values, test.labels)
    return found


def _any(labels: Floats, model: Feelings, groups: dict[str, tuple[str, ...]]) -> Floats:
    columns = [[model.labels.index(label) for label in group] for group in groups.values()]
    return np.stack([labels[:, own].max(1) for own in columns], axis=1)


def by_length(
    model: Feelings, posts: Labelled, test: Judged
) -> list[tuple[str, int, float, float]]:
    """By characters: posts, macro-F1 over labels with twenty posts, and calibration error."""
    sizes = np.array([len(text) for text in posts.texts])
    rows = []
    for low, high in ((0, 40), (40, 80), (80, 120), (120, 1000)):
        own = (sizes >= low) & (sizes < high)
        often = test.labels[own].sum(0) >= 20
        score = f1(test.values[own] >= model.thresholds, test.labels[own])[often].mean()
        error = calibration_error(test.values[own], test.labels[own])
        rows.append((f"{low}–{high - 1}" if high < 1000 else f"{low} and more", int(own.sum()),
                     float(score), error))  # fmt: skip
    return rows


@dataclass(frozen=True, slots=True)
class Mixes:
    """How close the moods of groups are to what annotators counted in them."""

    error: float
    """Mean absolute error of the 28 shares, in points."""
    chance: float
    """The same if every probability were right, and labels drawn by them: it cannot be less."""
    covered: float
    """Share of intervals that hold the count, over labels and groups."""
    covered_common: float
    """The same over labels of at least 2 % of the posts."""
    told: float
    """How much of what a group's shares differ by from all posts' is told: 1 is all."""
    dominant: float
    """Share of groups whose leading Ekman class is the one that most posts were given, neutral
    aside."""


def mixes(model: Feelings, test: Judged, *, tilted: bool, seed: int = 11) -> Mixes:
    """Moods of groups of 200 of the test's posts: as they come, or half of them of one emotion."""
    rng = np.random.default_rng(seed)
    names = [name for name in EKMAN if name != "neutral"]
    groups = {name: EKMAN[name] for name in names}
    truth = _any(test.labels, model, groups)
    six = grouped(test.values, model.labels, groups)
    usual, base = six.mean(0), truth.mean(0)
    errors, chance, held, common, right = [], [], [], [], []
    moved, counts = [], []
    for _ in range(DRAWN):
        chosen = rng.choice(len(truth), GROUP, replace=False)
        if tilted:
            own = np.flatnonzero(truth[:, rng.integers(len(names))] > 0.5)
            chosen[: GROUP // 2] = rng.choice(own, GROUP // 2)
        values, labels = test.values[chosen], test.labels[chosen]
        low, high = intervals(values, rng.integers(1, 1 << 63, GROUP).astype(np.uint64))
        counted = labels.mean(0)
        drawn = rng.random(values.shape) < values
        chance.append(np.abs(values.mean(0) - drawn.mean(0)).mean() * 100)
        moved.append(values.mean(0) - test.values.mean(0))
        counts.append(counted - test.labels.mean(0))
        errors.append(np.abs(values.mean(0) - counted).mean() * 100)
        inside = (low <= counted) & (counted <= high)
        held.append(inside.mean())
        common.append(inside[test.labels.mean(0) >= 0.02].mean())
        if tilted:
            right.append(
                (six[chosen].mean(0) - usual).argmax() == (truth[chosen].mean(0) - base).argmax()
            )
        else:
            right.append(six[chosen].mean(0).argmax() == truth[chosen].mean(0).argmax())
    x, y = np.concatenate(counts), np.concatenate(moved)
    told = float((x * y).sum() / (x * x).sum())
    means = [float(np.mean(one)) for one in (errors, chance, held, common)]
    return Mixes(*means, told, float(np.mean(right)))


def elsewhere(model: Feelings, posts: Labelled) -> dict[str, float]:
    """How well Ekman's emotions are told apart on another network's posts, as areas under ROC."""
    six = grouped(model.read(posts.texts)[0], model.labels, {name: EKMAN[name] for name in SIX})
    asked = [j for j in range(6) if not np.isnan(posts.labels[:, j]).all()]
    return {SIX[j]: area(six[:, j], posts.labels[:, j]) for j in asked}


def speed(reader: Reader, posts: Labelled) -> tuple[float, float]:
    """Posts of 160 characters a CPU-second: English, and in other languages."""
    joined = " ".join(posts.texts)
    texts = [joined[i * 160 : i * 160 + 160] for i in range(4000)]
    reader.read(texts[:600], ["en"] * 600)
    found = []
    for lang in ("en", next(iter(reader.tongues.by_language), "en")):
        began = time.process_time()
        reader.read(texts, [lang] * len(texts))
        found.append(len(texts) / (time.process_time() - began))
    return found[0], found[1]
