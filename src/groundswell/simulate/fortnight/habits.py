"""What comes again, and what drifts: words with a time of day, of the week, or of a few days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.simulate.fortnight.everyday import CHUNK
from groundswell.simulate.fortnight.rhythm import DAY, MINUTE_US, level, mean_level
from groundswell.simulate.fortnight.speech import Said
from groundswell.simulate.fortnight.world import HABITS, World


@dataclass(frozen=True, slots=True)
class Habit:
    """A word or phrase that swells about a time; minutes, and posts a swell.

    `at` and `width` are of the bell's centre and of its fall to 1/e. `days` are those on which it
    comes; a drift comes once, and its swell follows the day's rhythm.
    """

    kind: str
    phrase: str
    tongue: int
    at: float
    width: float
    people: float
    days: tuple[int, ...]

    @property
    def keywords(self) -> list[str]:
        """By what a story about it is known."""
        return [self.phrase]


class Habits:
    """All of them, in order: `chunk` must be called for one stretch after the other."""

    def __init__(self, world: World, habits: list[Habit]) -> None:
        self._world, self._habits = world, habits
        self._rng = world.dice(HABITS)
        self._mean = mean_level(world.script)
        swells = [(one, number, day) for number, one in enumerate(habits) for day in one.days]
        self._whose = np.array([number for _, number, _ in swells], np.int64)
        self._width = np.array([one.width for one, _, _ in swells], np.float64)
        self._drift = np.array([one.kind == "drift" for one, _, _ in swells], np.bool_)
        size = len(swells)
        late = self._rng.normal(0, 8, size)
        self._centre = np.array([day * DAY + one.at for one, _, day in swells]) + late
        people = np.array([one.people for one, _, _ in swells])
        self._peak = people * self._rng.lognormal(0, 0.2, size) / (self._width * np.sqrt(np.pi))

    def chunk(self, minute: int) -> list[Said]:
        """Posts of the CHUNK minutes from `minute` on, in no order."""
        counts = self._rng.poisson(self._rates(minute + CHUNK / 2) * CHUNK * self._world.rate)
        out: list[Said] = []
        for swell in np.flatnonzero(counts).tolist():
            habit = self._habits[int(self._whose[swell])]
            out += self._spoken(habit, minute, int(counts[swell]))
        return out

    def _rates(self, minute: float) -> NDArray[np.float64]:
        """Posts a minute of every swell."""
        bell = np.exp(-(((minute - self._centre) / self._width) ** 2))
        volume = float(level(self._world.script, np.array([minute]))[0]) / self._mean
        return np.asarray(self._peak * bell * np.where(self._drift, volume, 1.0))

    def _spoken(self, habit: Habit, minute: int, size: int) -> list[Said]:
        world, rng = self._world, self._rng
        speech = world.speech[habit.tongue]
        own = speech.fillers(rng, size, 8)
        first = (rng.random(size) < 0.6).tolist()
        said = [
            [habit.phrase, *words] if before else [*words, habit.phrase]
            for words, before in zip(own, first, strict=True)
        ]
        texts = speech.typed(rng, [speech.joined(words) for words in said], 0.25)
        after = np.round(rng.random(size) * CHUNK * MINUTE_US).astype(np.int64)
        times = (world.moment(minute) + after).tolist()
        authors = world.crowd.speakers(rng, habit.tongue, size)
        rows = zip(times, texts, authors, strict=True)
        return [Said(time, text, who, speech.lang) for time, text, who in rows]
