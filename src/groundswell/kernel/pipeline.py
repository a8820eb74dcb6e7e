"""(state, posts) → boards: the only place where the stages meet.

    tokens → counts + ring → candidates → posting lists → expected → gate and rank → stories

A slice is closed when a post of a later one comes, or when the engine says that its time is over.
How posts are cut into batches makes no difference to any board.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from groundswell.explanation import Explanation
from groundswell.kernel import taking, withdrawal
from groundswell.kernel.detection.detect import detect
from groundswell.kernel.explain import apart, explain
from groundswell.kernel.memory.state import State
from groundswell.kernel.mood.moods import Reader
from groundswell.kernel.posts import columns, gone, ring
from groundswell.kernel.posts.columns import Columns
from groundswell.kernel.rules import Rules
from groundswell.kernel.series import Counter
from groundswell.kernel.telling.barred import Barred
from groundswell.kernel.telling.tell import bar_now, tell
from groundswell.kernel.terms import counts
from groundswell.kernel.terms.counting import TRACKS
from groundswell.kernel.text.keys import key_of
from groundswell.kernel.text.tokens import Tables
from groundswell.kernel.usual import season, usage
from groundswell.kernel.usual.rhythm import Rhythm
from groundswell.model import Batch, Board, Counted, StoryEvent
from groundswell.revision import Cut, Revision

__all__ = ["Kernel", "Rules", "State"]

Ints = NDArray[np.int64]

LISTENED = 50
"""Times the prior's people after which the board's languages are known well enough."""


class Kernel:
    """One board's detector: give it batches in event time, get boards.

    Posts older than the open slice by more than `late_us` are counted as late and dropped; those
    less late count in the open slice.
    """

    def __init__(
        self,
        rules: Rules,
        tables: Tables,
        book: usage.Lexicon = usage.NOTHING,
        reader: Reader | None = None,
    ) -> None:
        self.rules = rules
        self.reader = reader
        """Reads feelings; None where stories have no mood and no voices."""
        self.tables = tables
        self.book = book
        self.asked: dict[str, tuple[int, str]] = {}
        """Terms to explain at every close: by what was asked, the key and what of it counts."""
        self.explained: list[Explanation] = []
        """What the closes said of them since it was last emptied; who asks empties it."""
        self.counter: Counter | None = None
        """Counts single terms at every close; None where nobody keeps series."""
        self.counted: list[Counted] = []
        """What it counted since this was last emptied; who keeps series empties it."""
        self.labels = withdrawal.Labels(tables)
        self.revising = False
        """Whether somebody follows what is taken back."""
        self.revisions: list[Revision] = []
        """What the closes took back since this was last emptied; who follows it empties it."""
        self.barred = Barred()
        """What editors block, in force; see `bar`."""
        self.barring: list[tuple[int, Barred]] = []
        """What will be in force, and from which event time on, µs; in that order."""
        self.veiled = 0
        """How often posts were hidden or shown again by it since the last close."""
        factors = [0.5 ** (1 / rules.half_life)]
        factors += [1 - 1 / w for w in rules.windows if w > 1][: TRACKS - 1]
        factors += [0.0] * (TRACKS - len(factors))
        decays = np.array(factors)
        self.state = State(
            counts.Counts(rules.terms, decays.astype(np.float32)),
            ring.Ring(rules.ring_posts, rules.ring_tokens),
            volumes=np.zeros(rules.depth),
            decays=decays,
            languages=np.full(len(book.languages), 1 / max(1, len(book.languages))),
            week=season.Season(rules.slice_us, rules.season_terms),
            rhythm=Rhythm(rules.depth),
        )

    # -- feeding ---------------------------------------------------------------------------------

    def add(self, batch: Batch) -> list[Board]:
        """Takes a batch; returns the boards of the slices that it closed."""
        boards: list[Board] = []
        if batch.ids:
            boards = self.take(self.read(batch), np.array(batch.times, np.int64))
        self.delete(batch)
        return boards

    def take(self, read: Columns, times: Ints) -> list[Board]:
        """Like `add`, of posts that this kernel or another one of the same tables has read."""
        boards: list[Board] = []
        numbers = np.maximum.accumulate(times // self.rules.slice_us)
        edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), times.size]
        for begin, end in pairwise(edges):
            boards += self._open(int(numbers[begin]))
            self._count(read, times, begin, end)
        return boards

    def delete(self, batch: Batch) -> None:
        """Takes what a batch takes back, posts and accounts: gone or hidden at the next close."""
        self.state.gone.hear(batch)

    def bar(self, barred: Barred, since: int = 0) -> None:
        """Puts blocks in force instead of those before, for slices from `since` (µs) on.

        At once where the open slice is among them, and for all posts that are held by then. What is
        called so in the middle of a slice holds for its close, whenever it was.
        """
        self.barring.append((since, barred))
        self._bar()

    def tick(self, now_us: int) -> list[Board]:
        """Closes the slices whose time is over at `now_us`."""
        if self.state.slice < 0:
            return []
        return self._open(now_us // self.rules.slice_us)

    def ask(self, term: str) -> bool:
        """Every close from now on explains this term; False when there is no word in it."""
        key = key_of(term, self.tables)
        if key is not None:
            self.asked[term] = key
        return key is not None

    def apart(self) -> Kernel:
        """A kernel that closes what this one has counted; good until this one counts more."""
        other = copy.copy(self)
        other.state = apart(self.state)
        other.asked, other.explained = {}, []
        other.counter, other.counted = None, []
        other.revising, other.revisions = False, []
        other.barring = list(self.barring)
        return other

    def so_far(self, terms: Iterable[str]) -> dict[str, Explanation]:
        """What the board would say of terms if the open slice closed now; changes no board.

        It costs as much as closing a slice, however many terms. A term without a word is left out.
        """
        if self.state.slice < 0:
            return {}
        other = self.apart()
        for term in terms:
            other.ask(term)
        other.finish()
        return {one.term: replace(one, open=True) for one in other.explained}

    def finish(self) -> list[Board]:
        """Closes the open slice, as at the end of a recording."""
        if self.state.slice < 0:
            return []
        return [self._close()]

    def read(self, batch: Batch) -> Columns:
        """What is counted of a batch's posts; nothing is counted yet."""
        return columns.read(batch, self.tables)

    def _count(self, read: Columns, times: Ints, begin: int, end: int) -> None:
        """Counts and keeps posts [begin, end) of a batch, all of the open slice."""
        state = self.state
        late = times[begin:end] < state.slice * self.rules.slice_us - self.rules.late_us
        state.late += int(late.sum())
        authors, ids = read[2][:2]
        left = late | state.gone.refuses(ids[begin:end], authors[begin:end], times[begin:end])
        for a, b in columns.runs(~left):
            taking.take(state, self.barred, read, times, (begin + a, begin + b))
        state.newest = max(state.newest, int(times[begin:end].max()))

    # -- closing slices --------------------------------------------------------------------------

    def _open(self, number: int) -> list[Board]:
        """Closes slices until `number` is the open one."""
        state = self.state
        boards: list[Board] = []
        if state.slice < 0:
            state.slice = number
            self._bar()
        gap = 0
        while state.slice < number:
            boards.append(self._close())
            self._bar()
            gap += 1
            if gap > self.rules.max_gap and not state.living:
                self._skip(number - state.slice)
        return boards

    def _bar(self) -> None:
        """Puts in force what is due in the open slice."""
        state = self.state
        begin = state.slice * self.rules.slice_us
        while state.slice >= 0 and self.barring and self.barring[0][0] <= begin:
            before, self.barred = self.barred, self.barring.pop(0)[1]
            held = state.ring
            places = np.union1d(before.places(held), self.barred.places(held))
            ring.hide(held, places, state.gone.hides(held.authors[places]))
            self._veil()
            self.veiled += before.veils or self.barred.veils
            withdrawal.rename(state, Cut(terms=self.barred.keys), self.labels)

    def _veil(self) -> None:
        """Hides what is blocked in the ring: news of an account may just have shown it."""
        if self.barred.veils:
            self.state.ring.flags[self.barred.places(self.state.ring)] |= ring.HIDDEN

    def _skip(self, steps: int) -> None:
        state = self.state
        state.counts.next_slice(steps)
        state.slice += steps
        state.volumes[:] = 0
        state.tracks *= state.decays**steps
        state.rhythm.turn(float(state.decays[0]), steps)

    def _close(self) -> Board:
        """Ranks the open slice and opens the next one."""
        state = self.state
        # what is older will be too late in the next slice
        oldest = (state.slice + 1) * self.rules.slice_us - self.rules.late_us
        self._settle(oldest)
        volumes = np.concatenate(([float(state.counts.authors)], state.volumes))[: self.rules.depth]
        at = (state.slice + 1) * self.rules.slice_us
        events: list[StoryEvent] = []
        season.begin(state.week, state.slice)
        here = ring.open_slice(state.ring, state.counts.slice)
        state.rhythm.hear(state.ring.spoken[here], state.ring.authors[here])
        self._listen()
        found = self.barred.allowed(detect(state, self.rules, volumes, self.book))
        ranked = tell(
            state, self.rules, found, events, volumes, self.book, self.reader, self.barred
        )
        bar = bar_now(state, self.rules)
        self.explained += [
            explain(state, self.rules, volumes, self.book, (term, *key), ranked, bar, at)
            for term, key in self.asked.items()
        ]
        followed = state.week.keys[: len(state.week.rows)]
        now = state.counts.people_now(followed)
        season.record(state.week, followed, now, state.counts.authors)
        board = Board(
            board="all",
            at=at,
            learning=state.slices + 1 < self.rules.learning,
            learned=(min(state.slices + 1, self.rules.learning), self.rules.learning),
            posts=state.posts,
            authors=state.counts.authors,
            stories=tuple(ranked[: self.rules.top]),
            events=tuple(events),
            evicted=state.counts.evicted - state.evicted_before,
            newest=state.newest,
        )
        if self.counter:
            self.counted.append(self.counter.count(state, board.stories, at))
        state.evicted_before = state.counts.evicted
        state.tracks = (state.tracks + state.counts.authors) * state.decays
        state.volumes = volumes
        state.rhythm.turn(float(state.decays[0]))
        state.counts.next_slice()
        state.slice += 1
        state.slices += 1
        state.posts = 0
        return board

    def _settle(self, oldest: int) -> None:
        """Applies what was taken back: to posts, to what stories are called, to what was told."""
        state, us = self.state, self.rules.slice_us
        veil, silent = bool(state.gone.news or self.veiled), withdrawal.unquoted(state)
        buried = gone.settle(state.gone, state.ring, oldest)
        self._veil()
        self.veiled = 0
        if veil or buried.size or silent:
            at = (state.slice + 1) * us
            found = withdrawal.revision(
                state, self._span_us, buried, veil=veil, before=at, silent=silent
            )
            self._follow(found)
            if self.revising:
                self.revisions.append(found)

    def _follow(self, found: Revision) -> None:
        for cut in (found.struck, found.veiled):
            if cut:
                withdrawal.rename(self.state, cut, self.labels)

    def foresee(self) -> Revision | None:
        """What the next close will take back, for those who have told it; None where it is nothing.

        Posts lose their text with it; nothing that is counted changes, and no board.
        """
        state, us = self.state, self.rules.slice_us
        veil = bool(state.gone.news or self.veiled)
        if state.slice < 0 or not (veil or state.gone.deleted):
            return None
        silent = withdrawal.unquoted(state)
        buried = gone.foresee(state.gone, state.ring)
        self._veil()
        before = state.slice * us + 1
        return withdrawal.revision(
            state, self._span_us, buried, veil=veil, before=before, silent=silent
        )

    def forget(self, chosen: Callable[[ring.Ring], Ints]) -> tuple[int, Revision | None]:
        """Buries posts at once, whatever their time: those at the places that `chosen` names.

        Returns how many they were, and what falls with them.
        """
        return withdrawal.forget(self.state, self._span_us, self.labels, chosen)

    @property
    def _span_us(self) -> int:
        return self.rules.rank_window * self.rules.slice_us

    def _listen(self) -> None:
        """Learns which languages the board speaks, until its own past says enough."""
        state = self.state
        if not self.book.languages or state.tracks[0] > LISTENED * self.rules.prior:
            return
        words, people = state.counts.words_now()
        frequencies = self.book.frequencies(words)
        state.languages = usage.mixture(frequencies, people, state.languages)
