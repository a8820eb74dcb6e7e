"""A story's curve as geometry: paths, ticks and marks of an SVG that the server writes.

Only numbers leave this module, so nothing that people wrote can get into a path.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from groundswell.model import MICROSECONDS

MOST_POINTS: Final = 480
"""Points of a large curve; of more slices the fullest of each stretch is drawn."""
_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080)
"""Minutes between two labels of the time axis."""


@dataclass(frozen=True, slots=True)
class Point:
    """People at a slice end `at` (µs), and how many of them were expected, where that is known."""

    at: int
    people: float
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """The box that a curve is drawn in, in SVG units."""

    width: int
    height: int
    left: int = 44
    right: int = 16
    top: int = 46
    bottom: int = 28
    labels: int = 9
    """Labels of the time axis, at most."""


WIDE: Final = Frame(1_040, 320)
NARROW: Final = Frame(340, 250, left=40, right=10, labels=4)
EMBED: Final = Frame(460, 176, left=40, right=10, labels=6)
WIDE_LOW: Final = Frame(1_040, 150, top=14)
NARROW_LOW: Final = Frame(340, 130, left=40, right=10, top=14, labels=4)


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered flag: where it stands, and how high, so that no two of them touch."""

    number: int
    x: float
    y: float
    room: float
    """Units to its right that are free for words."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What the template draws, all in SVG units but its ends."""

    frame: Frame
    begin: int
    end: int
    """Times at its left and right edge, µs."""
    line: str
    area: str
    usual: str
    """The band of what is expected; empty where nothing is known of it."""
    floor: float
    xs: tuple[tuple[float, str], ...]
    ys: tuple[tuple[float, str], ...]
    onset: float | None
    peak: tuple[float, float]
    top: Point
    """The slice in which most people spoke."""
    now: tuple[float, float]
    marks: tuple[Mark, ...]


def clock(time_us: int) -> str:
    """Hours and minutes, UTC.

    >>> clock(1_466_381_160_000_000)
    '00:06'
    """
    return datetime.fromtimestamp(time_us // MICROSECONDS, UTC).strftime("%H:%M")


def curve(
    points: Sequence[Point],
    frame: Frame,
    *,
    onset: int,
    moments: Sequence[int] = (),
    begin: int | None = None,
    slice_us: int = 60 * MICROSECONDS,
) -> Curve | None:
    """The curve of points in the order of time; None where there are fewer than two.

    `onset` and `moments` are times, µs; those outside the points are not marked. The time axis
    starts at `begin`, or with the points. Where slices of `slice_us` are missing, so is the line.
    """
    if len(points) < 2:
        return None
    near = 2 * slice_us * -(-len(points) // MOST_POINTS)
    points = thinned(points, MOST_POINTS)
    begin, end = points[0].at if begin is None else begin, points[-1].at
    most = max(max(p.people, p.expected or 0.0) for p in points)
    ticks = _heights(most)
    inner, floor = frame.width - frame.left - frame.right, frame.height - frame.bottom

    def x(at: int) -> float:
        return round(frame.left + inner * (at - begin) / (end - begin), 1)

    def y(value: float) -> float:
        return round(floor - (floor - frame.top) * value / ticks[-1], 1)

    runs = [[(x(p.at), y(p.people)) for p in run] for run in _runs(points, near)]
    bands = [[(x(p.at), p.expected) for p in run] for run in _runs(points, near)]
    top = max(points, key=lambda p: (p.people, -p.at))
    places = [(i, x(at)) for i, at in enumerate(moments, 1) if begin <= at <= end]
    return Curve(
        frame=frame,
        begin=begin,
        end=end,
        line="".join(f"M{_path(run)}" for run in runs),
        area="".join(_closed(run, floor) for run in runs),
        usual="".join(_band(band, y, floor) for band in bands),
        floor=floor,
        xs=tuple((x(at), label) for at, label in _times(begin, end, frame.labels)),
        ys=tuple((y(value), f"{value:,}") for value in ticks),
        onset=x(onset) if begin <= onset <= end else None,
        peak=(x(top.at), y(top.people)),
        top=top,
        now=(x(end), y(points[-1].people)),
        marks=tuple(_marks(places, frame.width)),
    )


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """At most so many points: the fullest of each stretch, so that no peak is lost."""
    step = -(-len(points) // most)
    parts = [points[i : i + step] for i in range(0, len(points), step)]
    return [max(part, key=lambda p: p.people) for part in parts]


def _runs(points: Sequence[Point], near: int) -> list[list[Point]]:
    """Stretches in which each point is less than `near` (µs) after the one before."""
    runs = [[points[0]]]
    for before, after in pairwise(points):
        if after.at - before.at < near:
            runs[-1].append(after)
        else:
            runs.append([after])
    return runs


def _path(run: Sequence[tuple[float, float]]) -> str:
    return "L".join(f"{x} {y}" for x, y in run)


def _closed(run: Sequence[tuple[float, float]], floor: float) -> str:
    return f"M{run[0][0]} {floor}L{_path(run)}L{run[-1][0]} {floor}Z"


def _band(
    places: Sequence[tuple[float, float | None]], y: Callable[[float], float], floor: float
) -> str:
    """What is expected, where it is known: of a run it is known everywhere or nowhere."""
    known = [(x, y(value)) for x, value in places if value is not None]
    return _closed(known, floor) if known else ""


def _marks(places: list[tuple[int, float]], edge: float) -> list[Mark]:
    """Flags side by side; one that would touch the last on its row goes to the other row."""
    rows: tuple[list[tuple[int, float]], ...] = ([], [])
    for number, x in sorted(places, key=lambda one: one[1]):
        row = next((row for row in rows if not row or x - row[-1][1] >= 20), None)
        if row is not None:
            row.append((number, x))
    marks = []
    for y, row in zip((12.0, 32.0), rows, strict=True):
        ends = [x for _, x in row[1:]] + [edge]
        for (number, x), end in zip(row, ends, strict=False):
            marks.append(Mark(number, x, y, round(end - x - 24, 1)))
    return sorted(marks, key=lambda one: one.number)


def _heights(most: float) -> list[int]:
    """Round numbers from 0 to at least `most`.

    >>> _heights(97), _heights(3)
    ([0, 50, 100], [0, 1, 2, 3])
    """
    rough = max(1.0, most / 3)
    size = 10 ** (len(str(int(rough))) - 1)
    step = next(size * n for n in (1, 2, 5, 10) if size * n >= rough)
    return list(range(0, int(-(-most // step) * step) + 1, step)) if most > 0 else [0, 1]


def _times(begin: int, end: int, most: int) -> list[tuple[int, str]]:
    """Round times between two, with the day where one begins, at most `most` of them."""
    minute = 60 * MICROSECONDS
    steps = (n * minute for n in _STEPS)
    step = next((n for n in steps if (end - begin) // n < most), _STEPS[-1] * minute)
    found = []
    for at in range(-(-begin // step) * step, end + 1, step):
        when = datetime.fromtimestamp(at // MICROSECONDS, UTC)
        midnight = at % (1_440 * minute) == 0
        found.append((at, f"{when.day} {when:%b}" if midnight else clock(at)))
    return found
