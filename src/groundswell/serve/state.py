"""What the desk shows: the last boards, published by the engine, awaited by readers."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Literal

from groundswell.model import Board, Story

HELD = 180
"""Boards that are held: three hours of minutes."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is true of every board of this run, and always on the page."""

    mode: Literal["live", "replay", "simulated"]
    sources: tuple[str, ...]
    slice_us: int


class DeskState:
    """Safe between the engine's thread, which publishes, and the server's, which reads."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._boards: deque[Board] = deque(maxlen=HELD)
        self._new = threading.Condition()
        self.ended = False

    def publish(self, board: Board) -> None:
        """Makes a board the newest one."""
        with self._new:
            self._boards.append(board)
            self._new.notify_all()

    def end(self) -> None:
        """Says that no more boards will come, as after a replay."""
        with self._new:
            self.ended = True
            self._new.notify_all()

    @property
    def newest(self) -> Board | None:
        """The newest board, if there is one yet."""
        with self._new:
            return self._boards[-1] if self._boards else None

    def after(self, at: int) -> list[Board]:
        """Boards later than slice end `at` (µs), oldest first."""
        with self._new:
            return [board for board in self._boards if board.at > at]

    def wait(self, at: int, timeout: float) -> list[Board]:
        """Like `after`, but waits up to `timeout` seconds for one."""
        with self._new:
            self._new.wait_for(
                lambda: bool(self._boards) and self._boards[-1].at > at, timeout=timeout
            )
        return self.after(at)

    def story(self, story_id: str) -> tuple[Story, Board] | None:
        """The last that is known of a story, and the board that said it."""
        with self._new:
            boards = list(reversed(self._boards))
        for board in boards:
            told = [*board.stories, *(event.story for event in board.events)]
            for story in told:
                if story.id == story_id:
                    return story, board
        return None
