"""What the press says of a story that is told, and what was before it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from groundswell.archive.backstory import Backstory, before
from groundswell.archive.reading import Reader
from groundswell.errors import NothingToReadError
from groundswell.model import MICROSECONDS, Story
from groundswell.press.coverage import Coverage, coverage
from groundswell.serve.desk.pressroom import PressRoom, subject
from groundswell.serve.desk.telling import Telling

TOGETHER, TOGETHER_US = 4, 900 * MICROSECONDS
"""Stories that began so near to one are named beside it, so many at most."""

Reading = Callable[[Path], AbstractContextManager[Reader]]
"""Opens the archive of a folder as it may be shown."""


def covered(room: PressRoom | None, told: Telling) -> Coverage | None:
    """What the press says of a story; None where no newsroom is read."""
    if room is None or not room.reads:
        return None
    terms = told.terms or told.story.terms
    about = subject(told.story.title, terms, told.story.started_at, told.at)
    return coverage(about, room.held, room.otherwise)


def backstory(
    room: PressRoom | None, archive: Path | None, reading: Reading, told: Telling
) -> Backstory | None:
    """What was before a story, from the run's own archive or that of earlier months.

    Raises:
        ArchiveError: the archive cannot be read.
    """
    folder, simulated = archive, False
    if room is not None and room.earlier is not None:
        folder, simulated = room.earlier, True
    if folder is None:
        return None
    labels = (told.story.title, *(told.terms or told.story.terms))
    try:
        with reading(folder) as reader:
            found = before(reader, told.board, told.story.id, labels, told.story.started_at)
    except NothingToReadError:
        return None
    return replace(found, simulated=simulated) if found else None


def together(told: Telling) -> list[Story]:
    """Stories of its board, undoubted, that began within a quarter of an hour of it."""
    began = told.story.started_at
    return [
        one
        for one in told.others
        if one.id != told.story.id and not one.doubts and one.confirmed
        and abs(one.started_at - began) <= TOGETHER_US
    ][:TOGETHER]  # fmt: skip


def peak(told: Telling) -> float:
    """People above usual at a story's largest, as far as its boards are known."""
    above = (one.people - (one.expected or 0.0) for one in told.measured)
    return max(told.sum.story.excess, *above, 0.0)
