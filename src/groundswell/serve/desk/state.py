"""What the desk shows: the last boards, published by the engine, awaited by readers."""

from __future__ import annotations

import copy
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from starlette.requests import Request

from groundswell.alerts.room import Room
from groundswell.archive.reading import Reader
from groundswell.errors import BusyError
from groundswell.explanation import Explanation
from groundswell.expression import Weighed
from groundswell.model import Board, Story, StoryEvent
from groundswell.review.decisions import Decision, Draft
from groundswell.review.ledger import Ledger
from groundswell.review.reading import Shown
from groundswell.review.rulings import Rulings
from groundswell.review.showing import shown_board, shown_explanation
from groundswell.revision import Keys, Revision, revised_board
from groundswell.scopes import ALL, Place, place
from groundswell.serve.desk.pressroom import PressRoom
from groundswell.watch import Watch

HELD = 180
"""Boards of `all` that are held: three hours of minutes."""
HELD_FURTHER = 60
"""Boards that are held of each other one: there may be many."""
LAST = "\U0010ffff"
"""Sorts after every name."""
EVERY = "*"
"""Stands for every board where events are asked for."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is true of every board of this run, and always on the page."""

    mode: Literal["live", "replay", "simulated"]
    sources: tuple[str, ...]
    slice_us: int
    boards: tuple[str, ...] = ()
    """Boards besides `all` that are there from the beginning."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the desk holds of one story."""

    boards: tuple[Board, ...]
    """All boards of its name that are held, oldest first, whether they tell it or not."""
    told: tuple[tuple[int, Story], ...]
    """How it stood at the ends of slices (µs), oldest first."""
    events: tuple[StoryEvent, ...]
    """What happened to it, and to others that split off it or joined it."""

    @property
    def since(self) -> int:
        """From this slice end on (µs) nobody else need be asked."""
        return self.boards[0].at if self.boards else 1 << 62


def desk_of(request: Request) -> DeskState:
    """What a request is about."""
    desk: DeskState = request.app.state.desk
    return desk


def key(board: Board) -> Place:
    """The order in which boards are published."""
    return place(board.at, board.board)


Ask = Callable[[str, int | None], Explanation]
"""Explains a term, at an event time (µs) or now; blocks until the engine has answered.

Raises UsageError, NotHeldError and BusyError, each with words for the reader.
"""


Weigh = Callable[[str, str, str], Weighed | None]
"""By which words a text in a language reads as a label; None where it does not."""


def _nobody_weighs(*_: str) -> None:
    return None


def _nobody_answers(term: str, _: int | None) -> Explanation:
    raise BusyError(f"no engine answers about {term!r} here", hint="start one with `live`")


