"""Small boards and events made by hand: minutes since 1970, a slice of one minute."""

from __future__ import annotations

from groundswell.evaluate.events import Event
from groundswell.evaluate.matching import fold
from groundswell.model import Board, Doubt, Moment, Story, StoryEvent

MINUTE = 60_000_000


def event(
    name: str, start: int, end: int, *groups: str, decoy: str = "", other: tuple[str, ...] = ()
) -> Event:
    """An event whose groups are written as `goal|1-0`; `other` is one more version."""
    versions = [
        tuple(tuple(fold(w) for w in g.split("|")) for g in v) for v in (groups, other) if v
    ]
    return Event(name, start * MINUTE, end * MINUTE, tuple(versions), decoy=decoy)


def story(
    id_: str, *terms: str, started: int = 0, flagged: bool = False, moment: tuple[str, ...] = ()
) -> Story:
    """A story titled by its first term; a `moment` begins two minutes after it."""
    at = (started + 2) * MINUTE
    moments = (Moment(moment[0], moment, at, at, 5),) if moment else ()
    return Story(
        id=id_, rank=0, title=terms[0], terms=terms, started_at=started * MINUTE, status="rising",
        posts=9, authors=9, expected=1.0, excess=8.0, lift=9.0, z=4.0, window_us=15 * MINUTE,
        doubts=(Doubt("copied-text", 0.9, "many alike"),) if flagged else (), moments=moments,
    )  # fmt: skip


def board(
    at: int, *stories: Story, started: tuple[Story, ...] = (), ended: tuple[Story, ...] = ()
) -> Board:
    """A board that closes at minute `at`."""
    events = [StoryEvent("story.started", at * MINUTE, one) for one in started]
    events += [StoryEvent("story.ended", at * MINUTE, one) for one in ended]
    return Board(
        board="all", at=at * MINUTE, learning=False, learned=(60, 60), posts=10, authors=10,
        stories=stories, events=tuple(events),
    )  # fmt: skip
