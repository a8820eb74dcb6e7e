"""What the kernel goes by: plain numbers, which load nothing."""

from __future__ import annotations

from dataclasses import dataclass

from groundswell.model import MICROSECONDS


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
    """People that are enough on a board of fewer than 100 times `min_authors` in the window; and
    who must have said what stirs for it to stay listed when it is no longer above usual."""
    prior: float = 50.0
    """People of history that the general use of words is worth."""
    kappa: float = 1.0
    kappa_share: float = 0.001
    half_life: float = 1440.0
    """Slices after which history counts half."""
    least_past: float = 0.5
    least_gate: float = 1.6
    """z that opens the gate on a very small board."""
    onset_chance: float = 0.3
    """Part of what chance is allowed that counts when an onset is looked for: with all of it a
    first mention never counts, with none a word's earlier uses do."""
    learning_slices: int = 3
    """Slices before its onset that a story needs to be known as new."""
    company_terms: int = 3
    company_share: float = 0.12
    company_lift: float = 4.0
    telling: float = 0.35
    """Share of what the best term of a story tells that a term of it must tell."""
    ordinary: float = 2.0
    """Times `telling` that a well-known word must tell which is not written as a name."""
    stays: float = 0.5
    """Part of `telling` that is enough for a term that was told in the slice before."""
    aside: float = 0.1
    """As `telling`, for a term of a moment."""
    within: float = 0.35
    """The same for a well-known word beside the best term of its own moment."""
    focused: float = 0.75
    """Share of the posts that speak of the board's subject from which on it has only one."""
    tied_slices: int = 0
    tied_times: float = 3.0
    """On such a board a story takes in what began so near to it and is so much smaller."""
    function_word: float = 0.002
    """Frequency among all words, in some language, from which on a word begins no story."""
    stop_share: float = 0.08
    """Share of people who use a word in general from which on it tells nothing."""
    calm_bar: float = 0.5
    restless_bar: float = 1.0
    """Strength that starts a story, in √(the board's people in the window): the first on a board
    where little stirs, the second where much does, and before that is known."""
    familiar_word: float = 1e-5
    """Frequency among all words, in some language, from which on a word is well known: before a
    board has heard a whole day, a story of such words alone must pass the restless bar."""
    frequent_word: float = 1e-4
    """Frequency among all words, in some language, from which on a word is small talk where all
    speak of one subject."""
    sure_gate: float = 5.0
    """z that a story needs to be announced."""
    lone: float = 3.5
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
    most_moments: int = 8
    """Small stories and names that the running one carries."""
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
    read_posts: int = 400
    """Posts that are read for moods at a slice's close, at most: 8,000 take a second."""
    read_story: int = 200
    """Posts that a story's mood is taken from, at most."""
    ring_posts: int = 1 << 18
    ring_tokens: int = 1 << 22
    terms: int = 1 << 21
    late_us: int = 60 * MICROSECONDS
    max_gap: int = 1440
    """Empty slices that are told one by one; a longer silence is passed over."""
