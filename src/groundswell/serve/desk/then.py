"""Why a term was on a board that closed long ago, or not: by what that board said.

The engine measures any term in its open slice and in the last one. Of an earlier time only boards
are kept, with their stories and the sums of those; not the sums of every word that nobody listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from groundswell.explanation import Explanation
from groundswell.model import Board, Story


def told_then(board: Board, term: str) -> Explanation:
    """What a board says of a term: the story that told it, else what the board did list.

    A story tells a term that is its title, one of its terms or of its moments', else one in which
    the term stands as a word or as a run of words; in any case of letters.
    """
    story = _telling(board.stories, " ".join(term.casefold().split()))
    reasons = _with(story) if story else _without(board)
    return Explanation(
        term=term, counted=term, at=board.at, windows=(), story=story, bar=0.0,
        reasons=tuple(reasons), top=max(10, len(board.stories)),
    )  # fmt: skip


def _telling(stories: Iterable[Story], wanted: str) -> Story | None:
    part = None
    for story in stories:
        for label in _labels(story):
            if wanted == label:
                return story
            if part is None and f" {wanted} " in f" {label} ":
                part = story
    return part


def _labels(story: Story) -> Iterator[str]:
    yield from (label.casefold() for label in (story.title, *story.terms))
    for one in story.moments:
        yield from (label.casefold() for label in (one.title, *one.terms))


def _with(story: Story) -> Iterator[str]:
    yield f"number {story.rank}, in the story “{story.title}”"
    if not (story.confirmed or story.subject or story.doubts):
        yield "the story was not announced: it only stirred"
    for doubt in story.doubts:
        yield f"doubted: {doubt.reason}"


def _without(board: Board) -> Iterator[str]:
    yield "no story on it had the word"
    clear = [story for story in board.stories if not (story.doubts or story.subject)]
    if clear:
        last = min(clear, key=lambda story: story.excess)
        yield f"its smallest story was “{last.title}”, with {last.excess:,.0f} people above usual"
    elif not board.stories:
        yield "nothing was above usual"
    yield "how many people said the word then is not kept, since no story had it"
