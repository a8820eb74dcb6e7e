"""Whether a subject was on a board before: the earlier stories of it that the archive has.

Two stories are of one subject when they share names that weigh enough: a term weighs as its words
are rare in general, and one that many stories of the board have (a show's hashtag) weighs nothing.
Where the archive has no earlier story, its own beginning is named, for it knows nothing before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from groundswell import rarity
from groundswell.archive.history import STORY, Brief, brief_of, extent
from groundswell.archive.reading import Reader
from groundswell.expression import Mood, mood_of
from groundswell.kernel.names.alike import solid
from groundswell.model import iso
from groundswell.times import DAY_US, MICROSECONDS, day

EPISODES: Final = 5
"""Earlier stories that are told, the newest."""
MOST: Final = 50_000
"""Stories of an archive that are looked through, the newest."""
APART_US: Final = 6 * 3_600 * MICROSECONDS
"""What ended less than six hours before is the same occasion, not an earlier one."""
_NEVER: Final = 1 << 62
_EVERYWHERE: Final = (4, 0.1)
"""A term that more stories have than four and a tenth of all names the board, not a subject."""


@dataclass(frozen=True, slots=True)
class Episode:
    """An earlier story of a subject."""

    story: Brief
    shared: tuple[str, ...]
    """The names that both have."""
    mood: Mood | None = None
    """At its largest, or when it was first read after that; None where it never was."""


@dataclass(frozen=True, slots=True)
class Backstory:
    """What an archive knows of a subject before a story."""

    began_us: int
    """From when on the archive knows stories, µs."""
    episodes: tuple[Episode, ...]
    """The newest first."""
    simulated: bool = False

    def said(self, peak: float) -> tuple[str, ...]:
        """In words, for a story with so many people above usual at its largest."""
        if not self.episodes:
            return (f"First time on this board since our archive began on {day(self.began_us)}.",)
        last = self.episodes[0].story
        told = [f"First time on this board since {day(last.last)}."]
        larger = [one.story for one in self.episodes if one.story.peak_excess > peak]
        if larger:
            told.append(
                f"Larger on {day(larger[0].peak_at)}: {larger[0].peak_excess:,.0f} people "
                f"above usual then, {peak:,.0f} now."
            )
        else:
            most = max(one.story.peak_excess for one in self.episodes)
            told.append(
                f"The largest since our archive began on {day(self.began_us)}: {peak:,.0f} "
                f"people above usual, {most:,.0f} at the most before."
            )
        return tuple(told)

    def to_dict(self, peak: float) -> dict[str, Any]:
        """As JSON has it, for a story of that peak."""
        return {
            "said": list(self.said(peak)),
            "archive_began_at": iso(self.began_us),
            "simulated": self.simulated,
            "episodes": [
                {
                    "id": one.story.id, "title": one.story.title, "shared": list(one.shared),
                    "started_at": iso(one.story.started), "last_listed_at": iso(one.story.last),
                    "peak_at": iso(one.story.peak_at), "peak_rank": one.story.peak_rank,
                    "peak_excess": round(one.story.peak_excess, 2), "authors": one.story.authors,
                    "mood": one.mood.to_dict() if one.mood else None,
                }
                for one in self.episodes
            ],
        }  # fmt: skip


def before(
    reader: Reader, board: str, story: str, labels: Iterable[str], began_us: int
) -> Backstory | None:
    """The earlier stories of a story's subject; None where the archive has nothing before it.

    Args:
        reader: of the archive.
        board: the story's board.
        story: its id: it is no earlier story of itself.
        labels: its title and terms.
        began_us: its onset, µs.
    """
    since = _since(reader)
    if since >= began_us:
        return None
    rows = reader.rows(
        STORY + "WHERE board.name = ? AND last < ? AND story.name != ? AND confirmed "
        "ORDER BY last DESC, story.id LIMIT ?",
        (board, began_us - APART_US, story, MOST),
    )
    earlier = [brief_of(row) for row in rows]
    common = _everywhere(earlier)
    wanted = {solid(label): label for label in labels if solid(label) not in common}
    episodes = []
    for one in earlier:
        theirs = {solid(label) for label in (one.title, *one.terms)}
        shared = tuple(label for key, label in wanted.items() if key in theirs)
        if shared and rarity.together(shared) >= rarity.ENOUGH:
            episodes.append(Episode(one, shared, _mood(reader, one.id)))
            if len(episodes) == EPISODES:
                break
    return Backstory(since, tuple(episodes))


def is_first(
    reader: Reader, board: str, story: str, labels: Iterable[str], began_us: int, days: int
) -> bool:
    """Whether the archive knows so many days before a story, and none of its subject in them.

    Arguments are those of `before`; `days` are counted back from the onset.
    """
    since = began_us - days * DAY_US
    if _since(reader) > since:
        return False
    rows = reader.rows(
        STORY + "WHERE board.name = ? AND last >= ? AND last < ? AND story.name != ? "
        "AND confirmed ORDER BY last DESC, story.id LIMIT ?",
        (board, since, began_us - APART_US, story, MOST // 10),
    )
    earlier = [brief_of(row) for row in rows]
    wanted = {solid(label): label for label in labels if solid(label) not in _everywhere(earlier)}
    return not any(
        shared and rarity.together(shared) >= rarity.ENOUGH
        for shared in (
            [wanted[key] for key in {solid(label) for label in (one.title, *one.terms)} & {*wanted}]
            for one in earlier
        )
    )


def _mood(reader: Reader, story: str) -> Mood | None:
    """An archive of an older version that no run has opened since has none."""
    row = next(reader.rows("SELECT * FROM story WHERE name = ?", (story,)), {})
    return mood_of(msgspec.json.decode(row.get("mood", "null")))


def _since(reader: Reader) -> int:
    """From when on the archive knows stories, µs: they are kept for longer than boards."""
    row = next(reader.rows("SELECT min(first) AS first FROM story"), {"first": None})
    board = extent(reader)
    return min(row["first"] or _NEVER, board[0] if board else _NEVER)


def _everywhere(stories: list[Brief]) -> set[str]:
    counts = Counter(
        key for one in stories for key in {solid(label) for label in (one.title, *one.terms)}
    )
    least, part = _EVERYWHERE
    return {key for key, n in counts.items() if n > max(least, part * len(stories))}
