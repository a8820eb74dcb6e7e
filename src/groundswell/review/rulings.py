"""What all decisions together come to: `fold` is a pure function of their list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from groundswell.review.decisions import Decision, Kind, Verb

Words = tuple[str, ...]
"""A term as it is looked for: its words in small letters, without # and punctuation around."""
NEVER: Final = 1 << 62
_AROUND: Final = re.compile(r"^\W+|\W+$")
_NAME: Final = re.compile(
    r"(?:https?://)?(?:[^/@\s]*@)?((?:[\w-]+\.)+[\w-]+)\.?(?::\d+)?(?:[/?#].*)?"
)


@lru_cache(maxsize=1 << 14)  # the same labels stand on many boards
def words(text: str) -> Words:
    """The words of a term or a text, in the form in which they are compared.

    >>> words("#FreeMoney, now"), words("Free  money!")
    (('freemoney', 'now'), ('free', 'money'))
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return tuple(word for one in folded.split() if (word := _AROUND.sub("", one) or one))


@dataclass(frozen=True, slots=True)
class Rulings:
    """What holds now."""

    hidden: frozenset[str] = frozenset()
    """Stories that are shown to nobody: hidden or rejected."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """What editors call stories."""
    merged: Mapping[str, str] = field(default_factory=dict)
    """Stories that others took in, and which in the end."""
    pinned: tuple[str, ...] = ()
    """Stories that stand first where they are listed, in that order."""
    apart: tuple[tuple[str, Words], ...] = ()
    """Terms that are no part of a story any more: its id, and the words of each."""
    approved: frozenset[str] = frozenset()
    fit: frozenset[Words] = frozenset()
    """Terms whose stories need no approval."""
    unfit: frozenset[Words] = frozenset()
    """Terms whose stories are rejected for good."""
    blocked: Mapping[Kind, frozenset[str]] = field(default_factory=dict)
    barred: Mapping[str, tuple[Words, ...]] = field(default_factory=dict)
    """Blocked terms by their first word."""
    domains: frozenset[str] = frozenset()
    """Blocked domains; those below them are blocked with them."""
    waiting_since: int = NEVER
    """Stories that began at or after this event time (µs) wait until they are approved."""

    def __bool__(self) -> bool:
        """Whether anything is shown otherwise than it was found."""
        return self != Rulings()

    def leads(self, story: str) -> str:
        """The story that an id leads to: itself, or the one that took it in."""
        return self.merged.get(story, story)

    def waits(self, story: str, title: str, began: int) -> bool:
        """Whether a story waits for approval: that of the one which took it in, where one did."""
        told = self.leads(story)
        if began < self.waiting_since or told in self.approved:
            return False
        return told != story or words(title) not in self.fit

    def hides(self, story: str, title: str, began: int) -> bool:
        """Whether a story of this title, begun at an event time (µs), is not to be shown."""
        if story in self.hidden or self.leads(story) in self.hidden:
            return True
        if self.unfit and words(title) in self.unfit:
            return True
        return self.waits(story, title, began)

    def bars(self, label: str) -> bool:
        """Whether a title, term or line has a blocked term, or stands for a blocked domain."""
        if self.barred:
            said = words(label)
            for i, word in enumerate(said):
                if any(said[i : i + len(one)] == one for one in self.barred.get(word, ())):
                    return True
        return bool(self.domains) and any(self._of_domain(one) for one in label.split())

    def _of_domain(self, word: str) -> bool:
        found = _NAME.fullmatch(word.strip("“”\"'(),.;"))
        parts = found[1].lower().split(".") if found else []
        return any(".".join(parts[i:]) in self.domains for i in range(len(parts) - 1))


def fold(decisions: Sequence[Decision], *, before_publish: bool = False) -> Rulings:
    """What decisions come to, in their order; with `before_publish` holds count.

    An undoing takes its decision out of the list, as if it had not been made; it can be undone
    itself. Of a story's approval and rejection, of two titles and of two stories that take one in,
    the later holds. A merge that would lead back to itself has no effect.
    """
    standing = list(in_force(decisions))
    hidden = {one.subject for one in standing if one.verb is Verb.HIDE}
    titles: dict[str, str] = {}
    targets: dict[str, str] = {}
    pins: dict[str, None] = {}
    verdicts: dict[tuple[Kind, str], Verb] = {}
    blocked: dict[Kind, set[str]] = {}
    apart: list[tuple[str, Words]] = []
    waiting = NEVER
    for one in standing:
        if one.verb is Verb.RENAME:
            titles[one.subject] = one.value
        elif one.verb is Verb.MERGE:
            before = targets.pop(one.subject, None)
            if _end(targets, one.value) != one.subject:
                targets[one.subject] = one.value
            elif before is not None:
                targets[one.subject] = before
        elif one.verb is Verb.PIN:
            pins[one.subject] = None
        elif one.verb in (Verb.APPROVE, Verb.REJECT):
            verdicts[one.kind, one.subject] = one.verb
        elif one.verb is Verb.BLOCK:
            blocked.setdefault(one.kind, set()).add(one.subject)
        elif one.verb is Verb.SPLIT:
            apart += [(one.subject, words(term)) for term in one.value.splitlines()]
        elif one.verb is Verb.HOLD and before_publish:
            waiting = min(waiting, int(one.value))
    hidden |= _judged(verdicts, Kind.STORY, Verb.REJECT)
    terms = {verb: _judged(verdicts, Kind.TERM, verb) for verb in (Verb.APPROVE, Verb.REJECT)}
    return Rulings(
        hidden=frozenset(hidden),
        titles=titles,
        merged={story: _end(targets, story) for story in targets},
        pinned=tuple(pins),
        apart=tuple(apart),
        approved=frozenset(_judged(verdicts, Kind.STORY, Verb.APPROVE)),
        fit=frozenset(map(words, terms[Verb.APPROVE])),
        unfit=frozenset(map(words, terms[Verb.REJECT])),
        blocked={kind: frozenset(names) for kind, names in blocked.items()},
        barred=_by_first(map(words, blocked.get(Kind.TERM, ()))),
        domains=frozenset(blocked.get(Kind.DOMAIN, ())),
        waiting_since=waiting,
    )


def undone(decisions: Sequence[Decision]) -> set[int]:
    """Numbers of the decisions, undoings among them, that hold no more."""
    found: set[int] = set()
    for one in reversed(decisions):  # an undoing is later than what it undoes
        if one.verb is Verb.UNDO and one.id not in found:
            found.add(one.undoes)
    return found


def in_force(decisions: Sequence[Decision]) -> Iterator[Decision]:
    """Decisions that hold, in their order, without the undoings themselves."""
    gone = undone(decisions)
    return (one for one in decisions if one.verb is not Verb.UNDO and one.id not in gone)


def _judged(verdicts: Mapping[tuple[Kind, str], Verb], kind: Kind, verb: Verb) -> set[str]:
    return {subject for (of, subject), said in verdicts.items() if of is kind and said is verb}


def _by_first(terms: Iterable[Words]) -> dict[str, tuple[Words, ...]]:
    found: dict[str, tuple[Words, ...]] = {}
    for one in sorted(set(terms)):
        found[one[0]] = (*found.get(one[0], ()), one)
    return found


def _end(targets: Mapping[str, str], story: str) -> str:
    """Where merges lead from a story; they never lead in a circle."""
    while story in targets:
        story = targets[story]
    return story
