"""Boards as they are shown under rulings: pure, and the same for pages, API, streams and feeds.

A merged story stands under the address of the one that took it in. How many people the two have
together nobody knows here, for boards hold numbers and no people: the figures of the larger one
are shown, which is what is sure at least, and `edited` says `merged`. A story that stands under a
title of an editor's, or is pinned, says so too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from groundswell.explanation import Explanation
from groundswell.expression import Voice
from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.posts.accounts import instance
from groundswell.model import Board, Moment, Story, StoryEvent
from groundswell.review.decisions import Kind
from groundswell.review.rulings import Rulings
from groundswell.revision import quoted
from groundswell.sources.names import spellings

TERMS = 8
"""Terms of a story on a board."""
NOT_SHOWN = "no story that this desk shows has it"


def shown_board(board: Board, rulings: Rulings) -> Board:
    """A board as it may be shown; the same one where nothing of it changes."""
    if not rulings:
        return board
    stories = tuple(_ranked(_together(board.stories, rulings), rulings))
    events = tuple(_events(board.events, rulings))
    if stories == board.stories and events == board.events:
        return board
    return replace(board, stories=stories, events=events)


def shown(story: Story, rulings: Rulings) -> Story | None:
    """A story under its own id as it may be shown; None where it may not be, the same if it may.

    Whether another one took it in is not asked.
    """
    if rulings.hides(story.id, story.title, story.started_at):
        return None
    told = _without(story, rulings)
    title = rulings.titles.get(story.id)
    if told is None or title in (None, told.title):
        return told
    return replace(told, title=title, edited=(*told.edited, "renamed"))


def may_announce(story: Story, rulings: Rulings) -> bool:
    """Whether a story may be told to others, as by an alert: it is shown, and under its own id."""
    return rulings.leads(story.id) == story.id and shown(story, rulings) is not None


def shown_explanation(found: Explanation, rulings: Rulings) -> Explanation:
    """An answer to "why?" that names no story which is not shown."""
    if not rulings or found.story is None:
        return found
    told = shown(found.story, rulings)
    if told is found.story:
        return found
    if told is None or rulings.leads(told.id) != told.id:
        return replace(found, story=None, reasons=(NOT_SHOWN,))
    said = found.story.title
    reasons = tuple(
        line.replace(f"“{said}”", f"“{told.title}”") for line in found.reasons
        if not rulings.bars(line.replace("“", " ").replace("”", " "))
    )  # fmt: skip
    return replace(found, story=told, reasons=reasons)


def _together(stories: Iterable[Story], rulings: Rulings) -> Iterator[Story]:
    """Stories as shown; of those that were merged the first, with what the others have."""
    groups: dict[str, list[Story]] = {}
    for story in stories:
        if (told := shown(story, rulings)) is not None:
            groups.setdefault(rulings.leads(story.id), []).append(told)
    for name, group in groups.items():
        yield group[0] if group[0].id == name and len(group) == 1 else _one(name, group, rulings)


def _one(name: str, group: list[Story], rulings: Rulings) -> Story:
    """Several stories as the one called `name`: the largest one's figures under its title."""
    first = group[0]
    home = next((one for one in group if one.id == name), first)
    terms = dict.fromkeys((*home.terms, *(term for one in group for term in one.terms)))
    return replace(
        first,
        id=name,
        title=rulings.titles.get(name, home.title),
        terms=tuple(terms)[:TERMS],
        posts=max(one.posts for one in group),
        authors=max(one.authors for one in group),
        confirmed=any(one.confirmed for one in group),
        moments=tuple(
            sorted({m for one in group for m in one.moments}, key=lambda m: (m.started_at, m.title))
        ),
        edited=tuple(dict.fromkeys((*home.edited, "merged"))),
    )


def _ranked(stories: Iterable[Story], rulings: Rulings) -> Iterator[Story]:
    """Stories in their order, pinned ones before, with ranks that have no gaps."""
    order = {name: i for i, name in enumerate(rulings.pinned)}
    rows = sorted(stories, key=lambda one: order.get(one.id, len(order)))
    for rank, story in enumerate(rows, 1):
        marks = (*story.edited, "pinned") if story.id in order else story.edited
        yield (
            story
            if (rank, marks) == (story.rank, story.edited)
            else replace(story, rank=rank, edited=marks)
        )


def _events(events: Iterable[StoryEvent], rulings: Rulings) -> Iterator[StoryEvent]:
    for event in events:
        story = shown(event.story, rulings)
        if story is None or rulings.leads(story.id) != story.id:
            continue
        other = rulings.leads(event.other)
        other = "" if other in rulings.hidden or other == story.id else other
        same = story is event.story and other == event.other
        yield event if same else replace(event, story=story, other=other)


def _without(story: Story, rulings: Rulings) -> Story | None:
    """A story without what is blocked; None where nothing is left to call it by.

    Of accounts and servers their words fall here at once; their numbers, by the engine.
    """
    if not rulings.blocked:
        return story
    people = _people(rulings.blocked.get(Kind.ACCOUNT, frozenset()))
    servers = rulings.blocked.get(Kind.INSTANCE, frozenset())
    voices, examples = (
        tuple(one for one in said if not _silent(one, rulings, people, servers))
        for said in (story.voices, story.examples)
    )
    terms = tuple(term for term in story.terms if not rulings.bars(term))
    title = "" if rulings.bars(story.title) else story.title
    why = tuple(line for line in story.why if not _says(line, rulings))
    moments = tuple(m for one in story.moments if (m := _moment(one, rulings)) is not None)
    doubts = tuple(
        replace(one, reason=one.flag.replace("-", " ")) if _says(one.reason, rulings) else one
        for one in story.doubts
    )
    if not (title or terms):
        return None
    told = replace(
        story, title=title or terms[0], terms=terms or (title,), why=why, moments=moments,
        doubts=doubts, voices=voices, examples=examples,
    )  # fmt: skip
    return story if told == story else told


def _silent(
    voice: Voice, rulings: Rulings, people: frozenset[int], servers: frozenset[str]
) -> bool:
    if voice.author in people or rulings.bars(voice.text):
        return True
    return bool(servers and voice.url) and instance(voice.url) in servers


@lru_cache(maxsize=4)
def _people(names: frozenset[str]) -> frozenset[int]:
    """Blocked accounts as voices know them, by all that streams may call them."""
    called = [form for one in names for form in spellings(one)]
    return frozenset(hash_strings(called).tolist()) if called else frozenset()


def _moment(moment: Moment, rulings: Rulings) -> Moment | None:
    terms = tuple(term for term in moment.terms if not rulings.bars(term))
    title = "" if rulings.bars(moment.title) else moment.title
    if not (title or terms):
        return None
    return replace(moment, title=title or terms[0], terms=terms or (title,))


def _says(line: str, rulings: Rulings) -> bool:
    return any(rulings.bars(said) for said in quoted(line))
