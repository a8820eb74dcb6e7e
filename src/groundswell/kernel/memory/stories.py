"""What is told: bursts, stories while they live, and what is remembered of those that are over."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groundswell.expression import Phase
from groundswell.kernel.memory.felt import Felt
from groundswell.kernel.memory.tallies import Tally
from groundswell.model import Doubt, Status

Ints = NDArray[np.int64]


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
    span: int
    """Slices of the ranking window, as far as the board can be judged yet."""
    authors: float
    """People in it."""
    expected: float
    chance: float
    """The part of `expected` that any term is allowed."""
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
    everyday: bool = False
    """Whether it is said so often anyway that it only joins a story: it never leads one."""
    frequent: bool = False
    """Whether all of its words are among the most used of some language."""
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
    words: frozenset[int] = frozenset()
    """Hashes of all words that it was ever told by, well-known ones aside."""
    carried: frozenset[int] = frozenset()
    """Keys of the terms that it was told by last."""
    said_of: str = ""
    """Id of the announced story that its people speak of now, for which it has no row."""


@dataclass(frozen=True, slots=True)
class Past:
    """A story that was told to its end, as long as it is remembered."""

    words: frozenset[int]
    """As of `Living`."""
    peak: float
    """Most people in a ranking window."""
    ended: int
    """Slices that the board had closed before."""


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
    grown: str = ""
    """The story that tells it now: what it was before the board had one subject."""


def status(people: NDArray[np.float64], age: int) -> Status:
    """Rising, steady or cooling, from people a slice, newest first, of a story `age` slices old.

    >>> status(np.array([9.0, 7, 4, 1, 0, 0]), 3)
    'rising'
    >>> status(np.array([1.0, 2, 2, 9, 9, 3]), 6)
    'cooling'
    """
    lived = people[: max(2, min(age + 1, people.size))]
    now = float(lived[:2].mean())
    peak = float((lived[1:] + lived[:-1]).max(initial=0.0)) / 2
    if now < 0.5 * peak:
        return "cooling"
    before = float(lived[2:5].mean()) if lived.size > 2 else 0.0
    return "rising" if now > 1.15 * before else "steady"
