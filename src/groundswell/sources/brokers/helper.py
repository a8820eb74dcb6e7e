"""A thread that does what may hang, so that who asked can give signs of life and be closed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


class Helper:
    """Does calls one after the other, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="broker", daemon=True)
        self._thread.start()

    def ask(self, call: Callable[[], T]) -> Future[T]:
        """Has a call done; the future has what it returns or raises."""
        asked: Future[T] = Future()

        def done() -> None:
            try:
                asked.set_result(call())
            except BaseException as error:
                asked.set_exception(error)

        self._calls.put(done)
        return asked

    def end(self, seconds: float) -> None:
        """Ends when all is done; waits for that so long at most."""
        self._calls.put(None)
        self._thread.join(seconds)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()
