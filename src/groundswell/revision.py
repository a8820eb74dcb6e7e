"""What was taken back, for those who have told it already: which words and numbers fall.

Owns how a story that was told is told again without them. A word goes when too few people say it
now; a voice goes with its post or its author; a story goes when nothing of it is left to say.
What was measured at the time (people above usual, the curve, the mood) stays: it names nobody. A
revision is about one board and the slices before a time; the kernel makes it, the archive and the
desk follow it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from groundswell.expression import Voice
from groundswell.model import Board, Doubt, Moment, Story, StoryEvent

LEAST: Final = 3
"""People who must say a word for it to be a crowd's and not somebody's."""

Keys = Callable[[str], frozenset[int]]
"""The terms that stand in a label, by their keys in the kernel's table."""

_QUOTED = re.compile("“(.*?)”|link to (.*)$")


@dataclass(frozen=True, slots=True)
class Cut:
    """What falls."""

    terms: frozenset[int] = frozenset()
    """Keys of terms that fewer than `LEAST` people say now."""
    totals: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Posts and people that stories have now, by their ids."""
    posts: frozenset[int] = frozenset()
    """Hashes of quoted posts that may not be quoted any more; these fall however old a board is."""
    people: frozenset[int] = frozenset()
    """Hashes of authors, likewise."""

    def __bool__(self) -> bool:
        """Whether words or sums fall: all that an archive has, for it keeps no post."""
        return bool(self.terms or self.totals)

    @property
    def quotes(self) -> Cut:
        """What of it is about voices."""
        return Cut(posts=self.posts, people=self.people)


@dataclass(frozen=True, slots=True)
class Revision:
    """What was taken back from one board."""

    before: int
    """It is about the slices that ended before, µs."""
    since: int
    """Of slices that ended at or before this nothing is known any more, µs."""
    struck: Cut
    """Deleted: gone for good."""
    veiled: Cut | None = None
    """Of all accounts that are hidden: back when they are. None where that is as it was."""
    board: str = "all"


def struck(label: str, cut: Cut, keys: Keys) -> bool:
    """Whether a label says what may not be said."""
    return bool(cut.terms) and not cut.terms.isdisjoint(keys(label))


def revised_board(board: Board, cut: Cut, keys: Keys) -> Board:
    """A board without what falls; the same one where nothing does."""
    kept = [revised(story, cut, keys) for story in board.stories]
    stories = tuple(story for story in kept if story is not None)
    events = tuple(_events(board.events, cut, keys))
    if stories == board.stories and events == board.events:
        return board
    return replace(board, stories=stories, events=events)


def _events(events: Iterable[StoryEvent], cut: Cut, keys: Keys) -> Iterable[StoryEvent]:
    for event in events:
        story = revised(event.story, cut, keys)
        if story is not None:
            yield event if story is event.story else replace(event, story=story)


def revised(story: Story, cut: Cut, keys: Keys) -> Story | None:
    """A story without what falls; None where nothing of it is left, the same where all is."""
    voices = tuple(one for one in story.voices if not _silent(one, cut))
    if len(voices) < len(story.voices):
        story = replace(story, voices=voices, eligible=max(story.eligible - 1, len(voices)))
    examples = tuple(one for one in story.examples if not _silent(one, cut))
    if len(examples) < len(story.examples):
        story = replace(story, examples=examples)
    posts, people = cut.totals.get(story.id, (story.posts, story.authors))
    if people < LEAST and people < story.authors:
        return None
    fallen = posts < story.posts or people < story.authors
    if not (fallen or any(struck(label, cut, keys) for label in _labels(story))):
        return story
    terms = tuple(term for term in story.terms if not struck(term, cut, keys))
    title = "" if struck(story.title, cut, keys) else story.title
    if not (title or terms):
        return None
    return replace(
        story,
        title=title or terms[0],
        terms=terms or (title,),
        posts=min(posts, story.posts),
        authors=min(people, story.authors),
        doubts=tuple(_doubt(doubt, cut, keys) for doubt in story.doubts),
        why=tuple(line for line in story.why if not _quotes(line, cut, keys)),
        moments=tuple(m for one in story.moments if (m := _moment(one, cut, keys)) is not None),
    )


def _silent(voice: Voice, cut: Cut) -> bool:
    return voice.post in cut.posts or voice.author in cut.people


def _labels(story: Story) -> Iterable[str]:
    yield story.title
    yield from story.terms
    for moment in story.moments:
        yield moment.title
        yield from moment.terms
    for line in (*story.why, *(doubt.reason for doubt in story.doubts)):
        yield from quoted(line)


def _moment(moment: Moment, cut: Cut, keys: Keys) -> Moment | None:
    terms = tuple(term for term in moment.terms if not struck(term, cut, keys))
    title = "" if struck(moment.title, cut, keys) else moment.title
    if not (title or terms):
        return None
    return replace(moment, title=title or terms[0], terms=terms or (title,))


def _doubt(doubt: Doubt, cut: Cut, keys: Keys) -> Doubt:
    if not _quotes(doubt.reason, cut, keys):
        return doubt
    return replace(doubt, reason=doubt.flag.replace("-", " "))


def quoted(line: str) -> list[str]:
    """The people's words in a line of ours.

    >>> quoted("“goal”: 20 people in 15 minutes"), quoted("half of the posts link to a.example")
    (['goal'], ['a.example'])
    """
    return [said or link for said, link in _QUOTED.findall(line)]


def _quotes(line: str, cut: Cut, keys: Keys) -> bool:
    return any(struck(said, cut, keys) for said in quoted(line))
