"""How busy each language is: where its people wake up, all of their words are said more.

A term's usual share is one of all people. Those who speak one language come and go together, and
when they come, their everyday words rise with them, and nothing has happened. So where a term is
said in one language and more people write in that language than did on the average, the term is
allowed as many times more. Its own people are left out on both sides: if all that is more is the
people who say it, it is the news, and no rhythm.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct
from groundswell.kernel.posts.origins import primary
from groundswell.kernel.usual.spans import spans

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]

LANGUAGES: Final = 64
"""Languages that are told apart; further ones, and posts that name none, are language 0."""
KNOWN: Final = 4_096
"""Names of languages, as people write them, that are remembered."""
MOSTLY: Final = 0.7
"""Share of a term's posts that one language must have for the term to be of it."""
MOST: Final = 50.0
"""Times more that is allowed to a term at most."""


@dataclass(slots=True)
class Rhythm:
    """People who write in each language: state of the kernel."""

    depth: int = 1
    codes: dict[str, int] = field(default_factory=dict)
    """By name as it was written."""
    languages: dict[str, int] = field(default_factory=lambda: {"": 0})
    """By primary subtag."""
    people: Floats = field(init=False)
    """A slice, newest first, from the one that closes on: shape (LANGUAGES, depth)."""
    past: Floats = field(default_factory=lambda: np.zeros(LANGUAGES))
    """Before that one, decayed as the board's long run."""

    def __post_init__(self) -> None:
        self.people = np.zeros((LANGUAGES, self.depth))

    def read(self, langs: list[str]) -> Codes:
        """The numbers of the languages of posts."""
        try:
            return np.fromiter(map(self.codes.__getitem__, langs), np.uint8, len(langs))
        except KeyError:
            self._learn(dict.fromkeys(langs))
            return np.fromiter(map(self.codes.__getitem__, langs), np.uint8, len(langs))

    def _learn(self, langs: Iterable[str]) -> None:
        """Numbers languages in the order in which they were met first."""
        if len(self.codes) >= KNOWN:
            self.codes.clear()  # nobody has so many: some stream writes nonsense
        for lang in langs:
            name = primary(lang)
            if len(self.languages) < LANGUAGES:
                self.languages.setdefault(name, len(self.languages))
            self.codes[lang] = self.languages.get(name, 0)

    def hear(self, spoken: Codes, authors: NDArray[np.uint64]) -> None:
        """Takes the posts of the slice that closes: their languages and authors."""
        who = distinct(authors * np.uint64(LANGUAGES) + spoken) % np.uint64(LANGUAGES)
        self.people[:, 0] = np.bincount(who.astype(np.int64), minlength=LANGUAGES)

    def turn(self, decay: float, steps: int = 1) -> None:
        """Begins the slice `steps` later; the long run decays by `decay` a slice."""
        self.past = (self.past + self.people[:, 0]) * decay**steps
        self.people = np.roll(self.people, steps, axis=1)
        self.people[:, :steps] = 0


def languages_of(bounds: NDArray[np.int64], spoken: Codes) -> NDArray[np.int64]:
    """The language that each term is said in, 0 for none or several: shape (terms,).

    `spoken` are the languages of the terms' posts, those of term i at `[bounds[i], bounds[i + 1])`.
    """
    terms = bounds.size - 1
    sizes = np.diff(bounds)
    term = np.repeat(np.arange(terms), sizes)
    size = terms * LANGUAGES
    table = np.bincount(term * LANGUAGES + spoken, minlength=size).reshape(terms, LANGUAGES)
    first = table.argmax(axis=1)
    return np.where(table[np.arange(terms), first] >= MOSTLY * sizes, first, 0)


def lifts(  # noqa: PLR0913 -- the figures of one formula
    rhythm: Rhythm,
    languages: NDArray[np.int64],
    history: Floats,
    per_slice: Floats,
    volumes: Floats,
    past_volume: float,
    windows: tuple[int, ...],
    *,
    decay: float,
    prior: float,
) -> Floats:
    """Times more than usual that others of a term's language write, shape (terms, windows).

    At least 1, and no more than is sure: one standard error of those who write now is taken off.
    Arguments as `baseline.usual` has them.
    """
    found = np.ones((languages.size, len(windows)))
    for i, span in enumerate(spans(windows, volumes, past_volume, decay)):
        spoken = rhythm.people[languages, span.ages]
        now = np.maximum(spoken.sum(axis=1) - per_slice[:, span.ages].sum(axis=1), 0.0)
        own = span.before(history, per_slice)
        before = np.maximum(rhythm.past[languages] - spoken @ span.weights - own, 0.0)
        usual = (span.inside * before + prior * now) / (span.exposure + prior)
        sure = now - np.sqrt(now)
        found[:, i] = np.divide(sure, usual, out=np.ones_like(sure), where=usual > 0)
    found[languages == 0] = 1.0
    return np.clip(found, 1.0, MOST)
