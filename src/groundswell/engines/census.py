"""Which languages have a board of their own, where every one that is spoken enough shall have one.

A language is spoken enough when twenty different people have used it. There is room for 24 boards:
when they are taken, a newcomer must be half as much again in use as the least used one to take its
place, so that two of a size do not push each other out by turns. Everything here is decided at the
close of a slice, so how posts are cut into batches changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.posts.origins import primary

SPOKEN = 20
"""Different people from whom on a language is spoken enough."""
MOST = 24
"""Language boards, at most."""
FIRMLY = 1.5
"""How much more in use than the least used board a newcomer must be to take its place."""

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_NONE = frozenset({"mis", "mul", "und", "zxx"})
"""ISO 639 for "not coded", "several", "not known" and "no language"."""


@dataclass(slots=True)
class Census:
    """The state: who spoke what, as far as it matters."""

    keep: float
    """Factor a slice by which use of long ago counts less, in (0, 1)."""
    others: frozenset[str] = frozenset()
    """Languages that have a board already, and names that are taken."""
    boards: set[str] = field(default_factory=set)
    """Languages that have a board by this."""
    known: bool = False
    """Whether any post named its language."""
    _people: dict[str, set[int]] = field(default_factory=dict)
    """The first people of each language, at most `SPOKEN`."""
    _now: dict[str, set[int]] = field(default_factory=dict)
    """People of the open slice."""
    _use: dict[str, float] = field(default_factory=dict)
    """People a slice, summed and decayed."""

    def hear(self, tag: str, authors: NDArray[np.uint64]) -> None:
        """Takes posts of the open slice with one tag, by the hashes of their authors."""
        self.known = True
        name = primary(tag)
        if name in self.others or name in _NONE or not _LANGUAGE.fullmatch(name):
            return
        people = set(authors.tolist())
        self._now.setdefault(name, set()).update(people)
        first = self._people.setdefault(name, set())
        if len(first) < SPOKEN:
            first.update(sorted(people)[:SPOKEN])

    def close(self, steps: int) -> tuple[list[str], list[str]]:
        """Ends `steps` slices: languages that get a board, and languages that lose theirs."""
        for name, people in self._now.items():
            self._use[name] = self._use.get(name, 0.0) + len(people)
        self._now.clear()
        self._use = {name: use * self.keep**steps for name, use in self._use.items()}
        before = set(self.boards)
        new = [n for n, p in self._people.items() if len(p) >= SPOKEN and n not in before]
        for name in sorted(new, key=self._rank):
            least = max(self.boards, key=self._rank, default="")
            if len(self.boards) < MOST:
                self.boards.add(name)
            elif self._use[name] > FIRMLY * self._use[least]:
                self.boards.remove(least)
                self.boards.add(name)
        return sorted(self.boards - before), sorted(before - self.boards)

    def _rank(self, name: str) -> tuple[float, str]:
        return -self._use.get(name, 0.0), name
