"""Events: their course, who reacts, and what they say.

The course is a power of time up to the peak and a stretched exponential after it (Kohlrausch's
function), so that its end, a tenth of the peak, is known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from groundswell.simulate.fortnight.names import Group
from groundswell.simulate.fortnight.rhythm import MINUTE_US
from groundswell.simulate.fortnight.speech import Said, handle, repeated
from groundswell.simulate.fortnight.world import World

QUARTER = 15.0
STEP = 0.1
"""Minutes: how finely a course is followed."""
TAIL = 2.2
"""A course is followed for so many times its fall."""
TAG_ODDS = (0.6, 0.25, 0.15)
TAGGED = 0.3
CRIED = 0.35
REPEATED = 0.12
ANSWERED = 0.08
LINKED = 0.08


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens; times in minutes, `at` since the fortnight's start.

    `people` is how many posts the first quarter of an hour has on average and `least` at least,
    `most` the most posts a minute; `again` names the event that had the same subject before.
    """

    number: int
    name: str
    scale: str
    tongue: int
    at: float
    rise: float
    fall: float
    bend: float
    people: float
    least: int
    most: float
    groups: tuple[Group, ...]
    tags: tuple[str, ...] = ()
    again: str = ""
    announced: bool = False

    @property
    def end(self) -> float:
        """When its rate falls below a tenth of the peak."""
        return self.at + self.rise + self.fall

    def level(self, after: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rate at minutes `after` its start, as a share of the peak; 0 before."""
        fallen = np.maximum(0.0, after - self.rise) / self.fall
        course = np.minimum(1.0, np.maximum(0.0, after) / self.rise)
        return np.asarray(course * np.exp(-np.log(10) * fallen**self.bend))

    def peak(self) -> float:
        """Posts a minute at the peak."""
        quarter = float(self.level(np.arange(0.0, QUARTER, STEP) + STEP / 2).sum()) * STEP
        return min(self.most, self.people / quarter)


def reactions(event: Event, world: World, rng: np.random.Generator) -> tuple[list[int], list[str]]:
    """(times in µs, authors) of an event's posts, in time."""
    grid = np.arange(0.0, event.rise + TAIL * event.fall, STEP)
    course = np.concatenate([[0.0], np.cumsum(event.level(grid + STEP / 2)) * STEP])
    edges = np.append(grid, grid[-1] + STEP)
    drawn = rng.random(int(rng.poisson(event.peak() * course[-1]))) * course[-1]
    quarter = float(np.interp(QUARTER, edges, course))
    missing = max(0, event.least - int((drawn < quarter).sum()))
    drawn = np.sort(np.append(drawn, rng.random(missing) * quarter))
    after = np.interp(drawn, course, edges)
    times = world.origin + np.round((event.at + after) * MINUTE_US).astype(np.int64)
    return times.tolist(), world.crowd.witnesses(rng, event.tongue, times.size)


def told(event: Event, world: World, rng: np.random.Generator) -> list[Said]:
    """All posts about an event, in time; in most of them only some of its words occur."""
    times, authors = reactions(event, world, rng)
    size, speech = len(times), world.speech[event.tongue]
    pieces = _pieces(event, rng, size)
    own = speech.fillers(rng, size, 9)
    cries = speech.vocabulary.tongue.cries
    cried = rng.integers(0, int(len(cries) / CRIED), size).tolist()
    places = rng.random(size).tolist()
    sentences = [
        [*cries[cry : cry + 1], *_sentence(said, filler, place)]
        for said, filler, place, cry in zip(pieces, own, places, cried, strict=True)
    ]
    texts = [speech.joined(words) for words in sentences]
    texts = _tagged(event, rng, speech.typed(rng, texts, 0.3))
    texts, replies = _passed_on(event, rng, texts, authors)
    rows = zip(times, texts, authors, replies, strict=True)
    return [Said(time, text, who, speech.lang, reply) for time, text, who, reply in rows]


def _pieces(event: Event, rng: np.random.Generator, size: int) -> list[list[str]]:
    """The forms that each post says: of one group at least, in any order."""
    shares = np.array([group.share for group in event.groups])
    says = rng.random((size, shares.size)) < shares
    silent = np.flatnonzero(~says.any(axis=1))
    cumulated = np.cumsum(shares) / shares.sum()
    says[silent, np.searchsorted(cumulated, rng.random(silent.size), side="right")] = True
    forms = [
        np.array(group.forms, np.object_)[
            np.searchsorted(np.cumsum(group.odds)[:-1], rng.random(size), side="right")
        ].tolist()
        for group in event.groups
    ]
    lower, turned = (rng.random(size) < 0.3).tolist(), (rng.random(size) < 0.4).tolist()
    out = []
    for i, row in enumerate(says.tolist()):
        said = [form[i] for form, one in zip(forms, row, strict=True) if one]
        said = [form.lower() for form in said] if lower[i] else said
        out.append(said[::-1] if turned[i] else said)
    return out


def _sentence(said: list[str], own: list[str], place: float) -> list[str]:
    """Own words before, between and after what is named."""
    before = int(place * (len(own) + 1))
    words = own[:before]
    for i, form in enumerate(said):
        words += [form, *own[before + i : before + i + 1]]
    return words + own[before + len(said) :]


def _tagged(event: Event, rng: np.random.Generator, texts: list[str]) -> list[str]:
    if not event.tags:
        return texts
    chosen = rng.choice(len(event.tags), len(texts), p=TAG_ODDS).tolist()
    with_tag = (rng.random(len(texts)) < TAGGED).tolist()
    return [
        f"{text} {event.tags[tag]}" if one else text
        for text, tag, one in zip(texts, chosen, with_tag, strict=True)
    ]


def _passed_on(
    event: Event, rng: np.random.Generator, texts: list[str], authors: list[str]
) -> tuple[list[str], list[str]]:
    """(texts, whom they answer): some repeat or answer an earlier post, some link to a report."""
    size = len(texts)
    chance, earlier = rng.random(size).tolist(), rng.random(size).tolist()
    out, replies = list(texts), [""] * size
    for i in range(3, size):
        other = int(i * earlier[i])
        if chance[i] < REPEATED:
            out[i] = repeated(authors[other], texts[other])
        elif chance[i] < REPEATED + ANSWERED:
            out[i], replies[i] = f"{handle(authors[other])} {texts[i]}", authors[other]
        elif chance[i] < REPEATED + ANSWERED + LINKED:
            out[i] = f"{texts[i]} https://report{i % 9}.example/{event.number}{i}"
    return out, replies
