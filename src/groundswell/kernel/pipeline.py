"""(state, posts) → boards: the only place where the stages meet.

    tokens → counts + ring → candidates → posting lists → expected → gate and rank → stories

A slice is closed when a post of a later one comes, or when the engine says that its time is over.
How posts are cut into batches makes no difference to any board.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel import counts, ring, season, usage
from groundswell.kernel.detect import detect
from groundswell.kernel.explain import explain, key_of
from groundswell.kernel.hashing import hash_strings
from groundswell.kernel.state import Rules, State
from groundswell.kernel.tell import bar_now, tell
from groundswell.kernel.tokens import Tables, Tokens, prepare, tokenize
from groundswell.model import Batch, Board, Explanation, StoryEvent

__all__ = ["Kernel", "Rules", "State"]

Ints = NDArray[np.int64]
Columns = tuple[list[str], Tokens, tuple[NDArray[np.uint64], ...]]
"""Prepared texts, their tokens, and the hashes of authors, ids, accounts answered and instances."""


RUN = 4_096
"""Posts that are kept and counted at once: with the most tokens they fill a third of the ring."""


LISTENED = 50
"""Times the prior's people after which the board's languages are known well enough."""


class Kernel:
    """One board's detector: give it batches in event time, get boards.

    Posts older than the open slice by more than `late_us` are counted as late and dropped; those
    less late count in the open slice.
    """

    def __init__(self, rules: Rules, tables: Tables, book: usage.Lexicon = usage.NOTHING) -> None:
        self.rules = rules
        self.tables = tables
        self.book = book
        self.asked: dict[str, tuple[int, str]] = {}
        """Terms to explain at every close: by what was asked, the key and what of it counts."""
        self.explained: list[Explanation] = []
        """What the closes said of them since it was last emptied; who asks empties it."""
        factors = [0.5 ** (1 / rules.half_life)]
        factors += [1 - 1 / w for w in rules.windows if w > 1][: counts.TRACKS - 1]
        factors += [0.0] * (counts.TRACKS - len(factors))
        decays = np.array(factors)
        self.state = State(
            counts.Counts(rules.terms, decays.astype(np.float32)),
            ring.Ring(rules.ring_posts, rules.ring_tokens),
            volumes=np.zeros(rules.depth),
            decays=decays,
            languages=np.full(len(book.languages), 1 / max(1, len(book.languages))),
            week=season.Season(rules.slice_us, rules.season_terms),
        )

    # -- feeding ---------------------------------------------------------------------------------

    def add(self, batch: Batch) -> list[Board]:
        """Takes a batch; returns the boards of the slices that it closed."""
        boards: list[Board] = []
        if batch.ids:
            times = np.array(batch.times, np.int64)
            numbers = np.maximum.accumulate(times // self.rules.slice_us)
            tokens = self._tokens(batch)
            edges = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(batch)]
            for begin, end in pairwise(edges):
                boards += self._open(int(numbers[begin]))
                self._count(tokens, times, begin, end)
        self.state.deleted += [post_id for post_id, _ in batch.deleted]
        return boards

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

    def finish(self) -> list[Board]:
        """Closes the open slice, as at the end of a recording."""
        if self.state.slice < 0:
            return []
        return [self._close()]

    def _tokens(self, batch: Batch) -> Columns:
        prepared = prepare(batch.texts, batch.links, self.tables)
        anonymous = not all(batch.authors)
        authors = (
            [author or text for author, text in zip(batch.authors, batch.texts, strict=True)]
            if anonymous
            else batch.authors
        )
        replies = [_account(reply) if reply else "" for reply in batch.replies]
        answered = hash_strings(replies)
        answered[[not reply for reply in replies]] = 0
        hosts = [_host(author) for author in batch.authors]
        hosted = hash_strings(hosts)
        hosted[[not host for host in hosts]] = 0
        hashes = (hash_strings(authors), hash_strings(batch.ids), answered, hosted)
        return prepared, tokenize(prepared, self.tables), hashes

    def _count(
        self,
        prepared: Columns,
        times: Ints,
        begin: int,
        end: int,
    ) -> None:
        """Counts and keeps posts [begin, end) of a batch, all of the open slice."""
        state = self.state
        late = times[begin:end] < state.slice * self.rules.slice_us - self.rules.late_us
        if late.any():
            state.late += int(late.sum())
            for a, b in _runs(~late):
                self._keep(prepared, begin + a, begin + b)
        else:
            self._keep(prepared, begin, end)
        state.newest = max(state.newest, int(times[begin:end].max()))

    def _keep(
        self,
        prepared: Columns,
        begin: int,
        end: int,
    ) -> None:
        texts, tokens, (authors, ids, replies, hosts) = prepared
        state, held = self.state, self.state.ring
        said = counts.Said(held.hashes, held.joins, held.back)
        for low in range(begin, end, RUN):
            high = min(end, low + RUN)
            first = tokens.first[low : high + 1]
            gone = ring.falling_out(held, high - low, int(first[-1] - first[0]), state.counts.slice)
            counts.let_go(
                state.counts, said, held.first[gone], held.count[gone], held.authors[gone]
            )
            part = slice(low, high)
            posts = ring.Posts(texts[part], authors[part], ids[part], replies[part], hosts[part])
            places = ring.append(
                held, posts, tokens.hashes, tokens.starts, tokens.ends, tokens.kinds,
                tokens.joins, first, state.counts.slice,
            )  # fmt: skip
            counts.count(
                state.counts, said, held.first[places], held.count[places], authors[low:high]
            )
        state.posts += end - begin

    # -- closing slices --------------------------------------------------------------------------

    def _open(self, number: int) -> list[Board]:
        """Closes slices until `number` is the open one."""
        state = self.state
        boards: list[Board] = []
        if state.slice < 0:
            state.slice = number
        gap = 0
        while state.slice < number:
            boards.append(self._close())
            gap += 1
            if gap > self.rules.max_gap and not state.living:
                self._skip(number - state.slice)
        return boards

    def _skip(self, steps: int) -> None:
        state = self.state
        counts.next_slice(state.counts, steps)
        state.slice += steps
        state.volumes[:] = 0
        state.tracks *= state.decays**steps

    def _close(self) -> Board:
        """Ranks the open slice and opens the next one."""
        state = self.state
        if state.deleted:
            ring.delete(state.ring, hash_strings(state.deleted))
            state.deleted = []
        volumes = np.concatenate(([float(state.counts.authors)], state.volumes))[: self.rules.depth]
        at = (state.slice + 1) * self.rules.slice_us
        events: list[StoryEvent] = []
        season.begin(state.week, state.slice)
        self._listen()
        found = detect(state, self.rules, volumes, self.book)
        ranked = tell(state, self.rules, found, events, self.book)
        bar = bar_now(state, self.rules)
        self.explained += [
            explain(state, self.rules, volumes, self.book, (term, *key), ranked, bar, at)
            for term, key in self.asked.items()
        ]
        followed = state.week.keys[: len(state.week.rows)]
        now = counts.people_now(state.counts, followed)
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
        state.evicted_before = state.counts.evicted
        state.tracks = (state.tracks + state.counts.authors) * state.decays
        state.volumes = volumes
        counts.next_slice(state.counts)
        state.slice += 1
        state.slices += 1
        state.posts = 0
        return board

    def _listen(self) -> None:
        """Learns which languages the board speaks, until its own past says enough."""
        state = self.state
        if not self.book.languages or state.tracks[0] > LISTENED * self.rules.prior:
            return
        words, people = counts.words_now(state.counts)
        frequencies = self.book.frequencies(words)
        state.languages = usage.mixture(frequencies, people, state.languages)


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Bounds of the runs of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _host(author: str) -> str:
    """The instance of an account: what follows its @, or the first label of its handle."""
    return author.rpartition("@")[2].partition(".")[2] if ":" not in author else ""


def _account(reply: str) -> str:
    """The account that is answered: the authority of an at:// URI, else what is given."""
    return reply.split("/", 3)[2] if reply.startswith("at://") else reply
