"""Bursts that share posts → stories, with an identity over time.

Grouping is by a seed: the largest burst that is left takes those whose posts overlap with *its*
posts (Jaccard or containment), not with the growing union, so that a story does not lump its
neighbours together. Identity is by posts too: a group goes on being the story with which it shares
most of its posts. Splits and merges are events.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from groundswell.expression import Phase
from groundswell.kernel import alike
from groundswell.kernel.distinct import distinct, union
from groundswell.kernel.felt import Felt
from groundswell.kernel.kinds import DOMAIN, EMOJI, MENTION
from groundswell.kernel.tallies import Tally
from groundswell.model import Doubt, Status

Ints = NDArray[np.int64]

ABSORBED: Final = 0.7
"""A part of a phrase adds nothing when this share of its posts has the whole phrase."""
FRAGMENT: Final = 0.4
"""A phrase adds nothing when it has less than this share of the posts of a part of it."""
MOMENT: Final = 2
"""Bursts that begin within so many slices are tied by the moment: half the containment is enough,
for the words of one moment often do not meet in one short post."""
HELD: Final = 0.5
"""What was told as one story a slice ago stays so down to this part of what makes it one: without
it a story on the edge would be split and merged every minute."""
TOLD: Final = 0.5
"""Share of a group's posts that its story must have told for the group to bring nothing new."""
SAME: Final = 0.3
"""A group is the story that shares at least this part of the smaller one's posts."""


@dataclass(slots=True)
class Burst:
    """A term past the gate, or of a story that lives."""

    key: int
    parts: tuple[int, ...]
    """Hashes of its words, in order."""
    kind: int
    posts: Ints
    """Positions of its posts, ascending."""
    z: float
    window: int
    authors: float
    expected: float
    board: float
    """The board's people in the ranking window, as `authors` and `expected`."""
    excess: float
    strength: float
    """People above usual in √(the board's people), where it is known what is usual."""
    started: int
    """Slice of the onset."""
    known: bool
    """Whether enough was heard before the onset to call it one."""
    peak: int
    """Slice with most people."""
    open: bool
    """Whether it may begin a story."""
    plain: bool
    """Whether all of its words are function words in some language, or what software writes."""
    familiar: bool
    """Whether all of its words are well known in some language."""
    told: bool
    """Whether a living story has it."""
    habit: bool
    """Whether only the time of day or week makes it usual."""
    places: Ints
    """Positions of the last tokens of its newest occurrences."""
    home: str = ""
    """The living story that has it."""
    label: str = ""
    """The surface form that people use most."""
    common: bool = False
    """Whether it begins and ends with everyday words: no title to choose when there is another."""


@dataclass(slots=True)
class Living:
    """A story while it lives: state of the kernel."""

    id: str
    started: int
    title: str
    title_weight: float
    terms: tuple[int, ...]
    posts: Ints
    """Positions of recent posts, ascending."""
    counted_to: int
    """Posts before this position are in the tally."""
    warm: int
    """The last slice in which it was above usual."""
    heard: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Positions of all posts of the ranking window that were ever its own: what doubts go by."""
    strength: float = 0.0
    """The greatest so far."""
    confirmed: bool = False
    """Whether it was once strong enough, and not doubted."""
    announced: bool = False
    """Whether it was told that it started."""
    ended: bool = False
    """Told to its end, though its bursts still stand above usual in the long window."""
    peak: float = 0.0
    """Most people in a ranking window."""
    tally: Tally = field(default_factory=Tally)
    """Its posts and people since the onset."""
    parent: str = ""
    """The story that it split from."""
    doubted: dict[str, tuple[int, Doubt]] = field(default_factory=dict)
    """What was doubted in this episode: by kind, the posts that speak for it, and the doubt."""
    felt: Felt = field(default_factory=Felt)
    """What its posts were read as."""
    phases: tuple[Phase, ...] = ()
    """What led its mood so far."""


@dataclass(slots=True)
class Running:
    """The running story of a board with one subject: state of the kernel."""

    key: int
    """The subject's leading word."""
    since: int
    """The slice since 1970 from which on it leads."""
    keys: tuple[int, ...] = ()
    """The subject's words now; none where the board has no one subject now."""
    aside: frozenset[str] = frozenset()
    """Stories that it tells as its moments."""
    named: frozenset[int] = frozenset()
    """Names that it tells besides: keys of terms."""


