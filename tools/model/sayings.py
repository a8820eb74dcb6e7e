"""Made-up posts of the sayings in `sayings.toml`: alone, and beside a neutral comment's words."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import numpy as np
from data import Labelled

COPIES = 6
"""Posts of each saying."""
ENDS = ("", "", ".", "!", "!!", "...")


def sayings(labels: tuple[str, ...], main: Labelled, *, seed: int = 5) -> Labelled:
    """Posts with the labels of their sayings; `main` gives the neutral words beside some."""
    told = tomllib.loads((Path(__file__).parent / "sayings.toml").read_text("utf-8"))["saying"]
    rng = random.Random(seed)  # noqa: S311 -- repeatable, no secret
    only = np.flatnonzero((main.labels[:, labels.index("neutral")] > 0) & (main.labels.sum(1) == 1))
    beside = [main.texts[i] for i in only.tolist() if len(main.texts[i]) < 60]
    texts, rows = [], []
    for one in told:
        row = np.zeros(len(labels), np.float32)
        row[[labels.index(label) for label in one["feel"]]] = 1
        for said in one["say"]:
            for n in range(COPIES):
                text = said + rng.choice(ENDS)
                if n % 2:
                    other = rng.choice(beside)
                    text = rng.choice((f"{text} {other}", f"{other} {text}", f"{other}, {text}"))
                texts.append(text)
                rows.append(row)
    return Labelled(texts, np.array(rows))
