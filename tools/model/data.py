"""The labelled posts that the model is made from, as their publishers give them."""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SIX = ("anger", "disgust", "fear", "joy", "sadness", "surprise")
"""The labels of SemEval-2025 task 11, track A."""
HELD_OUT = 3
"""Every third of SemEval's English posts is held out: its test set has no labels."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Posts and which labels each has, shape (posts, labels); NaN where nobody was asked."""

    texts: list[str]
    labels: Floats

    def part(self, chosen: NDArray[np.bool_]) -> Labelled:
        """Some of them."""
        kept = np.flatnonzero(chosen).tolist()
        return Labelled([self.texts[i] for i in kept], self.labels[chosen])


def together(*parts: Labelled) -> Labelled:
    """Several sets as one."""
    texts = [text for part in parts for text in part.texts]
    return Labelled(texts, np.concatenate([part.labels for part in parts]))


def names(folder: Path) -> tuple[str, ...]:
    """The labels of GoEmotions in their order."""
    return tuple((folder / "goemotions" / "labels.txt").read_text("utf-8").split())


def goemotions(folder: Path, part: str) -> Labelled:
    """`train`, `dev` or `test`."""
    texts, rows = [], []
    for line in (folder / "goemotions" / f"{part}.tsv").read_text("utf-8").splitlines():
        text, numbers, _ = line.split("\t")
        row = np.zeros(28, np.float32)
        row[[int(number) for number in numbers.split(",")]] = 1
        texts.append(text)
        rows.append(row)
    return Labelled(texts, np.array(rows))


def semeval(folder: Path) -> dict[tuple[str, str], Labelled]:
    """All languages, by language and part."""
    archive = folder / "semeval25-t11" / "track_a.tar.gz"
    found = {}
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            path = Path(member.name)
            if path.suffix != ".csv" or "_" in path.stem:
                continue
            file = packed.extractfile(member)
            if file is not None:
                found[path.stem, path.parent.name] = _table(file.read().decode("utf-8"))
    return found


def _table(text: str) -> Labelled:
    rows = list(csv.DictReader(io.StringIO(text)))
    labels = [[float(row.get(name) or "nan") for name in SIX] for row in rows]
    return Labelled([row["text"] for row in rows], np.array(labels, np.float32))


def english(folder: Path) -> tuple[Labelled, Labelled]:
    """SemEval's English posts: to train on, and held out."""
    all_ = semeval(folder)["eng", "train"]
    held = np.arange(len(all_.texts)) % HELD_OUT == 0
    return all_.part(~held), all_.part(held)


def batches(size: int, each: int, rng: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Indexes in a random order, `each` at a time."""
    order = rng.permutation(size)
    for begin in range(0, size, each):
        yield order[begin : begin + each]