class DeskState:
    """Safe between the engine's thread, which publishes, and the server's, which reads.

    All that is read here, of boards that are held and of the archive, is as editors' decisions let
    it be shown: no route can go past them. `bare` is the same without them, for editors alone.
    """

    def __init__(
        self,
        context: Context,
        ask: Ask = _nobody_answers,
        watch: Watch | None = None,
        archive: Path | None = None,
        press: PressRoom | None = None,
        weigh: Weigh = _nobody_weighs,
        ledger: Ledger | None = None,
    ) -> None:
        self.ledger = ledger or Ledger()
        """What editors decided; in memory where nobody gives one."""
        self.rulings = Rulings()
        """What that comes to; `rule` changes it."""
        self.context = context
        self.archive = archive
        """The folder of the archive that this run keeps, if it keeps one."""
        self.press = press
        """What it has of the press; None where it reads none."""
        self.watch = watch or Watch()
        self._ask = ask
        self.weigh = weigh
        """By which words a text reads as a feeling: text, language, label."""
        self._told: dict[str, deque[Board]] = {}
        """Boards as they were published, less what was deleted since."""
        self._boards: dict[str, deque[Board]] = {}
        """The same, less what accounts said that are hidden now."""
        self._shown: dict[str, deque[Board]] = {}
        """The same, as editors' decisions let them be shown: what readers get."""
        self._revised: dict[str, int] = {}
        self._new = threading.Condition()
        self.alerts: Room | None = None
        """Its alerts; None where the run sends none."""
        self.listener: Callable[[], None] | None = None
        """Called after each change, from the thread that made it; must not wait."""
        self.ended = False

    def publish(self, board: Board) -> None:
        """Makes a board the newest one of its name."""
        with self._new:
            kept = HELD if board.board == ALL else HELD_FURTHER
            for held in (self._told, self._boards):
                held.setdefault(board.board, deque(maxlen=kept)).append(board)
            seen = shown_board(board, self.rulings)
            self._shown.setdefault(board.board, deque(maxlen=kept)).append(seen)
            if board.board == ALL:
                self._forget(board.at - HELD_FURTHER * self.context.slice_us)
            self._tell()

    def _tell(self) -> None:
        self._new.notify_all()
        if self.listener is not None:
            self.listener()

    def _forget(self, at: int) -> None:
        """Lets go of boards that ended before slice end `at`: their language is little used."""
        for name in [n for n, held in self._boards.items() if n != ALL and held[-1].at < at]:
            del self._boards[name], self._told[name], self._shown[name]

    def revise(self, found: Revision, keys: Keys) -> None:
        """Shows no more what was taken back, on any board of that name that is held.

        What was deleted is let go of; what accounts said that are hidden is back when they are.
        """
        name = found.board
        with self._new:
            told, shown = self._told.get(name), self._boards.get(name)
            if told is None or shown is None:
                return
            before = list(shown)
            for i, board in enumerate(told):
                if board.at <= found.since:  # of words nothing is known, of voices all
                    told[i] = revised_board(board, found.struck.quotes, keys)
                    for cut in (found.struck, found.veiled or found.struck):
                        shown[i] = revised_board(shown[i], cut.quotes, keys)
                elif board.at < found.before:
                    left = told[i] = revised_board(board, found.struck, keys)
                    if found.veiled is not None:
                        shown[i] = revised_board(left, found.veiled, keys)
                    else:
                        shown[i] = revised_board(shown[i], found.struck, keys)
            if any(a is not b for a, b in zip(before, shown, strict=True)) and self._see(name):
                self._tell()

    def _see(self, name: str) -> bool:
        """Shows the boards of a name as they are to be shown now; whether any of them changed."""
        seen, changed = self._shown[name], False
        for i, board in enumerate(self._boards[name]):
            new = shown_board(board, self.rulings)
            if new != seen[i]:
                seen[i], changed = new, True
        self._revised[name] = self._revised.get(name, 0) + changed
        return changed

    def rule(self, rulings: Rulings) -> None:
        """Shows all boards that are held under these rulings from now on."""
        with self._new:
            if rulings == self.rulings:
                return
            self.rulings = rulings
            for name in self._shown:
                self._see(name)
            self._tell()

    def decide(self, drafts: Sequence[Draft]) -> list[Decision]:
        """Takes up decisions, and shows at once what follows from them.

        Raises:
            ArchiveError: they cannot be kept; then nothing changes.
        """
        made = self.ledger.add(drafts)
        self.rule(self.ledger.rulings())
        return made

    def bare(self) -> DeskState:
        """The desk as it would be if nobody had decided anything: for editors' eyes alone."""
        other = copy.copy(self)
        other._shown, other.rulings = self._boards, Rulings()
        return other

    @contextmanager
    def reading(self, folder: Path | None = None) -> Iterator[Reader]:
        """The archive as it may be shown, or one of earlier months.

        Raises:
            NothingToReadError: there is none.
            ArchiveError: it cannot be read.
        """
        with Shown(folder or self.archive or Path(), self.rulings) as reader:
            yield reader

    def ask(self, term: str, at: int | None) -> Explanation:
        """Explains a term, at an event time (µs) or now; blocks until the engine has answered.

        Raises:
            UsageError, NotHeldError, BusyError: each with words for the reader.
        """
        return shown_explanation(self._ask(term, at), self.rulings)

    def revised(self, name: str) -> int:
        """How often boards of a name, or of every one, were revised."""
        with self._new:
            return sum(self._revised.values()) if name == EVERY else self._revised.get(name, 0)

    def newest_of_each(self, name: str) -> list[Board]:
        """The newest board of a name, or of every one, in order."""
        with self._new:
            held = self._shown if name == EVERY else {name: self._shown.get(name, ())}
            return sorted((boards[-1] for boards in held.values() if boards), key=key)

    def troubles(self) -> list[tuple[str, str]]:
        """Sources with which something is wrong: their names, and what it is, in words."""
        now = self.watch.monotonic()
        told = [(one.name, one.said(now)) for one in self.watch.sources()]
        return [] if self.ended else [(name, said) for name, said in told if said]

    def end(self) -> None:
        """Says that no more boards will come, as after a replay."""
        with self._new:
            self.ended = True
            self._tell()

    @property
    def newest(self) -> Board | None:
        """The newest board of everything, if there is one yet."""
        return self.newest_of(ALL)

    def newest_of(self, name: str) -> Board | None:
        """The newest board of a name, if there is one yet."""
        with self._new:
            held = self._shown.get(name)
            return held[-1] if held else None

    def names(self) -> list[str]:
        """Boards that there are, or will be: `all` first, then by name."""
        with self._new:
            return [ALL, *sorted({*self._shown, *self.context.boards} - {ALL})]

    def after(self, at: int, name: str = ALL) -> list[Board]:
        """Boards of a name later than slice end `at` (µs), oldest first."""
        return self.later((at, True, LAST), name)

    def later(self, than: Place, name: str) -> list[Board]:
        """Boards of a name, or of every one, that were published after `than`, in order."""
        found: list[Board] = []
        with self._new:
            for one in list(self._shown) if name == EVERY else [name]:
                for board in reversed(self._shown.get(one, ())):
                    if key(board) <= than:
                        break  # they are in order, and many readers ask often
                    found.append(board)
        found.reverse()  # of two boards of one time the first that was told comes first
        return sorted(found, key=key)

    def wait(self, at: int, timeout: float) -> list[Board]:
        """Like `after`, but waits up to `timeout` seconds for a board of everything."""
        with self._new:
            self._new.wait_for(
                lambda: any(board.at > at for board in self._shown.get(ALL, ())), timeout=timeout
            )
        return self.after(at)

    def story(self, story_id: str) -> tuple[Story, Board] | None:
        """The last that is known of a story of any board, and the board that said it."""
        with self._new:
            held = self._shown.get(_board_of(story_id), ())
            boards = list(reversed(held))
        for board in boards:
            told = [*board.stories, *(event.story for event in board.events)]
            for story in told:
                if story.id == story_id:
                    return story, board
        return None

    def held(self, story_id: str) -> Held:
        """What the boards that are held say of a story."""
        boards = self.boards(_board_of(story_id))
        told = [(one.at, story) for one in boards for story in one.stories if story.id == story_id]
        events = [
            event
            for one in boards
            for event in one.events
            if story_id in (event.story.id, event.other)
        ]
        return Held(boards, tuple(told), tuple(events))

    def board_at(self, name: str, at: int) -> Board | None:
        """The last board of a name that had closed by a time (µs), where one so old is held.

        It follows at once what was taken back, which the archive does not; a time before what is
        held is the archive's.
        """
        return next((board for board in reversed(self.boards(name)) if board.at <= at), None)

    def boards(self, name: str) -> tuple[Board, ...]:
        """Boards of a name that are held, oldest first."""
        with self._new:
            return tuple(self._shown.get(name, ()))


def _board_of(story_id: str) -> str:
    """The board that an id names: what stands before its last hyphen, `all` where there is none."""
    return story_id.rpartition("-")[0] or ALL
