"""What a post surely reads as, and which posts show what a mood's feelings are.

A mood is the average of many probabilities; of a single post the most likely label is often wrong.
So only what is sure is said of one, and only such posts are shown behind a feeling.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.expression import NEUTRAL
from groundswell.kernel.mood.feelings import Floats
from groundswell.kernel.mood.moods import FULL, SIX, Reader

SURE: Final = 0.3
"""Probability from which on one of all labels may be said of a post, if the model gives it."""
SURE_SIX: Final = 0.5
"""The same of Ekman's six in other languages."""
EACH: Final = 3
"""Posts that show a feeling."""
FEELINGS: Final = 8
"""Feelings that are shown, those first that lead the mood."""

Levels = NDArray[np.uint8]


def surely(reader: Reader, values: Floats, levels: Levels) -> Floats:
    """Probabilities where a label may be said of a post, else 0; shape (posts, labels).

    Ekman's six have the columns of the labels of their names. Neutral is nothing to say.
    """
    out = np.zeros((levels.size, len(reader.labels)), np.float32)
    full = levels == FULL
    bar = np.maximum(reader.english.thresholds, SURE)
    out[full] = np.where(values[full] >= bar, values[full], 0)
    six = np.flatnonzero(levels == SIX)
    for j, label in enumerate(reader.tongues.labels):
        found = values[six, j]
        out[six, reader.labels.index(label)] = np.where(found >= SURE_SIX, found, 0)
    out[:, reader.labels.index(NEUTRAL)] = 0
    return out


def leads(reader: Reader, sure: Floats) -> str:
    """The label that one post reads as most surely, of its row; empty where none is sure."""
    label: str = reader.labels[int(sure.argmax())] if sure.any() else ""
    return label


def shown(reader: Reader, sure: Floats, wanted: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Posts, by their rows, that show each feeling of `wanted`, the surest first."""
    for label in wanted[:FEELINGS]:
        column = sure[:, reader.labels.index(label)]
        order = np.argsort(-column, kind="stable")[:EACH]
        yield from ((int(i), label) for i in order.tolist() if column[i])
