"""Questions between threads: answered soon, bounded, and never in the engine's way."""

from __future__ import annotations

import random
import threading

import pytest

from groundswell.engines.local import replay
from groundswell.engines.questions import LONGEST, WAITING, Questions
from groundswell.engines.run import Run
from groundswell.errors import BusyError, GroundswellError, NotHeldError, UsageError
from groundswell.explanation import Explanation
from groundswell.kernel.pipeline import Kernel
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Batch, Board
from tests.conftest import batch_of
from tests.engines.test_local import Script
from tests.kernel.test_pipeline import SMALL, moment, ordinary

MINUTE = 60_000_000


@pytest.fixture
def kernel(tables: Tables) -> Kernel:
    """Two and a half minutes of talk: the slice from 2:00 is open."""
    posts = [post for post in sorted(ordinary(3, random.Random(1))) if post[0] < 150]
    kernel = Kernel(SMALL, tables)
    kernel.add(batch_of(*posts))
    return kernel


def asked(questions: Questions, n: int, term: str = "word1") -> list[threading.Thread]:
    """So many threads that ask and wait to be answered."""

    def ask() -> None:
        try:
            answers.append(questions.ask(term, patience=20))
        except GroundswellError as error:
            answers.append(error)

    answers: list[object] = []
    threads = [threading.Thread(target=ask, daemon=True) for _ in range(n)]
    for thread in threads:
        thread.start()
    until_waiting(questions, n)
    threads[0].answers = answers  # type: ignore[attr-defined]
    return threads


def until_waiting(questions: Questions, n: int) -> None:
    for _ in range(1_000):
        if len(questions._waiting) == n:
            return
        threading.Event().wait(0.005)
    pytest.fail(f"{len(questions._waiting)} of {n} wait")


def answers_of(threads: list[threading.Thread]) -> list[object]:
    for thread in threads:
        thread.join(20)
    return threads[0].answers  # type: ignore[attr-defined, no-any-return]


def test_all_that_wait_are_answered_at_once(kernel: Kernel) -> None:
    """Many askers, one visit of the engine, one answer for all: of the open slice."""
    questions = Questions()
    threads = asked(questions, WAITING)
    questions.answer(kernel)
    told = answers_of(threads)
    assert len(told) == WAITING
    assert all(one == told[0] for one in told)
    assert isinstance(told[0], Explanation)
    assert (told[0].open, told[0].at) == (True, 3 * MINUTE)


def test_no_more_than_so_many_wait(kernel: Kernel) -> None:
    """One more is told to come back; when the engine came by there is room again."""
    questions = Questions()
    threads = asked(questions, WAITING)
    with pytest.raises(BusyError, match="waiting"):
        questions.ask("word1")
    questions.answer(kernel)
    answers_of(threads)
    assert questions._waiting == []


def test_an_engine_that_does_not_come_by_is_not_waited_for_for_ever() -> None:
    """After its patience a question is an error, and leaves the queue."""
    questions = Questions()
    with pytest.raises(BusyError, match="busy"):
        questions.ask("word1", patience=0.01)
    assert questions._waiting == []


def test_answers_take_no_more_than_a_fifth_of_the_time(kernel: Kernel) -> None:
    """After answers that took a second the engine passes by for four, then answers again."""
    now = iter([0.0, 0.0, 1.0, 2.0, 4.9, 5.1, 5.1, 5.2])
    questions = Questions(lambda: next(now))
    first = asked(questions, 1)
    questions.answer(kernel)  # looks at 0, begins at 0, ends at 1
    answers_of(first)
    second = asked(questions, 1)
    questions.answer(kernel)  # at 2
    questions.answer(kernel)  # at 4.9
    assert len(questions._waiting) == 1
    questions.answer(kernel)  # at 5.1
    assert isinstance(answers_of(second)[0], Explanation)


@pytest.mark.parametrize(
    ("term", "at", "kind"),
    [
        ("x" * (LONGEST + 1), None, UsageError),
        ("...", None, UsageError),
        ("word1", MINUTE, NotHeldError),
        ("word1", 3 * MINUTE + 1, NotHeldError),
    ],
)
def test_what_cannot_be_answered_is_said_in_kind(
    kernel: Kernel, term: str, at: int | None, kind: type[GroundswellError]
) -> None:
    """Too long, no word, a slice that has closed, one that has not come: each its error."""
    questions = Questions()
    questions.end(kernel)
    with pytest.raises(kind):
        questions.ask(term, at)


def test_a_time_of_the_open_slice_is_answered(kernel: Kernel) -> None:
    """From its first moment to its end, which the last board bears as its time."""
    questions = Questions()
    questions.end(kernel)
    for at in (2 * MINUTE, 2 * MINUTE + 1, 3 * MINUTE):
        assert questions.ask("word1", at).at == 3 * MINUTE


def test_a_fault_is_the_askers_and_not_the_engines(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should explaining fail, the question fails and the engine goes on."""

    def broken(_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(kernel, "apart", lambda: kernel)
    monkeypatch.setattr(kernel, "so_far", broken)
    questions = Questions()
    questions.end(kernel)
    with pytest.raises(RuntimeError, match="a fault"):
        questions.ask("word1")


def test_before_the_first_post_one_is_told_to_come_back(tables: Tables) -> None:
    """A desk without a post has no slice to speak of."""
    questions = Questions()
    questions.end(Kernel(SMALL, tables))
    with pytest.raises(BusyError, match="no post"):
        questions.ask("word1")


def test_a_replay_answers_while_it_runs_and_after_it_has_ended() -> None:
    """During it: the open slice; after: the last board, with the story that it lists."""
    rng = random.Random(1)
    talk = sorted(ordinary(34, rng) + moment(30, 60, "this is for marguerite", rng))
    questions = Questions()
    boards: list[Board] = []
    asking: list[threading.Thread] = []
    run = Run(on_board=boards.append, questions=questions)

    def ask_once(_: Batch) -> None:
        if len(boards) == 31 and not asking:
            asking.extend(asked(questions, 1, "marguerite"))

    run.on_batch = ask_once
    replay(Script([batch_of(*talk)]), SMALL, run)
    during = answers_of(asking)[0]
    assert isinstance(during, Explanation)
    assert (during.open, during.at) == (True, 32 * MINUTE)
    after = questions.ask("marguerite")
    assert (after.open, after.at) == (False, boards[-1].at)
    assert after.story in boards[-1].stories


def test_a_replay_that_waits_for_its_time_answers_meanwhile() -> None:
    """At real time the next batch is a minute away; the question is not."""
    questions = Questions()
    run = Run(on_board=lambda _: None, questions=questions)
    batch = batch_of((0, "a", "hello"), (300, "b", "there"))
    given = (Script([batch]), SMALL, run)
    thread = threading.Thread(target=replay, args=given, kwargs={"speed": 1})
    thread.start()
    try:
        assert questions.ask("hello", patience=60).open
    finally:
        run.stop.set()
        thread.join(20)
