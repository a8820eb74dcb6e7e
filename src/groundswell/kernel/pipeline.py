"""(state, posts) → boards: the only place where the stages meet.

    tokens → counts + ring → candidates → posting lists → expected → gate and rank → stories

A slice is closed when a post of a later one comes, or when the engine says that its time is over.
How posts are cut into batches makes no difference to any board.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel import baseline, bursts, counts, ring, stories
from groundswell.kernel.characters import SOFT_BREAK
from groundswell.kernel.doubts import Evidence, doubts, signatures
from groundswell.kernel.hashing import hash_strings
from groundswell.kernel.tokens import DOMAIN, MENTION, TAG, Tables, Tokens, prepare, tokenize
from groundswell.model import (
    MICROSECONDS,
    Batch,
    Board,
    Doubt,
    EventKind,
    Moment,
    Story,
    StoryEvent,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

EVIDENCE = 2_000
"""Posts of a story that are looked at for doubts, the newest."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the kernel goes by; lengths are in slices, made from settings in seconds."""

    slice_us: int = 60 * MICROSECONDS
    windows: tuple[int, ...] = (1, 5, 15, 60)
    rank_window: int = 15
    depth: int = 60
    """Slices of posting lists that are looked at."""
    gate: float = 3.1
    min_authors: int = 5
    min_lift: float = 2.5
    kappa: float = 1.0
    half_life: float = 1440.0
    """Slices after which history counts half."""
    least_past: float = 0.5
    warm_up: int = 3
    """Slices before anything can be called unusual."""
    learning: int = 60
    """Slices after which the desk calls itself settled."""
    end_after: int = 10
    """Slices a story stays when it is no longer above usual."""
    top: int = 10
    most_bursts: int = 256
    most_terms: int = 8
    jaccard: float = 0.25
    containment: float = 0.6
    everyday: float = 0.003
    """Share of people a slice that makes a word everyday: it opens the gate only when it is
    `everyday_lift` times as frequent, and else may only join a story."""
    everyday_people: float = 30.0
    """People that history must have had for it to know a word as everyday."""
    everyday_lift: float = 5.0
    doubt_share: float = 0.5
    doubt_posts: int = 8
    doubted_rank: float = 0.1
    """A doubted story ranks as if it were this much as large, for each doubt."""
    ring_posts: int = 1 << 18
    ring_tokens: int = 5 << 20
    terms: int = 1 << 21
    late_us: int = 60 * MICROSECONDS
    max_gap: int = 1440
    """Empty slices that are told one by one; a longer silence is passed over."""


@dataclass(slots=True)
class State:
    """All that the kernel remembers between slices."""

    counts: counts.Counts
    ring: ring.Ring
    slice: int = -1
    """Number of the open slice since 1970; -1 before the first post."""
    slices: int = 0
    """Slices closed."""
    posts: int = 0
    """Posts in the open slice."""
    late: int = 0
    newest: int = 0
    volumes: Floats = field(default_factory=lambda: np.zeros(1))
    """The board's authors a slice, newest closed one first, shape (depth,)."""
    tracks: Floats = field(default_factory=lambda: np.zeros(counts.TRACKS))
    """The board's authors before the open slice, decayed as the counts' tracks."""
    deleted: list[str] = field(default_factory=list)
    living: list[stories.Living] = field(default_factory=list)
    evicted_before: int = 0


