"""What the desk has of the press: articles that feeds brought, and where earlier months stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from groundswell.model import Story
from groundswell.press.clippings import Clipping, Clippings
from groundswell.press.coverage import Otherwise
from groundswell.press.joining import Subject, matches
from groundswell.press.reporters import FeedHealth

MOST_TERMS = 10
"""Terms of a story that articles are held against."""


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
            matches(subject(story.title, story.terms, story.started_at, clipping.published_us),
                    [clipping])
            for story in self.stories()
        )  # fmt: skip


def subject(title: str, terms: tuple[str, ...], began_us: int, last_us: int) -> Subject:
    """What articles are held against: a story's name and terms, and when it was told."""
    return Subject(title, terms[:MOST_TERMS], began_us, max(began_us, last_us))
