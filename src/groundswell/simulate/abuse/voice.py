"""What the makers of texts of one case share: a language, dice, and names for what it is about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundswell.simulate.fortnight.speech import EMOJI, Speech


@dataclass(frozen=True, slots=True)
class Voice:
    """Draws words of one language; the names of a case are rare and its own."""

    speech: Speech
    rng: np.random.Generator
    names: tuple[str, ...]
    """Three names."""

    def words(self, least: int, most: int) -> list[str]:
        """Between `least` and `most` words that belong to no subject."""
        length = self.rng.integers(least, most + 1, 1)
        said = self.speech.words(self.rng, np.array([-1]), length)[0]
        return [word for phrase in said for word in phrase.split()][:most]

    def naming(self, least: int, most: int, *, names: int) -> list[str]:
        """Words with the first `names` names among them, at any places."""
        words = self.words(least, most)
        for name in self.names[:names]:
            words.insert(int(self.rng.integers(0, len(words) + 1)), name)
        return words

    def one(self, options: list[str]) -> str:
        """Any of the options."""
        return options[int(self.rng.integers(0, len(options)))]

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return bool(self.rng.random() < share)

    def dressed(self, text: str) -> str:
        """With a capital, an ending and perhaps an emoji, as people type."""
        return self.speech.typed(self.rng, [text], 0.25)[0]

    def face(self) -> str:
        """An emoji."""
        return str(EMOJI[int(self.rng.integers(0, EMOJI.size))])
