"""The archive as it is shown: every query goes through the rulings, and none can go past them.

SQLite looks for a table's name among temporary ones first. So each table with words in it is
shadowed, for this connection, by a view of the same name that leaves out what is hidden and calls
stories as editors do; whoever asks need not know. Boards are read whole and shown as live ones are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from groundswell.archive.database import told
from groundswell.archive.reading import ALWAYS, Reader, Span
from groundswell.model import Board
from groundswell.review.rulings import Rulings
from groundswell.review.showing import shown_board
from groundswell.revision import quoted
from groundswell.times import microseconds

_VIEWS: Final = {
    "story": (
        "SELECT id, name, board, told_title(name, title, terms) AS title, told_terms(terms) AS "
        "terms, started, first, last, ended, confirmed, posts, authors, peak_rank, peak_excess, "
        "peak_at, flags, mood FROM main.story WHERE is_shown(name, title, terms, started)"
    ),
    "state": (
        "SELECT at, story, rank, told_title((SELECT name FROM main.story WHERE id = state.story), "
        "title, terms) AS title, told_terms(terms) AS terms, started, status, posts, authors, "
        "expected, excess, lift, z, window, confirmed, subject, told_doubts(doubts) AS doubts, "
        "told_lines(why) AS why, spark, mood FROM main.state AS state"
    ),
    "moment": (
        "SELECT at, story, number, told_title('', title, terms) AS title, told_terms(terms) AS "
        "terms, started, peak, authors FROM main.moment WHERE is_said(title, terms)"
    ),
    "event": (
        "SELECT at, board, number, type, story, told_body(body) AS body FROM main.event "
        "WHERE is_told(body)"
    ),
    "term": "SELECT id, label FROM main.term WHERE is_label(label)",
}
_decode = msgspec.json.decode


class Shown(Reader):
    """An archive read under rulings; use it as a context manager, like any `Reader`.

    With `hushed`, series lack the terms that only stories have which are not shown: as exports do.
    """

    def __init__(self, folder: Path, rulings: Rulings, *, hushed: bool = False) -> None:
        super().__init__(folder)
        self._rulings = rulings
        self._hushed: frozenset[str] = frozenset()
        if rulings:
            with told(self._path):
                self._hushed = self._only_hidden() if hushed else frozenset()
                for name, call in self._calls().items():
                    self._db.create_scalar_function(name, call, deterministic=True)
                for name, query in _VIEWS.items():
                    self._db.execute(f"CREATE TEMP VIEW {name} AS {query}")

    def boards(self, span: Span = ALWAYS) -> Iterator[Board]:
        """Boards as they are shown now, in the order of their slices."""
        return (shown_board(board, self._rulings) for board in super().boards(span))

    def _only_hidden(self) -> frozenset[str]:
        """Labels of stories that are not shown, which no story has that is."""
        shown: set[str] = set()
        hidden: set[str] = set()
        rows = self._db.execute(
            "SELECT DISTINCT story.name, story.title, state.title, state.terms, story.started "
            "FROM main.state AS state JOIN main.story AS story ON story.id = state.story"
        )
        for name, title, then, terms, started in rows:
            seen = self._is_shown(name, title, terms, started)
            (shown if seen else hidden).update((title, then, *_decode(terms)))
        return frozenset(hidden - shown)

    def _calls(self) -> dict[str, Any]:
        return {
            "told_title": self._title,
            "told_terms": self._terms,
            "told_lines": self._lines,
            "told_doubts": self._doubts,
            "told_body": self._body,
            "is_shown": self._is_shown,
            "is_said": self._is_said,
            "is_told": self._is_told,
            "is_label": lambda label: label not in self._hushed and not self._rulings.bars(label),
        }

    @property
    def _bars(self) -> bool:
        return bool(self._rulings.barred or self._rulings.domains)

    def _is_shown(self, name: str, title: str, terms: str, started: int) -> bool:
        rulings = self._rulings
        if rulings.leads(name) != name or rulings.hides(name, title, started):
            return False
        return self._is_said(title, terms)

    def _is_said(self, title: str, terms: str) -> bool:
        """Whether anything is left to call it by."""
        if not (self._bars and self._rulings.bars(title)):
            return True
        return not all(self._rulings.bars(term) for term in _decode(terms))

    def _title(self, name: str, title: str, terms: str) -> str:
        given = self._rulings.titles.get(name)
        if given is not None:
            return given
        if self._bars and self._rulings.bars(title):
            return next((one for one in _decode(terms) if not self._rulings.bars(one)), "")
        return title

    def _terms(self, terms: str) -> str:
        if not self._bars:
            return terms
        return _text([one for one in _decode(terms) if not self._rulings.bars(one)])

    def _lines(self, lines: str) -> str:
        if not self._bars:
            return lines
        return _text([one for one in _decode(lines) if not self._says(one)])

    def _doubts(self, doubts: str) -> str:
        if not self._bars:
            return doubts
        return _text([
            [flag, share, flag.replace("-", " ") if self._says(reason) else reason]
            for flag, share, reason in _decode(doubts)
        ])  # fmt: skip

    def _says(self, line: str) -> bool:
        return any(self._rulings.bars(said) for said in quoted(line))

    def _is_told(self, body: str) -> bool:
        story = _decode(body)
        return self._is_shown(
            story["id"], story["title"], _text(story["terms"]), microseconds(story["started_at"])
        )

    def _body(self, body: str) -> str:
        story = _decode(body)
        rulings, terms = self._rulings, _text(story["terms"])
        other = rulings.leads(story.get("other", ""))
        if other in rulings.hidden or other == story["id"]:
            other = ""
        story |= {
            "title": self._title(story["id"], story["title"], terms),
            "terms": _decode(self._terms(terms)),
            "why": _decode(self._lines(_text(story["why"]))),
            "moments": [
                one | {"title": self._title("", one["title"], _text(one["terms"])),
                       "terms": _decode(self._terms(_text(one["terms"])))}
                for one in story["moments"] if self._is_said(one["title"], _text(one["terms"]))
            ],
        }  # fmt: skip
        story.pop("other", None)
        return _text(story | ({"other": other} if other else {}))


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
