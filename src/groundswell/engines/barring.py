"""What editors block, for a run: from which event time on the engine counts by it.

A decision that is new is put in force for the open slice and for all that is held, and the ledger
is told the beginning of that slice (`since`). From then on it belongs there: a run that goes on, or
a replay of the log (`replay --review`), puts it in force at the same event time, so equal posts and
equal decisions give equal boards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np

from groundswell.engines.boards import Boards
from groundswell.errors import ArchiveError
from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.telling.barred import Barred, Run
from groundswell.kernel.text.domains import registrable
from groundswell.kernel.text.keys import key_of
from groundswell.kernel.text.kinds import DOMAIN
from groundswell.kernel.text.tokens import Tables, prepare, tokenize
from groundswell.review.decisions import Decision, Kind, Verb
from groundswell.review.ledger import Ledger
from groundswell.review.rulings import Rulings, fold
from groundswell.sources.names import spellings
from groundswell.watch import LOG

LOOK: Final = 0.5
"""Seconds between looks at the ledger."""


class Barring:
    """The ledger of a desk, for one run. `begin` once, then `look` as often as wanted."""

    def __init__(self, ledger: Ledger, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._ledger = ledger
        self._monotonic = monotonic
        self._looked = monotonic()
        self._seen = -1
        self._known: set[int] = set()
        """Decisions that are in force, or will be."""

    def begin(self, boards: Boards) -> None:
        """Puts in force what the log says, at the event times of it; before anything is counted.

        What no engine has taken up yet holds from the beginning, in a log that is replayed.

        Raises:
            ArchiveError: the ledger cannot be read.
        """
        made = _counted(self._ledger.all())
        live = self._ledger.follows
        self._known = {one.id for one in made if one.since or not live}
        for since in sorted({one.since for one in made if one.id in self._known}):
            held = [one for one in made if one.id in self._known and one.since <= since]
            boards.bar(barred(fold(held), boards.main.tables), since)

    def look(self, boards: Boards) -> None:
        """Takes up what was decided since, at most twice a second."""
        now, open_slice = self._monotonic(), boards.main.state.slice
        if now - self._looked < LOOK or open_slice < 0:
            return
        self._looked = now
        try:
            newest = self._ledger.newest()
            if newest != self._seen:
                self._seen = newest
                self._take(boards, open_slice * boards.main.rules.slice_us)
        except ArchiveError as error:  # what was decided so far goes on
            LOG.warning("decisions could not be looked up: %s", error.problem)

    def _take(self, boards: Boards, since: int) -> None:
        made = _counted(self._ledger.all())
        new = [one.id for one in made if one.id not in self._known]
        if new:
            self._ledger.take(since, new)
            self._known.update(new)
            boards.bar(barred(fold(made), boards.main.tables), since)


def _counted(decisions: Sequence[Decision]) -> list[Decision]:
    """Those that the engine counts by, with their undoings."""
    own = {one.id for one in decisions if one.verb in (Verb.BLOCK, Verb.SPLIT)}
    for one in decisions:
        if one.verb is Verb.UNDO and one.undoes in own:
            own.add(one.id)
    return [one for one in decisions if one.id in own]


def barred(rulings: Rulings, tables: Tables) -> Barred:
    """Rulings as the kernel knows them."""
    blocked = {kind: sorted(rulings.blocked.get(kind, ())) for kind in Kind}
    terms = blocked[Kind.TERM]
    names = sorted({name for one in blocked[Kind.ACCOUNT] for name in spellings(one)})
    found = (key_of(form, tables) for one in terms for form in _forms(one))
    stories: dict[str, set[Run]] = {}
    for story, words in rulings.apart:
        stories.setdefault(story, set()).update(_runs([" ".join(words)], tables))
    return Barred(
        authors=np.sort(hash_strings(names)),
        hosts=np.sort(hash_strings(blocked[Kind.INSTANCE])),
        words=np.array(sorted(_domains(blocked[Kind.DOMAIN], tables)), np.uint64),
        terms=frozenset(_runs(terms, tables)),
        keys=frozenset(key[0] for key in found if key),
        apart=tuple(frozenset(own) for own in stories.values() if own),
    )


def _forms(term: str) -> list[str]:
    """A term as a word and, where it is one, as a hashtag."""
    bare = term.removeprefix("#")
    return [bare] if " " in bare else [bare, f"#{bare}"]


def _runs(terms: Iterable[str], tables: Tables) -> set[Run]:
    forms = [form for one in terms for form in _forms(one)]
    said = tokenize(prepare(forms, [()] * len(forms), tables), tables)
    edges = zip(said.first[:-1].tolist(), said.first[1:].tolist(), strict=True)
    return {tuple(said.hashes[a:b].tolist()) for a, b in edges if b > a}


def _domains(hosts: Iterable[str], tables: Tables) -> set[int]:
    """Tokens of links to domains; the kernel knows no name below a registrable one."""
    whole = [host for host in hosts if registrable(host, tables.suffixes) == host]
    links = [f"https://{host}/a" for host in whole]
    said = tokenize(prepare(links, [()] * len(links), tables), tables)
    return set(said.hashes[said.kinds == DOMAIN].tolist())
