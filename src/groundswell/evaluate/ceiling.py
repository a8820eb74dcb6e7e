"""What any method could find: how many of an event's words the posts said at all, and since when.

A sample of a stream holds few posts of a small moment. A word that two people said in an hour is
told only by a board that tells everything, and before five people said it only by one that tells
what a single table says to each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from groundswell.evaluate.events import Event
from groundswell.evaluate.matching import Said
from groundswell.model import MICROSECONDS, Batch


def ceilings(
    events: Sequence[Event], batches: Iterable[Batch], slice_us: int, least: Sequence[int]
) -> dict[int, float]:
    """Mean coverage of a board that told every word of at least so many texts, 0–1, by that number.

    Posts count from one slice before an event to one after it; equal texts count once. Of an event
    with alternatives the one that was said most stands.
    """
    texts: dict[int, dict[str, Said]] = {i: {} for i in range(len(events))}
    for batch in batches:
        for at, text in zip(batch.times, batch.texts, strict=True):
            for i, event in enumerate(events):
                if event.start - slice_us <= at < event.end + slice_us and text not in texts[i]:
                    texts[i][text] = Said.of([text])
    return {
        n: sum(_share(event, texts[i].values(), n) for i, event in enumerate(events))
        / max(len(events), 1)
        for n in least
    }


def soonest(
    events: Sequence[Event], batches: Iterable[Batch], slice_us: int, people: Sequence[int]
) -> dict[int, dict[str, float]]:
    """Median minutes from an event's start to a board that waits for so many people and no longer.

    The first board that closes after so many different people have said each of its groups, by that
    number and by the scale of events; `inf` where half of them never come so far. Of an event with
    alternatives the first stands.
    """
    said: list[list[dict[str, int]]] = [[{} for _ in event.versions[0]] for event in events]
    for batch in batches:
        for at, text, author in zip(batch.times, batch.texts, batch.authors, strict=True):
            for event, groups in zip(events, said, strict=True):
                if event.start <= at <= event.end:
                    words = Said.of([text])
                    for group, first in zip(event.versions[0], groups, strict=True):
                        if author not in first and words.hits(group):
                            first[author] = at
    late: dict[int, dict[str, list[float]]] = {n: {} for n in people}
    for event, groups in zip(events, said, strict=True):
        for n, by_scale in late.items():
            by_scale.setdefault(event.scale, []).append(_wait(event, groups, slice_us, n))
    return {
        n: {scale: float(np.median(waits)) for scale, waits in sorted(by_scale.items())}
        for n, by_scale in late.items()
    }


def _wait(event: Event, said: Sequence[dict[str, int]], slice_us: int, people: int) -> float:
    """Minutes until a board closes before which so many have said each group."""
    if any(len(first) < people for first in said):
        return float("inf")
    last = max(sorted(first.values())[people - 1] for first in said)
    return ((last // slice_us + 1) * slice_us - event.start) / (60 * MICROSECONDS)


def _share(event: Event, said: Iterable[Said], least: int) -> float:
    """The best share of a version's groups that at least so many texts hit, 0–1."""
    held = list(said)
    return max(
        sum(sum(text.hits(group) for text in held) >= least for group in groups) / len(groups)
        for groups in event.versions
    )
