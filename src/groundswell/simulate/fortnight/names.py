"""What people call things: forms of a name, and how often each is used.

A `Group` is what an event's keywords group is made of: several forms, one of which is said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundswell.simulate.fortnight.script import Tongue
from groundswell.simulate.fortnight.tongues import Vocabulary, invented


@dataclass(frozen=True, slots=True)
class Group:
    """Forms of one thing with their odds (sum 1), and the share of an event's posts that say it."""

    forms: tuple[str, ...]
    odds: tuple[float, ...]
    share: float

    def keywords(self) -> list[str]:
        """The forms, each once whatever its capitals, in their order."""
        return list({form.casefold(): form for form in reversed(self.forms)}.values())[::-1]


class Names:
    """New names and unused everyday words; none is given twice."""

    def __init__(self, vocabularies: list[Vocabulary], rng: np.random.Generator) -> None:
        self._rng = rng
        self._tongues = [one.tongue for one in vocabularies]
        self._new = [_fresh(one, rng) for one in vocabularies]
        self._ordinary = [rng.permutation(one.ordinary()).tolist() for one in vocabularies]

    def new(self, tongue: int) -> str:
        """A word that nobody has said before."""
        return self._new[tongue].pop()

    def ordinary(self, tongue: int) -> str:
        """An everyday word of middle frequency."""
        return str(self._ordinary[tongue].pop())

    def subject(self, tongue: int, *, ordinary: bool, share: float) -> Group:
        """A person, a place, or a work whose title is two everyday words."""
        if ordinary:
            first, second = self.ordinary(tongue), self.ordinary(tongue)
            whole = _joined(self._tongues[tongue], first, second)
            return self._group(share, (whole, 0.62), (second, 0.22), (first, 0.16))
        if self._rng.random() < 0.4:
            return self._group(share, (_capital(self.new(tongue)), 1.0))
        first, last = _capital(self.new(tongue)), _capital(self.new(tongue))
        whole = _joined(self._tongues[tongue], first, last)
        return self._group(share, (whole, 0.45), (last, 0.42), (first, 0.13))

    def matter(self, tongue: int, *, ordinary: bool, share: float) -> Group:
        """What it did, or what befell it: a word and its inflection, or a second name."""
        if not ordinary:
            return self._group(share, (_capital(self.new(tongue)), 1.0))
        word = self.ordinary(tongue)
        if self._tongues[tongue].lang == "en":
            return self._group(share, (word, 0.75), (f"{word}s", 0.25))
        return self._group(share, (word, 1.0))

    def tags(self, name: str) -> tuple[str, ...]:
        """A hashtag in the spellings that meet in one night."""
        words = name.split()
        camel = "#" + "".join(_capital(word) for word in words)
        return camel, camel.lower(), f"{camel}{self._rng.choice(['Live', '26', 'Now'])}"

    def _group(self, share: float, *forms: tuple[str, float]) -> Group:
        return Group(tuple(form for form, _ in forms), tuple(odds for _, odds in forms), share)


def _fresh(vocabulary: Vocabulary, rng: np.random.Generator) -> list[str]:
    """Words that are not in the vocabulary, long enough to be names."""
    known = set(" ".join(vocabulary.words.tolist()).split())
    made = invented(vocabulary.tongue, 3_000, rng)[100:]
    return [word for word in made if word not in known and len(word) > 4]


def _joined(tongue: Tongue, first: str, second: str) -> str:
    return f"{first} {second}" if tongue.spaced else first + second


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]
