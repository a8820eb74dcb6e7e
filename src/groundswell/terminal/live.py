"""A calm live board: it redraws in place, at most twice a second, and stays printed at the end."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Text

from groundswell.model import Board, iso
from groundswell.revision import Keys, Revision, revised_board
from groundswell.terminal.board import Heading, render
from groundswell.terminal.plain import clean, to_ascii


class LiveBoard:
    """Shows the newest board on a terminal; on anything else, a line for each board."""

    def __init__(self, heading: Heading, console: Console | None = None) -> None:
        self.heading = heading
        self._console = console or Console(stderr=True)
        self._in_place = self._console.is_terminal and not self._console.is_dumb_terminal
        self._ascii = not self._console.encoding.lower().startswith("utf")
        self._board: Board | None = None
        self._first_at: int | None = None
        self._height = 0
        self._ended = False
        self._live = Live(
            self, console=self._console, refresh_per_second=2, vertical_overflow="crop"
        )

    def __enter__(self) -> LiveBoard:
        if self._in_place:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._in_place:
            self._ended = True
            self._live.stop()

    def show(self, board: Board) -> None:
        """Makes a board the one that is shown."""
        if self._first_at is None:
            self._first_at = board.at
        self._board = board
        if not self._in_place:
            self._console.out(self._line(board), highlight=False)

    def again(self, board: Board | None) -> None:
        """Shows the board anew, where it is the one that is shown: editors changed it."""
        if board and self._board and (board.board, board.at) == (self._board.board, self._board.at):
            self._board = board

    def revise(self, found: Revision, keys: Keys) -> None:
        """Shows no more what was taken back; lines that were written stay."""
        held = self._board
        if held and held.board == found.board and found.since < held.at < found.before:
            for cut in (found.struck, found.veiled):
                held = revised_board(held, cut, keys) if cut else held
            self._board = held

    def _line(self, board: Board) -> str:
        learning = ", learning" if board.learning else ""
        said = f"{len(board.stories)} stories, {board.posts} posts"
        first = f": {clean(board.stories[0].title)}" if board.stories else ""
        line = f"{iso(board.at)} {clean(self.heading.mode)}{learning}: {said}{first}"
        return to_ascii(line) if self._ascii else line

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self._board is None:
            said = "waiting for the first slice to close …"
            yield Text(to_ascii(said) if self._ascii else said)
            return
        heading = replace(self.heading, first_at=self._first_at)
        text = render(self._board, heading, width=options.max_width, ascii_only=self._ascii)
        height = text.plain.count("\n")
        if not self._ended:
            # what stands below must not move up and down with the number of stories
            self._height = max(self._height, height)
            text.append("\n" * (self._height - height))
        yield text
