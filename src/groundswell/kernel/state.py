"""What the kernel goes by (`Rules`) and what it remembers (`State`): two different things."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel import counts, ring, season, stories
from groundswell.model import MICROSECONDS

Floats = NDArray[np.float64]


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
    few_authors: int = 3
    """People that are enough on a board of fewer than 100 times `min_authors` in the window."""
    prior: float = 50.0
    """People of history that the general use of words is worth."""
    kappa: float = 1.0
    kappa_share: float = 0.001
    half_life: float = 1440.0
    """Slices after which history counts half."""
    least_past: float = 0.5
    least_gate: float = 1.6
    """z that opens the gate on a very small board."""
    learning_slices: int = 3
    """Slices before its onset that a story needs to be known as new."""
    company_terms: int = 4
    company_share: float = 0.25
    company_lift: float = 4.0
    function_word: float = 0.002
    """Frequency among all words, in some language, from which on a word begins no story."""
    stop_share: float = 0.08
    """Share of people who use a word in general from which on it tells nothing."""
    calm_bar: float = 0.4
    restless_bar: float = 1.0
    """Strength that starts a story, in √(the board's people in the window): the first on a board
    where little stirs, the second where much does, and before that is known."""
    sure_gate: float = 5.0
    """z that a story needs to be announced."""
    lone: float = 1.5
    """How much higher the bar is for a word that bursts alone, without another to agree."""
    starts: float = 1.0
    """Stories an hour that chance may start: the bar stands where so many would pass."""
    remembered: int = 360
    """Slices of stirrings that the bar is taken from."""
    season_terms: int = 1 << 14
    """Terms whose week is remembered; 1.4 kB each."""
    learning: int = 60
    """Slices after which the desk calls itself settled."""
    end_after: int = 10
    """Slices a story stays when it is no longer above usual."""
    fading: float = 0.12
    """Share of the people at the peak below which a story is told."""
    top: int = 10
    most_bursts: int = 256
    most_terms: int = 8
    jaccard: float = 0.25
    containment: float = 0.6
    everyday: float = 0.003
    """Share of people that surely makes a word everyday: it opens the gate only when it is
    `everyday_lift` times as frequent, and else may only join a story."""
    everyday_lift: float = 5.0
    doubt_share: float = 0.5
    doubt_posts: int = 8
    doubted_rank: float = 0.1
    """A doubted story ranks as if it were this much as large, for each doubt."""
    ring_posts: int = 1 << 18
    ring_tokens: int = 1 << 22
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
    decays: Floats = field(default_factory=lambda: np.zeros(counts.TRACKS))
    """Factor a slice of each track of history; the first is the long run."""
    tracks: Floats = field(default_factory=lambda: np.zeros(counts.TRACKS))
    """The board's authors before the open slice, decayed as the counts' tracks."""
    languages: Floats = field(default_factory=lambda: np.zeros(0))
    """Shares of the lexicon's languages in what the board says."""
    week: season.Season = field(default_factory=lambda: season.Season(MICROSECONDS * 60, 1024))
    stirred: list[tuple[int, float]] = field(default_factory=list)
    """Stories that ended: (slice, their greatest strength)."""
    names: dict[int, tuple[str, bool, int]] = field(default_factory=dict)
    """Names of the terms told last: (name, whether it is a common one, posts it was taken from)."""
    deleted: list[str] = field(default_factory=list)
    living: list[stories.Living] = field(default_factory=list)
    evicted_before: int = 0
