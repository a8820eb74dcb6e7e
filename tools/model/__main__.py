"""`make model`: trains the model of feelings, writes it into the package, and its card.

    python tools/model [--data ../shared/data]

Seeds are fixed. Needs the groups `dev` and `model`; takes some minutes on two cores. The data is
public and not in the project: docs/model-card.md says where it comes from.
"""

from __future__ import annotations

import argparse
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(Path(__file__).parent)]

import card  # noqa: E402
import linear  # noqa: E402
import minilm  # noqa: E402
import network  # noqa: E402
import scores  # noqa: E402
import store  # noqa: E402
import wordfreq  # noqa: E402
from data import SIX, Labelled, english, goemotions, names, semeval, together  # noqa: E402
from measure import SENTIMENT  # noqa: E402
from sayings import sayings  # noqa: E402

from groundswell.engines import feelings as shipped  # noqa: E402
from groundswell.kernel.mood.feelings import EKMAN, Feelings, Floats  # noqa: E402
from groundswell.kernel.mood.tongues import Tongues  # noqa: E402
from groundswell.kernel.mood.wording import name_of, words  # noqa: E402

MODEL = ROOT / "src" / "groundswell" / "data" / shipped.FILE
KNOWN = 26_000
"""Commonest English words that are known besides those of the labelled posts."""
SIZE = 192
"""Dimensions of a word."""
LANGUAGES = {
    "deu": "de", "esp": "es", "ptbr": "pt", "rus": "ru", "ukr": "uk", "hin": "hi", "chn": "zh",
    "swe": "sv", "ron": "ro", "mar": "mr", "afr": "af", "amh": "am", "hau": "ha", "ibo": "ig",
    "kin": "rw", "orm": "om", "pcm": "pcm", "som": "so", "sun": "su", "swa": "sw", "tat": "tt",
    "tir": "ti", "vmw": "vmw", "yor": "yo", "ary": "ary", "arq": "arq", "ptmz": "pt-MZ",
}  # fmt: skip
"""SemEval's codes, and what networks call the languages."""
"""Macro-F1 on held-out posts from which on a language is read."""


