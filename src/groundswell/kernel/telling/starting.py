"""What a story must reach to be told as new: how strongly it must move the board, and what else.

It must do more where its words are well known, were told lately, or are one word alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from groundswell.kernel.memory import stories
from groundswell.kernel.memory.state import State
from groundswell.kernel.names.naming import nameless
from groundswell.kernel.rules import Rules
from groundswell.kernel.telling import echoes
from groundswell.model import MICROSECONDS
from groundswell.times import DAY_US

NOW: Final = 1.5
"""Times what is expected that must be said in the ranking window when a story starts."""
ROOM: Final = 1 / 3
"""Share of the board's people who make one word as good as several."""
LASTING_US: Final = 120 * MICROSECONDS
"""How long one word alone must be said; what a campaign deletes at once is gone by then."""


@dataclass(frozen=True, slots=True)
class Start:
    """How far a story is from being told as new."""

    strength: float
    """How strongly it moves the board."""
    needed: float
    """The strength that starts it; 0 where none does."""
    early: bool
    """Whether that is more than usual because its words are well known and the board is young."""
    again: float
    """People that it needs because its words were told lately; else 0."""
    enough: bool
    """Whether so many say it."""
    now: bool
    """Whether more say it now than usual."""
    lasts: bool
    """Whether it is more than one word that was first said a moment ago."""

    @property
    def is_reached(self) -> bool:
        """Whether it may be told as new."""
        strong = self.strength >= self.needed > 0
        return strong and self.enough and self.now and self.lasts


def is_bare(rules: Rules, members: list[stories.Burst]) -> bool:
    """Whether bursts are one well-known word or phrase, without a name in it, that is not sure.

    Such words come and go by chance, and "hate" or "today" alone hardly ever say what has happened.
    A habit is told with its doubt.
    """
    judged = [burst for burst in members if burst.open] or members
    return _alone(judged) and all(
        burst.z < rules.sure_gate
        and not burst.habit
        and nameless(burst.label, familiar=burst.familiar)
        for burst in judged
    )


def judge(
    state: State,
    rules: Rules,
    members: list[stories.Burst],
    lead: stories.Burst | None,
    bar: float,
) -> Start:
    """How these bursts stand, `lead` the largest; `bar` is what starts a story on this board."""
    needed = _needed(state, rules, members, bar)
    again = echoes.people_needed(state.past, members)
    return Start(
        strength=_strength(rules, members),
        needed=needed,
        early=needed > bar,
        again=again,
        enough=lead is not None and lead.authors >= again,
        now=is_said_now(lead),
        lasts=not (_alone(members) and _age_us(state, rules, members) < LASTING_US),
    )


def told(start: Start, living: stories.Living) -> str:
    """The same in words, for an editor."""
    stands = "a story" if living.confirmed else "stirring"
    now = f"strength {start.strength:.2f} now, {living.strength:.2f} at most so far"
    early = " for well-known words before it has heard a whole day" if start.early else ""
    again = f", and {start.again:.0f} people, for its words were told lately" if start.again else ""
    lasts = "" if start.lasts or living.confirmed else "; one word alone must last two minutes"
    return f"{stands}: {now}; {start.needed:.2f} starts one on this board{early}{again}{lasts}"


def is_said_now(lead: stories.Burst | None) -> bool:
    """Whether more say it now than usual: what only a longer window still holds is an echo."""
    return lead is not None and lead.authors >= NOW * lead.expected


def _strength(rules: Rules, members: list[stories.Burst]) -> float:
    """Of the bursts that are sure and began when enough was heard before; less for a lone word.

    When a third of the room says one word, nobody waits for a second one.
    """
    sure = [b for b in members if b.open and b.known and b.z >= rules.sure_gate]
    strongest = max((burst.strength for burst in sure), default=0.0)
    filling = any(burst.excess >= ROOM * burst.board for burst in sure)
    return strongest / rules.lone if _alone(members) and not filling else strongest


def _needed(state: State, rules: Rules, members: list[stories.Burst], bar: float) -> float:
    """The bar for these bursts: higher for well-known words before a whole day was heard.

    "Good afternoon" is new to a board that has heard no afternoon yet; a name says more.
    """
    if bar <= 0 or state.slices * rules.slice_us >= DAY_US:
        return bar
    named = any(burst.open and not burst.familiar for burst in members)
    return bar if named else max(bar, rules.restless_bar)


def _alone(members: list[stories.Burst]) -> bool:
    """Whether all bursts are one word or phrase and parts of it."""
    longest = max((set(burst.parts) for burst in members), key=len, default=set())
    return all(set(burst.parts) <= longest for burst in members)


def _age_us(state: State, rules: Rules, members: list[stories.Burst]) -> int:
    """Since when they have been said, the open slice with it, µs."""
    first = min((burst.started for burst in members), default=state.counts.slice)
    return (state.counts.slice - first + 1) * rules.slice_us
