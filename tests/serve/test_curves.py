"""Curves as geometry: nothing outside the box, no two flags that touch, no line where none was."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from groundswell.serve.drawing.curves import (
    MOST_POINTS,
    NARROW,
    WIDE,
    Frame,
    Point,
    curve,
    thinned,
)
from groundswell.serve.drawing.sparks import SPARK_HEIGHT, spark_usual
from tests.serve.boards import MINUTE, START, story

NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


def _points(people: list[int], expected: float | None = None) -> list[Point]:
    return [Point(START + i * MINUTE, n, expected) for i, n in enumerate(people)]


@given(
    st.lists(st.integers(0, 10**7), min_size=2, max_size=900),
    st.none() | st.floats(0, 10**7),
    st.sampled_from([WIDE, NARROW]),
)
def test_all_that_is_drawn_is_inside_the_box(
    people: list[int], expected: float | None, frame: Frame
) -> None:
    """Lines, bands, ticks and marks, for any numbers."""
    moments = [START + i * MINUTE for i in range(0, len(people), 3)]
    found = curve(_points(people, expected), frame, onset=START, moments=moments)
    assert found is not None
    for path in (found.line, found.area, found.usual):
        numbers = [float(n) for n in NUMBERS.findall(path)]
        assert all(-1 <= x <= frame.width + 1 for x in numbers[::2])
        assert all(-1 <= y <= frame.height + 1 for y in numbers[1::2])
    assert len(found.xs) <= frame.labels
    assert 2 <= len(found.ys) <= 6
    for row in {mark.y for mark in found.marks}:
        places = sorted(mark.x for mark in found.marks if mark.y == row)
        assert all(b - a >= 20 for a, b in pairwise(places))


def test_the_line_is_broken_where_slices_are_missing() -> None:
    """Two stretches with an hour between them are two lines, and the band is two bands."""
    points = _points([1, 2, 3], 1.0)
    later = [Point(one.at + 60 * MINUTE, one.people, 1.0) for one in points]
    found = curve([*points, *later], WIDE, onset=START)
    assert found is not None
    assert (found.line.count("M"), found.area.count("M"), found.usual.count("M")) == (2, 2, 2)


def test_thinning_keeps_the_peak() -> None:
    """Of ten thousand slices the fullest stays, and there are not more points than may be."""
    people = [1] * 10_000
    people[7_777] = 99
    found = thinned(_points(people), MOST_POINTS)
    assert len(found) <= MOST_POINTS
    assert max(one.people for one in found) == 99


def test_the_band_of_a_spark_stands_as_far_below_as_the_lift_says() -> None:
    """Forty people a slice, twice as many as usual: the band ends half way up to the line."""
    flat = story("x", 1, spark=(40,) * 60, lift=2.0)
    floor, top = SPARK_HEIGHT - 2, 6
    assert spark_usual(flat, MINUTE) == (floor + top) / 2
    assert spark_usual(story("x", 1, spark=(40,) * 60, lift=0.0), MINUTE) == floor
