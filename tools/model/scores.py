"""Measures of a model's answers: thresholds from held-out posts, F1, calibration, order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
BINS = 15
RESAMPLES = 40


def calibrate(logits: Floats, labels: Floats) -> Floats:
    """Slope and intercept of each label's logits (Platt, 1999), by Newton's method, (labels, 2)."""
    out = np.zeros((labels.shape[1], 2))
    for j in range(labels.shape[1]):
        x = np.stack((logits[:, j], np.ones(len(logits))), axis=1).astype(np.float64)
        at = np.array([1.0, 0.0])
        for _ in range(30):
            p = 1 / (1 + np.exp(-x @ at))
            pull = np.array([1.0, 0.01])  # a weak prior: the slope is near 1
            slope = x.T @ (p - labels[:, j]) + pull * (at - [1.0, 0.0])
            bend = (x * (p * (1 - p))[:, None]).T @ x + np.diag(pull)
            at -= np.linalg.solve(bend, slope)
        out[j] = at
    return out.astype(np.float32)


def thresholds(values: Floats, labels: Floats) -> Floats:
    """The probability from which on a label is given, so that its F1 is best, (labels,).

    The mean over resamples of the posts (bagging; Breiman, 1996): of a label that few posts have,
    the best threshold of one sample is a matter of luck.
    """
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, len(values), len(values)) for _ in range(RESAMPLES)]
    found: Floats = np.mean([_best(values[one], labels[one]) for one in draws], axis=0)
    return found.astype(np.float32)


def _best(values: Floats, labels: Floats) -> Floats:
    out = np.zeros(labels.shape[1], np.float32)
    for j in range(labels.shape[1]):
        order = np.argsort(-values[:, j], kind="stable")
        own, hits = values[order, j], np.cumsum(labels[order, j])
        best = int((2 * hits / (np.arange(1, hits.size + 1) + hits[-1])).argmax())
        out[j] = (own[best] + own[min(best + 1, own.size - 1)]) / 2
    return out


def f1(given: NDArray[np.bool_], labels: Floats) -> Floats:
    """F1 of each label."""
    truth = labels > 0.5
    hits = (given & truth).sum(0)
    found: Floats = 2 * hits / np.maximum(given.sum(0) + truth.sum(0), 1)
    return found


def micro(given: NDArray[np.bool_], labels: Floats) -> float:
    """F1 over all labels together."""
    truth = labels > 0.5
    return float(2 * (given & truth).sum() / max(1, given.sum() + truth.sum()))


def calibration_error(values: Floats, labels: Floats) -> float:
    """Mean over labels of the expected calibration error in 15 equal bins."""
    found = []
    for j in range(labels.shape[1]):
        place = np.clip((values[:, j] * BINS).astype(int), 0, BINS - 1)
        gaps = [
            (place == i).mean() * abs(values[place == i, j].mean() - labels[place == i, j].mean())
            for i in range(BINS)
            if (place == i).any()
        ]
        found.append(sum(gaps))
    return float(np.mean(found))


def area(values: Floats, truth: Floats) -> float:
    """Chance that a post with the label has a higher probability than one without."""
    order = np.argsort(values, kind="stable")
    ranks = np.empty(values.size)
    ranks[order] = np.arange(1, values.size + 1)
    n = float(truth.sum())
    if not 0 < n < truth.size:
        return float("nan")
    return float((ranks[truth > 0.5].sum() - n * (n + 1) / 2) / (n * (truth.size - n)))
