"""A recording looked back on: its stories by the best that each ever reached."""

from __future__ import annotations

from dataclasses import replace

from groundswell.model import Board, Story
from groundswell.revision import Keys, Revision, revised

DOUBTED = 0.1
"""A doubted story counts as a tenth of its size, for each doubt, as on every board."""


class Retrospect:
    """Takes every board of a run; `board` is the run's own."""

    def __init__(self) -> None:
        self._peaks: dict[str, Story] = {}
        self._latest: dict[str, Story] = {}
        self._joined: dict[str, str] = {}
        """Stories that were taken in, and by which."""
        self._last: Board | None = None
        self._posts = 0

    def add(self, board: Board) -> None:
        """Takes note of a board and of what happened to its stories."""
        self._last = board
        self._posts += board.posts
        merged = (event for event in board.events if event.type == "story.merged")
        self._joined |= {event.story.id: event.other for event in merged if event.other}
        for story in board.stories:
            self._latest[story.id] = story
            peak = self._peaks.get(story.id)
            if peak is None or _size(story) > _size(peak):
                self._peaks[story.id] = story

    def revise(self, found: Revision, keys: Keys) -> None:
        """Lets go of what was deleted, where the boards do not know of it yet.

        Who goes on after a kill hears again what the boards that were kept have followed.
        """
        if self._last is not None and found.before <= self._last.at:
            return
        for held in (self._peaks, self._latest):
            for name, story in list(held.items()):
                if story.started_at > found.since:
                    left = revised(story, found.struck, keys)
                    if left is None:
                        del held[name]
                    else:
                        held[name] = left

    def board(self, top: int) -> Board | None:
        """The largest stories of the run, each as it stood at its peak, with its final count.

        What a larger one took in is told by that.
        """
        if self._last is None:
            return None
        told = [story for story in self._peaks.values() if not self._is_told(story)]
        order = sorted(told, key=lambda s: (-_size(s), s.started_at, s.id))[:top]
        stories = tuple(
            replace(
                story, rank=i + 1, posts=self._latest[story.id].posts,
                authors=self._latest[story.id].authors,
            )
            for i, story in enumerate(order)
        )  # fmt: skip
        return replace(self._last, stories=stories, learning=False)

    def _is_told(self, story: Story) -> bool:
        """Whether a larger story took it in."""
        met, by = {story.id}, self._joined.get(story.id, "")
        while by and by not in met:
            larger = self._peaks.get(by)
            if larger and _size(larger) > _size(story):
                return True
            met.add(by)
            by = self._joined.get(by, "")
        return False


def _size(story: Story) -> float:
    return story.excess * DOUBTED ** len(story.doubts)
