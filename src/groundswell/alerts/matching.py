"""Whether a story meets a rule; words are compared as the kernel folds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from groundswell.alerts.rules import UNDOUBTED, Rule
from groundswell.errors import UsageError
from groundswell.kernel.names.alike import solid, spelled
from groundswell.kernel.text.tokens import Tables, prepare, tokenize
from groundswell.model import Story

REMEMBERED: Final = 1 << 14
"""Labels whose folding is remembered."""
STORIES: Final = 1 << 9
"""Stories of which it is remembered what they say: each is held against every rule."""


class Matcher:
    """Holds stories against rules.

    Args:
        tables: the tokeniser's: two spellings are one word here when they are one to the kernel.
    """

    def __init__(self, tables: Tables) -> None:
        def fold(text: str) -> tuple[int, ...]:
            return tuple(tokenize(prepare([text], [()], tables), tables).hashes.tolist())

        def said(labels: tuple[str, ...]) -> _Said:
            forms = dict.fromkeys(form for label in labels for form in (label, spelled(label)))
            folded = tuple(self._fold(form) for form in forms)
            words = frozenset(word for one in folded for word in one)
            return _Said(frozenset(map(solid, labels)), folded, words)

        self._fold = lru_cache(REMEMBERED)(fold)
        self._said = lru_cache(STORIES)(said)

    def check(self, rule: Rule) -> None:
        """Refuses a term in which the kernel finds no word.

        Raises:
            UsageError: there is none.
        """
        if rule.term and not self._fold(rule.term):
            raise UsageError(
                f"expected a word, phrase, hashtag or emoji as term of rule {rule.name!r}, "
                f"got {rule.term!r}",
                hint="leave the term out to watch every story of the board",
            )

    def meets(self, rule: Rule, story: Story) -> bool:
        """Whether all conditions hold but `first_in_days`, which only an archive can answer."""
        mood = story.mood.dominant if story.mood else ()
        return (
            (story.confirmed or rule.stirring)
            and story.authors >= rule.people
            and story.lift >= rule.times
            and (not rule.rank or story.rank <= rule.rank)
            and (not rule.mood or rule.mood in mood)
            and (not rule.flag or rule.flag in (story.flags or (UNDOUBTED,)))
            and (not rule.term or self.says(story, rule.term))
        )

    def says(self, story: Story, term: str) -> bool:
        """Whether a label of the story is the term, or has its words one after the other."""
        wanted, whole = self._fold(term), solid(term)
        said = self._said(tuple(_labels(story)))
        if whole in said.whole:
            return True
        known = bool(wanted) and wanted[0] in said.words  # few stories have even the first word
        return known and any(_within(wanted, words) for words in said.labels)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a story's labels say, folded."""

    whole: frozenset[str]
    labels: tuple[tuple[int, ...], ...]
    words: frozenset[int]


def _labels(story: Story) -> Iterator[str]:
    yield story.title
    yield from story.terms
    for moment in story.moments:
        yield moment.title
        yield from moment.terms


def _within(wanted: tuple[int, ...], words: tuple[int, ...]) -> bool:
    n = len(wanted)
    return n > 0 and any(words[i : i + n] == wanted for i in range(len(words) - n + 1))
