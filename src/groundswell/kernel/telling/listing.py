"""Which stories have a row on a board, which are told in its running one, and in what order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundswell.kernel.memory import stories
from groundswell.kernel.memory.state import State
from groundswell.kernel.rules import Rules
from groundswell.kernel.telling.folding import folded
from groundswell.kernel.telling.running import as_one, holds, says_the_same
from groundswell.kernel.telling.write import Written
from groundswell.model import Story


@dataclass(frozen=True, slots=True)
class Told:
    """A living story and its row."""

    row: Written
    living: stories.Living
    now: bool
    """Whether any of it is above usual now."""


def sift(
    state: State, rules: Rules, told: list[Told], *, focused: bool
) -> tuple[list[Told], list[Told]]:
    """What a board lists, and what its running story tells: names first, then the largest.

    What only stirred and stirs no more is not listed any longer, though it is remembered; nor is
    what only stirs while its people speak of an announced story.
    """
    order = sorted(told, key=lambda row: (-row.row.weight, row.row.story.started_at, row.living.id))
    listed = [
        row
        for row in order
        if not row.living.ended and (row.living.confirmed or _stirs(rules, row))
    ]
    small = [row for row in listed if focused and _is_small(rules, row)]
    ids = {row.living.id for row in small}
    small.sort(key=lambda row: row.row.talk)
    large = [row for row in listed if row.living.id not in ids]
    aside = _aside(state, rules, large)
    if focused:
        small += [row for row in large if row.living.id in aside]
    return [row for row in large if row.living.id not in aside], small


def _aside(state: State, rules: Rules, listed: list[Told]) -> dict[str, str]:
    """What has no row because its people speak of an announced story; noted in what lives."""
    doubtful = {one.living.id for one in listed if one.living.doubted or one.row.suspected}
    aside = folded(state, rules, (one.living for one in listed), doubtful=doubtful)
    for living in (*state.living, *(one.living for one in listed)):
        living.said_of = aside.get(living.id, "")
    return aside


def rows(shown: list[Told]) -> list[tuple[float, Story]]:
    """Stories as they have a row, each with what it ranks by."""
    return [(one.row.weight, one.row.story) for one in shown]


def beside(
    state: State, rules: Rules, shown: list[Told], run: Story, lead: stories.Burst
) -> list[tuple[float, Story]]:
    """The rows of a board with one subject, its running story the last of what is above usual.

    What was a story before the board had one subject is not told twice: while its people are half
    of the running one's it tells that too, and then the running one tells it. Where either is
    doubted, both have rows: no doubt is lost.
    """
    same = [
        one
        for one in shown
        if not (run.doubts or one.row.story.doubts)
        and says_the_same(one.row.story, one.living, run, lead)
    ]
    others = rows([one for one in shown if one not in same])
    grown = next(
        (one.row for one in same if one.living.confirmed and holds(one.row.story, run)), None
    )
    if state.running:
        state.running.grown = grown.story.id if grown else ""
    if grown:
        return [*others, (grown.weight, as_one(rules, grown.story, run))]
    last = min((weight for weight, _ in others if weight > 0), default=0.0)
    return [*others, (last, run)]


def _stirs(rules: Rules, row: Told) -> bool:
    """Whether it says something that more people than usual say, or some still do and a few did.

    What is doubted stays as long as a trace of it does: who looks later sees that it was there.
    """
    story = row.row.story
    still = story.spark[-1] > 0 and story.authors >= rules.few_authors
    tells = not row.row.bare and (story.excess > 0 or still)
    return row.now and (tells or bool(story.doubts))


def _is_small(rules: Rules, row: Told) -> bool:
    """Whether a story is too small for a row beside the running one, and nothing speaks against it.

    Only a small board's lower gate let it in; or it is small talk ("another", "yes") about what all
    speak of.
    """
    story = row.row.story
    little = story.z < rules.gate or row.row.talk
    return little and not story.confirmed and not story.doubts


def number(found: list[tuple[float, Story]]) -> list[Story]:
    """Stories with their ranks, the largest first; equal ones stay in their order."""
    order = sorted(found, key=lambda row: -row[0])
    return [replace(story, rank=i + 1) for i, (_, story) in enumerate(order)]
