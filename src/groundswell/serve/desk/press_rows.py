"""What the press says of kept stories, as rows for `export press`: a row a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groundswell.archive.history import STORY, brief_of
from groundswell.archive.reading import Reader, Span
from groundswell.model import iso
from groundswell.press.clippings import Clippings
from groundswell.press.coverage import Told, coverage
from groundswell.press.joining import Subject
from groundswell.serve.desk.pressroom import MOST_TERMS


def rows(reader: Reader, held: Clippings, span: Span) -> Iterator[dict[str, Any]]:
    """Sentences of articles, by the stories that a span's boards listed, the oldest story first."""
    found = reader.rows(
        STORY + "WHERE last >= ? AND first < ? AND ? IN ('', board.name) AND confirmed "
        "ORDER BY first, story.id",
        (span.since, span.until, span.board),
    )
    for row in found:
        one = brief_of(row)
        subject = Subject(one.title, one.terms[:MOST_TERMS], one.started, one.last)
        told = coverage(subject, held)
        for article in told.articles:
            yield from _rows(one.board, one.id, article, known=bool(told.evidence))


def _rows(board: str, story: str, article: Told, *, known: bool) -> Iterator[dict[str, Any]]:
    for line in article.lines:
        yield {
            "board": board, "story": story, "cause_known": known, "outlet": article.outlet,
            "also_in": list(article.also), "title": article.title, "url": article.url,
            "published_at": iso(article.published_us), "score": round(article.score, 2),
            "sentence": line.sentence, "speaker": line.speaker or None,
            "through": line.through or None, "post": line.post,
        }  # fmt: skip
