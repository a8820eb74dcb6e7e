"""What any method could find: how many of an event's words the posts said at all.

A sample of a stream holds few posts of a small moment. A word that two people said in an hour is
told only by a board that tells everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from groundswell.evaluate.events import Event
from groundswell.evaluate.matching import Said
from groundswell.model import Batch


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


def _share(event: Event, said: Iterable[Said], least: int) -> float:
    """The best share of a version's groups that at least so many texts hit, 0–1."""
    held = list(said)
    return max(
        sum(sum(text.hits(group) for text in held) >= least for group in groups) / len(groups)
        for groups in event.versions
    )
