"""One story as its page tells it: from the boards that the desk holds, and from its archive.

Where boards are held they are asked alone: they follow deletions within seconds, and accounts that
are hidden, which the archive does not. The archive tells what was before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from groundswell.archive import history
from groundswell.archive.history import Brief, Happened, Said, Told
from groundswell.archive.reading import Span
from groundswell.errors import NothingToReadError
from groundswell.expression import Mood, Voice
from groundswell.model import Board, Moment, Story
from groundswell.serve.desk.life import OVER, Name, Named, Step, brief_life, life
from groundswell.serve.desk.state import DeskState, Held
from groundswell.serve.drawing.curves import Point
from groundswell.serve.drawing.figures import measured, members, points, with_usual

TERMS: Final = 64
"""Terms that are looked up, the newest: a long story has had many."""
SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Telling:
    """A story, and all that is known of its life."""

    story: Story
    """As it stood last."""
    at: int
    """End of the slice that told it last, µs."""
    board: str
    now: bool
    """Whether the newest board lists it."""
    sum: Told
    """How it stood when its sum is told: now, or at its largest when no board lists it now."""
    ended: int | None = None
    """When it was over, µs."""
    points: tuple[Point, ...] = ()
    """People a slice, and how many of them were usual, where that is known."""
    measured: tuple[Point, ...] = ()
    """What it was ranked by: people in the ranking window, and how many were expected."""
    moments: tuple[Moment, ...] = ()
    members: tuple[Said, ...] = ()
    """What its terms were said; empty where no series of them is kept."""
    history: tuple[Step, ...] = ()
    """What happened to it, oldest first."""
    others: tuple[Story, ...] = ()
    """The stories of the board of that sum."""
    mood: Mood | None = None
    """How it felt at that sum, or last."""
    voices: tuple[Voice, ...] = ()
    """Who speaks for it, by the newest board that says so and is held."""
    eligible: int = 0
    """How many posts they were chosen from."""
    examples: tuple[Voice, ...] = ()
    """Posts that show what its feelings are, by the same board."""
    whole: bool = True
    """Whether its boards are kept; else only its own row and its events are."""
    terms: tuple[str, ...] = ()
    """What carried it at its largest: what the press and the past are asked for."""
    doubts: tuple[str, ...] = field(default=())
    """Names of every doubt that it ever had."""

    @property
    def inner(self) -> tuple[Moment, ...]:
        """Its moments, where they are more than the story itself said again."""
        same = len(self.moments) == 1 and self.moments[0].title == self.story.title
        return () if same else self.moments

    @property
    def peak(self) -> Point | None:
        """The slice in which most people spoke, the first of those."""
        return max(self.points, key=lambda p: (p.people, -p.at), default=None)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What an archive has of a story."""

    brief: Brief | None = None
    states: Sequence[Told] = ()
    events: Sequence[Happened] = ()
    members: Sequence[Said] = ()
    began: int = 0
    """The first slice end that it has, µs."""


def tell(desk: DeskState, story_id: str) -> Telling | None:
    """A story by its permanent id; None where nothing of it is known, or nothing may be shown.

    Raises:
        ArchiveError: the archive cannot be read.
    """
    held = desk.held(story_id)
    kept = _kept(desk, story_id, held)
    states = [*kept.states, *(Told(at, story) for at, story in held.told)]
    if not states:
        own = [one for one in held.events if one.story.id == story_id]
        states = [Told(event.at, event.story) for event in own[-1:]]
    brief, name = kept.brief, partial(named, desk)
    if not states:
        return _brief(brief, kept.events, name) if brief and brief.last < held.since else None
    voiced = _voiced(held)
    last, newest = states[-1], held.boards[-1] if held.boards else None
    now = newest is not None and any(one.id == story_id for one in newest.stories)
    whole = last if now else max(states, key=lambda one: (one.story.excess, -one.at))
    teller = next((board for board in held.boards if board.at == whole.at), None)
    slice_us = desk.context.slice_us
    events = tuple(dict.fromkeys([*kept.events, *_events(held)]))
    return Telling(
        story=last.story, at=last.at, board=brief.board if brief else _name(held), now=now,
        sum=whole,
        ended=max(
            (one.at for one in events if one.type in OVER and one.story == story_id), default=None
        ),
        points=with_usual(
            list(points(states, slice_us, _began(held, kept, slice_us))), states, slice_us
        ),
        measured=tuple(measured(states)),
        moments=moments(one.story for one in states),
        members=tuple(kept.members),
        history=tuple(life(states, events, story_id, name)),
        terms=max(states, key=lambda one: (one.story.excess, -one.at)).story.terms,
        others=teller.stories if teller else _others(desk, brief, whole.at),
        mood=_felt(states, whole),
        voices=voiced.voices if voiced else (), eligible=voiced.eligible if voiced else 0,
        examples=voiced.examples if voiced else (),
        doubts=tuple(dict.fromkeys(flag for one in states for flag in one.story.flags)),
    )  # fmt: skip


