"""A story's figures over its life: people a slice, what was usual, what its terms were said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from groundswell.archive.history import Said, Told
from groundswell.serve.drawing.curves import Point
from groundswell.serve.drawing.sparks import usual


def points(states: Sequence[Told], slice_us: int, began: int) -> Iterator[Point]:
    """People a slice over a story's life, oldest first, from slice end `began` (µs) on.

    A slice is told as the first board told it that knew it: at its own close, or when the story
    came onto the board. Later boards count it anew for what carries the story by then.
    """
    people: dict[int, int] = {}
    for one in states:
        for ago, number in enumerate(reversed(one.story.spark)):
            people.setdefault(one.at - ago * slice_us, number)
    for at in sorted(people):
        if at >= began:
            yield Point(at, people[at])


def measured(states: Iterable[Told]) -> Iterator[Point]:
    """What it was ranked by, at each close at which it was above usual."""
    for one in states:
        story = one.story
        if story.expected and not story.subject:
            yield Point(one.at, story.expected + story.excess, story.expected)


def with_usual(found: Sequence[Point], states: Iterable[Told], slice_us: int) -> tuple[Point, ...]:
    """A curve with what was usual at each slice end, as the last board before it had it.

    The slices before the first board that told the story have what was usual at its takeoff.
    """
    known = {
        one.at: value
        for one in states
        if not one.story.subject and (value := usual(one.story, slice_us))
    }
    last = next(iter(known.values()), None)
    told = []
    for one in found:
        last = known.get(one.at, last)
        told.append(Point(one.at, one.people, last))
    return tuple(told)


def members(said: Iterable[Said]) -> list[Said]:
    """A story's terms, each once however it was written, in the spelling that most used."""
    found: dict[str, Said] = {}
    for one in said:
        same = found.get(one.term.casefold())
        if same is None:
            found[one.term.casefold()] = one
        else:
            largest = max(same, one, key=lambda term: term.most)
            found[one.term.casefold()] = Said(
                same.term, same.posts + one.posts, largest.most, largest.most_at
            )
    return sorted(found.values(), key=lambda one: (-one.posts, one.term))
