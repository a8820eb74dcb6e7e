"""What is usual at this time of day and week: habits are no news.

Bounded memory of the terms that were ever looked at closely: people a quarter of an hour over the
last week, next to the board's own. A greeting that swells every morning and a tag that has its
weekday are known after their first time. Counts add up over shards; shares are taken at the end.

The share expected now is the largest of three (as measured on simulated weeks, where a plain mean
let weekday tags through): the mean of the last days at this time, the last week's at this time,
and half of yesterday's. Each takes the largest of three neighbouring quarters, for habits are not
punctual.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.machine.arrays import Float64Grid, Float64s
from groundswell.machine.loops import loop
from groundswell.model import MICROSECONDS
from groundswell.times import DAY_US

Floats = NDArray[np.float64]
Hashes = NDArray[np.uint64]

QUARTER_US: Final = 900 * MICROSECONDS
DAYS: Final = 7
YESTERDAY: Final = 0.5
TRIMMED: Final = 0.1
"""Quarters that are left out of a term's dispersion, the most unusual: its own news."""


@dataclass(slots=True)
class Season:
    """The memory. `capacity` terms are held; the least used gives way to a new one."""

    slice_us: int
    capacity: int
    a_day: int = field(init=False)
    """Quarters a day; a quarter is a slice where slices are longer."""
    quarters: int = field(init=False)
    """Columns: a week, and a little more for the neighbours of the oldest."""
    keys: Hashes = field(init=False)
    """Shape (rows,), 0 where a row is free."""
    since: NDArray[np.int64] = field(init=False)
    """Quarter from which on a row speaks, counted since 1970."""
    people: NDArray[np.uint16] = field(init=False)
    """Shape (rows, quarters): sums over slices of distinct people."""
    board: Floats = field(init=False)
    """The same of the whole board, shape (quarters,)."""
    rows: dict[int, int] = field(default_factory=dict)
    quarter: int = -1
    first: int = -1
    """The first quarter ever."""

    def __post_init__(self) -> None:
        length = max(QUARTER_US, self.slice_us)
        self.a_day = max(1, DAY_US // length)
        self.quarters = DAYS * self.a_day + 4
        self._grow(min(self.capacity, 1024))
        self.board = np.zeros(self.quarters)

    def _grow(self, rows: int) -> None:
        keys, since = np.zeros(rows, np.uint64), np.zeros(rows, np.int64)
        people = np.zeros((rows, self.quarters), np.uint16)
        if self.rows:
            n = self.keys.size
            keys[:n], since[:n], people[:n] = self.keys, self.since, self.people
        self.keys, self.since, self.people = keys, since, people


def begin(season: Season, number: int) -> None:
    """Makes ready for slice `number` (since 1970): quarters that came to pass are empty."""
    quarter = number * season.slice_us // max(QUARTER_US, season.slice_us)
    if season.quarter < 0:
        season.quarter = season.first = quarter
    for passed in range(max(season.quarter + 1, quarter - season.quarters + 1), quarter + 1):
        season.people[:, passed % season.quarters] = 0
        season.board[passed % season.quarters] = 0
    season.quarter = max(season.quarter, quarter)


def record(season: Season, keys: Hashes, people: NDArray[np.uint32], volume: int) -> None:
    """Adds a slice's people: of known terms (`keys` as in `season.keys`) and of the board."""
    at = season.quarter % season.quarters
    column = season.people[: keys.size, at].astype(np.int64) + people
    season.people[: keys.size, at] = np.minimum(column, np.iinfo(np.uint16).max)
    season.board[at] += volume


def follow(season: Season, keys: Hashes) -> None:
    """From now on remembers these terms too."""
    for key in keys.tolist():
        if key in season.rows:
            continue
        if len(season.rows) == season.keys.size:
            if season.keys.size < season.capacity:
                season._grow(min(season.capacity, season.keys.size * 2))
            else:
                _forget(season)
        row = len(season.rows)
        season.rows[key] = row
        season.keys[row] = key
        season.since[row] = season.quarter
        season.people[row] = 0


def _forget(season: Season) -> None:
    """Drops the quarter of the terms that were used least in the week; the others move up."""
    used = season.people.sum(axis=1, dtype=np.int64)
    kept = np.sort(np.argsort(used, kind="stable")[season.capacity // 4 :])
    season.keys[: kept.size] = season.keys[kept]
    season.since[: kept.size] = season.since[kept]
    season.people[: kept.size] = season.people[kept]
    season.keys[kept.size :] = 0
    season.rows = {key: row for row, key in enumerate(season.keys[: kept.size].tolist())}


@dataclass(frozen=True, slots=True)
class Habits:
    """What the season says of several terms; shapes (terms,)."""

    share: Floats
    """Share of the board's people usual at this time, 0 where nothing is known."""
    dispersion: Floats
    """φ ≥ 1: variance over mean of the term's people a quarter."""
    yesterday: Floats
    last_week: Floats
    """Shares at this time a day and a week ago; NaN where there is no memory."""


def habits(season: Season, keys: Hashes) -> Habits:
    """Looks terms up."""
    rows = np.array([season.rows.get(key, -1) for key in keys.tolist()], np.int64)
    n = rows.size
    days = np.full((n, DAYS), np.nan)
    known = np.flatnonzero(rows >= 0)
    held = rows[known]
    for day in range(1, DAYS + 1):
        then = season.quarter - day * season.a_day
        if then - 1 < season.first:
            break
        around = np.arange(then - 1, then + 2) % season.quarters
        board = season.board[around]
        share = season.people[held][:, around] / np.maximum(board, 1.0)
        spoken = season.since[held] <= then
        days[known, day - 1] = np.where(spoken & (board[1] > 0), share.max(axis=1), np.nan)
    counted = np.isfinite(days)
    mean = np.where(counted, days, 0.0).sum(axis=1) / np.maximum(counted.sum(axis=1), 1)
    yesterday, last_week = days[:, 0], days[:, DAYS - 1]
    share = np.maximum(mean, np.nan_to_num(last_week))
    share = np.maximum(share, YESTERDAY * np.nan_to_num(yesterday))
    dispersion = np.ones(n)
    if known.size:
        dispersion[known] = _dispersion(season, held)
    return Habits(share, dispersion, yesterday, last_week)


def _dispersion(season: Season, rows: NDArray[np.int64]) -> Floats:
    """φ of each row: mean of (x − e)² / e over quarters where e ≥ 1, the most unusual left out.

    The mean by volume is the expectation; a term must have been followed for a day.
    """
    ended = np.arange(season.quarters) != season.quarter % season.quarters
    filled = ended & (season.board > 0)
    people = season.people[rows][:, filled].astype(np.float64, order="C")
    board = season.board[filled]
    out = np.ones(rows.size)
    _phi(people, board, out)
    long = season.quarter - season.since[rows] >= season.a_day
    return np.where(long, np.maximum(out, 1.0), 1.0)


@loop
def _phi(people: Float64Grid, board: Float64s, out: Float64s) -> None:
    total = board.sum()
    for i in range(people.shape[0]):
        share = people[i].sum() / total if total > 0 else 0.0
        deviations = np.empty(board.size)
        n = 0
        for q in range(board.size):
            expected = share * board[q]
            if expected >= 1.0:
                deviations[n] = (people[i, q] - expected) ** 2 / expected
                n += 1
        kept = int(n * (1.0 - TRIMMED))
        if kept >= 8:
            out[i] = np.sort(deviations[:n])[:kept].mean()
