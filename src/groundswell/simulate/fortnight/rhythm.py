"""How much is said when: the day, the week, and the swell of each minute."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from groundswell.model import MICROSECONDS
from groundswell.simulate.fortnight.script import Fortnight

DAY = 1_440
MINUTE_US = 60 * MICROSECONDS


def start_us(script: Fortnight) -> int:
    """The first moment, µs since 1970."""
    return round(datetime.fromisoformat(script.start).timestamp() * MICROSECONDS)


def level(
    script: Fortnight, minutes: NDArray[np.float64], shift: float = 0.0
) -> NDArray[np.float64]:
    """Volume at each of `minutes` since the start, as a share of the busiest; `shift` in hours."""
    hours = minutes / 60 - shift
    first = datetime.fromisoformat(script.start).weekday()
    day = np.interp(hours % 24, np.arange(25), [*script.day, script.day[0]])
    week = np.array(script.week)[(np.floor(hours / 24).astype(np.int64) + first) % 7]
    return np.asarray(day * week)


def mean_level(script: Fortnight) -> float:
    """Average of `level` over a week: what makes `per_minute` an average."""
    return float(level(script, np.arange(0.0, 7 * DAY, 10)).mean())
