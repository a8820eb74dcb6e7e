"""How long what is kept: by kind, in days of event time, pruned a little with every slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import apsw

from groundswell.model import MICROSECONDS

DAY_US: Final = 86_400 * MICROSECONDS
STEP: Final = 10_000
"""Rows of a table that one slice prunes, at most."""


_STORIES: Final = """
DELETE FROM story WHERE id IN (
  SELECT id FROM story WHERE last < ?
  AND NOT EXISTS (SELECT 1 FROM state WHERE state.story = story.id)
  ORDER BY last LIMIT ?
)
"""


@dataclass(frozen=True, slots=True)
class Retention:
    """Days of event time; what is older than the newest slice by more goes.

    Articles of newsrooms stand outside the database and go by their own age (`press/clippings.py`).
    """

    boards: int = 30
    """Boards of every slice, with the states and moments of their stories."""
    series: int = 30
    """Minute series."""
    hours: int = 400
    stories: int = 400
    """Stories, their events, and gaps of sources."""


def prune(db: apsw.Connection, retention: Retention, at: int) -> None:
    """Removes what is too old at slice end `at`: the oldest first, in bounded steps.

    What goes is told by event time alone, so equal runs prune equally.
    """
    kept = (
        ("moment", "at, story, number", "at", retention.boards),
        ("state", "at, story", "at", retention.boards),
        ("slice", "at, board", "at", retention.boards),
        ("series", "at, board, term", "at", retention.series),
        ("hours", "at, board, term", "at", retention.hours),
        ("event", "at, board, number", "at", retention.stories),
        ("alert", "id", "at", retention.stories),
        ("crossing", "rule, story, begun", "begun", retention.stories),
        ("gap", "source, begin, finish", "finish", retention.stories),
    )
    for table, key, when, days in kept:
        db.execute(
            f"DELETE FROM {table} WHERE ({key}) IN "  # noqa: S608 -- our own names
            f"(SELECT {key} FROM {table} WHERE {when} < ? ORDER BY {when} LIMIT {STEP})",
            (at - days * DAY_US,),
        )
    db.execute(_STORIES, (at - retention.stories * DAY_US, STEP))
