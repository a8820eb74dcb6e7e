"""The shipped model of feelings, read from the package: what `make model` wrote there.

It is read once a process, in less than half a second. docs/model-card.md says what is in it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.engines.languages import Namer
from groundswell.kernel.mood.feelings import Feelings, Meaning, Phrases
from groundswell.kernel.mood.moods import Reader
from groundswell.kernel.mood.packed import Packed
from groundswell.kernel.mood.tongues import Tongue, Tongues

FILE: Final = "feelings.npz"

Arrays = Mapping[str, NDArray[Any]]


@lru_cache(maxsize=1)
def load_reader() -> Reader:
    """The model of feelings, English and other languages."""
    raw = files("groundswell").joinpath("data", FILE).read_bytes()
    with np.load(io.BytesIO(raw), allow_pickle=False) as packed:
        arrays = {name: packed[name] for name in packed.files}
    return Reader(english(arrays), tongues(arrays), Namer())


def english(arrays: Arrays) -> Feelings:
    """The English reader of a model file."""

    def full(name: str) -> NDArray[np.float32]:
        return arrays[name].astype(np.float32)

    def packed(name: str) -> Packed:
        return Packed(arrays[name], full(f"{name}_scale"))

    words, phrases = _lines(arrays["words"]), _lines(arrays["phrases"])
    return Feelings(
        tuple(_lines(arrays["labels"])),
        Phrases(
            {phrase: i for i, phrase in enumerate(phrases)},
            packed("weights"), full("frequencies"), full("bias"),
        ),
        Meaning(
            {word: i + 1 for i, word in enumerate(words)},  # 0 is every word that is not known
            packed("vectors"), full("filters"), full("filters_bias"),
            full("inner"), full("inner_bias"), full("outer"), full("outer_bias"),
        ),
        (float(arrays["parts"][0]), float(arrays["parts"][1])),
        full("calibration"),
        full("thresholds"),
        full("prior"),
    )  # fmt: skip


def tongues(arrays: Arrays) -> Tongues:
    """The readers of other languages."""
    found = {}
    for i, language in enumerate(_lines(arrays["languages"])):
        weights = Packed(arrays["tongue_weights"][i], arrays["tongue_scale"][i])
        frequencies = arrays["tongue_frequencies"][i]
        found[language] = Tongue(weights, frequencies, arrays["tongue_bias"][i])
    return Tongues(tuple(_lines(arrays["six"])), found, arrays["tongue_prior"].astype(np.float32))


def _lines(value: NDArray[Any]) -> list[str]:
    text = bytes(value).decode("utf-8")
    return text.split("\n") if text else []
