"""What will happen, drawn by the seed: events, shows, campaigns, habits. No post is made here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from groundswell.simulate.fortnight.campaigns import Decoy
from groundswell.simulate.fortnight.events import Event
from groundswell.simulate.fortnight.habits import Habit
from groundswell.simulate.fortnight.names import Group, Names
from groundswell.simulate.fortnight.rhythm import DAY, level
from groundswell.simulate.fortnight.script import Campaign, Fortnight, Happening, Range
from groundswell.simulate.fortnight.world import PLAN, World

SHARES: tuple[Range, ...] = ((0.7, 0.85), (0.45, 0.65), (0.35, 0.45), (0.25, 0.35))
"""Share of an event's posts that say a word of its first, second, … group."""
SMALL = 20
"""Events with fewer posts in their first quarter of an hour have two groups of words."""
LAST = 300
"""Minutes before the end after which nothing begins."""
APART = 3 * DAY
"""Least minutes between two events of one recurring subject."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything drawn. `repeats` are the later nights of weekly shows: habit, not news."""

    events: list[Event]
    repeats: list[Event]
    campaigns: list[Decoy]
    habits: list[Habit]


def plan(world: World) -> Plan:
    """The plan of a world; its rate changes how many people react, and nothing else."""
    draw = _Draw(world)
    shows, repeats, notices = draw.shows()
    events = [*draw.events(), *shows]
    return Plan(events, repeats, draw.campaigns(), [*draw.habits(), *notices])


