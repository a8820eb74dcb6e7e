"""Questions about terms: asked from any thread, answered by the engine between two batches.

The kernel is the engine's alone. Who asks waits for the engine to come by; the engine answers all
that wait at once, from a copy of its state that closes as the board would, and then lets some time
pass, so that no number of questions slows the board down.
"""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLateError
from dataclasses import dataclass, field, replace

from groundswell.errors import BusyError, NotHeldError, UsageError
from groundswell.explanation import Explanation
from groundswell.kernel.pipeline import Kernel
from groundswell.model import iso

LONGEST = 100
"""Characters of a term that may be asked about."""
WAITING = 16
"""Questions that may wait; more are told to come back."""
PATIENCE = 5.0
"""Seconds that a question waits for its answer."""
REST = 4.0
"""Pause after answering, in lengths of what the answers took: at most a fifth of the time."""


@dataclass(frozen=True, slots=True)
class _Question:
    term: str
    at_us: int | None
    answer: Future[Explanation] = field(default_factory=Future)


class Questions:
    """The counter between those who ask and the engine.

    Call order of the engine: `answer` as often as it likes, `end` once, before the last slice
    closes. After `end` questions are answered in the asking thread, one at a time, about the last
    board.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._waiting: list[_Question] = []
        self._rests_until = 0.0
        self._last: Kernel | None = None

    def ask(
        self, term: str, at_us: int | None = None, *, patience: float = PATIENCE
    ) -> Explanation:
        """What the board says of a term now, or at a time of the open slice; waits for it.

        Raises:
            UsageError: the term is too long, or there is no word in it.
            NotHeldError: the time is not of the open slice, nor of the last one when all has ended.
            BusyError: too many ask, or the engine did not come by in `patience` seconds.
        """
        if len(term) > LONGEST:
            raise UsageError(f"expected a term of at most {LONGEST} characters, got {len(term)}")
        question = _Question(term, at_us)
        with self._lock:
            if self._last is not None:
                _answer(self._last, [question], ended=True)
            elif len(self._waiting) >= WAITING:
                raise BusyError(f"{WAITING} questions are waiting", hint="ask again in a moment")
            else:
                self._waiting.append(question)
        try:
            return question.answer.result(patience)
        except TooLateError:
            with self._lock:
                if question in self._waiting:
                    self._waiting.remove(question)
            raise BusyError(
                f"expected an answer within {patience:g} s, the desk is busy",
                hint="ask again in a moment",
            ) from None

    def answer(self, kernel: Kernel) -> None:
        """Answers all that wait, unless it is too soon; for the engine, between two batches."""
        if not self._waiting or self._monotonic() < self._rests_until:
            return
        with self._lock:
            waiting, self._waiting = self._waiting, []
        began = self._monotonic()
        _answer(kernel, waiting, ended=False)
        now = self._monotonic()
        self._rests_until = now + REST * (now - began)

    def end(self, kernel: Kernel) -> None:
        """Keeps what the last board will be made of: from now on questions are about it."""
        last = kernel.apart()
        with self._lock:
            waiting, self._waiting = self._waiting, []
            self._last = last
            _answer(last, waiting, ended=True)


def _answer(kernel: Kernel, questions: list[_Question], *, ended: bool) -> None:
    """Gives each question its answer or its error; never raises, for the stream must go on."""
    if not questions:
        return
    try:
        found = kernel.so_far(dict.fromkeys(question.term for question in questions))
    except Exception as error:
        for question in questions:
            question.answer.set_exception(error)
        return
    for question in questions:
        try:
            told = _checked(kernel, question, found.get(question.term))
            question.answer.set_result(replace(told, open=not ended))
        except (UsageError, NotHeldError, BusyError) as error:
            question.answer.set_exception(error)


def _checked(kernel: Kernel, question: _Question, told: Explanation | None) -> Explanation:
    if kernel.state.slice < 0:
        raise BusyError("no post has come yet", hint="ask again when the first board has closed")
    if told is None:
        raise UsageError(f"expected a word, hashtag, emoji or link, got {question.term!r}")
    begin = told.at - kernel.rules.slice_us
    if question.at_us is not None and not begin <= question.at_us <= told.at:
        command = (
            f"groundswell explain {shlex.quote(question.term)} FILE --at {iso(question.at_us)}"
        )
        raise NotHeldError(
            f"expected a time from {iso(begin)} to {iso(told.at)}, which is all that can still be "
            f"measured, got {iso(question.at_us)}",
            hint=f"of a recording any time can be asked: {command}",
        )
    return told