def main() -> None:
    """Trains, writes, measures."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    folder: Path = given.parse_args().data
    began = time.monotonic()
    say = lambda what: print(f"{time.monotonic() - began:4.0f} s  {what}", file=sys.stderr)  # noqa: E731
    comments, dev, test = (goemotions(folder, part) for part in ("train", "dev", "test"))
    labels = names(folder)
    main_ = together(comments, sayings(labels, comments))
    beside, held = english(folder)
    said = {id(one): [words(text) for text in one.texts] for one in (main_, dev, beside)}
    said_here = len(main_.texts) - len(comments.texts)
    say(f"{len(comments.texts):,} comments, {said_here:,} of sayings, {len(beside.texts):,} beside")
    phrases = linear.train_phrases(said[id(main_)], main_.labels)
    say(f"{len(phrases.places):,} phrases")
    known = vocabulary(said[id(main_)])
    vectors = word_vectors(known)
    say(f"{len(known):,} words")
    places = {word: i + 1 for i, word in enumerate(known)}
    plan = network.Plan()
    trained = network.new(vectors, main_.labels.mean(0), plan)
    groups = _groups(labels, {name: EKMAN[name] for name in SIX})
    look = lambda posts: [  # noqa: E731
        np.array([places.get(word, 0) for word in one] or [0]) for one in said[id(posts)]
    ]
    coarse = np.hstack((groups, _groups(labels, SENTIMENT)))
    lesson = network.Lesson(main_, look(main_), beside, look(beside), groups, coarse)
    network.train(trained, lesson, plan)
    say("the network")
    model = tuned(
        labels, phrases, trained.reader(places), said[id(dev)], dev, comments.labels.mean(0)
    )
    tongues, measured = all_tongues(semeval(folder))
    say(f"{len(tongues.by_language)} of {len(measured)} other languages")
    size = store.save(MODEL, store.arrays(model, tongues))
    say(f"{size / 1e6:.1f} MB written")
    shipped.load_reader.cache_clear()
    card.write(ROOT / "docs" / "model-card.md", dev, test, held, measured, size)
    say("docs/model-card.md written")


def _groups(labels: tuple[str, ...], groups: Mapping[str, tuple[str, ...]]) -> Floats:
    """Which label is in which group, shape (labels, groups)."""
    return np.array([[label in own for own in groups.values()] for label in labels], np.float32)


def vocabulary(said: list[list[str]]) -> list[str]:
    """Words of the labelled posts that two of them have, common words, and those of emoji."""
    posts = Counter(word for one in said for word in set(one))
    own = sorted(
        (word for word, n in posts.items() if n > 1), key=lambda word: (-posts[word], word)
    )
    common = [
        word for word in wordfreq.top_n_list("en", KNOWN + 6_000)
        if word.isascii() and word.replace("'", "").isalpha()
    ]  # fmt: skip
    symbols = (chr(i) for a, b in ((0x1F300, 0x1FAFF), (0x2600, 0x27BF)) for i in range(a, b))
    named = [word for symbol in symbols for word in (name_of(symbol) or "").split()]
    return list(dict.fromkeys([*own, *common[:KNOWN], *(w for w in named if w.isalpha())]))


def word_vectors(known: list[str]) -> Floats:
    """Vectors of words by their main components, the first row for every other word."""
    spelt = [
        unicodedata.name(word, word).lower() if len(word) == 1 and not word.isascii()
        else word.strip("<>")
        for word in known
    ]  # fmt: skip
    full = minilm.vectors(spelt)
    full /= np.linalg.norm(full, axis=1, keepdims=True)
    full -= full.mean(0)
    _, axes = np.linalg.eigh(full.T @ full)
    short = full @ axes[:, ::-1][:, :SIZE]
    short *= 0.35 / np.sqrt((short * short).mean())
    return np.vstack((np.zeros((1, SIZE), np.float32), short)).astype(np.float32)


def tuned(labels, phrases, meaning, said, dev: Labelled, prior) -> Feelings:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- the parts of one model
    """The model with weights, calibration and thresholds from the held-out posts."""
    ones, zeros = np.ones((28, 1), np.float32), np.zeros((28, 1), np.float32)
    plain = np.hstack((ones, zeros))
    first = Feelings(labels, phrases, meaning, (1.0, 0.0), plain, plain[:, 1], prior)
    rows = meaning.look_up(said)
    sizes = np.array([len(row) for row in rows])
    logits = phrases.read(said), meaning.judge(np.concatenate(rows), sizes)
    best = (9.0, (0.0, 0.0), plain)
    for share in (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6):
        parts = (share * 1.1, (1 - share) * 1.1)
        both = parts[0] * logits[0] + parts[1] * logits[1]
        found = scores.calibrate(both, dev.labels)
        p = (1 / (1 + np.exp(-(both * found[:, 0] + found[:, 1])))).clip(1e-6, 1 - 1e-6)
        loss = -float((dev.labels * np.log(p) + (1 - dev.labels) * np.log(1 - p)).mean())
        best = min(best, (loss, parts, found), key=lambda one: one[0])
    model = replace(first, parts=best[1], calibration=best[2])
    return replace(model, thresholds=scores.thresholds(model.judge(said)[0], dev.labels))


def all_tongues(found: dict[tuple[str, str], Labelled]) -> tuple[Tongues, list[card.Language]]:
    """Readers of the languages that are good enough, and figures of all."""
    good, rows, shares = {}, [], []
    for code, lang in LANGUAGES.items():
        train, dev, test = (found[code, part] for part in ("train", "dev", "test"))
        tongue = linear.train_tongue(train.texts, np.nan_to_num(train.labels))
        asked = [j for j in range(6) if np.nansum(train.labels[:, j]) > 0]
        p = np.clip(tongue.read(dev.texts), 1e-6, 1 - 1e-6)
        fit = scores.calibrate(np.log(p / (1 - p)), np.nan_to_num(dev.labels))
        tongue = replace(
            tongue, weights=tongue.weights * fit[:, 0], bias=tongue.bias * fit[:, 0] + fit[:, 1]
        )
        cut = scores.thresholds(tongue.read(dev.texts), np.nan_to_num(dev.labels))
        own = scores.f1(tongue.read(dev.texts) >= cut, dev.labels)[asked].mean()
        values = tongue.read(test.texts)
        every = scores.f1(values >= cut, test.labels)
        area = np.mean([scores.area(values[:, j], test.labels[:, j]) for j in asked])
        read = bool(own >= card.GOOD and len(asked) == 6 and "-" not in lang)
        rows.append(
            card.Language(
                lang,
                len(train.texts),
                float(own),
                float(every[asked].mean()),
                float(area),
                every,
                read,
            )
        )
        if read:
            good[lang] = tongue
            shares.append(np.nanmean(train.labels, axis=0))
    return Tongues(SIX, good, np.mean(shares, axis=0).astype(np.float32)), rows


if __name__ == "__main__":
    main()
