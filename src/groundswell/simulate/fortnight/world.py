"""What everything of one fortnight shares: its script, people and languages, and its dice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundswell.simulate.fortnight.crowd import Crowd
from groundswell.simulate.fortnight.rhythm import MINUTE_US, start_us
from groundswell.simulate.fortnight.script import Fortnight
from groundswell.simulate.fortnight.speech import Speech
from groundswell.simulate.fortnight.tongues import Vocabulary, vocabulary

WORDS, PEOPLE, PLAN, EVERYDAY, HABITS, EVENTS, SHOWS, CAMPAIGNS = range(8)
"""Streams of dice: what one draws changes nothing of another."""


@dataclass(frozen=True, slots=True)
class World:
    """Made by `world`; `origin` is the first moment, µs since 1970."""

    script: Fortnight
    seed: int
    rate: float
    vocabularies: list[Vocabulary]
    speech: list[Speech]
    crowd: Crowd
    origin: int

    def dice(self, stream: int, number: int = 0) -> np.random.Generator:
        """The dice of one act of one stream."""
        return dice(self.seed, stream, number)

    def moment(self, minute: float) -> int:
        """A minute since the start as µs since 1970."""
        return self.origin + round(minute * MINUTE_US)


def dice(seed: int, stream: int, number: int = 0) -> np.random.Generator:
    """PCG64, whose streams NumPy keeps the same over its versions (NEP 19)."""
    return np.random.Generator(np.random.PCG64([abs(seed), stream, number]))


def world(script: Fortnight, seed: int, rate: float) -> World:
    """People and languages of a seed; `rate` multiplies the people."""
    rng = dice(seed, WORDS)
    largest = max(tongue.words for tongue in script.tongue)
    vocabularies = [
        vocabulary(tongue, max(6, script.talk.topics * tongue.words // largest), rng)
        for tongue in script.tongue
    ]
    speech = [Speech(one) for one in vocabularies]
    crowd = Crowd(script, dice(seed, PEOPLE), rate)
    return World(script, seed, rate, vocabularies, speech, crowd, start_us(script))
