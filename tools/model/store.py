"""The model as a file: large tables as whole numbers of a byte, each row or column with a scale."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from data import SIX
from numpy.typing import NDArray

from groundswell.kernel.mood.feelings import Feelings
from groundswell.kernel.mood.tongues import Tongues

Floats = NDArray[np.float32]


def arrays(english: Feelings, tongues: Tongues) -> dict[str, NDArray[np.generic]]:
    """What stands in the file."""
    meaning, phrases = english.meaning, english.phrases
    vectors, vectors_scale = _bytes(meaning.vectors, axis=1)
    weights, weights_scale = _bytes(phrases.weights, axis=0)
    out: dict[str, NDArray[np.generic]] = {
        "labels": _text(english.labels), "words": _text(meaning.places),
        "vectors": vectors, "vectors_scale": vectors_scale,
        "phrases": _text(phrases.places), "weights": weights, "weights_scale": weights_scale,
        "frequencies": phrases.frequencies.astype(np.float16), "bias": phrases.bias,
        "parts": np.array(english.parts, np.float32), "calibration": english.calibration,
        "thresholds": english.thresholds, "prior": english.prior,
        "languages": _text(tongues.by_language), "six": _text(SIX),
    }  # fmt: skip
    for name in ("filters", "filters_bias", "inner", "inner_bias", "outer", "outer_bias"):
        out[name] = getattr(meaning, name).astype(np.float16)
    each = list(tongues.by_language.values())
    packed = [_bytes(one.weights, axis=0) for one in each]
    out["tongue_weights"] = np.array([values for values, _ in packed])
    out["tongue_scale"] = np.array([scale for _, scale in packed])
    out["tongue_frequencies"] = np.array([one.frequencies for one in each]).astype(np.float16)
    out["tongue_prior"] = tongues.prior
    out["tongue_bias"] = np.array([one.bias for one in each])
    return out


def save(path: Path, found: dict[str, NDArray[np.generic]]) -> int:
    """Writes the file; returns its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **found)
    return path.stat().st_size


def _bytes(values: Floats, *, axis: int) -> tuple[NDArray[np.int8], Floats]:
    scale = np.abs(values).max(axis=axis, keepdims=True) / 127
    scale = np.maximum(scale, 1e-9).astype(np.float32)
    return np.round(values / scale).astype(np.int8), scale


def _text(lines: object) -> NDArray[np.uint8]:
    joined = "\n".join(lines)  # type: ignore[call-overload]
    return np.frombuffer(joined.encode("utf-8"), np.uint8)
