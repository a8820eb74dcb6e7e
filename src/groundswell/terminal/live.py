"""A calm live board: it redraws in place, at most twice a second, and stays printed at the end."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live

from groundswell.model import Board
from groundswell.terminal.board import Heading, render


class LiveBoard:
    """Shows the newest board on a terminal; on anything else, a line for each board."""

    def __init__(self, heading: Heading, console: Console | None = None) -> None:
        self.heading = heading
        self._console = console or Console(stderr=True)
        self._board: Board | None = None
        self._live = Live(
            self, console=self._console, refresh_per_second=2, vertical_overflow="crop"
        )

    def __enter__(self) -> LiveBoard:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def show(self, board: Board) -> None:
        """Makes a board the one that is shown."""
        self._board = board
        if not self._console.is_terminal:
            first = f": {board.stories[0].title}" if board.stories else ""
            self._console.print(
                f"{len(board.stories)} stories, {board.posts} posts{first}", markup=False
            )

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self._board is None:
            yield "waiting for the first slice to close …"
            return
        ascii_only = not (console.encoding or "").lower().startswith("utf")
        yield render(self._board, self.heading, width=options.max_width, ascii_only=ascii_only)
