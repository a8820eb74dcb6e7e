"""Whether a board follows one subject, as a filtered stream does, and by which words.

Where most posts are about one thing, what begins in the same minute belongs together; on a board of
everything it does not. The subject's words are those that people use all the time here and hardly
anywhere else; what software writes ("RT") is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct
from groundswell.kernel.detection.detect import general_use
from groundswell.kernel.memory.state import State
from groundswell.kernel.posts import postings
from groundswell.kernel.rules import Rules
from groundswell.kernel.text.kinds import TAG
from groundswell.kernel.usual.usage import Lexicon

Hashes = NDArray[np.uint64]

WORDS = 16
"""Words of a subject."""
USED = 0.05
"""Share of people who say a word of the subject, all along and now."""
PECULIAR = 8.0
"""How many times as often as in general."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a board is about."""

    keys: Hashes
    """Its words, the most used first, at most WORDS."""
    focus: float
    """Share of the newest slice's posts with one of them, 0–1."""


def subject(state: State, rules: Rules, book: Lexicon) -> Subject:
    """The board's subject in the open slice.

    It is without words where a board has none, or where nothing is known of what people say
    elsewhere.
    """
    volume, past = float(state.counts.authors), float(state.tracks[0])
    words, _ = state.counts.words_now(USED * max(volume, 1.0))
    found = state.counts.find(words)
    share = found.history / max(past, 1.0)
    general = general_use(state, book.frequencies(found.keys[:, None]), found.words)
    spoken = state.ring.kinds[found.last % state.ring.tokens] <= TAG
    own = spoken & ~book.of_software(found.keys)
    kept = np.flatnonzero((share >= USED) & (share >= PECULIAR * general) & own)
    best = kept[np.lexsort((found.keys[kept], -share[kept]))][:WORDS]
    if past < rules.prior or not best.size or not book.languages:
        return Subject(found.keys[:0], 0.0)
    lists = postings.find(state.ring, found.last[best], found.words[best], state.counts.slice)
    posts = distinct(lists.posts).size
    return Subject(found.keys[best], posts / max(state.posts, 1))
