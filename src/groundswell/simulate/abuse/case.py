"""A case: an hour of everyday talk, then a campaign, and an organic trend beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from groundswell.model import iso
from groundswell.simulate.abuse.crowds import CROWDS
from groundswell.simulate.abuse.pastes import PASTES
from groundswell.simulate.abuse.voice import Voice
from groundswell.simulate.fortnight.rhythm import MINUTE_US
from groundswell.simulate.fortnight.world import World, dice, world
from groundswell.simulate.scenario import Post, load_scenario

MINUTES = 76
"""So long that the everyday words of a made-up language are known as such when it counts."""
PER_MINUTE = 30
"""Everyday posts."""
STARTS = (60.0, 65.0)
"""Minutes, between which both begin."""
LASTS = (2.0, 8.0)
SMALLEST, LARGEST = 60, 500
"""Accounts of a campaign; half the campaigns have the most."""
RATE = 1.0
"""Of the fortnight's people, who lend these cases their languages and names."""
STREAM = 1_000
"""Dice of cases, apart from those of fortnights."""


@dataclass(frozen=True, slots=True)
class Case:
    """A stream and what is in it."""

    number: int
    campaign: str
    """Kind of the campaign, of PASTES."""
    organic: str
    """Kind of the organic trend, of CROWDS."""
    pasted: tuple[str, ...]
    """Texts of the campaign."""
    said: tuple[str, ...]
    """Texts of the organic trend."""
    everyday: tuple[str, ...]
    """All other texts."""
    posts: tuple[Post, ...]
    """All of the stream, in time."""


def cases(number: int, *, seed: int) -> Iterator[Case]:
    """So many cases; every kind of campaign meets every kind of organic trend in turn."""
    shared = world(load_scenario("fortnight"), seed, RATE)  # type: ignore[arg-type]
    pastes, crowds = list(PASTES), list(CROWDS)
    for i in range(number):
        organic = crowds[(i + i // len(pastes)) % len(crowds)]
        yield _case(shared, i, pastes[i % len(pastes)], organic)


def _case(shared: World, number: int, campaign: str, organic: str) -> Case:
    rng = dice(shared.seed, STREAM, number)
    spaced = [i for i, tongue in enumerate(shared.script.tongue) if tongue.spaced]
    shares = np.array([shared.script.tongue[i].share for i in spaced])
    tongue = spaced[int(rng.choice(len(spaced), p=shares / shares.sum()))]
    speech = shared.speech[tongue]
    names = rng.choice(speech.vocabulary.ordinary(), 6, replace=False).tolist()
    accounts = LARGEST if rng.random() < 0.5 else int(rng.integers(SMALLEST, LARGEST + 1))
    people = round(accounts * float(rng.uniform(0.7, 1.4)))
    pasted = PASTES[campaign](Voice(speech, rng, tuple(names[:3])), accounts)
    said = CROWDS[organic](Voice(speech, rng, tuple(names[3:])), people)
    everyday = list(_everyday(shared, tongue, rng))
    lines = [
        *everyday,
        *_in_time(pasted, shared.crowd.hired(rng, accounts), rng, quick=False),
        *_in_time(said, shared.crowd.witnesses(rng, tongue, people), rng, quick=True),
    ]
    lines.sort()
    posts = tuple(
        {
            "id": f"case-{number}-{n}", "created_at": iso(shared.moment(0) + time),
            "author": author, "text": text, "lang": speech.lang,
        }
        for n, (time, author, text) in enumerate(lines)
    )  # fmt: skip
    return Case(number, campaign, organic, tuple(pasted), tuple(said),
                tuple(text for _, _, text in everyday), posts)  # fmt: skip


_Line = tuple[int, str, str]


def _everyday(shared: World, tongue: int, rng: np.random.Generator) -> Iterator[_Line]:
    size, speech = MINUTES * PER_MINUTE, shared.speech[tongue]
    said = speech.words(rng, np.full(size, -1), rng.integers(3, 22, size))
    texts = speech.typed(rng, [speech.joined(words) for words in said], 0.2)
    times = rng.integers(0, MINUTES * MINUTE_US, size).tolist()
    return zip(times, shared.crowd.speakers(rng, tongue, size), texts, strict=True)


def _in_time(
    texts: list[str], authors: list[str], rng: np.random.Generator, *, quick: bool
) -> Iterator[_Line]:
    """Texts over a few minutes: at an even pace, or rising quickly and fading."""
    size = len(texts)
    start, minutes = rng.uniform(*STARTS), rng.uniform(*LASTS)
    spread = rng.beta(1.2, 2.5, size) if quick else rng.random(size)
    after = np.sort(start + minutes * spread) * MINUTE_US
    return zip(after.astype(np.int64).tolist(), authors, texts, strict=True)
