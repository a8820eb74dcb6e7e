"""The truth about a fortnight, as `evaluate` reads it: every event and every decoy.

The truth is complete: nothing rises but what is listed. What is not listed and yet looks like a
trend is chance, a conversation of a few, or a subject that drifts over days, and a board that
calls it a story is wrong. Fields of an entry:

- `start`: when the first reaction is possible; `end`: when its rate falls below a tenth of its
  peak (campaigns: when the last post may come);
- `keywords`: groups of synonyms; `kind`: "event" or "decoy", with `decoy` its kind;
- `scale`: "minute", "hour" or "day"; `people`: distinct authors in its window (of habits: posts a
  swell, on average);
- `first`: true at a habit's first time, when nobody who reads only this stream can know that it is
  one: neither to be credited nor to be blamed;
- `again`: the earlier event that had the same subject; `announced`: people spoke of it before.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundswell.model import iso
from groundswell.simulate.fortnight.campaigns import Decoy, waged
from groundswell.simulate.fortnight.events import Event, reactions
from groundswell.simulate.fortnight.habits import Habit
from groundswell.simulate.fortnight.plan import plan
from groundswell.simulate.fortnight.rhythm import DAY
from groundswell.simulate.fortnight.script import Fortnight
from groundswell.simulate.fortnight.world import CAMPAIGNS, EVENTS, SHOWS, World, world

Entry = dict[str, object]
TAIL = 1.517
"""Widths after which a bell exp(−x²) has fallen to a tenth."""


def truth(script: Fortnight, *, seed: int = 1, rate: float = 1.0) -> list[Entry]:
    """All events, then all decoys, each in time. The seed draws them; `rate` changes `people`."""
    one = world(script, seed, rate)
    drawn = plan(one)
    events = [_event(one, event, EVENTS) for event in drawn.events]
    decoys = [
        *(
            _event(one, event, SHOWS, number) | {"kind": "decoy", "decoy": "weekly-show"}
            for number, event in enumerate(drawn.repeats)
        ),
        *(_campaign(one, decoy) for decoy in drawn.campaigns),
        *(entry for habit in drawn.habits for entry in _habit(one, habit)),
    ]
    for part in (events, decoys):
        part.sort(key=lambda entry: (str(entry["start"]), str(entry["name"])))
    return [entry | {"complete": True, "seed": seed} for entry in events + decoys]


def _window(one: World, start: float, end: float) -> Entry:
    """A window within the fortnight, in RFC 3339."""
    first, last = max(0.0, start), min(end, one.script.days * DAY)
    return {
        "start": iso(one.moment(first) // 1_000 * 1_000),
        "end": iso(one.moment(last) // 1_000 * 1_000),
    }


def _event(one: World, event: Event, stream: int, number: int | None = None) -> Entry:
    dice = one.dice(stream, event.number if number is None else number)
    times, authors = reactions(event, one, dice)
    end = one.moment(event.end)
    people = {author for time, author in zip(times, authors, strict=True) if time <= end}
    first, *others = [group.keywords() for group in event.groups]
    more: Entry = {"again": event.again} if event.again else {}
    more |= {"announced": True} if event.announced else {}
    return {
        "name": event.name, **_window(one, event.at, event.end),
        "keywords": [[*first, *event.tags], *others], "kind": "event", "scale": event.scale,
        "people": len(people), "lang": one.speech[event.tongue].lang, **more,
    }  # fmt: skip


def _campaign(one: World, decoy: Decoy) -> Entry:
    said = waged(decoy, one, one.dice(CAMPAIGNS, decoy.number))
    return {
        "name": decoy.name, **_window(one, decoy.at, decoy.at + decoy.minutes),
        "keywords": [decoy.keywords()], "kind": "decoy", "decoy": decoy.kind,
        "scale": "minute" if decoy.minutes < 60 else "hour",
        "people": len({post.author for post in said}), "lang": one.speech[decoy.tongue].lang,
    }  # fmt: skip


def _habit(one: World, habit: Habit) -> Iterator[Entry]:
    """A daily habit's first day and the rest; every other swell by itself."""
    entry: Entry = {
        "keywords": [habit.keywords], "kind": "decoy", "decoy": habit.kind,
        "scale": "hour" if habit.kind == "habit" else "day",
        "people": round(habit.people * one.rate), "lang": one.speech[habit.tongue].lang,
    }  # fmt: skip
    name = f"{habit.kind}: {habit.phrase}"
    if habit.kind == "habit":
        yield {"name": name, **_window(one, 0, DAY), **entry, "first": True}
        yield {"name": name, **_window(one, DAY, one.script.days * DAY), **entry, "first": False}
        return
    first = habit.kind == "weekday-tag"
    for day in habit.days:
        centre, reach = day * DAY + habit.at, TAIL * habit.width
        if centre + reach <= 0 or centre - reach >= one.script.days * DAY:
            continue
        yield {
            "name": name,
            **_window(one, centre - reach, centre + reach),
            **entry,
            "first": first,
        }
        first = False
