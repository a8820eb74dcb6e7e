"""How often terms were said in the slice that closes: one point of their series."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from groundswell.kernel.memory.state import State
from groundswell.kernel.names.naming import surface
from groundswell.kernel.text.keys import key_of
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Counted, Story, TermCount

COMMONEST: Final = 100
"""Words of a slice that are kept for the hour."""
LEAST: Final = 3
"""People that a word needs to be among them: what one or two say is no habit of a board."""
REMEMBERED: Final = 4_096
"""Labels whose keys are remembered."""


class Counter:
    """Counts terms at closes; it keeps nothing but the keys of labels, to save looking again."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._keys: dict[str, int] = {}

    def count(self, state: State, stories: Iterable[Story], at: int) -> Counted:
        """The points of a slice; call it before the counts go on to the next one.

        Posts and people are those of the table: exact, but for a phrase that may lack its first
        people. A phrase longer than three words goes by its last three.
        """
        labels = sorted({term for story in stories for term in story.terms})
        return Counted(at, self._told(state, labels), _commonest(state))

    def _told(self, state: State, labels: list[str]) -> tuple[TermCount, ...]:
        keyed = [(label, key) for label in labels if (key := self._key(label))]
        keys = np.array([key for _, key in keyed], np.uint64)
        posts, people = state.counts.said_now(keys)
        rows = zip(keyed, posts.tolist(), people.tolist(), strict=True)
        return tuple(TermCount(label, said, by) for (label, _), said, by in rows)

    def _key(self, label: str) -> int:
        """The table's key of a label; 0 for one without a word."""
        if label not in self._keys:
            if len(self._keys) >= REMEMBERED:
                self._keys.clear()
            found = key_of(label, self._tables)
            self._keys[label] = found[0] if found else 0
        return self._keys[label]


def _commonest(state: State) -> tuple[TermCount, ...]:
    found = state.counts.commonest_now(most=COMMONEST, least=LEAST)
    merged: dict[str, tuple[int, int]] = {}
    for one in found:
        newest = state.ring.n_tokens - 1
        at = newest - (newest - one.last) % (1 << 32)
        label = surface(state, at, at).casefold()
        if label:  # a deleted post has no words any more
            said, by = merged.get(label, (0, 0))
            merged[label] = (said + one.posts, by + one.people)
    return tuple(TermCount(label, said, by) for label, (said, by) in merged.items())
