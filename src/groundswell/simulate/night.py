"""A night played out: posts in event time, the same for the same seed."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from groundswell.model import MICROSECONDS, iso
from groundswell.simulate.scenario import Decoy, Habit, Moment, Night, Post
from groundswell.simulate.words import ambient

BETWEEN = (". ", "... ", " - ", ", ", "! ", " / ")
"""No words: one that stands in all that is said of many things would tie them together."""
RISE_MINUTES = 1.2


@dataclass(frozen=True, slots=True)
class _Said:
    at: float  # minutes
    text: str
    lang: str
    author: str
    reply_to: str = ""
    deleted_after: float = 0.0  # minutes


def posts(scenario: Night, *, seed: int = 1, rate: float = 1.0) -> Iterator[Post]:
    """Posts, and deletions, of the night in event time.

    `rate` multiplies the number of posts and of people.
    """
    said = list(_all(scenario, random.Random(seed), rate))
    said = [one for one in said if one.at < scenario.minutes]
    said.sort(key=lambda one: one.at)
    start = round(datetime.fromisoformat(scenario.start).timestamp() * MICROSECONDS)
    return _in_time(said, start, scenario.title.lower().replace(" ", "-"))


def truth(scenario: Night, *, seed: int = 1) -> list[dict[str, object]]:
    """What happens, as `evaluate` reads it; decoys have `"kind": "decoy"`. No seed changes it."""
    start = round(datetime.fromisoformat(scenario.start).timestamp() * MICROSECONDS)

    def stamp(minute: float) -> str:
        return iso(start + round(minute * 60 * MICROSECONDS))

    moments: list[dict[str, object]] = [
        {
            "name": m.name, "start": stamp(m.at), "end": stamp(m.at + 2 * m.fall),
            "keywords": m.keywords, "kind": "moment", "seed": seed,
        }
        for m in scenario.moment
    ]  # fmt: skip
    decoys: list[dict[str, object]] = [
        {
            "name": d.name, "start": stamp(d.at), "end": stamp(d.at + d.minutes),
            "keywords": d.keywords, "kind": "decoy", "decoy": d.kind, "seed": seed,
        }
        for d in scenario.decoy
    ]  # fmt: skip
    return moments + decoys


def _all(scenario: Night, rng: random.Random, rate: float) -> Iterator[_Said]:
    people = max(50, round(scenario.people * rate))
    for minute in range(scenario.minutes):
        level = 1 + 0.12 * math.sin((minute - 40) / scenario.minutes * math.pi)
        for _ in range(_count(rng, scenario.per_minute * rate * level)):
            text, lang = ambient(rng)
            if rng.random() < 0.05:
                text += f" {scenario.hashtag}"
            yield _Said(minute + rng.random(), text, lang, _person(rng, people))
    for moment in scenario.moment:
        yield from _react(scenario, moment, rng, people, rate)
    for decoy in scenario.decoy:
        yield from _deceive(scenario, decoy, rng)
    for habit in scenario.habit:
        yield from _habit(scenario, habit, rng, people, rate)


def _count(rng: random.Random, mean: float) -> int:
    return max(0, round(rng.gauss(mean, math.sqrt(mean)))) if mean > 0 else 0


def _person(rng: random.Random, people: int) -> str:
    return f"u{int(people * rng.random() ** 1.6):05d}.example"


def _react(
    scenario: Night, moment: Moment, rng: random.Random, people: int, rate: float
) -> Iterator[_Said]:
    """A quick rise, then a fall with a heavy tail; most posts say something of their own."""
    for minute in range(int(4 * moment.fall)):
        level = min(1.0, (minute + 0.6) / RISE_MINUTES) / (1 + (minute / moment.fall) ** 2)
        for _ in range(_count(rng, moment.peak * rate * level)):
            text = _filled(scenario, rng.choice(moment.say), rng)
            if rng.random() < 0.8:
                own, _ = ambient(rng)
                first, then = (text, own) if rng.random() < 0.5 else (own, text)
                text = f"{first}{rng.choice(BETWEEN)}{then}"
            if rng.random() < 0.25:
                text += f" {scenario.hashtag}"
            lang = "en" if text.isascii() else rng.choice(["en", "en", "es"])
            at = moment.at + minute + rng.random()
            yield _Said(at, _typed(text, rng), lang, _person(rng, people))


def _filled(scenario: Night, template: str, rng: random.Random) -> str:
    for slot, options in scenario.slots.items():
        while f"{{{slot}}}" in template:
            template = template.replace(f"{{{slot}}}", rng.choice(options), 1)
    return template.replace("{n}", str(rng.randrange(10_000)))


def _typed(text: str, rng: random.Random) -> str:
    """As people type: shouted, without capitals, or drawn out."""
    chance = rng.random()
    if chance < 0.06:
        return text.upper()
    if chance < 0.3:
        return text.lower()
    return text + rng.choice(["", "", "", "!!", " 😭", " ❤️", " 👏👏"])


def _deceive(scenario: Night, decoy: Decoy, rng: random.Random) -> Iterator[_Said]:
    for i in range(decoy.posts):
        yield _Said(
            at=decoy.at + decoy.minutes * rng.random(),
            text=_filled(scenario, rng.choice(decoy.say), rng),
            lang="en",
            author=f"{decoy.kind}{i % decoy.accounts:04d}.example",
            reply_to=decoy.reply_to,
            deleted_after=rng.uniform(0.1, 0.5) if decoy.kind == "deleted" else 0.0,
        )


def _habit(
    scenario: Night, habit: Habit, rng: random.Random, people: int, rate: float
) -> Iterator[_Said]:
    for minute in range(scenario.minutes):
        level = math.exp(-(((minute - habit.at) / habit.width) ** 2))
        for _ in range(_count(rng, habit.peak * rate * level)):
            text = _filled(scenario, rng.choice(habit.say), rng)
            own, lang = ambient(rng)
            at = minute + rng.random()
            yield _Said(at, f"{text}, {own}" if rng.random() < 0.6 else text, lang,
                        _person(rng, people))  # fmt: skip


def _in_time(said: list[_Said], start: int, name: str) -> Iterator[Post]:
    """Posts with ids and times; each deletion comes when its time has come."""
    gone: list[tuple[int, str, str]] = []
    for number, one in enumerate(said):
        time_us = start + round(one.at * 60 * MICROSECONDS)
        while gone and gone[0][0] <= time_us:
            at, post_id, author = heapq.heappop(gone)
            yield {"id": post_id, "deleted_at": iso(at), "author": author}
        post = {
            "id": f"{name}-{number:06d}", "created_at": iso(time_us), "author": one.author,
            "text": one.text, "lang": one.lang,
        }  # fmt: skip
        if one.reply_to:
            post["reply_to"] = one.reply_to
        yield post
        if one.deleted_after:
            heapq.heappush(
                gone,
                (time_us + round(one.deleted_after * 60 * MICROSECONDS), post["id"], one.author),
            )
    for at, post_id, author in sorted(gone):
        yield {"id": post_id, "deleted_at": iso(at), "author": author}