class Kernel:
    """One board's detector: give it batches in event time, get boards.

    Posts older than the open slice by more than `late_us` are counted as late and dropped; those
    less late count in the open slice.
    """

    def __init__(self, rules: Rules, tables: Tables) -> None:
        self.rules = rules
        self.tables = tables
        factors = [0.5 ** (1 / rules.half_life)]
        factors += [1 - 1 / w for w in rules.windows if w > 1][: counts.TRACKS - 1]
        factors += [0.0] * (counts.TRACKS - len(factors))
        self._decays = np.array(factors)
        self.state = State(
            counts.Counts(rules.terms, self._decays.astype(np.float32)),
            ring.Ring(rules.ring_posts, rules.ring_tokens),
            volumes=np.zeros(rules.depth),
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
                self._count(batch, tokens, times, begin, end)
        self.state.deleted += [post_id for post_id, _ in batch.deleted]
        return boards

    def tick(self, now_us: int) -> list[Board]:
        """Closes the slices whose time is over at `now_us`."""
        if self.state.slice < 0:
            return []
        return self._open(now_us // self.rules.slice_us)

    def finish(self) -> list[Board]:
        """Closes the open slice, as at the end of a recording."""
        if self.state.slice < 0:
            return []
        return [self._close()]

    def _tokens(self, batch: Batch) -> tuple[list[str], Tokens, tuple[NDArray[np.uint64], ...]]:
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
        hashes = (hash_strings(authors), hash_strings(batch.ids), answered)
        return prepared, tokenize(prepared, self.tables), hashes

    def _count(
        self,
        batch: Batch,
        prepared: tuple[list[str], Tokens, tuple[NDArray[np.uint64], ...]],
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
        prepared: tuple[list[str], Tokens, tuple[NDArray[np.uint64], ...]],
        begin: int,
        end: int,
    ) -> None:
        texts, tokens, (authors, ids, replies) = prepared
        state = self.state
        first = tokens.first[begin : end + 1]
        back = counts.count(
            state.counts, tokens.hashes, tokens.joins, first, authors[begin:end],
            state.ring.n_tokens,
        )  # fmt: skip
        posts = ring.Posts(texts[begin:end], authors[begin:end], ids[begin:end], replies[begin:end])
        ring.append(
            state.ring, posts, tokens.hashes, tokens.starts, tokens.ends, tokens.kinds,
            tokens.joins, back, first, state.counts.slice,
        )  # fmt: skip
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
        state.tracks *= self._decays**steps

    def _close(self) -> Board:
        """Ranks the open slice and opens the next one."""
        state = self.state
        if state.deleted:
            ring.delete(state.ring, hash_strings(state.deleted))
            state.deleted = []
        volumes = np.concatenate(([float(state.counts.authors)], state.volumes))[: self.rules.depth]
        events: list[StoryEvent] = []
        ranked: list[Story] = []
        if state.slices >= self.rules.warm_up:
            found = self._bursts(volumes)
            ranked = self._tell(found, events)
        at = (state.slice + 1) * self.rules.slice_us
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
        state.tracks = (state.tracks + state.counts.authors) * self._decays
        state.volumes = volumes
        counts.next_slice(state.counts)
        state.slice += 1
        state.slices += 1
        state.posts = 0
        return board

    # -- from terms to bursts --------------------------------------------------------------------

    def _bursts(self, volumes: Floats) -> list[stories.Burst]:
        """Terms past the gate, and those of living stories, strongest first."""
        state, rules = self.state, self.rules
        tracks = np.append(state.tracks, state.counts.authors).astype(np.float32)
        new = counts.candidates(
            state.counts, tracks, min_authors=0.6 * rules.min_authors, z=0.6 * rules.gate
        )
        told = [np.array(story.terms, np.uint64) for story in state.living]
        found = counts.find(state.counts, np.concatenate([new.keys, *told]))
        if not found.keys.size:
            return []
        since = state.counts.slice - rules.depth + 1
        lists = ring.postings(state.ring, found.last, found.words, since)
        held = lists.posts % state.ring.posts
        ages = state.counts.slice - state.ring.slices[held].astype(np.int64)
        people = bursts.profile(lists.bounds, state.ring.authors[held], ages, rules.depth)
        usual = baseline.usual(
            found.history.astype(np.float64), people.per_slice, volumes, float(state.tracks[0]),
            rules.windows, decay=float(self._decays[0]), kappa=rules.kappa,
            least_past=rules.least_past,
        )  # fmt: skip
        scores = bursts.score(
            people.within, usual.expected, usual.known, rules.windows,
            rank_window=rules.rank_window, gate=rules.gate,
            min_authors=rules.min_authors, min_lift=rules.min_lift,
        )  # fmt: skip
        share = (usual.expected[:, 0] - rules.kappa) / max(float(volumes[0]), 1.0)
        strong = scores.authors >= rules.everyday_lift * scores.expected
        rare = (share < rules.everyday) | (found.history < rules.everyday_people)
        opens = scores.open & (rare | strong)
        old = (scores.z >= rules.gate / 2) & _told(found.keys, told)
        chosen = np.flatnonzero(scores.open | old)
        order = chosen[np.lexsort((found.keys[chosen], -scores.excess[chosen]))]
        rate = usual.expected[:, 0] / max(volumes[0], 1.0)
        ago = bursts.onset(people.per_slice, rate, volumes)
        return [
            self._burst(
                int(i),
                found,
                lists,
                people,
                scores,
                int(ago[i]),
                opens=bool(opens[i]),
                told=bool(old[i]),
            )
            for i in order[: rules.most_bursts].tolist()
        ]

    def _burst(  # noqa: PLR0913 -- one row of several tables
        self,
        i: int,
        found: counts.Found,
        lists: ring.Postings,
        people: bursts.Profiles,
        scores: bursts.Scores,
        ago: int,
        *,
        opens: bool,
        told: bool,
    ) -> stories.Burst:
        state = self.state
        words = int(found.words[i])
        places = lists.places(i)
        end = int(places[0])
        size = state.ring.tokens
        parts = tuple(int(state.ring.hashes[(end - g) % size]) for g in reversed(range(words)))
        now = state.counts.slice
        return stories.Burst(
            key=int(found.keys[i]),
            parts=parts,
            kind=int(state.ring.kinds[end % size]),
            label=self._label(places, words),
            common=words > 1 and self._common(parts),
            posts=lists.of(i)[::-1],
            z=float(scores.z[i]),
            window=int(scores.window[i]),
            authors=float(scores.authors[i]),
            expected=float(scores.expected[i]),
            excess=float(scores.excess[i]),
            started=now - ago,
            peak=now - int(people.per_slice[i].argmax()),
            open=opens,
            told=told,
        )

    def _label(self, places: Ints, words: int) -> str:
        """The surface form that most of the newest 64 posts use."""
        held, size = self.state.ring, self.state.ring.tokens
        forms: Counter[str] = Counter()
        for place in places[:64].tolist():
            text = held.texts[int(held.owner[place % size]) % held.posts]
            if text is not None:
                begin = int(held.starts[(place - words + 1) % size])
                forms[text[begin : int(held.ends[place % size])]] += 1
        form = min(forms.items(), key=lambda item: (-item[1], item[0]))[0]
        return " ".join(form.replace(SOFT_BREAK, "").split())

    def _common(self, parts: tuple[int, ...]) -> bool:
        """Whether a phrase begins or ends with a word that one in fifty people uses in a slice."""
        edges = counts.find(self.state.counts, np.array([parts[0], parts[-1]], np.uint64))
        volume = float(self.state.tracks[0])
        return bool((edges.history > 0.02 * volume).any()) if volume > 0 else False

    # -- from bursts to stories ------------------------------------------------------------------

    def _tell(self, found: list[stories.Burst], events: list[StoryEvent]) -> list[Story]:
        """Groups bursts, carries identities on, and writes the stories, ranked."""
        state, rules = self.state, self.rules
        groups = stories.group(
            found, jaccard=rules.jaccard, containment=rules.containment, most=rules.most_terms
        )
        posts = [np.unique(np.concatenate([found[i].posts for i in g])) for g in groups]
        goes_on, split = stories.match(posts, state.living)
        merged = stories.absorbed(posts, goes_on, state.living)
        told: list[tuple[float, Story, stories.Living]] = []
        begun: list[tuple[EventKind, Story]] = []
        for g, members in enumerate(groups):
            chosen = [found[i] for i in members]
            if g in goes_on:
                living = state.living[goes_on[g]]
            elif any(burst.open for burst in chosen):
                living = self._begin(chosen, posts[g])
                living.parent = state.living[split[g]].id if g in split else ""
            else:
                continue
            weight, story = self._write(living, chosen, posts[g])
            told.append((weight, story, living))
            if g not in goes_on:
                begun.append(("story.split" if living.parent else "story.started", story))
        alive = {living.id for _, _, living in told}
        quiet = [s for i, s in enumerate(state.living) if s.id not in alive and i not in merged]
        staying = [s for s in quiet if state.counts.slice - s.warm <= rules.end_after]
        told += [(*self._write(living, [], living.posts), living) for living in staying]
        told.sort(key=lambda row: (-row[0], row[1].started_at, row[1].id))
        ranked = {row[1].id: replace(row[1], rank=i + 1) for i, row in enumerate(told)}
        at = (state.slice + 1) * rules.slice_us
        for kind, story in begun:
            events.append(StoryEvent(kind, at, ranked[story.id]))
        for i, living in enumerate(state.living):
            if i in merged:
                events.append(
                    StoryEvent("story.merged", at, self._write(living, [], living.posts)[1])
                )
            elif living in quiet and living not in staying:
                events.append(
                    StoryEvent("story.ended", at, self._write(living, [], living.posts)[1])
                )
        state.living = [row[2] for row in told]
        return list(ranked.values())

    def _begin(self, members: list[stories.Burst], posts: Ints) -> stories.Living:
        state = self.state
        opened = [burst for burst in members if burst.open]
        started = min(burst.started for burst in opened)
        held = posts[posts >= state.ring.n_posts - state.ring.posts]
        since = held[state.ring.slices[held % state.ring.posts] >= started]
        number = state.slice - (state.counts.slice - started)
        return stories.Living(
            id=stories.story_id(members[0].key, number * self.rules.slice_us),
            started=started,
            title="",
            title_weight=0.0,
            terms=(),
            posts=posts,
            counted_to=int(since[0]) if since.size else state.ring.n_posts,
            warm=state.counts.slice,
        )

    def _write(
        self, living: stories.Living, members: list[stories.Burst], posts: Ints
    ) -> tuple[float, Story]:
        """Brings a living story up to this slice; returns what it ranks by, and the story."""
        state, rules = self.state, self.rules
        if members:
            living.posts = posts
            living.terms = tuple(burst.key for burst in members)
            living.warm = state.counts.slice
            name, weight = stories.title(members)
            if weight > 1.3 * living.title_weight or name == living.title:
                living.title, living.title_weight = name, weight
        posts = self._present(living.posts)
        new = posts[posts >= living.counted_to]
        living.people.update(state.ring.authors[new % state.ring.posts].tolist())
        living.n_posts += int(new.size)
        living.counted_to = state.ring.n_posts
        spark = self._spark(posts)
        lead = max(members, key=lambda burst: (burst.excess, burst.key), default=None)
        reasons = self._doubts(living, posts)
        demotion = rules.doubted_rank ** len(reasons)
        excess = lead.excess if lead else 0.0
        story = Story(
            id=living.id,
            rank=0,
            title=living.title,
            terms=tuple(burst.label for burst in members) or (living.title,),
            started_at=self._time(living.started),
            status=stories.status(spark, state.counts.slice - living.started)
            if lead
            else "cooling",
            posts=living.n_posts,
            authors=len(living.people),
            expected=lead.expected if lead else 0.0,
            excess=excess,
            lift=lead.authors / lead.expected if lead else 0.0,
            z=max((burst.z for burst in members), default=0.0),
            window_us=rules.rank_window * rules.slice_us,
            doubts=reasons,
            why=self._why(lead, members, demotion),
            moments=self._moments(members),
            spark=tuple(int(x) for x in spark[::-1]),
        )
        return excess * demotion, story

    def _present(self, posts: Ints) -> Ints:
        """Those of the posts that are still held and not deleted."""
        held = self.state.ring
        posts = posts[posts >= held.n_posts - held.posts]
        return posts[held.flags[posts % held.posts] == 0]

    def _spark(self, posts: Ints) -> Floats:
        """People a slice, newest first, shape (depth,)."""
        held, depth = self.state.ring, self.rules.depth
        places = posts % held.posts
        ages = self.state.counts.slice - held.slices[places].astype(np.int64)
        inside = (ages >= 0) & (ages < depth)
        bounds = np.array([0, int(inside.sum())], np.int64)
        return bursts.profile(bounds, held.authors[places[inside]], ages[inside], depth).per_slice[
            0
        ]

    def _doubts(self, living: stories.Living, posts: Ints) -> tuple[Doubt, ...]:
        """Doubts about the story's posts in the ranking window, from at most EVIDENCE of them."""
        held = self.state.ring
        since = self.state.counts.slice - self.rules.rank_window + 1
        recent = posts[held.slices[posts % held.posts] >= since][-EVIDENCE:] % held.posts
        first, count = held.first[recent], held.count[recent].astype(np.int64)
        opening = first % held.tokens
        named = (held.replies[recent] == 0) & (count > 0) & (held.kinds[opening] == MENTION)
        evidence = Evidence(
            authors=held.authors[recent],
            bands=signatures(held.hashes, (held.kinds <= TAG).view(np.uint8), first, count),
            domains=[self._domain(place) for place in recent.tolist()],
            replies=np.where(named, held.hashes[opening], held.replies[recent]),
            deleted=self._deleted(living.terms, since),
        )
        return doubts(evidence, share=self.rules.doubt_share, min_posts=self.rules.doubt_posts)

    def _domain(self, place: int) -> str:
        """The first registrable domain that a post links to, or an empty string."""
        held = self.state.ring
        text = held.texts[place]
        begin = int(held.first[place])
        for token in range(begin, begin + int(held.count[place])):
            at = token % held.tokens
            if held.kinds[at] == DOMAIN and text is not None:
                return text[int(held.starts[at]) : int(held.ends[at])].lower()
        return ""

    def _deleted(self, terms: tuple[int, ...], since: int) -> int:
        """How many posts with any of the terms were deleted again."""
        found = counts.find(self.state.counts, np.array(terms, np.uint64))
        lists = ring.postings(self.state.ring, found.last, found.words, since, deleted=True)
        return int(np.unique(lists.posts).size)

    def _why(
        self, lead: stories.Burst | None, members: list[stories.Burst], demotion: float
    ) -> tuple[str, ...]:
        if lead is None:
            return ("no longer above usual",)
        minutes = self.rules.rank_window * self.rules.slice_us // (60 * MICROSECONDS)
        first = max(members, key=lambda burst: (burst.z, burst.key))
        window = first.window * self.rules.slice_us // MICROSECONDS
        lines = [
            f"“{lead.label}”: {lead.authors:.0f} people in {minutes} min, {lead.expected:.1f} expected:"
            f" {lead.excess:.0f} above usual, {lead.authors / lead.expected:.1f} times usual",
            f"gate: z {first.z:.1f} of “{first.label}” in {window} s, {self.rules.gate} needed",
        ]
        if demotion < 1:
            lines.append(f"ranks as {demotion:g} of its size because of the doubts")
        return tuple(lines)

    def _moments(self, members: list[stories.Burst]) -> tuple[Moment, ...]:
        """Bursts within the story, by when they began; those within two slices are one."""
        moments: list[list[stories.Burst]] = []
        for burst in sorted((b for b in members if b.open), key=lambda b: (b.started, b.key)):
            if moments and burst.started - moments[-1][-1].started <= 2:
                moments[-1].append(burst)
            else:
                moments.append([burst])
        return tuple(
            Moment(
                title=stories.title(group)[0],
                terms=tuple(burst.label for burst in group),
                started_at=self._time(group[0].started),
                peak_at=self._time(max(group, key=lambda b: (b.authors, b.key)).peak),
                authors=int(max(burst.authors for burst in group)),
            )
            for group in moments
        )

    def _time(self, number: int) -> int:
        """Event time, µs, of the beginning of a slice counted as in `Counts.slice`."""
        return (self.state.slice - (self.state.counts.slice - number)) * self.rules.slice_us


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Bounds of the runs of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _account(reply: str) -> str:
    """The account that is answered: the authority of an at:// URI, else what is given."""
    return reply.split("/", 3)[2] if reply.startswith("at://") else reply


def _told(keys: NDArray[np.uint64], told: list[NDArray[np.uint64]]) -> NDArray[np.bool_]:
    return np.isin(keys, np.concatenate(told)) if told else np.zeros(keys.size, np.bool_)
