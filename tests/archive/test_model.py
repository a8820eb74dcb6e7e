"""The archive held against a model of it in plain dicts, through commits and crashes."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from groundswell.archive import Archive
from groundswell.archive.reading import Reader
from groundswell.archive.rows import happened
from groundswell.model import (
    MICROSECONDS,
    Board,
    Counted,
    Doubt,
    EventKind,
    Moment,
    Story,
    StoryEvent,
    TermCount,
)

MINUTE = 60 * MICROSECONDS
POINTS = ("before-rows", "mid-rows", "after-rows", "after-commit", "before-snapshot",
          "mid-snapshot", "after-snapshot", "after-snapshot-commit")  # fmt: skip
KEPT = {"after-commit", "after-snapshot-commit"}
"""Points that lie after what they are named for is durable."""


class Crash(BaseException):
    """Stands for the end of the process: nothing catches it."""


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
stories = st.builds(
    lambda number, title, terms, excess, flags, moment: Story(
        id=f"story{number}", rank=number + 1, title=title, terms=tuple(terms), started_at=MINUTE,
        status="rising", posts=9, authors=7, expected=1.5, excess=excess, lift=excess / 3, z=4.25,
        window_us=15 * MINUTE, confirmed=number % 2 == 0, subject=False,
        doubts=tuple(Doubt(flag, 0.1, f"{flag}: why") for flag in flags), why=("so", title),
        moments=(Moment(moment, (moment,), MINUTE, 2 * MINUTE, 5),) if moment else (),
        spark=(0, 1, 2),
    ),
    st.integers(0, 5), texts, st.lists(texts, max_size=3),
    st.floats(0, 1e6, allow_nan=False), st.lists(st.sampled_from(["habit", "copied-text"]),
    unique=True), st.just("") | texts,
)  # fmt: skip
told = st.lists(stories, max_size=3, unique_by=lambda one: one.id)
terms = st.lists(texts, max_size=3, unique=True)


class Model(RuleBasedStateMachine):
    """Commits whole slices, dies where it likes, opens again; the model is told of what is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.crash = ""
        self.boards: list[Any] = []
        self.events: list[Any] = []
        self.series: dict[tuple[int, str], tuple[int, int]] = {}
        self.hours: dict[tuple[int, str], tuple[int, int, int]] = {}
        self.peaks: dict[str, float] = {}
        self.ended: dict[str, int] = {}
        self.cursor, self.snapshot, self.at = "", None, 0
        self.archive = self._open()
        self.archive.begin("replay", {"recording": "made up"})

    def _open(self) -> Archive:
        return Archive(self.folder, points=self._point)

    def _point(self, name: str) -> None:
        if name == self.crash:
            raise Crash

    def _dies(self) -> None:
        """As when a process ends: what is open is dropped, and a new one takes over."""
        self.crash = ""
        self.archive.close()
        self.archive = self._open()

    @rule(rows=told, said=terms, over=st.booleans(), crash=st.sampled_from(("", *POINTS)))
    def commit(self, rows: list[Story], said: list[str], over: bool, crash: str) -> None:
        at = self.at + MINUTE
        kind: EventKind = "story.merged" if over else "story.split"
        events = tuple(StoryEvent(kind, at, story, other="one") for story in rows)
        board = Board("all", at, False, (3, 60), 10, 8, tuple(rows), events, newest=at - 1)
        counted = Counted(at, tuple(TermCount(term, 5, 4) for term in said),
                          tuple(TermCount(term, 3, 2) for term in said))  # fmt: skip
        self.crash, died = crash, False
        try:
            self.archive.commit([board], [counted], {"it": f"line:{at}"})
        except Crash:
            died = True
        if not died or crash in KEPT:
            self._keeps(board, said)
        if died:
            self._dies()
        self.crash = ""

    def _keeps(self, board: Board, said: list[str]) -> None:
        self.at = board.at
        self.cursor = f"line:{board.at}"
        self.boards.append(board.to_dict())
        for event in board.events:
            self.events.append(event.to_dict())
        for story in board.stories:
            self.peaks[story.id] = max(self.peaks.get(story.id, 0.0), story.excess)
            if board.events[0].type == "story.merged":
                self.ended[story.id] = board.at
        for term in said:
            self.series[board.at, term] = (5, 4)
            hour = (board.at - 1) // (60 * MINUTE) * 60 * MINUTE
            posts, people, slices = self.hours.get((hour, term), (0, 0, 0))
            self.hours[hour, term] = (posts + 3, people + 2, slices + 1)

    @rule(value=st.integers(), crash=st.sampled_from(("", *POINTS)))
    def save(self, value: int, crash: str) -> None:
        self.crash, died = crash, False
        try:
            self.archive.save({"value": str(value)}, self.at, {"it": self.cursor})
        except Crash:
            died = True
        if not died or crash in KEPT:
            self.snapshot = {"value": str(value)}
        if died:
            self._dies()
        self.crash = ""

    @rule()
    def ends_and_starts(self) -> None:
        self._dies()

    @invariant()
    def what_it_holds_is_what_was_kept(self) -> None:
        stream = self.archive.stream
        assert stream is not None
        assert (stream.committed, stream.cursors.get("it", "")) == (self.at, self.cursor)
        with Reader(self.folder) as reader:
            assert [board.to_dict() for board in reader.boards()] == [
                {**one, "stories": sorted(one["stories"], key=lambda s: s["rank"])}
                for one in self.boards
            ]
            events = [
                happened("all", row["at"], row["type"], row["body"])
                for row in reader.rows("SELECT * FROM event ORDER BY at, number")
            ]
            assert events == self.events
            series = reader.rows("SELECT * FROM series JOIN term ON term.id = term")
            assert {
                (r["at"], r["label"]): (r["posts"], r["authors"]) for r in series
            } == self.series
            hours = reader.rows("SELECT * FROM hours JOIN term ON term.id = term")
            assert {
                (r["at"], r["label"]): (r["posts"], r["authors"], r["slices"]) for r in hours
            } == self.hours
            kept = list(reader.rows("SELECT name, peak_excess, ended FROM story"))
            assert {row["name"]: row["peak_excess"] for row in kept} == self.peaks
            assert {r["name"]: r["ended"] for r in kept if r["ended"]} == self.ended

    @invariant()
    def the_snapshot_is_the_last_that_was_kept(self) -> None:
        position = self.archive.position
        found = None if position is None else self.archive.load(position, {}.__getitem__)
        assert found == self.snapshot

    @precondition(lambda self: self.snapshot is not None)
    @rule()
    def forgets_its_snapshot(self) -> None:
        self.archive.forget_snapshot()
        self.snapshot = None

    def teardown(self) -> None:
        self.archive.close()
        shutil.rmtree(self.folder)


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
