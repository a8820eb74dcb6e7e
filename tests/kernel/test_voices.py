"""Voices: what facility location promises of the posts that it chooses."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.voices import voices
from groundswell.kernel.voices.voices import FEWEST, MOST, Candidates

WORDS = "goal late keeper crowd rain referee extra time saved home away bench scarf song whistle"


def candidates(texts: list[str], times: list[int] | None = None) -> Candidates:
    said = [sorted(set(text.split())) for text in texts]
    return Candidates(
        hash_strings([word for one in said for word in one]),
        np.repeat(np.arange(len(said)), [len(one) for one in said]),
        np.array(times or range(len(texts)), np.int64),
        np.zeros((len(texts), 28), np.float32),
    )


def drawn(seed: int, n: int = 60) -> Candidates:
    """Posts about a few subjects, some said in nearly the same words."""
    rng = np.random.default_rng(seed)
    words = WORDS.split()
    subjects = [rng.choice(words, 5, replace=False) for _ in range(6)]
    texts = []
    for _ in range(n):
        own = subjects[min(int(rng.exponential(1.5)), 5)]
        texts.append(" ".join([*rng.choice(own, 3, replace=False), *rng.choice(words, 3)]))
    return candidates(texts)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 80))
def test_few_distinct_and_no_duplicates(seed: int, n: int) -> None:
    """Between three and eight posts, none twice, no two near-duplicates; or none at all."""
    given_ = drawn(seed, n) if n else candidates([])
    chosen = voices.choose(given_)
    assert len(chosen) == len(set(chosen)) <= MOST
    assert len(chosen) >= FEWEST or not chosen
    assert voices.duplicates(given_, chosen) == 0


def test_pasted_texts_speak_once() -> None:
    """Of a hundred copies and four others, one copy speaks beside the four."""
    texts = ["vote for our band tonight"] * 30 + [f"{a} {b} {c}" for a, b, c in (
        ("rain", "crowd", "song"), ("late", "goal", "keeper"),
        ("bench", "scarf", "away"), ("extra", "time", "whistle"))]  # fmt: skip
    chosen = voices.choose(candidates(texts))
    assert sum(i < 30 for i in chosen) == 1
    assert len(chosen) >= 4


def test_better_than_chance_and_than_the_middle() -> None:
    """Voices cover more of what is said than random posts and than those nearest to the middle."""
    gains = []
    for seed in range(12):
        given_ = drawn(seed)
        chosen = voices.choose(given_)
        rng = np.random.default_rng(seed)
        random = [
            voices.coverage(given_, rng.choice(60, len(chosen), replace=False).tolist())
            for _ in range(10)
        ]
        middle = np.argsort(-voices.middle(given_), kind="stable")[: len(chosen)].tolist()
        own = voices.coverage(given_, chosen)
        gains.append((own - np.mean(random), own - voices.coverage(given_, middle)))
    assert (np.mean(gains, axis=0) > 0.02).all()


def test_varied_in_time() -> None:
    """Where words say the same everywhere, voices are of different times."""
    texts = [f"w{i} x{i} y{i}" for i in range(40)]
    times = [0] * 20 + [1_000_000] * 20
    chosen = voices.choose(candidates(texts, times))
    assert {times[i] for i in chosen} == {0, 1_000_000}
