"""Boards against events, as they come: what was found, how soon, and what was false."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundswell.evaluate.events import Event
from groundswell.evaluate.matching import Said, head, instant, whole
from groundswell.evaluate.scores import RANKS, Found, Scores, Started, scores
from groundswell.model import Board, Story

COVERED = 5
"""Coverage asks the first five stories."""
BOARD = 10
"""Latency and F1 ask the first ten: what a board shows by default."""
BEGUN = {"story.started", "story.split"}
"""Events that tell a story as new."""


@dataclass(slots=True)
class _Told:
    """A started story while the boards go by."""

    at: int
    title: str
    matches: bool = False
    touches: bool = False
    excused: bool = False
    """It matched a decoy at its first time."""
    decoys: dict[str, list[int]] = field(default_factory=dict)
    """By kind: boards on which it matched a decoy, and those of them on which it was flagged."""


class Scorer:
    """Takes every board of one run, in order; `result` gives the figures so far.

    `events` may hold decoys; a story that only matched one at its first time is left out. Boards
    must hold at least 20 stories where there are so many (`Settings.top`), or recall@20 is recall
    at that number. The truth is `complete` when the caller says so, or every entry of the file.
    Memory: a few words a started story.
    """

    def __init__(self, events: list[Event], slice_us: int, *, complete: bool = False) -> None:
        self._real = [event for event in events if not event.decoy]
        self._decoys = [event for event in events if event.decoy]
        self._slice_us = slice_us
        self._complete = complete or (bool(events) and all(event.complete for event in events))
        self._found = {
            i: Found(event.name, event.start, event.scale) for i, event in enumerate(self._real)
        }
        self._last: dict[int, str] = {}
        """By event, the story that matched it last: whose end is held against the event's."""
        self._ended: dict[str, int] = {}
        self._started: dict[str, _Told] = {}
        self._announced: set[int] = set()
        """Events that a started story matched."""
        self._repeats: list[int] = []
        self._span = (0, 0)
        self._boards = 0

    def add(self, board: Board) -> None:
        """Takes note of a board."""
        begin = self._span[0] or board.at - self._slice_us
        self._span = (begin, board.at)
        self._boards += 1
        for event in board.events:
            if event.type in BEGUN:
                self._started.setdefault(event.story.id, _Told(board.at, event.story.title))
            elif event.type == "story.ended":
                self._ended[event.story.id] = board.at
        real = [i for i, e in enumerate(self._real) if e.open_at(board.at, self._slice_us)]
        decoys = [e for e in self._decoys if e.open_at(board.at, self._slice_us)]
        if not real and not decoys:
            return
        stories = board.stories[: RANKS[-1]]
        told = [(story, whole(story)) for story in stories]
        for i in real:
            self._hold(i, board.at, told)
        shown = {story.id for story in stories}
        new = [event.story for event in board.events if event.type in BEGUN]
        told += [(story, whole(story)) for story in new if story.id not in shown]
        for story, said in told:
            if story.id in self._started:
                self._judge(self._started[story.id], story, said, real, decoys)

    def result(self, *, method: str, posts: int, seconds: float) -> Scores:
        """The figures; `posts` and `seconds` are the run's."""
        for i, story_id in self._last.items():
            if story_id in self._ended:
                self._found[i].end_error = abs(self._ended[story_id] - self._real[i].end)
        started = [
            Started(
                told.title, told.at, told.matches, told.touches,
                tuple((kind, 2 * flagged >= seen) for kind, (seen, flagged) in told.decoys.items()),
            )
            for told in self._started.values()
            if told.matches or told.decoys or not told.excused
        ]  # fmt: skip
        return scores(
            method=method,
            found=list(self._found.values()),
            started=started,
            announced=len(self._announced),
            repeats=self._repeats,
            decoys=[event.decoy for event in self._decoys if not event.first],
            span_us=self._span[1] - self._span[0],
            boards=self._boards,
            complete=self._complete,
            posts=posts,
            seconds=seconds,
        )

    def _hold(self, i: int, at: int, told: list[tuple[Story, Said]]) -> None:
        """Holds one board against one event."""
        event, found = self._real[i], self._found[i]
        matching = []
        for rank, (story, said) in enumerate(told, 1):
            share = event.share(said)
            if rank <= COVERED:
                found.coverage = max(found.coverage, share)
                found.strict_coverage = max(found.strict_coverage, event.share(head(story)))
            found.best = max(found.best, share)
            if share == 1:
                matching.append((rank, story))
                if event.share(head(story)) == 1:
                    found.strict_rank = min(found.strict_rank, rank)
        if not matching:
            return
        self._repeats.append(len(matching) - 1)
        rank, story = matching[0]
        self._last[i] = story.id
        if rank < found.rank:
            found.to_the_point = event.to_the_point(whole(story))
            found.strict_to_the_point = event.to_the_point(head(story))
        if rank <= BOARD and found.at is None:
            found.at = at
            found.onset_error = abs(_began(event, story) - event.start)
        if rank < found.rank:
            found.rank, found.title = rank, story.title

    def _judge(
        self, told: _Told, story: Story, said: Said, real: list[int], decoys: list[Event]
    ) -> None:
        """Whether a started story tells of anything real, or of a decoy, while that goes on."""
        shares = {i: self._real[i].share(said) for i in real}
        matched = {i for i, share in shares.items() if share == 1}
        self._announced |= matched
        told.matches |= bool(matched)
        told.touches |= any(shares.values())
        for decoy in decoys:
            if decoy.share(said) == 1 and decoy.first:
                told.excused = True
            elif decoy.share(said) == 1:
                seen = told.decoys.setdefault(decoy.decoy, [0, 0])
                seen[0] += 1
                seen[1] += bool(story.doubts)


def _began(event: Event, story: Story) -> int:
    """When the story says that it began: the story, or the moment of it that matches alone."""
    if event.share(head(story)) < 1:
        for moment in story.moments:
            if event.share(instant(moment)) == 1:
                return moment.started_at
    return story.started_at
