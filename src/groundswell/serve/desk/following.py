"""Follows the decisions of editors while a desk is open, also those that other processes make."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from groundswell.errors import ArchiveError
from groundswell.serve.desk.state import DeskState
from groundswell.watch import LOG

LOOK: Final = 0.5
"""Seconds between looks; a look asks the archive for one number."""


class Following:
    """A context: within it the desk shows what the ledger says, half a second late at most.

    `changed` is called, from a thread of its own, whenever something is shown otherwise.
    """

    def __init__(
        self, desk: DeskState, changed: Callable[[], None] = lambda: None, look: float = LOOK
    ) -> None:
        self._desk = desk
        self._changed = changed
        self._look = look
        self._seen = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="decisions", daemon=True)

    def __enter__(self) -> Following:
        self._desk.ledger.hold()
        self._take()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(timeout=2)

    def _follow(self) -> None:
        while not self._ended.wait(self._look):
            try:
                self._take()
            except ArchiveError as error:  # what was decided so far goes on
                LOG.warning("decisions could not be looked up: %s", error.problem)

    def _take(self) -> None:
        newest = self._desk.ledger.newest()
        if newest != self._seen:
            self._seen = newest
            self._desk.rule(self._desk.ledger.rulings())
            self._changed()
