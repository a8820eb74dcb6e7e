"""Events as they go over the wire; a board is written once for all its readers."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec

from groundswell.model import MICROSECONDS, Board
from groundswell.serve.desk.state import Context, DeskState
from groundswell.serve.pages import page
from groundswell.serve.visitors.visiting import root


class Written:
    """Board events as they go over the wire, each written once for all readers."""

    def __init__(self, size: int = 64) -> None:
        self._size = size
        self._events: OrderedDict[
            tuple[str, str, bool, bool, str], tuple[Board, Context, bytes]
        ] = OrderedDict()

    def event(self, desk: DeskState, board: Board, number: str, *, revised: bool) -> bytes:
        """The event of a board, under an id.

        A revised board came before; something of it was taken back since.
        """
        context, same = desk.context, (board.board, number, revised, desk.ended, root())
        held = self._events.get(same)
        if held is not None and held[0] is board and held[1] is context:
            return held[2]
        event = _written(desk, board, number, revised=revised)
        self._events[same] = (board, context, event)
        while len(self._events) > self._size:
            self._events.popitem(last=False)
        return event


def _written(desk: DeskState, board: Board, number: str, *, revised: bool) -> bytes:
    """A board as JSON, and its rows as the page shows them."""
    context = desk.context
    data = board.to_dict() | {
        "mode": context.mode,
        "slice": context.slice_us // MICROSECONDS,
        "html": page("rows.html", context, board),
        "head": page("head.html", context, board, age=desk.watch.newest_age, ended=desk.ended),
        **({"revised": True} if revised else {}),
    }
    return event("board", data, number)


def event(name: str, data: dict[str, Any], number: str = "") -> bytes:
    """An event of a name, under an id where it has one."""
    head = f"id: {number}\nevent: {name}\ndata: " if number else f"event: {name}\ndata: "
    return head.encode() + msgspec.json.encode(data) + b"\n\n"
