"""The board in the terminal: it shows and decides nothing."""

from groundswell.terminal.board import Heading, render, text_board
from groundswell.terminal.live import LiveBoard
from groundswell.terminal.top import run_top

__all__ = ["Heading", "LiveBoard", "render", "run_top", "text_board"]
