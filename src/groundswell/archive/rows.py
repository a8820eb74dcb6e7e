"""Boards as rows, and rows as boards: what goes in comes out equal, but for voices.

No post is kept, so that none need be found again when it is deleted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from groundswell.expression import mood_of
from groundswell.model import Board, Doubt, Moment, Story, StoryEvent, iso

_json = msgspec.json.encode
Row = tuple[Any, ...]


def text(value: Any) -> str:
    """A list or mapping as JSON."""
    return _json(value).decode()


def slice_row(board: int, found: Board) -> Row:
    """A board without its stories, as in `slice`."""
    learned, wanted = found.learned
    return (
        found.at, board, int(found.learning), learned, wanted, found.posts, found.authors,
        found.evicted, found.newest, found.note,
    )  # fmt: skip


def state_row(story: int, at: int, found: Story) -> Row:
    """A story at the close of a slice, as in `state`."""
    doubts = [[doubt.flag, float(doubt.share), doubt.reason] for doubt in found.doubts]
    return (
        at, story, found.rank, found.title, text(found.terms), int(found.started_at),
        found.status, int(found.posts), int(found.authors), float(found.expected),
        float(found.excess), float(found.lift), float(found.z), found.window_us,
        int(found.confirmed), int(found.subject), text(doubts), text(found.why),
        text([int(n) for n in found.spark]), text(found.mood.to_dict() if found.mood else None),
    )  # fmt: skip


def mood_text(found: Story) -> str:
    """Its mood for the row that is kept longest: without phases, `null` where none was read."""
    mood = found.mood
    return text(replace(mood, phases=()).to_dict() if mood and mood.feelings else None)


def moment_rows(story: int, at: int, found: Story) -> list[Row]:
    """Its moments, as in `moment`."""
    return [
        (at, story, number, one.title, text(one.terms), int(one.started_at), int(one.peak_at),
         int(one.authors))
        for number, one in enumerate(found.moments)
    ]  # fmt: skip


def event_rows(board: int, found: Board) -> list[Row]:
    """What happened to its stories, as in `event`."""
    return [
        (event.at, board, number, event.type, event.story.id, text(_body(event)))
        for number, event in enumerate(found.events)
    ]


def _body(event: StoryEvent) -> dict[str, Any]:
    """An event's story without its voices: the archive keeps no post."""
    silent = replace(event, story=replace(event.story, voices=(), eligible=0, examples=()))
    body: dict[str, Any] = silent.to_dict()["story"]
    return body | ({"other": event.other} if event.other else {})


def happened(board: str, at: int, kind: str, raw: str) -> dict[str, Any]:
    """An event from its row in `event`, as `StoryEvent.to_dict` gives it."""
    body: dict[str, Any] = msgspec.json.decode(raw)
    other = body.pop("other", "")
    head = {"type": kind, "board": board, "at": iso(at)}
    return head | ({"other": other} if other else {}) | {"story": body}


def board_of(name: str, row: Row, stories: tuple[Story, ...]) -> Board:
    """A board from its row of `slice` and its stories; what happened to them stands in `event`."""
    at, _, learning, learned, wanted, posts, authors, evicted, newest, note = row
    return Board(
        name, at, bool(learning), (learned, wanted), posts, authors, stories,
        evicted=evicted, newest=newest, note=note,
    )  # fmt: skip


def story_of(name: str, row: Row, moments: list[Row]) -> Story:
    """A story from its row of `state` and those of `moment`."""
    (
        _, _, rank, title, terms, started, status, posts, authors, expected, excess, lift, z,
        window, confirmed, subject, doubts, why, spark, mood,
    ) = row  # fmt: skip
    return Story(
        id=name, rank=rank, title=title, terms=_texts(terms), started_at=started, status=status,
        posts=posts, authors=authors, expected=expected, excess=excess, lift=lift, z=z,
        window_us=window, confirmed=bool(confirmed), subject=bool(subject),
        doubts=tuple(Doubt(*one) for one in msgspec.json.decode(doubts)),
        why=_texts(why),
        moments=tuple(
            Moment(told, _texts(said), began, peak, people)
            for _, _, _, told, said, began, peak, people in moments
        ),
        spark=msgspec.json.decode(spark, type=tuple[int, ...]),
        mood=mood_of(msgspec.json.decode(mood)),
    )  # fmt: skip


def _texts(value: str) -> tuple[str, ...]:
    return msgspec.json.decode(value, type=tuple[str, ...])
