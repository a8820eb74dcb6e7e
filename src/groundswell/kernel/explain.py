"""The arithmetic behind any term's place on the board, or its absence: the board's own numbers.

For every window: who said it, what was expected and where that comes from, z and what it needed,
and how many people would have been enough.
"""

from __future__ import annotations

import numpy as np

from groundswell.kernel import bursts
from groundswell.kernel.detect import Measured, gate_of, measure
from groundswell.kernel.ring import phrase_key
from groundswell.kernel.state import Floats, Rules, State
from groundswell.kernel.tokens import Tables, prepare, tokenize
from groundswell.kernel.usage import Lexicon
from groundswell.model import Explanation, Story, WindowSum

PHRASE = 3
"""Words of the longest phrase that is counted."""
TOLD = 0.5
"""Share of a term's posts that a story must have to tell the term."""
PATIENCE = 100_000
"""People up to which is looked for how many would have been enough."""


def key_of(term: str, tables: Tables) -> tuple[int, str] | None:
    """The table's key of what a person typed, and what of it is counted; None without a word.

    Of a phrase longer than three words the last three stand for it.
    """
    prepared = prepare([term], [()], tables)
    tokens = tokenize(prepared, tables)
    if not tokens.hashes.size:
        return None
    first = max(0, tokens.hashes.size - PHRASE)
    while first < tokens.hashes.size - 1 and not tokens.joins[first + 1 :].all():
        first += 1
    last = tokens.hashes.size - 1
    return int(phrase_key(tokens.hashes, last, last + 1 - first)), prepared[0][
        int(tokens.starts[first]) : int(tokens.ends[-1])
    ]


def explain(  # noqa: PLR0913 -- the term, and all that made the board
    state: State,
    rules: Rules,
    volumes: Floats,
    book: Lexicon,
    term: tuple[str, int, str],
    stories: list[Story],
    bar: float,
    at: int,
) -> Explanation:
    """Why a term is on the board of the slice that closes, or why not.

    `term` is what was asked, its key, and what of it is counted; `stories` are the board's, ranked.
    """
    asked, key, counted = term
    seen = measure(state, rules, volumes, book, np.array([key], np.uint64))
    if seen is None:
        return Explanation(asked, counted, at, (), None, bar, ("nobody said it in this while",))
    story = next((s for s in stories if _tells(state, s, key, seen)), None)
    sums = [_sum(rules, seen, volumes, i) for i in range(len(rules.windows))]
    return Explanation(
        asked, counted, at, tuple(sums), story, bar, _reasons(rules, seen, sums, story)
    )


def _sum(rules: Rules, seen: Measured, volumes: Floats, i: int) -> WindowSum:
    """One window's arithmetic."""
    span = min(rules.windows[i], seen.people.within.shape[1])
    inside = float(volumes[:span].sum())
    people = float(seen.people.within[0, span - 1])
    expected = float(seen.usual.expected[0, i])
    phi = float(seen.habits.dispersion[0])
    gate = gate_of(rules)
    needed = float(bursts.gates(gate, np.array([inside]))[0])
    return WindowSum(
        window_us=rules.windows[i] * rules.slice_us,
        board=inside,
        people=people,
        expected=expected,
        past=float(seen.usual.past[0, i]),
        season=float(seen.usual.season[0, i]),
        allowed=float(seen.usual.allowed[i]),
        general=float(seen.usual.general[i]),
        dispersion=phi,
        z=float(bursts.llr(np.array([people]), np.array([expected]))[0]) / phi**0.5,
        z_needed=needed,
        people_needed=_enough(expected, phi, needed, gate.least_people(inside), gate.lift),
        known=bool(seen.usual.known[i]),
    )


def _enough(expected: float, phi: float, gate: float, least: int, lift: float) -> int:
    """The fewest people that open the gate in one window."""
    people = np.arange(max(least, int(np.ceil(lift * expected))), PATIENCE, dtype=np.float64)
    z = bursts.llr(people, np.full(people.size, expected)) / phi**0.5
    passing = np.flatnonzero(z >= gate)
    return int(people[passing[0]]) if passing.size else PATIENCE


def _tells(state: State, story: Story, key: int, seen: Measured) -> bool:
    """Whether a story has the term, or most posts that say it.

    A part of a phrase that adds nothing is dropped from a story's terms, and told by it all the
    same. A function word is told by none: it is everywhere.
    """
    living = next((one for one in state.living if one.id == story.id), None)
    if living is None:
        return False
    if key in living.terms:
        return True
    posts = seen.lists.of(0)
    inside = np.isin(posts, living.posts).mean() if posts.size else 0.0
    return bool(inside >= TOLD and not seen.plain[0])


def _reasons(
    rules: Rules, seen: Measured, sums: list[WindowSum], story: Story | None
) -> tuple[str, ...]:
    """In words: what keeps it off the board, or what put it there."""
    if story is not None:
        standing = "announced as a story" if story.confirmed else "listed, too weak to be announced"
        told = [f"on the board at rank {story.rank}, in “{story.title}”: {standing}"]
        return (*told, *(doubt.reason for doubt in story.doubts))
    reasons = []
    if bool(seen.plain[0]):
        reasons.append("a function word of some language: it begins no story")
    opens = [s for s in sums if s.known and s.people >= s.people_needed]
    if not opens:
        nearest = max(sums, key=lambda s: s.people / max(s.people_needed, 1))
        minutes = nearest.window_us // 60_000_000
        reasons.append(
            f"not far enough above usual in any window: nearest in {minutes} min, where "
            f"{nearest.people:.0f} people said it and {nearest.people_needed} would be enough"
        )
    elif float(seen.scores.z[0]) < rules.gate <= float(seen.scores.unseasoned[0]):
        reasons.append("a habit: as many say it at this time on other days")
    elif float(seen.people.per_slice[0, 0]) == 0:
        reasons.append("nobody said it in the newest slice")
    else:
        reasons.append("above usual, but everyday on this board, or told by a stronger term")
    return tuple(reasons)
