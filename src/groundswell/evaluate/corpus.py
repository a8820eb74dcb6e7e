"""The posts of a recording as terms per slice: what every peer counts.

A term that never had two people in one slice is left out: it cannot be told by any method here.
All else is exact, and nothing of a later slice is seen while an earlier one is scored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from groundswell.evaluate.grams import Flags, Ints, Keys, Named, grams, surface
from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.text.kinds import WORD
from groundswell.kernel.text.tokens import Tables, prepare, tokenize
from groundswell.model import Batch
from groundswell.times import DAY_US

Counting = Literal["authors", "posts"]
LEAST: Final = 2
"""People (or posts) in one slice that a term needs once to be kept."""
FREQUENT: Final = 0.02
"""Share of posts above which `--stop-words frequent` takes a word for a stop word."""
_RUN: Final = 1 << 14


@dataclass(frozen=True, slots=True)
class Slice:
    """What was said in one slice; arrays have one entry a term, terms ascending."""

    number: int
    """Slices since 1970."""
    day: int
    """UTC days since 1970."""
    terms: Ints
    """Numbers of terms, 0 … Corpus.terms − 1."""
    counts: NDArray[np.float64]
    """People (or posts) with the term."""
    fresh: NDArray[np.float64]
    """Those of them who had not said it yet on this UTC day."""
    volume: float
    """All people (or posts) of the slice."""


@dataclass(slots=True)
class Posts:
    """The columns that a corpus is built from, gathered batch by batch."""

    texts: list[str] = field(default_factory=list)
    links: list[tuple[str, ...]] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        """Takes a batch, in event time. Deletions are passed over: peers know none."""
        self.texts += batch.texts
        self.links += batch.links
        self.times += batch.times
        self.authors += [a or t for a, t in zip(batch.authors, batch.texts, strict=True)]


class Corpus:
    """All slices of a recording, and the posting lists of all terms."""

    def __init__(
        self,
        posts: Posts,
        tables: Tables,
        slice_us: int,
        *,
        counting: Counting = "authors",
        stop: Keys | None = None,
    ) -> None:
        self.slice_us = slice_us
        self._texts, self._links, self._tables = posts.texts, posts.links, tables
        times = np.maximum.accumulate(np.array(posts.times, np.int64))
        self._slices = times // slice_us
        """Slice of each post, ascending."""
        self._days = times // DAY_US
        _, people = np.unique(hash_strings(posts.authors), return_inverse=True)
        self._people = people.astype(np.int64) if counting == "authors" else np.arange(times.size)
        self._posts = max(1, times.size)
        rows = self._rows(np.zeros(0, np.uint64) if stop is None else stop)
        self._count(*rows)

    @property
    def terms(self) -> int:
        """How many terms there are."""
        return self.keys.size

    def slices(self) -> Iterator[Slice]:
        """Every slice from the first post's to the last's, those without a post too."""
        if not self._slices.size:
            return
        first, last = int(self._slices[0]), int(self._slices[-1])
        edges = np.searchsorted(self._row_slices, np.arange(first, last + 2))
        for k, number in enumerate(range(first, last + 1)):
            span = slice(int(edges[k]), int(edges[k + 1]))
            begin, end = self.span(number, 1)
            yield Slice(
                number, number * self.slice_us // DAY_US, self._row_terms[span],
                self._row_counts[span], self._row_fresh[span],
                float(np.unique(self._people[begin:end]).size),
            )  # fmt: skip

    def span(self, number: int, slices: int) -> tuple[int, int]:
        """Positions of the posts of the last `slices` up to slice `number`: [begin, end)."""
        low, high = np.searchsorted(self._slices, [number - slices + 1, number + 1])
        return int(low), int(high)

    def postings(self, terms: Ints, begin: int, end: int) -> list[Ints]:
        """Positions of the posts of each term within [begin, end), ascending."""
        low = np.searchsorted(self._places, terms * self._posts + begin)
        high = np.searchsorted(self._places, terms * self._posts + end)
        return [
            self._places[a:b] - term * self._posts
            for term, a, b in zip(terms.tolist(), low.tolist(), high.tolist(), strict=True)
        ]

    def named(self, term: int) -> Named:
        """A term as its first post writes it."""
        found = self._named.get(term)
        if found is None:
            post = int(self.postings(np.array([term]), 0, self._posts)[0][0])
            found = surface(
                self._texts[post], self._links[post], int(self.keys[term]), self._tables
            )
            self._named[term] = found
        return found

    def _rows(self, stop: Keys) -> tuple[Keys, Ints, Flags]:
        """(key, post, looks like a name) of every term of every post, by key, then post."""
        keys, posts, names = [], [], []
        for low in range(0, len(self._texts), _RUN):
            high = low + _RUN
            found = grams(self._texts[low:high], self._links[low:high], self._tables, stop)
            order = np.lexsort((found.keys, found.posts))
            key, post = found.keys[order], found.posts[order]
            once = np.ones(key.size, np.bool_)
            once[1:] = (key[1:] != key[:-1]) | (post[1:] != post[:-1])
            keys.append(key[once])
            posts.append((post[once] + low).astype(np.int32))
            names.append(found.names[order][once])
        if not keys:
            return np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.bool_)
        key, post, name = np.concatenate(keys), np.concatenate(posts), np.concatenate(names)
        order = np.argsort(key, kind="stable")
        return key[order], post[order].astype(np.int64), name[order]

    def _count(self, key: Keys, post: Ints, name: Flags) -> None:
        """Counts people a term and slice, and a term and day; keeps terms that had two once."""
        head = np.ones(key.size, np.bool_)
        head[1:] = key[1:] != key[:-1]
        starts = np.flatnonzero(head)
        term = np.repeat(np.arange(starts.size), np.diff(np.append(starts, key.size)))
        order = np.lexsort((self._people[post], self._slices[post], term))
        said, at, who = term[order], self._slices[post[order]], self._people[post[order]]
        cells, counts = _runs_of(said, at, who)
        most = np.zeros(starts.size)
        np.maximum.at(most, said[cells], counts)
        kept = most >= LEAST
        number = np.cumsum(kept) - 1
        share = np.add.reduceat(name, starts, dtype=np.float64) if starts.size else np.zeros(0)
        sizes = np.diff(np.append(starts, key.size))
        self.keys: Keys = key[starts][kept]
        self.names: Flags = np.asarray(share >= 0.5 * sizes)[kept]
        """Whether most occurrences look like a name."""
        inside = kept[said[cells]]
        cells, counts = cells[inside], counts[inside]
        terms, at = number[said[cells]], at[cells]
        order = np.lexsort((terms, at))
        self._row_slices, self._row_terms = at[order], terms[order]
        self._row_counts = counts[order].astype(np.float64)
        inside = kept[term]
        self._places: Ints = number[term[inside]] * self._posts + post[inside]
        """term · posts + post, ascending: posting lists end to end."""
        self._row_fresh = self._fresh(number[term[inside]], post[inside])
        self._named: dict[int, Named] = {}

    def _fresh(self, term: Ints, post: Ints) -> NDArray[np.float64]:
        """For each (slice, term): people who say the term for the first time of the UTC day."""
        order = np.lexsort((post, self._people[post], self._days[post], term))
        term, post = term[order], post[order]
        who, day = self._people[post], self._days[post]
        new = np.ones(term.size, np.bool_)
        new[1:] = (term[1:] != term[:-1]) | (day[1:] != day[:-1]) | (who[1:] != who[:-1])
        width = max(1, self.terms)
        first = int(self._slices[0]) if self._slices.size else 0
        cells = (self._row_slices - first) * width + self._row_terms
        where = np.searchsorted(cells, (self._slices[post[new]] - first) * width + term[new])
        return np.bincount(where, minlength=cells.size).astype(np.float64)


def stop_words(words: list[str], tables: Tables) -> Keys:
    """Keys of words, however they are written."""
    tokens = tokenize(prepare(words, [()] * len(words), tables), tables)
    return np.unique(tokens.hashes[tokens.kinds == WORD])


def frequent_words(posts: Posts, tables: Tables) -> Keys:
    """Keys of the words that more than 2 % of the posts have. It looks at the whole recording."""
    found: list[Keys] = []
    for low in range(0, len(posts.texts), _RUN):
        texts = posts.texts[low : low + _RUN]
        tokens = tokenize(prepare(texts, [()] * len(texts), tables), tables)
        owner = np.repeat(np.arange(len(texts)), np.diff(tokens.first))
        words = tokens.kinds == WORD
        pairs = np.stack([owner[words].astype(np.uint64), tokens.hashes[words]])
        found.append(np.unique(pairs, axis=1)[1])
    keys, counts = np.unique(np.concatenate(found or [np.zeros(0, np.uint64)]), return_counts=True)
    return keys[counts > FREQUENT * len(posts.texts)]


def _runs_of(term: Ints, at: Ints, who: Ints) -> tuple[Ints, Ints]:
    """Where each run of one (term, slice) begins, and how many people it has; rows are sorted."""
    if not term.size:
        return term, term
    cell = np.ones(term.size, np.bool_)
    cell[1:] = (term[1:] != term[:-1]) | (at[1:] != at[:-1])
    person = cell.copy()
    person[1:] |= who[1:] != who[:-1]
    cells = np.flatnonzero(cell)
    return cells, np.add.reduceat(person.astype(np.int64), cells)
