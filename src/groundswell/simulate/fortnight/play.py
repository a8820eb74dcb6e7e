"""A fortnight played out in event time, ten minutes of it in memory at once."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import numpy as np

from groundswell.simulate.fortnight.campaigns import waged
from groundswell.simulate.fortnight.events import told
from groundswell.simulate.fortnight.everyday import CHUNK, Everyday
from groundswell.simulate.fortnight.habits import Habits
from groundswell.simulate.fortnight.plan import Plan, plan
from groundswell.simulate.fortnight.rhythm import DAY, MINUTE_US
from groundswell.simulate.fortnight.script import Fortnight
from groundswell.simulate.fortnight.speech import Said
from groundswell.simulate.fortnight.world import (
    CAMPAIGNS,
    EVENTS,
    EVERYDAY,
    SHOWS,
    World,
    world,
)

Act = tuple[float, Callable[[], list[Said]]]
"""(minute at which it begins, its posts)."""


def posts(script: Fortnight, *, seed: int = 1, rate: float = 1.0) -> Iterator[dict[str, str]]:
    """Posts and deletions in event time; `rate` multiplies people, everyday talk and reactions.

    Campaigns keep their size, and no event becomes smaller than the script's smallest.
    """
    one = world(script, seed, rate)
    lines = _Lines(script.title.lower().replace(" ", "-"))
    for rows in _stretches(one, plan(one)):
        yield from lines.of(rows)
    yield from lines.rest()


def _stretches(one: World, drawn: Plan) -> Iterator[list[Said]]:
    """Posts of one CHUNK after the other, each in time."""
    everyday = Everyday(one.script, one.speech, one.crowd, one.dice(EVERYDAY), one.rate)
    habits = Habits(one, drawn.habits)
    acts = sorted(_acts(one, drawn), key=lambda act: act[0], reverse=True)
    later: dict[int, list[Said]] = defaultdict(list)
    end_us = one.moment(one.script.days * DAY)
    for chunk in range(int(np.ceil(one.script.days * DAY / CHUNK))):
        while acts and acts[-1][0] < (chunk + 1) * CHUNK:
            for said in acts.pop()[1]():
                later[(said.time_us - one.origin) // (CHUNK * MINUTE_US)].append(said)
        rows = everyday.chunk(chunk * CHUNK) + habits.chunk(chunk * CHUNK) + later.pop(chunk, [])
        rows = [said for said in rows if said.time_us < end_us]
        rows.sort(key=lambda said: said.time_us)
        yield rows


def _acts(one: World, drawn: Plan) -> Iterator[Act]:
    for event in drawn.events:
        yield event.at, partial(told, event, one, one.dice(EVENTS, event.number))
    for number, event in enumerate(drawn.repeats):
        yield event.at, partial(told, event, one, one.dice(SHOWS, number))
    for decoy in drawn.campaigns:
        yield decoy.at, partial(waged, decoy, one, one.dice(CAMPAIGNS, decoy.number))


class _Lines:
    """Numbers posts and puts each deletion where its time has come."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._numbers = count()
        self._gone: list[tuple[int, str, str]] = []

    def of(self, rows: list[Said]) -> Iterator[dict[str, str]]:
        """Lines of posts in time."""
        stamps = _stamps([said.time_us for said in rows])
        for said, stamp in zip(rows, stamps, strict=True):
            while self._gone and self._gone[0][0] <= said.time_us:
                yield self._deletion(heapq.heappop(self._gone))
            post_id = f"{self._name}-{next(self._numbers):07d}"
            post = {
                "id": post_id, "created_at": stamp, "author": said.author, "text": said.text,
                "lang": said.lang,
            }  # fmt: skip
            if said.reply_to:
                post["reply_to"] = said.reply_to
            yield post
            if said.deleted_us:
                heapq.heappush(self._gone, (said.deleted_us, post_id, said.author))

    def rest(self) -> Iterator[dict[str, str]]:
        """Deletions after the last post."""
        while self._gone:
            yield self._deletion(heapq.heappop(self._gone))

    @staticmethod
    def _deletion(gone: tuple[int, str, str]) -> dict[str, str]:
        time_us, post_id, author = gone
        return {"id": post_id, "deleted_at": _stamps([time_us])[0], "author": author}


def _stamps(times_us: list[int]) -> list[str]:
    """RFC 3339 with milliseconds, which sort as times do."""
    times = np.array(times_us, "datetime64[us]")
    return [f"{stamp}Z" for stamp in np.datetime_as_string(times, unit="ms").tolist()]
