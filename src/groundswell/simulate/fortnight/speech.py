"""Sentences in bulk: tokens drawn for many posts at once, then dressed as people type."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundswell.simulate.fortnight.tongues import Vocabulary, drawn

FUNCTION_SHARE = 0.45
TOPIC_WORD_SHARE = 0.45
"""Content words of a post about a subject that are that subject's own."""
ENDINGS = np.array(["", "", "", "", "", ".", ".", "!", "?", "...", "!!", " lol", " :)"], np.object_)
EMOJI = np.array(
    ["😂", "😭", "❤️", "🙃", "😍", "🔥", "👏", "🙏", "😅",
     "🤔", "☕", "🌧️", "🌿", "🎶", "😱", "🥲", "👀"],
    np.object_,
)  # fmt: skip


class Said(NamedTuple):
    """A post to come; times in µs since 1970, 0 for never deleted."""

    time_us: int
    text: str
    author: str
    lang: str
    reply_to: str = ""
    deleted_us: int = 0


class Speech:
    """What people of one language say, in bulk."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.lang = vocabulary.tongue.lang
        self._spaced = vocabulary.tongue.spaced
        self._function = vocabulary.tongue.function

    def words(
        self, rng: np.random.Generator, topics: NDArray[np.int64], lengths: NDArray[np.int64]
    ) -> list[list[str]]:
        """Tokens of posts: subjects (−1 for none) and lengths of shape (posts,)."""
        known, total = self.vocabulary, int(lengths.sum())
        function = rng.random(total) < FUNCTION_SHARE
        places = np.empty(total, np.int64)
        small = int(function.sum())
        places[function] = drawn(rng, known.function, small)
        places[~function] = known.function.size + drawn(rng, known.content, total - small)
        about = np.repeat(topics, lengths)
        own = (about >= 0) & ~function & (rng.random(total) < TOPIC_WORD_SHARE)
        places[own] = known.topics[about[own], drawn(rng, known.topic, int(own.sum()))]
        said: list[str] = known.words[places].tolist()
        ends = np.cumsum(lengths).tolist()
        return [said[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]

    def fillers(self, rng: np.random.Generator, size: int, most: int) -> list[list[str]]:
        """Words of one's own around what is reacted to: up to `most` a post."""
        lengths = rng.integers(0, most + 1, size)
        return self.words(rng, np.full(size, -1), lengths)

    def joined(self, words: list[str]) -> str:
        """Words as the language writes them: without spaces, a function word parts two names."""
        if self._spaced or not words:
            return " ".join(words)
        out = words[:1]
        for word in words[1:]:
            if word not in self._function and out[-1] not in self._function:
                out.append(self._function[0])
            out.append(word)
        return "".join(out)

    def typed(self, rng: np.random.Generator, texts: list[str], emoji: float) -> list[str]:
        """With capitals, endings and a share of emoji, as people type; a few shout."""
        size = len(texts)
        how = rng.random(size).tolist()
        endings = ENDINGS[rng.integers(0, ENDINGS.size, size)].tolist()
        faces = EMOJI[(EMOJI.size * rng.random(size) ** 1.8).astype(np.int64)]
        faces[rng.random(size) >= emoji] = ""
        return [
            _typed(text, chance) + ending + (f" {face}" if face else "")
            for text, chance, ending, face in zip(texts, how, endings, faces.tolist(), strict=True)
        ]


def _typed(text: str, chance: float) -> str:
    if chance < 0.03:
        return text.upper()
    return text[:1].upper() + text[1:] if chance < 0.5 else text


def handle(author: str) -> str:
    """How an account is mentioned."""
    return "@" + author.removesuffix(".example")


def repeated(author: str, text: str) -> str:
    """A post repeated by somebody else."""
    return f"RT {handle(author)}: {text}"
