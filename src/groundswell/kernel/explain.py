"""The arithmetic behind any term's place on the board, or its absence: the board's own numbers.

For every window: who said it, what was expected and where that comes from, z and what it needed,
and how many people would have been enough.
"""

from __future__ import annotations

import copy
from dataclasses import fields, replace

import numpy as np

from groundswell.explanation import Decides, Explanation, WindowSum, length, people_in_words
from groundswell.kernel.detection import bursts
from groundswell.kernel.detection.detect import Measured, follow, gate_of, measure, rare
from groundswell.kernel.memory.state import Floats, State
from groundswell.kernel.memory.stories import Living
from groundswell.kernel.names.naming import name
from groundswell.kernel.rules import Rules
from groundswell.kernel.telling.starting import is_bare
from groundswell.kernel.text.kinds import DOMAIN, EMOJI, MENTION
from groundswell.kernel.usual.usage import Lexicon
from groundswell.model import Story

TOLD = 0.5
"""Share of a term's posts that a story must have to tell the term."""
PATIENCE = 100_000
"""People up to which is looked for how many would have been enough."""


def apart(state: State) -> State:
    """A copy of the state that closes a slice of its own and leaves the first as it was.

    What closing only reads is shared: posts, terms and their counts. So it stays good until more
    posts are counted. Posts deleted in the open slice may lose their text a little earlier, which
    no board shows.
    """
    shared = [getattr(state.ring, field.name) for field in fields(state.ring)]
    known = {id(value): value for value in shared}
    return copy.deepcopy(state, known | {id(state.counts): state.counts.apart()})


def explain(  # noqa: PLR0913 -- the term, and all that made the board
    state: State,
    rules: Rules,
    volumes: Floats,
    book: Lexicon,
    term: tuple[str, int, str],
    ranked: list[Story],
    bar: float,
    at: int,
) -> Explanation:
    """Why a term is on the board of the slice that closes, or why not.

    `term` is what was asked, its key, and what of it is counted; `ranked` are the board's stories.
    """
    asked, key, counted = term
    seen = measure(state, rules, volumes, book, np.array([key], np.uint64))
    if seen is None:
        while_ = length(rules.depth * rules.slice_us)
        reason = f"nobody said it in the last {while_}"
        return Explanation(asked, counted, at, (), None, bar, (reason,), rules.top)
    story = next((s for s in ranked if _tells(state, s, key, seen)), None)
    sums = [_sum(rules, seen, volumes, i) for i in range(len(rules.windows))]
    reasons = _reasons(state, rules, volumes, book, seen, sums, story)
    return Explanation(asked, counted, at, tuple(sums), story, bar, reasons, rules.top)


def _sum(rules: Rules, seen: Measured, volumes: Floats, i: int) -> WindowSum:
    """One window's arithmetic."""
    span = min(rules.windows[i], seen.people.within.shape[1])
    inside = float(volumes[:span].sum())
    people = float(seen.people.within[0, span - 1])
    expected = float(seen.usual.expected[0, i])
    phi = float(seen.habits.dispersion[0])
    gate = gate_of(rules)
    needed = float(bursts.gates(gate, np.array([inside]))[0])
    enough, decides = _enough(expected, phi, needed, gate.least_people(inside), gate.lift)
    return WindowSum(
        window_us=rules.windows[i] * rules.slice_us,
        board=inside,
        people=people,
        expected=expected,
        past=float(seen.usual.past[0, i]),
        season=float(seen.usual.season[0, i]),
        rhythm=float(seen.lifts[0, i]),
        allowed=float(seen.usual.allowed[i]),
        general=float(seen.usual.general[i]),
        dispersion=phi,
        z=float(bursts.llr(np.array([people]), np.array([expected]))[0]) / phi**0.5,
        z_needed=needed,
        lift_needed=gate.lift,
        people_needed=enough,
        decides=decides,
        known=bool(seen.usual.known[i]),
    )


def _enough(
    expected: float, phi: float, gate: float, least: int, lift: float
) -> tuple[int, Decides]:
    """The fewest people that open the gate in one window, and what asks for so many."""
    times = int(np.ceil(lift * expected))
    people = np.arange(max(least, times), PATIENCE, dtype=np.float64)
    z = bursts.llr(people, np.full(people.size, expected)) / phi**0.5
    passing = np.flatnonzero(z >= gate)
    enough = int(people[passing[0]]) if passing.size else PATIENCE
    if enough > max(least, times):
        return enough, "z"
    return enough, "times" if times > least else "people"


def _tells(state: State, story: Story, key: int, seen: Measured) -> bool:
    """Whether a story has the term, or most posts that say it.

    A part of a phrase that adds nothing is dropped from a story's terms, and told by it all the
    same. A function word is told by none: it is everywhere.
    """
    if story.subject:
        return _runs(state, key)
    if state.running and state.running.grown == story.id and _runs(state, key):
        return True
    living = next((one for one in state.living if one.id == story.id), None)
    if living is None:
        return False
    if key in living.terms:
        return True
    posts = seen.lists.of(0)
    inside = np.isin(posts, living.posts).mean() if posts.size else 0.0
    return bool(inside >= TOLD and not seen.plain[0])