def group(
    bursts: list[Burst], *, jaccard: float, containment: float, most: int, held: int
) -> list[list[int]]:
    """Groups of indexes into `bursts`, each with its seed first; parts that add nothing left out.

    Bursts come strongest first. A mention never begins a story: a person who is talked to is no
    public subject by that alone. Nor does an emoji, which says how, not what, nor a domain, which
    says where. A burst that is neither open nor told (an everyday word) only joins.
    """
    gone = _redundant(bursts, together([burst.posts for burst in bursts]))
    shared = together(_cores(bursts))
    free = [i not in gone for i in range(len(bursts))]
    groups = []
    for seed, burst in enumerate(bursts):
        if (
            not free[seed]
            or not (burst.open or burst.told)
            or burst.kind in {EMOJI, MENTION, DOMAIN}
        ):
            continue
        members = [seed]
        free[seed] = False
        for other in range(len(bursts)):
            moment = abs(bursts[other].started - burst.started) <= MOMENT
            ease = HELD if burst.home and burst.home == bursts[other].home else 1.0
            near = (0.5 * containment if moment else containment) * ease
            if free[other] and _belongs(shared, seed, other, jaccard * ease, near, held):
                free[other] = False  # it is told with this story, or it would tell it again
                if len(members) < most:
                    members.append(other)
        groups.append(members)
    return groups


def tie(
    bursts: list[Burst], groups: list[list[int]], *, within: int, times: float
) -> list[list[int]]:
    """Groups of one moment in one: for a board with one subject only.

    A group joins the first that is `times` as large and began `within` slices of it: "get in" and
    "assist" are about the goal that the scorer's name tells, though they rarely meet it in a post.
    """
    tied: list[list[int]] = []
    for group in groups:
        seed = bursts[group[0]]
        home = next(
            (
                other
                for other in tied
                if bursts[other[0]].open
                and abs(bursts[other[0]].started - seed.started) <= within
                and bursts[other[0]].excess >= times * seed.excess
            ),
            None,
        )
        if home is None:
            tied.append(list(group))
        else:
            home += group
    return tied


def unite(bursts: list[Burst], groups: list[list[int]]) -> list[list[int]]:
    """Groups in which one name stands in two spellings, in one: #SOTU and "State of the Union".

    Bursts must have their labels.
    """
    united: list[list[int]] = []
    home: dict[str, list[int]] = {}
    for group in groups:
        names = {name for i in group for name in alike.names(bursts[i].label)}
        own = alike.names(bursts[group[0]].label)
        found = next((home[name] for name in sorted(own) if name in home), None)
        if found is None:
            found = list(group)
            united.append(found)
        else:
            found += group
        for name in sorted(names):
            home.setdefault(name, found)
    return united


def _cores(bursts: list[Burst]) -> list[Ints]:
    """The posts of each burst and, of a phrase, those of its words that burst too.

    People call a story by its whole name or by a part of it; either is about it.
    """
    words = [frozenset(burst.parts) for burst in bursts]
    return [
        distinct(np.concatenate([b.posts for b, w in zip(bursts, words, strict=True) if w <= own]))
        if len(own) > 1
        else burst.posts
        for burst, own in zip(bursts, words, strict=True)
    ]


def _belongs(shared: Ints, a: int, b: int, jaccard: float, containment: float, held: int) -> bool:
    """Whether two terms share posts enough, beyond what chance gives to common ones."""
    one, two = int(shared[a, a]), int(shared[b, b])
    both, smaller = int(shared[a, b]), min(one, two)
    if both >= jaccard * (one + two - both):
        return True
    chance = one * two / held if held else 0.0
    return both - chance >= containment * max(smaller - chance, 1.0)


def _redundant(bursts: list[Burst], shared: Ints) -> set[int]:
    """Parts of phrases that the phrase says too, and phrases that are fragments of a part's use."""
    gone: set[int] = set()
    at = {burst.parts: i for i, burst in enumerate(bursts)}
    phrases = sorted((i for i, b in enumerate(bursts) if len(b.parts) > 1),
                     key=lambda i: len(bursts[i].parts))  # fmt: skip
    parts = {i: [at[p] for p in _parts(bursts[i].parts) if p in at] for i in phrases}
    for whole in phrases:
        if any(shared[part, whole] < FRAGMENT * shared[part, part] for part in parts[whole]):
            gone.add(whole)
    for whole in phrases:
        if whole not in gone:
            gone |= {
                part
                for part in parts[whole]
                if shared[part, whole] >= ABSORBED * shared[part, part]
            }
    return gone


