"""What the desk has of the press: articles that feeds brought, and where earlier months stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from groundswell.archive.backstory import Backstory, before
from groundswell.archive.reading import Reader
from groundswell.errors import NothingToReadError
from groundswell.model import MICROSECONDS, Story
from groundswell.press.clippings import Clipping, Clippings
from groundswell.press.coverage import Coverage, Otherwise, coverage
from groundswell.press.joining import Subject, matches
from groundswell.press.reporters import FeedHealth

if TYPE_CHECKING:
    from groundswell.serve.telling import Telling


@dataclass(slots=True)
class PressRoom:
    """One for a desk; None where no newsroom is read and no earlier month is known."""

    held: Clippings = field(default_factory=Clippings)
    reads: bool = True
    """Whether newsrooms are read at all; else articles are held of none."""
    feeds: Callable[[], list[FeedHealth]] = list
    """Where each newsroom's feed stands now."""
    otherwise: Otherwise = lambda _, __: ()
    """What open data has otherwise than an article; nothing where it is not asked."""
    earlier: Path | None = None
    """The folder of an archive of earlier months, where it is not the run's own."""
    stories: Callable[[], Iterable[Story]] = lambda: ()
    """The stories that the newest boards list."""

    def wanted(self, clipping: Clipping) -> bool:
        """Whether an article tells of a story that is on a board now."""
        return any(
            matches(_subject(story.title, story.terms, story.started_at, clipping.published_us),
                    [clipping])
            for story in self.stories()
        )  # fmt: skip


def covered(room: PressRoom | None, told: Telling) -> Coverage | None:
    """What the press says of a story; None where no newsroom is read."""
    if room is None or not room.reads:
        return None
    subject = _subject(
        told.story.title, told.terms or told.story.terms, told.story.started_at, told.at
    )
    return coverage(subject, room.held, room.otherwise)


Reading = Callable[[Path], AbstractContextManager[Reader]]
"""Opens the archive of a folder as it may be shown."""


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


def _subject(title: str, terms: tuple[str, ...], began_us: int, last_us: int) -> Subject:
    return Subject(title, terms[:MOST_TERMS], began_us, max(began_us, last_us))


TOGETHER, TOGETHER_US = 4, 900 * MICROSECONDS
MOST_TERMS = 10
"""Terms of a story that articles are held against."""