def _voiced(held: Held) -> Story | None:
    """The story where it was quoted last; no archive keeps a post, so only the desk knows."""
    told = (story for _, story in reversed(held.told) if story.voices)
    return next(told, None)


def _felt(states: Sequence[Told], whole: Told) -> Mood | None:
    """The mood at the sum that is told, with all phases that are known; or the last reading."""
    moods = [one.story.mood for one in states if one.story.mood and one.story.mood.feelings]
    found = whole.story.mood
    if found is None or not found.feelings:
        found = moods[-1] if moods else found
    phases = max((one.phases for one in moods), key=len, default=()) if moods else ()
    return replace(found, phases=phases) if found else None


def moments(told: Iterable[Story]) -> tuple[Moment, ...]:
    """All moments of a story, each as it was told last, by when they began."""
    found: dict[tuple[int, str], Moment] = {}
    for story in told:
        for one in story.moments:
            found[one.started_at, one.title] = one
    largest: dict[int, Moment] = {}
    for one in found.values():
        before = largest.get(one.started_at)
        if before is None or one.authors >= before.authors:
            largest[one.started_at] = one
    return tuple(largest[at] for at in sorted(largest))


def _kept(desk: DeskState, story_id: str, held: Held) -> _Kept:
    if desk.archive is None:
        return _Kept()
    try:
        with desk.reading() as reader:
            brief = history.brief(reader, story_id)
            if brief is None or (brief.last >= held.since and not held.told):
                return _Kept()  # unknown, or taken back and the archive has not followed yet
            extent = history.extent(reader)
            states = history.states(reader, story_id, before=held.since)
            told = [*(one.story for one in states), *(story for _, story in held.told)]
            terms = list(dict.fromkeys(term for one in reversed(told) for term in one.terms))
            said = Span(brief.board, brief.started, brief.last + 1)
            return _Kept(
                brief,
                states,
                history.happenings(reader, brief),
                members(history.members(reader, terms[:TERMS], said))[:SHOWN],
                extent[0] if extent else 0,
            )
    except NothingToReadError:  # the run has not begun its archive yet
        return _Kept()


def named(desk: DeskState, story_id: str) -> Named | None:
    """A story's name as it may be shown now, from the boards that are held or from the archive."""
    if not story_id:
        return None
    held = desk.held(story_id)
    if held.told:
        return Named(story_id, held.told[-1][1].title)
    if desk.archive is None:
        return None
    try:
        with desk.reading() as reader:
            found = history.brief(reader, story_id)
    except NothingToReadError:
        return None
    return Named(story_id, found.title) if found and found.last < held.since else None


def _events(held: Held) -> Iterator[Happened]:
    return (Happened(one.at, one.type, one.story.id, one.other) for one in held.events)


def _others(desk: DeskState, brief: Brief | None, at: int) -> tuple[Story, ...]:
    if brief is None or desk.archive is None:
        return ()
    with desk.reading() as reader:
        board = history.board_at(reader, brief.board, at)
    return board.stories if board and board.at == at else ()


def _brief(brief: Brief, events: Sequence[Happened], name: Name) -> Telling:
    """A story whose boards are no longer kept: its last figures."""
    story = Story(
        brief.id, 0, brief.title, brief.terms, brief.started, "cooling", brief.posts,
        brief.authors, 0.0, 0.0, 0.0, 0.0, 0, confirmed=brief.confirmed,
    )  # fmt: skip
    return Telling(
        story, brief.last, brief.board, False, Told(brief.last, story), ended=brief.ended,
        whole=False,
        history=tuple(brief_life(brief, events, name)), doubts=brief.flags,
    )  # fmt: skip


def _began(held: Held, kept: _Kept, slice_us: int) -> int:
    """The first slice that the desk heard, as far as is known."""
    first = held.boards[0] if held.boards else None
    heard = first.at - (first.learned[0] - 1) * slice_us if first else 1 << 62
    return min(heard, kept.began or heard)


def _name(held: Held) -> str:
    boards: tuple[Board, ...] = held.boards
    return boards[-1].board if boards else "all"