def _parts(whole: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All shorter runs of its words."""
    n = len(whole)
    return [whole[i : i + k] for k in range(1, n) for i in range(n - k + 1)]


def together(posts: list[Ints]) -> Ints:
    """How many posts each two terms share, shape (terms, terms); a term's own on the diagonal.

    >>> together([np.array([1, 2, 3]), np.array([3, 4])]).tolist()
    [[3, 1], [1, 2]]
    """
    n = len(posts)
    out = np.zeros((n, n), np.int64)
    if n:
        positions = np.concatenate(posts)
        terms = np.repeat(np.arange(n), [p.size for p in posts])
        order = np.argsort(positions, kind="stable")
        _together(positions[order], terms[order], out)
    return out


@njit(nogil=True, cache=True)
def _together(positions, terms, out):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 -- numba infers
    start = 0
    for end in range(1, positions.size + 1):
        if end == positions.size or positions[end] != positions[start]:
            for i in range(start, end):
                for j in range(start, end):
                    out[terms[i], terms[j]] += 1
            start = end


def story_id(key: int, started_us: int) -> str:
    """A permanent name, from what began it and when: the same posts give the same id.

    >>> story_id(12345, 0)
    'heyaaaaaaaaa'
    """
    raw = (key ^ (started_us * 0x9E3779B97F4A7C15)) & ((1 << 56) - 1)
    return base64.b32encode(raw.to_bytes(7, "little")).decode().rstrip("=").lower()


def match(groups: list[Ints], living: list[Living]) -> tuple[dict[int, int], dict[int, int]]:
    """Which group goes on which story, and which story another group split from.

    Returns ({group: story}, {group: story it split from}); a story goes on in the group that shares
    most posts with it, of those that it has now and those that it was heard to say before: late in
    a long story only a detail may be new, and has few posts.
    """
    pairs = []
    told = [union(story.heard, story.posts) for story in living]
    shared = together([*groups, *told])[: len(groups), len(groups) :].tolist()
    for g, posts in enumerate(groups):
        for s, both in enumerate(shared[g]):
            smaller = min(posts.size, told[s].size)
            if both >= SAME * smaller > 0:
                pairs.append((-both, s, g))
    goes_on: dict[int, int] = {}
    split: dict[int, int] = {}
    taken: set[int] = set()
    for _, s, g in sorted(pairs):
        if g not in goes_on and s not in taken:
            goes_on[g] = s
            taken.add(s)
        elif g not in goes_on:
            split.setdefault(g, s)
    return goes_on, {g: s for g, s in split.items() if g not in goes_on}


def regrown(
    groups: list[Ints], split: dict[int, int], goes_on: dict[int, int], living: list[Living]
) -> dict[int, int]:
    """Groups that only seem to split off: {group: the group with which their story goes on}.

    A smaller group most of whose posts its story has told already brings nothing new.
    """
    home = {s: g for g, s in goes_on.items()}
    back = {}
    for g, s in split.items():
        both = np.intersect1d(groups[g], living[s].posts, assume_unique=True).size
        if s in home and both >= TOLD * groups[g].size and groups[home[s]].size > groups[g].size:
            back[g] = home[s]
    return back


def absorbed(groups: list[Ints], goes_on: dict[int, int], living: list[Living]) -> dict[int, int]:
    """Stories that another has taken in: {story: the group that holds most of its posts now}."""
    merged: dict[int, int] = {}
    for s, story in enumerate(living):
        if s in goes_on.values() or story.posts.size == 0:
            continue
        shares = [
            np.intersect1d(posts, story.posts, assume_unique=True).size / story.posts.size
            for posts in groups
        ]
        if shares and max(shares) >= 2 * SAME:
            merged[s] = int(np.argmax(shares))
    return merged


def status(people: NDArray[np.float64], age: int) -> Status:
    """Rising, steady or cooling, from people a slice, newest first, of a story `age` slices old.

    >>> status(np.array([9.0, 7, 4, 1, 0, 0]), 3)
    'rising'
    >>> status(np.array([1.0, 2, 2, 9, 9, 3]), 6)
    'cooling'
    """
    lived = people[: max(2, min(age + 1, people.size))]
    now = float(lived[:2].mean())
    peak = max((float(lived[i : i + 2].mean()) for i in range(lived.size - 1)), default=now)
    if now < 0.5 * peak:
        return "cooling"
    before = float(lived[2:5].mean()) if lived.size > 2 else 0.0
    return "rising" if now > 1.15 * before else "steady"
