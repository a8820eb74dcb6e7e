"""Everyday talk: subjects that drift over days, answers, repeats and quotes, ten minutes a time.

Words come in clumps, as in life: people answer with words of what they answer, posts are repeated,
and what many talk about today fewer do the day after tomorrow. Nothing here is news: a clump stays
far below the smallest event.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundswell.simulate.fortnight.crowd import Crowd
from groundswell.simulate.fortnight.rhythm import MINUTE_US, level, mean_level, start_us
from groundswell.simulate.fortnight.script import Fortnight
from groundswell.simulate.fortnight.speech import Said, Speech, handle, repeated
from groundswell.simulate.fortnight.tongues import drawn, invented, zipf

CHUNK = 10
"""Minutes a time."""
POOL = 400
"""Posts that may still be answered or repeated: an hour or two of them."""
ECHO = 0.35
"""Answers that take up a word of what they answer."""


class _Root(NamedTuple):
    author: str
    text: str
    words: list[str]
    topic: int
    weight: float


class Everyday:
    """All of it, in order: `chunk` must be called for one stretch after the other."""

    def __init__(
        self, script: Fortnight, speech: list[Speech], crowd: Crowd,
        rng: np.random.Generator, rate: float,
    ) -> None:  # fmt: skip
        self._script, self._speech, self._crowd, self._rng = script, speech, crowd, rng
        total = sum(tongue.share for tongue in script.tongue)
        unit = script.per_minute * rate / mean_level(script) / total
        self._units = [unit * tongue.share for tongue in script.tongue]
        hours = int(script.days * 24) + 2
        self._topics = [_drifting(rng, script, one, hours) for one in speech]
        self._domains = [
            f"{word}.example" for word in invented(script.tongue[0], script.talk.domains, rng)
        ]
        self._domain = zipf(script.talk.domains, 1.1)
        self._pools = [
            deque[_Root](maxlen=min(POOL, max(12, round(60 * units)))) for units in self._units
        ]
        self._swell = 0.0
        self._origin = start_us(script)

    def chunk(self, minute: int) -> list[Said]:
        """Posts of the CHUNK minutes from `minute` on, in no order."""
        self._swell = 0.9 * self._swell + 0.04 * self._rng.standard_normal()
        out: list[Said] = []
        for tongue in range(len(self._speech)):
            times = self._times(tongue, minute)
            if times.size:
                out += self._spoken(tongue, times, minute // 60)
        return out

    def _times(self, tongue: int, minute: int) -> NDArray[np.int64]:
        minutes = minute + np.arange(CHUNK, dtype=np.float64)
        shift = self._script.tongue[tongue].shift
        means = self._units[tongue] * level(self._script, minutes, shift) * np.exp(self._swell)
        counts = self._rng.poisson(means * self._rng.gamma(60, 1 / 60, CHUNK))
        at = np.repeat(minutes, counts) + self._rng.random(int(counts.sum()))
        return self._origin + np.round(at * MINUTE_US).astype(np.int64)

    def _spoken(self, tongue: int, times: NDArray[np.int64], hour: int) -> list[Said]:
        rng, talk, speech = self._rng, self._script.talk, self._speech[tongue]
        pool, size = self._pools[tongue], times.size
        topics = np.where(
            rng.random(size) < talk.topic_share, drawn(rng, self._topics[tongue][hour], size), -1
        )
        kinds = np.searchsorted(
            np.cumsum([talk.reposts, talk.replies, talk.quotes]), rng.random(size), side="right"
        )
        if not pool:
            kinds[:] = 3
        parents = self._parents(pool, size)
        answered = np.flatnonzero((kinds == 1) | (kinds == 2))
        topics[answered] = [parents[i].topic for i in answered.tolist()]
        words = speech.words(rng, topics, np.where(kinds == 0, 1, _lengths(rng, size)))
        self._echo(words, parents, answered)
        texts = speech.typed(rng, [speech.joined(one) for one in words], talk.emoji)
        self._decorate(texts, words, kinds)
        authors = self._crowd.speakers(rng, tongue, size)
        replies = [""] * size
        for i in np.flatnonzero(kinds != 3).tolist():
            texts[i], replies[i] = _related(int(kinds[i]), texts[i], parents[i])
        gone = times + rng.integers(1_000_000, 30 * MINUTE_US, size)
        gone[rng.random(size) >= talk.deleted] = 0
        weights = rng.lognormal(0, 0.7, size).tolist()
        pool.extend(
            _Root(authors[i], texts[i], words[i], int(topics[i]), weights[i])
            for i in np.flatnonzero(kinds == 3).tolist()
        )
        rows = zip(times.tolist(), texts, authors, replies, gone.tolist(), strict=True)
        return [
            Said(time, text, author, speech.lang, reply, deleted)
            for time, text, author, reply, deleted in rows
        ]

    def _parents(self, pool: deque[_Root], size: int) -> list[_Root]:
        """Whom each would answer or repeat; some are more noticed than others."""
        if not pool:
            return []
        weights = np.cumsum([root.weight for root in pool])
        roots = list(pool)
        chosen = np.searchsorted(weights, self._rng.random(size) * weights[-1], side="right")
        return [roots[i] for i in chosen.tolist()]

    def _echo(
        self, words: list[list[str]], parents: list[_Root], answered: NDArray[np.int64]
    ) -> None:
        places = self._rng.random((answered.size, 2))
        for i, (own, other) in zip(answered.tolist(), places.tolist(), strict=True):
            if own < ECHO:
                said = parents[i].words
                words[i].insert(int(own / ECHO * len(words[i])), said[int(other * len(said))])

    def _decorate(self, texts: list[str], words: list[list[str]], kinds: NDArray[np.int64]) -> None:
        """Hashtags and links, on posts that are no repeats."""
        rng, talk = self._rng, self._script.talk
        chance = rng.random(kinds.size)
        domains = drawn(rng, self._domain, kinds.size).tolist()
        pages = rng.integers(0, 1_000_000, kinds.size).tolist()
        for i in np.flatnonzero((kinds != 0) & (chance < talk.links + talk.tags)).tolist():
            if chance[i] < talk.tags:
                texts[i] += f" #{max(words[i], key=len).replace(' ', '')}"
            else:
                texts[i] += f" https://{self._domains[domains[i]]}/{pages[i]}"


def _lengths(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """Words a post: most are short, some go on."""
    return np.clip(np.round(rng.lognormal(2.2, 0.55, size)), 2, 40).astype(np.int64)


def _related(kind: int, text: str, parent: _Root) -> tuple[str, str]:
    """(text, whom it answers) of a repeat (0), an answer (1) or a quote (2)."""
    if kind == 0:
        return repeated(parent.author, parent.text), ""
    if kind == 1:
        return f"{handle(parent.author)} {text}", parent.author
    return f"{text} “{parent.text}”", ""


def _drifting(
    rng: np.random.Generator, script: Fortnight, speech: Speech, hours: int
) -> NDArray[np.float64]:
    """Cumulated shares of the subjects by hour, shape (hours, subjects).

    Log shares are an Ornstein–Uhlenbeck process that forgets within `topic_days`, with a time of
    day of their own.
    """
    subjects = speech.vocabulary.topics.shape[0]
    keep = np.exp(-1 / (24 * script.talk.topic_days))
    steps = rng.standard_normal((hours, subjects)) * 0.8 * np.sqrt(1 - keep**2)
    logs = np.empty((hours, subjects))
    logs[0] = 0.8 * rng.standard_normal(subjects)
    for hour in range(1, hours):
        logs[hour] = keep * logs[hour - 1] + steps[hour]
    favourite = rng.random(subjects) * 24
    logs += 0.4 * np.cos((np.arange(hours)[:, None] - favourite) / 24 * 2 * np.pi)
    shares = np.cumsum(np.exp(logs), axis=1)
    return np.asarray(shares / shares[:, -1:])
