"""`groundswell top`: the board of a running desk, in the terminal."""

from __future__ import annotations

import signal
from typing import Annotated

import typer


def top(
    url: Annotated[str, typer.Option(help="A running desk.")] = "http://127.0.0.1:8765",
    board: Annotated[str, typer.Option(metavar="NAME", help="One of the desk's boards.")] = "all",
) -> None:
    """A live board in the terminal, of a desk that runs here or elsewhere.

    Example:  groundswell top --url http://desk.example:8765 --board cy
    """
    from groundswell.terminal import run_top

    # SIGTERM ends it as Ctrl-C does: killed outright, it would leave the cursor hidden; and SIGINT
    # does so in a script's background too, where it is ignored otherwise
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    run_top(url, board)
