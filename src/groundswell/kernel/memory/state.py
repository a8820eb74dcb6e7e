"""What the kernel remembers (`State`); what it goes by, `rules`, is another thing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.memory import stories
from groundswell.kernel.mood import moods
from groundswell.kernel.posts import gone, ring
from groundswell.kernel.terms.counting import TRACKS, Counting
from groundswell.kernel.usual import season
from groundswell.kernel.usual.rhythm import Rhythm
from groundswell.model import MICROSECONDS

Floats = NDArray[np.float64]


@dataclass(slots=True)
class State:
    """All that the kernel remembers between slices."""

    counts: Counting
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
    decays: Floats = field(default_factory=lambda: np.zeros(TRACKS))
    """Factor a slice of each track of history; the first is the long run."""
    tracks: Floats = field(default_factory=lambda: np.zeros(TRACKS))
    """The board's authors before the open slice, decayed as the counts' tracks."""
    languages: Floats = field(default_factory=lambda: np.zeros(0))
    """Shares of the lexicon's languages in what the board says."""
    week: season.Season = field(default_factory=lambda: season.Season(MICROSECONDS * 60, 1024))
    rhythm: Rhythm = field(default_factory=Rhythm)
    stirred: list[tuple[int, float]] = field(default_factory=list)
    """Stories that ended: (slice, their greatest strength)."""
    names: dict[int, tuple[str, bool, int]] = field(default_factory=dict)
    """Names of the terms told last: (name, whether it is a common one, posts it was taken from)."""
    gone: gone.Gone = field(default_factory=gone.Gone)
    """What was taken back."""
    living: list[stories.Living] = field(default_factory=list)
    past: list[stories.Past] = field(default_factory=list)
    """Stories that were announced and told to their end in the last `rules.remembered` slices."""
    running: stories.Running | None = None
    """What the board is about, once it was about one thing."""
    homes: dict[int, str] = field(default_factory=dict)
    """Terms of living stories, and which has them."""
    evicted_before: int = 0
    quoted: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Posts that boards quote, by hash: the author's hash, and the slice that quoted it last."""
    usual: moods.Usual | None = None
    """What the board's people feel all the time; None where nobody reads feelings."""