def _runs(state: State, key: int) -> bool:
    """Whether the running story tells a term, as a word of the subject or in a moment of it."""
    now = state.running
    if now is None:
        return False
    aside = [living for living in state.living if living.id in now.aside]
    known = key in now.keys or key in now.named
    return known or any(key in living.terms for living in aside)


def _reasons(
    state: State,
    rules: Rules,
    volumes: Floats,
    book: Lexicon,
    seen: Measured,
    sums: list[WindowSum],
    story: Story | None,
) -> tuple[str, ...]:
    """In words, what decides first: what put it on the board, or keeps it off."""
    judged = [s for s in sums if s.known] or sums[:1]
    opens = any(s.opens for s in judged)
    if story is not None:
        return _listed(rules, story, opens=opens)
    nearest = max(judged, key=lambda s: s.people / max(s.people_needed, 1))
    if whatever := _whatever_its_numbers(state, seen):
        return (whatever,)
    span = f"the last {length(nearest.window_us)}"
    if not opens:
        said = people_in_words(nearest.people)
        numbers = (
            f"{said} said it, {nearest.expected:,.1f} were expected, and "
            f"{nearest.people_needed:,} would have been enough"
        )
        return (f"nearest to it was {span}, when {numbers}",)
    if float(seen.scores.z[0]) < rules.gate <= float(seen.scores.unseasoned[0]):
        return ("it is a habit: as many say it at this time on other days",)
    if float(seen.people.per_slice[0, 0]) == 0:
        return (f"enough people said it in {span}, but none of them in the newest slice",)
    return (_untold(state, rules, volumes, book, seen),)


def _listed(rules: Rules, story: Story, *, opens: bool) -> tuple[str, ...]:
    """Where it stands, and how much to make of it."""
    place = f"number {story.rank}, in the story “{story.title}”"
    if story.rank > rules.top:
        place = f"it is {place}, and the board shows {rules.top}"
    if story.subject:
        return place, "what this board is about, told with the small things in it; never announced"
    reasons = [place]
    if not opens:
        reasons.append(
            "by its own numbers it would not be: the people who say it also say what that story "
            "is about"
        )
    if story.confirmed:
        reasons.append("the story was announced: it moves the whole board")
    else:
        reasons.append(
            "the story is listed but not announced: it moves the board too little so far"
        )
    return (*reasons, *(doubt.reason for doubt in story.doubts))


NEVER_FIRST = {
    MENTION: "a mention: a person who is talked to is no subject by that alone",
    EMOJI: "an emoji, which says how and not what",
    DOMAIN: "a domain, which says where and not what",
}


def _whatever_its_numbers(state: State, seen: Measured) -> str:
    """Why a term is on no board however many say it; empty where its numbers decide."""
    if bool(seen.plain[0]):
        return "it has no subject of its own, as “the” has none: such a word begins no story"
    if any(one.said_of for one in _told_by(state, int(seen.found.keys[0]))):
        # Not of which one: an editor may have taken it off, or called it something else.
        return "it stirs, and has no row: most who say it now speak of a story on the board"
    return ""


def _told_by(state: State, key: int) -> list[Living]:
    """The stories that live and are told by a term."""
    return [one for one in state.living if key in one.terms and not one.ended]


def _untold(state: State, rules: Rules, volumes: Floats, book: Lexicon, seen: Measured) -> str:
    """Why a term with people enough is in no story."""
    kind = int(seen.kinds[0])
    if kind in NEVER_FIRST and int(seen.found.words[0]) == 1:
        return f"enough people say it, but it begins no story by itself: it is {NEVER_FIRST[kind]}"
    expected, people = float(seen.scores.expected[0]), float(seen.scores.authors[0])
    if not bool(rare(state, rules, seen)[0]) and people < rules.everyday_lift * expected:
        return (
            f"it is an everyday word here, which begins a story only at {rules.everyday_lift:g} "
            f"times what is expected; {people:,.0f} people said it, {expected:,.1f} were expected"
        )
    burst = replace(follow(state, rules, volumes, book, seen.found.keys)[0], open=True)
    known = state.names.get(burst.key)
    # Who asks leaves no name behind.
    burst.label = known[0] if known else name(state, rules, burst, book)
    if is_bare(rules, [burst]):
        what = "a well-known word" if len(burst.parts) == 1 else "a phrase of well-known words"
        return (
            f"it is {what}, not written as a name: alone it is listed only at z "
            f"{rules.sure_gate:.1f}, and has {burst.z:.1f}"
        )
    if _told_by(state, burst.key):
        return (
            "it stirs, and is not listed: no more people than usual say it now, and fewer than "
            f"{rules.few_authors} have since it began"
        )
    return (
        "enough people say it, but a rarer or stronger term has their posts, or its story is over"
    )
