"""What any method could find at most."""

from __future__ import annotations

from groundswell.evaluate.ceiling import ceilings, soonest
from groundswell.evaluate.events import Event
from groundswell.evaluate.matching import fold
from groundswell.model import MICROSECONDS
from tests.conftest import batch_of

HOUR = 3_600


def test_words_are_counted_by_texts_near_the_event() -> None:
    """Three texts say the first word, one the second; a copy and one from hours before do not."""
    versions = (((fold("goal"),), (fold("zouma"),)),)
    event = Event("a goal", 10 * HOUR * MICROSECONDS, 11 * HOUR * MICROSECONDS, versions)
    posts = [
        (10 * HOUR + 60.0, "ann", "Goal!"),
        (10 * HOUR + 61.0, "ben", "what a goal, Zouma"),
        (10 * HOUR + 62.0, "cem", "goal goal goal"),
        (10 * HOUR + 63.0, "dee", "what a goal, Zouma"),
        (5 * HOUR + 0.0, "eve", "Zouma starts tonight"),
    ]
    found = ceilings([event], [batch_of(*posts)], 900 * MICROSECONDS, (1, 2, 3, 4))
    assert found == {1: 1.0, 2: 0.5, 3: 0.5, 4: 0.0}


def test_nothing_can_be_told_before_people_have_said_it() -> None:
    """Both words are said by one person after 1 minute, by two after 3; a third never comes."""
    versions = (((fold("goal"),), (fold("zouma"),)),)
    start = 10 * HOUR
    event = Event(
        "a goal", start * MICROSECONDS, (start + HOUR) * MICROSECONDS, versions, scale="minute"
    )
    posts = [
        (start - 5.0, "eve", "Zouma starts, and a goal will come"),
        (start + 30.0, "ann", "Goal!"),
        (start + 40.0, "ann", "Zouma"),
        (start + 50.0, "ann", "Zouma, a goal!"),
        (start + 100.0, "ben", "what a goal"),
        (start + 130.0, "cem", "Zouma!"),
    ]
    found = soonest([event], [batch_of(*posts)], 60 * MICROSECONDS, (1, 2, 3))
    assert found == {1: {"minute": 1.0}, 2: {"minute": 3.0}, 3: {"minute": float("inf")}}