class _Draw:
    """One hand of dice for all of the plan, so that its order is fixed."""

    def __init__(self, world: World) -> None:
        self._script: Fortnight = world.script
        self._rate = world.rate
        self._rng = world.dice(PLAN)
        self._names = Names(world.vocabularies, self._rng)
        shares = np.array([tongue.share for tongue in world.script.tongue])
        self._tongues = np.cumsum(shares) / shares.sum()
        self._small = [i for i, tongue in enumerate(world.script.tongue) if tongue.small]

    def _between(self, bounds: Range) -> float:
        return float(self._rng.uniform(*bounds))

    def _scaled(self, bounds: Range) -> float:
        """Sizes are heavy-tailed: as many between 10 and 20 as between 100 and 200."""
        return float(np.exp(self._rng.uniform(*np.log(bounds))))

    def _tongue(self) -> int:
        return int(np.searchsorted(self._tongues, self._rng.random(), side="right"))

    def _moments(self, size: int) -> list[float]:
        """Minutes at which something begins: more by day than by night."""
        first = self._script.warm_up_days * DAY
        grid = np.arange(first, max(first + 60, self._script.days * DAY - LAST), 5.0)
        shares = np.cumsum(0.3 + level(self._script, grid))
        at = np.interp(self._rng.random(size) * shares[-1], shares, grid)
        return [float(minute) for minute in at]

    def events(self) -> list[Event]:
        """Those of the script's scales; some at once, some with a subject that comes again."""
        script, rng = self._script, self._rng
        scales = [one for one in script.event for _ in range(one.count)]
        size = len(scales)
        ordinary = rng.permutation(size) < round(script.ordinary_share * size)
        small = rng.permutation(size) < (script.small_language_events if self._small else 0)
        moments = self._moments(size)
        for one in rng.choice(size, 2 * (min(script.together, size) // 2), False).reshape(-1, 2):
            moments[one[1]] = max(moments[one[0]] + self._between((-8, 8)), 0.0)
        events = [
            self._event(number, scale, at, bool(usual), bool(few))
            for number, (scale, at, usual, few) in enumerate(
                zip(scales, moments, ordinary.tolist(), small.tolist(), strict=True)
            )
        ]
        return self._recurring(events)

    def _event(self, number: int, scale: Happening, at: float, ordinary: bool, few: bool) -> Event:
        tongue = self._small[0] if few else self._tongue()
        people = self._scaled(scale.people)
        if few:
            people = scale.people[0] + (people - scale.people[0]) / 8
        groups = self._groups(tongue, people, ordinary)
        name = " ".join(group.forms[0] for group in groups[:2])
        tagged = self._rng.random() < self._script.tagged_share
        return Event(
            number, name, scale.scale, tongue, at,
            self._between(scale.rise), self._between(scale.fall), self._between(scale.bend),
            max(scale.people[0], people * self._rate), round(scale.people[0]),
            scale.peak * max(1.0, self._rate), groups,
            self._names.tags(groups[0].forms[0]) if tagged else (),
        )  # fmt: skip

    def _groups(self, tongue: int, people: float, ordinary: bool) -> tuple[Group, ...]:
        most = 2 if people < SMALL else int(self._rng.integers(2, len(SHARES) + 1))
        subject = self._names.subject(tongue, ordinary=ordinary, share=self._between(SHARES[0]))
        matters = [
            self._names.matter(
                tongue, ordinary=ordinary or self._rng.random() < 0.6, share=self._between(share)
            )
            for share in SHARES[1:most]
        ]
        return (subject, *matters)

    def _recurring(self, events: list[Event]) -> list[Event]:
        """Gives some events the subject of one that was days before."""
        left = self._script.recurring
        taken: set[int] = set()
        for earlier in sorted(events, key=lambda one: one.at):
            later = [
                one for one in events
                if one.at > earlier.at + APART and one.tongue == earlier.tongue
                and one.scale == earlier.scale and one.number not in taken
            ]  # fmt: skip
            if left == 0 or earlier.number in taken or not later:
                continue
            second = later[int(self._rng.integers(0, len(later)))]
            taken |= {earlier.number, second.number}
            groups = (earlier.groups[0], *second.groups[1:])
            name = " ".join(group.forms[0] for group in groups[:2])
            events[second.number] = replace(
                second, name=name, groups=groups, tags=earlier.tags, again=earlier.name
            )
            left -= 1
        return events

    def shows(self) -> tuple[list[Event], list[Event], list[Habit]]:
        """(first nights, later nights, notices beforehand) of the weekly shows."""
        script, firsts, later, notices = self._script, [], [], []
        hours = [scale for scale in script.event if scale.scale == "hour"]
        for number in range(script.usual.shows if hours else 0):
            day = int(np.ceil(script.warm_up_days)) + 1 + number % 5
            at = day * DAY + 15 * float(self._rng.integers(76, 86))
            made = self._event(1_000 + number, hours[0], at, True, False)
            first = replace(made, name=f"{made.name} (weekly show)", announced=True)
            if first.end > script.days * DAY:
                continue
            firsts.append(first)
            phrase = first.groups[0].forms[0]
            notices.append(Habit("announcement", phrase, first.tongue, at - 720, 400, 40.0, (0,)))
            weeks = int((script.days * DAY - first.end) // (7 * DAY))
            later += [replace(first, at=at + 7 * DAY * week) for week in range(1, weeks + 1)]
        return firsts, later, notices

    def campaigns(self) -> list[Decoy]:
        """All kinds, as often as the script says."""
        kinds = [one for one in self._script.campaign for _ in range(one.count)]
        moments = self._moments(len(kinds))
        return [
            self._campaign(number, one, at)
            for number, (one, at) in enumerate(zip(kinds, moments, strict=True))
        ]

    def _campaign(self, number: int, one: Campaign, at: float) -> Decoy:
        tongue = self._tongue()
        ordinary = self._rng.random() < 0.5
        words = [
            self._names.ordinary(tongue) if ordinary else self._names.new(tongue)
            for _ in range(int(self._rng.integers(1, 4)))
        ]
        if one.kind == "reply-campaign":
            words += [self._names.ordinary(tongue) for _ in range(5 - len(words))]
        place = self._names.new(0)
        return Decoy(
            number, one.kind, tongue, at, self._between(one.minutes),
            round(self._scaled(one.accounts)), self._between(one.posts), tuple(words), place,
        )  # fmt: skip

    def habits(self) -> list[Habit]:
        """Of the day, of the weekday, and slow drift."""
        usual, days = self._script.usual, int(np.ceil(self._script.days))
        out = [self._daily(number, days) for number in range(usual.daily)]
        first = datetime.fromisoformat(self._script.start).weekday()
        for number in range(usual.weekday_tags):
            tongue = self._tongue()
            words = [self._names.ordinary(tongue) for _ in range(2)]
            on = tuple(day for day in range(-1, days + 1) if (first + day) % 7 == number % 7)
            tag = "#" + "".join(word.capitalize() for word in words)
            people, width = self._scaled(usual.tag_people), self._between(usual.tag_width)
            at = self._between((540, 1_260))
            out.append(Habit("weekday-tag", tag, tongue, at, width, people, on))
        for at in self._moments(usual.drifts):
            tongue = self._tongue()
            width = self._between(usual.drift_days) * DAY / 3
            people = self._scaled(usual.drift_people)
            out.append(
                Habit("drift", self._names.ordinary(tongue), tongue, at, width, people, (0,))
            )
        return out

    def _daily(self, number: int, days: int) -> Habit:
        usual, tongues = self._script.usual, self._script.tongue
        greetings = [(i, text) for i, one in enumerate(tongues) for text in one.greetings]
        if number < len(greetings):
            tongue, phrase = greetings[number]
        else:
            tongue = self._tongue()
            words = [self._names.ordinary(tongue) for _ in range(1 + number % 2)]
            phrase = (" " if tongues[tongue].spaced else "").join(words)
            phrase = "#" + phrase.replace(" ", "") if number % 5 == 0 else phrase
        at = self._between((0, DAY)) if number % 4 == 0 else self._between((360, 1_380))
        people, width = self._scaled(usual.daily_people), self._between(usual.daily_width)
        whole = tuple(range(-1, days + 1))
        return Habit("habit", phrase, tongue, at, width, people, whole)
