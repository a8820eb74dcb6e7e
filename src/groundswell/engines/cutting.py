"""Posts of a slice into runs, and whose first post of the slice each is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.circular import stretch
from groundswell.kernel.basis.hashing import GOLDEN
from groundswell.kernel.terms import sharding
from groundswell.kernel.terms.authors import PERSON, rehouse
from groundswell.kernel.terms.counting import Said
from groundswell.kernel.terms.shards import Bits, Run

RUN_POSTS: Final = 32_768
RUN_TOKENS: Final = 1 << 20
"""A run is whole when it has one of these, or a quarter of what the ring holds.

Twice as much where no shard waits for another: a run costs the same whatever it brings."""
_LOAD: Final = 0.75
_NEVER: Final = 1 << 62
"""Tokens of a block that no stream fills."""

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]


@dataclass(slots=True)
class _Waiting:
    """Posts that are in the ring and in no run yet."""

    base: int = 0
    end: int = 0
    """Token positions."""
    block: int = 0
    """Of tokens: where one begins, terms may be forgotten."""
    first: list[Ints] = field(default_factory=list)
    salts: list[Hashes] = field(default_factory=list)
    posts: int = 0
    said: list[tuple[Hashes, Bits, Ints, Hashes]] = field(default_factory=list)
    """What those said who write again: tokens, joins, sizes, salts."""


class Cutter:
    """Takes posts that are in the ring, and gives runs of one slice each.

    Where shards wait for one another a run is of one block, too: all terms before it must have been
    counted when some are forgotten.

    What those said who write for the second time comes with a run, for the pair sets; it may come
    earlier than it must, for nobody asks for an author's pairs before.
    """

    def __init__(
        self,
        people: NDArray[Any],
        authors: int,
        block_tokens: int | None,
        give: Callable[[int, Run], None],
    ) -> None:
        """`people` and `authors` are those of the open slice; `give` takes a block and its run.

        Without `block_tokens` a run may be of several blocks, and every run's is number 0.
        """
        self.people, self.authors = people, authors
        self._block_tokens, self._give = block_tokens or _NEVER, give
        self._alone = block_tokens is None
        """Whether runs are counted as soon as they are given."""
        self._times = 2 if self._alone else 1
        self._waiting = _Waiting()
        self._said: Said

    def count(self, said: Said, first: Ints, sizes: NDArray[np.uint16], authors: Hashes) -> None:
        """See `Counting`."""
        self._said = said
        salts = self._meet(said, first, sizes, authors)
        blocks = first // self._block_tokens
        edges = [0, *(np.flatnonzero(np.diff(blocks)) + 1).tolist(), first.size]
        for begin, end in pairwise(edges):
            part = slice(begin, end)
            if self._waiting.block != blocks[begin]:
                self.flush()
            self._wait(first[part], sizes[part], salts[part])
            tokens = self._waiting.end - self._waiting.base
            enough = self._times * min(RUN_TOKENS, said.hashes.size // 4)
            if self._waiting.posts >= self._times * RUN_POSTS or tokens >= enough:
                self.flush()

    def let_go(self, said: Said, first: Ints, sizes: NDArray[np.uint16], authors: Hashes) -> None:
        """See `Counting`."""
        if int(first[-1]) >= self._waiting.base:
            self.flush()
        again = np.empty((first.size, 3), np.int64)
        n = sharding.leave(self.people, first, sizes, authors, again)
        self._note(said, again[:n], authors)

    def next_slice(self) -> None:
        """Nobody has written yet."""
        self._waiting = _Waiting()
        self.people = np.zeros(1 << max(10, (2 * self.authors).bit_length()), PERSON)
        self.authors = 0

    def flush(self) -> None:
        """Gives a run of all that waits."""
        waiting = self._waiting
        if not waiting.posts:
            return
        self._waiting, said = _Waiting(), self._said
        base, size = waiting.base, waiting.end - waiting.base
        hashes, joins = (stretch(column, base, size) for column in (said.hashes, said.joins))
        if not self._alone:  # newer tokens may stand there when they are counted
            hashes, joins = hashes.copy(), joins.copy()
        first = np.append(np.concatenate(waiting.first), waiting.end) - base
        notes = [np.concatenate(column) for column in zip(*waiting.said, strict=True)]
        if notes:
            notes[2] = np.concatenate(([0], np.cumsum(notes[2])))
        else:
            notes = [hashes[:0], joins[:0], np.zeros(1, np.int64), hashes[:0]]
        run = Run(base, hashes, joins, first, np.concatenate(waiting.salts), *notes)
        self._give(waiting.block, run)

    def _wait(self, first: Ints, sizes: NDArray[np.uint16], salts: Hashes) -> None:
        """Puts posts of one block to those that wait."""
        waiting = self._waiting
        if not waiting.posts:
            waiting.base = int(first[0])
            waiting.block = waiting.base // self._block_tokens
        waiting.end = int(first[-1]) + int(sizes[-1])
        waiting.first.append(first)
        waiting.salts.append(salts)
        waiting.posts += first.size

    def _meet(self, said: Said, first: Ints, sizes: NDArray[np.uint16], authors: Hashes) -> Hashes:
        """The salts of posts; what those said who write again is noted."""
        salts, again = np.empty(first.size, np.uint64), np.empty((first.size, 3), np.int64)
        post = n = 0
        while True:
            most = int(self.people.size * _LOAD)
            post, self.authors, n = sharding.meet(
                self.people, first, sizes, authors, salts, again, (post, self.authors, n, most)
            )
            if post == first.size:
                break
            people = np.zeros(self.people.size * 4, PERSON)
            rehouse(self.people, people)
            self.people = people
        self._note(said, again[:n], authors)
        return salts

    def _note(self, said: Said, again: Ints, authors: Hashes) -> None:
        """Keeps what posts at (position, tokens) say, for the pair sets."""
        if not again.size:
            return
        begin, size = again[:, 0].copy(), again[:, 1].copy()
        hashes, joins = np.empty(int(size.sum()), np.uint64), np.empty(int(size.sum()), np.uint8)
        sharding.gather(said.hashes, said.joins, begin, size, hashes, joins)
        self._waiting.said.append((hashes, joins, size, authors[again[:, 2]] * GOLDEN))
