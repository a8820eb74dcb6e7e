"""A reader's way through the boards: where it begins, what comes next, what it missed.

Events are `story` (what happened to one), `board` (a slice's close), `source` (what is wrong with
sources) and `missed` (boards that are no longer held). An id names a place: `AT` is the board that
closed at AT (µs), `AT.N` the Nth thing that happened in its slice; `/NAME` follows where all boards
are read at once. No reader has a queue: each has a place among the boards that the desk holds for
all of them. One that comes back goes on by Last-Event-ID: from the boards held, before them from
the archive.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from groundswell.archive.answering import Published
from groundswell.model import Board, iso
from groundswell.scopes import ALL, Place, place
from groundswell.serve.answering.answers import ProblemError
from groundswell.serve.desk.recall import missed, since
from groundswell.serve.desk.state import EVERY, LAST, DeskState, key
from groundswell.serve.pages import page
from groundswell.serve.stream.written import Written, event
from groundswell.watch import LOG

CATCH_UP = 1_440
"""Slices before the newest that a reader may go back to: a day of minutes."""
CHUNK = 50
"""Boards that are taken from the archive at once."""
_ID: Final = re.compile(r"(\d{1,18})(?:\.(\d{1,4}))?(?:/([a-z0-9._-]{1,64}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mark:
    """The event that a reader had last."""

    at: int
    board: str
    """Empty where one board is read."""
    number: int | None
    """Of the thing that happened; None for the board itself."""

    @classmethod
    def of(cls, text: str) -> Mark | None:
        """From an event's id; None where it is none of ours.

        >>> Mark.of("1466381160000000.2/cy")
        Mark(at=1466381160000000, board='cy', number=2)
        """
        found = _ID.fullmatch(text)
        if found is None or not int(found[1]):
            return None
        return cls(int(found[1]), found[3] or "", int(found[2]) if found[2] else None)

    @property
    def place(self) -> Place:
        """All boards after this one were not given, or not whole."""
        if self.number is not None:
            return self.at - 1, True, LAST
        return place(self.at, self.board or LAST)


@dataclass(slots=True)
class Follower:
    """One reader's way through the boards of a name, or of every one."""

    desk: DeskState
    name: str
    mark: Mark | None
    written: Written
    at: Place = (0, False, "")
    """The last board that was given."""
    _revised: int = 0
    _troubles: list[tuple[str, str]] = field(default_factory=list)
    _begun: bool = False
    _past: bool = False
    """Whether boards that are no longer held may still be wanted."""

    async def look(self) -> AsyncIterator[bytes]:
        """All events that there are since the last look."""
        if not self._begun:
            self._begin()
        for board in self._again():
            yield self._board(board, revised=True)
        async for one in self._wanted():
            for told in self._told(one):
                yield told
        if (now := self.desk.troubles()) != self._troubles:
            self._troubles = now
            yield self._source()

    def _begin(self) -> None:
        """Finds the place to begin: after the mark, or with the newest board."""
        newest = self.desk.newest_of(ALL if self.name == EVERY else self.name)
        if newest is None:
            return
        self._begun = True
        mark = self.mark
        if mark is None or mark.at > newest.at:  # of another run, or none of ours
            self.mark = None
            self.at = (newest.at - 1, True, LAST)
            self._revised = self.desk.revised(self.name)
            return
        # who comes back may still show what was taken back meanwhile
        oldest = newest.at - CATCH_UP * self.desk.context.slice_us
        self.at = max(mark.place, (oldest, True, LAST))
        self._past = True

    async def _wanted(self) -> AsyncIterator[Published]:
        """Boards after the last one that was given, in order; older ones from the archive."""
        slice_us = self.desk.context.slice_us
        if self._begun and self.at[0] + slice_us < self._edges()[0]:
            self._past = True  # it fell behind what is held
            self.mark = self.mark or Mark(self.at[0], "", None)
        while self._past:
            edges = self._edges()
            older = await self._older()
            last = key(older[-1].board) if older else None
            newer = [_held(b) for b in self.desk.later(self.at, self.name)]
            between = [one for one in newer if last and key(one.board) < last]
            for one in sorted([*older, *between], key=lambda told: key(told.board)):
                yield one
            # where a board went out of what is held meanwhile, the archive is asked once more
            self._past = bool(older) or edges != self._edges()
        for board in self.desk.later(self.at, self.name):
            yield _held(board)

    async def _older(self) -> list[Published]:
        """Boards that are no longer held; none where the archive cannot be read."""
        try:
            return await missed(self.desk, self.at, self.name, CHUNK)
        except ProblemError as error:
            LOG.warning("a reader could not go on from the archive: %s", error.detail)
            return []

    def _edges(self) -> list[int]:
        """Ends of the oldest slices of which boards are held, µs; the latest of `all` first."""
        names = self.desk.names() if self.name == EVERY else [self.name]
        return [since(self.desk, name) for name in names]

    def _again(self) -> list[Board]:
        """Newest boards that were given already, and changed by what was taken back since."""
        revised = self.desk.revised(self.name)
        if revised == self._revised or not self._begun:
            return []
        self._revised = revised
        return [b for b in self.desk.newest_of_each(self.name) if key(b) <= self.at]

    def _told(self, told: Published) -> list[bytes]:
        """The events of one slice's close, less those that the reader has."""
        board, mark, first = told.board, self.mark, 0
        events: list[bytes] = []
        if mark is not None:
            if mark.number is not None:
                its = place(mark.at, mark.board or board.board)
                if key(board) < its:
                    return []  # given before the one that was broken off
                first = mark.number + 1 if key(board) == its else 0
            if board.at > mark.at + self.desk.context.slice_us:
                events.append(self._missed(mark.at, board.at))
            self.mark = None
        for number, one in enumerate(told.events[first:], first):
            events.append(event("story", one, self._id(board, f".{number}")))
        events.append(self._board(board))
        self.at = key(board)
        return events

    def _board(self, board: Board, *, revised: bool = False) -> bytes:
        number = self._id(board)
        return self.written.event(self.desk, board, number, revised=revised)

    def _id(self, board: Board, number: str = "") -> str:
        name = f"/{board.board}" if self.name == EVERY else ""
        return f"{board.at}{number}{name}"

    def _missed(self, since: int, until: int) -> bytes:
        said = "boards that closed between are not held any more, or there were none"
        data = {"type": "missed", "after": iso(since), "before": iso(until), "said": said}
        return event("missed", data)

    def _source(self) -> bytes:
        """Where sources stand, when that has changed; no id, for a reader's place is a board."""
        troubles = [{"name": name, "said": said} for name, said in self._troubles]
        html = page("troubles.html", self.desk.context, None, troubles=self._troubles)
        return event("source", {"type": "source", "troubles": troubles, "html": html})


def _held(board: Board) -> Published:
    return Published(board, tuple(event.to_dict() for event in board.events))
