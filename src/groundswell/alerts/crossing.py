"""When a story crosses a rule: pure, in event time, once.

A crossing begins with the first slice at whose close the rule holds for the story, and ends with
the first at which it does not. It is told when it has held at every close for the time of
survival, so what is deleted at once never alarms. Within the cooldown after an alert the same story
begins quiet crossings only; so does a story that joins or leaves one that was told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Final

from groundswell.alerts.rules import Rule
from groundswell.model import MICROSECONDS, Board, Story

WAIT_US: Final = 30 * MICROSECONDS
"""Event time that a crossing must survive; at least the next close in any case, unless it is 0."""
MOST_OPEN: Final = 10_000
"""Crossings that are held at once; beyond it none begins."""

Holds = Callable[[Rule, Story], bool]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A rule and a story, from when on; times are ends of slices, µs."""

    rule: str
    story: str
    begun: int
    told: int | None = None
    """When it was told, or, of a quiet one, from when on its cooldown counts."""
    ended: int | None = None
    quiet: str = ""
    """Why it is not told: `cooldown`, `joined`, `not-first`; empty where it may be."""

    @property
    def id(self) -> str:
        """The same for the same crossing, in whatever run: what receivers know an alert by."""
        whole = "\0".join((self.rule, self.story, str(self.begun)))
        return f"msg_{hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Alert:
    """A crossing that survived, and the story as it stood then."""

    crossing: Crossing
    rule: Rule
    story: Story
    at: int
    """The end of the slice that told it, µs."""


@dataclass(slots=True)
class Crossings:
    """All crossings that are open, and when each rule last told of each story.

    The same boards and rules give the same alerts, however they are fed in parts, and whether or
    not the state was written down and taken up in between (`known`).
    """

    wait_us: int = WAIT_US
    open: dict[Key, Crossing] = field(default_factory=dict)
    last: dict[Key, int] = field(default_factory=dict)
    """When a story was last told by a rule, or joined one that was, µs."""

    @classmethod
    def known(cls, rows: Iterable[Crossing], wait_us: int = WAIT_US) -> Crossings:
        """The state that rows of crossings say."""
        state = cls(wait_us)
        for one in rows:
            key = (one.rule, one.story)
            if one.ended is None:
                state.open[key] = one
            if one.told is not None:
                state.last[key] = max(one.told, state.last.get(key, 0))
        return state

    def see(
        self,
        at: int,
        rules: Sequence[Rule],
        boards: Mapping[str, Board],
        holds: Holds,
        first: Holds,
    ) -> tuple[list[Crossing], list[Alert]]:
        """Takes the boards of one slice; returns the crossings that changed, and the alerts.

        Args:
            at: the end of the slice; slices come in order.
            rules: those that stand now.
            boards: by name; a rule whose board has none in this slice sees nothing change.
            holds: whether a story meets a rule.
            first: whether it is the first of its subject in the rule's days; asked once a crossing.
        """
        changed: dict[tuple[str, str, int], Crossing] = {}
        alerts: list[Alert] = []

        def note(one: Crossing) -> None:
            changed[one.rule, one.story, one.begun] = one
            key = (one.rule, one.story)
            if one.told is not None:
                self.last[key] = max(one.told, self.last.get(key, 0))
            if one.ended is None:
                self.open[key] = one
            else:
                self.open.pop(key, None)

        names = {rule.name for rule in rules}
        for one in [one for one in self.open.values() if one.rule not in names]:
            note(replace(one, ended=at))
        for rule in sorted(rules, key=lambda rule: rule.name):
            board = boards.get(rule.board)
            if board is not None:
                self._join(rule, board, note)
                held = [story for story in board.stories if holds(rule, story)]
                self._follow(rule, board.at, {story.id for story in held}, note)
                alerts += self._begin(rule, board.at, held, first, note)
        return list(changed.values()), alerts

    def _join(self, rule: Rule, board: Board, note: Callable[[Crossing], None]) -> None:
        """A story that took up one that was told, or split off it, is no news."""
        for event in board.events:
            source, target = event.story.id, event.other
            if event.type == "story.split":
                source, target = target, source
            if event.type not in {"story.merged", "story.split"} or not source or not target:
                continue
            running = self.open.get((rule.name, source))
            told = self.last.get((rule.name, source))
            if told is None or not (running or board.at < told + rule.cooldown * MICROSECONDS):
                continue
            since = board.at if running else told
            other = self.open.get((rule.name, target))
            if other is None:  # where the rule does not hold for it, `_follow` ends it
                note(Crossing(rule.name, target, board.at, since, quiet="joined"))
            elif other.told is None:
                note(replace(other, told=since, quiet="joined"))

    def _follow(
        self, rule: Rule, at: int, held: Set[str], note: Callable[[Crossing], None]
    ) -> None:
        """Ends what holds no more."""
        for one in [one for one in self.open.values() if one.rule == rule.name]:
            if one.story not in held:
                note(replace(one, ended=at))

    def _begin(
        self, rule: Rule, at: int, held: Iterable[Story], first: Holds,
        note: Callable[[Crossing], None],
    ) -> list[Alert]:  # fmt: skip
        """Begins what holds now, and tells what has held long enough."""
        alerts = []
        for story in held:
            one = self.open.get((rule.name, story.id))
            if one is None:
                if len(self.open) >= MOST_OPEN:
                    continue
                one = Crossing(rule.name, story.id, at, quiet=self._quiet(rule, story, at, first))
                note(one)
            survived = at - one.begun >= self.wait_us and (one.begun < at or not self.wait_us)
            if one.told is None and not one.quiet and survived:
                one = replace(one, told=at)
                note(one)
                alerts.append(Alert(one, rule, story, at))
        return alerts

    def _quiet(self, rule: Rule, story: Story, at: int, first: Holds) -> str:
        """Why a crossing that begins now will not be told."""
        told = self.last.get((rule.name, story.id))
        if told is not None and at < told + rule.cooldown * MICROSECONDS:
            return "cooldown"
        return "not-first" if rule.first_in_days and not first(rule, story) else ""
