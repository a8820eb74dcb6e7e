"""Groundswell inside another program: the calls that `groundswell/__init__.py` exports.

The same engine and the same checks of a post as the command line; nothing is read but what is
given: no settings file, no environment, no clock.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterable, Iterator
from datetime import datetime
from threading import Event
from typing import TYPE_CHECKING, Any

from groundswell import settings
from groundswell.engines import loading, local
from groundswell.engines.feelings import load_reader
from groundswell.engines.ordering import in_order
from groundswell.errors import UsageError
from groundswell.expression import Mood
from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.mood import moods
from groundswell.kernel.posts.origins import primary
from groundswell.model import Board, Story
from groundswell.settings import event_time
from groundswell.sources.memory import MemorySource

if TYPE_CHECKING:
    from groundswell.explanation import Explanation
    from groundswell.kernel.pipeline import Rules

__all__ = ["explain", "feelings", "mood", "to_frame", "trends"]


def trends(posts: object, *, slice: str = "60s", top: int = 10) -> Iterator[Board]:  # noqa: A002
    """Boards of posts, each as soon as its slice is over, in event time.

    Args:
        posts: an iterable of dicts or `gs.Post`, or a polars, pandas or Arrow table, with `id`,
            `text` and `created_at`, and perhaps `author`, `lang`, `url` and `reply_to`. They may
            be out of order by up to a minute. A time without a zone is UTC.
        slice: length of a slice, as "60s", "15m" or "1h".
        top: stories on a board, 1–100.

    A post that cannot be read is skipped; one warning at the end says how many were, and why the
    first. What is given is read as boards are taken, so it may be larger than memory, or endless.

    Raises:
        UsageError: at once, for an argument out of range or a frame without a required column.
        NothingToReadError: at the end, when nothing that was given is a post.

    >>> import groundswell as gs
    >>> posts = [{"id": n, "text": "hello", "created_at": f"2026-03-17T20:0{n}:00Z"}
    ...          for n in range(3)]
    >>> [board.to_dict()["at"] for board in gs.trends(posts)]
    ['2026-03-17T20:01:00Z', '2026-03-17T20:02:00Z', '2026-03-17T20:03:00Z']
    """
    source = MemorySource(posts)
    return _boards(source, _rules(slice, top))


def _boards(source: MemorySource, rules: Rules) -> Iterator[Board]:
    kernel = loading.load_kernel(rules)
    for batch in in_order(source.read(), local.ALLOWANCE_US):
        yield from kernel.add(batch)
    yield from kernel.finish()
    _warn(source)


def explain(
    term: str,
    posts: object,
    *,
    at: str | datetime | None = None,
    slice: str = "60s",  # noqa: A002 -- as in CONTRACT
) -> Explanation:
    """Why a term is on the board of the slice that holds a time, or why not.

    Args:
        term: a word, phrase, hashtag, emoji or link.
        posts: as for `trends`.
        at: the time, as text (RFC 3339) or datetime; without a zone it is UTC. Without it: the
            height of the term, on the boards that list it if any do.
        slice: length of a slice.

    Raises:
        UsageError: no word in the term, no such time, or an argument out of range.
        NothingToReadError: nothing that was given is a post.
    """
    source = MemorySource(posts)
    at_us = None if at is None else event_time(at)
    found = local.explained(source, _rules(slice, 10), term, at_us=at_us, stop=Event())
    _warn(source)
    return found


def feelings(texts: Iterable[str]) -> list[dict[str, float]]:
    """Which feelings English texts express: the probability of each of 28 labels, 0–1.

    The labels are those of GoEmotions, `neutral` among them; a text may have several or none. What
    the model was made from and how good it is stands in docs/model-card.md. A single text is often
    misread: trust `mood`, which is over many.

    Raises:
        UsageError: something in `texts` is no text, or it is one text and not several.

    >>> import groundswell as gs
    >>> said = gs.feelings(["thank you so much, this made my day!"])[0]
    >>> max(said, key=said.get), len(said)
    ('gratitude', 28)
    """
    given = [texts] if isinstance(texts, str) else list(texts)
    if isinstance(texts, str) or not all(isinstance(text, str) for text in given):
        raise UsageError(
            "expected several texts, got one" if isinstance(texts, str) else
            "expected texts, got something else among them",
            hint='gs.feelings(["…", "…"])',
        )  # fmt: skip
    reader = load_reader()
    values, _ = reader.english.read(given)
    return [
        {label: round(float(p), 4) for label, p in zip(reader.labels, row, strict=True)}
        for row in values
    ]


def mood(posts: object) -> Mood:
    """The mix of feelings in posts, with intervals, how many were read and how many were not.

    Each author speaks once, with the first post; without authors each text does. `dominant` is
    against what is usual in the model's own training posts, for no stream is known here.

    Args:
        posts: as for `trends`. `lang` says which language a post is in; without it a post is read
            as English where its words are.

    Raises:
        UsageError, NothingToReadError: as `trends`.
    """
    source = MemorySource(posts)
    said: dict[str, tuple[str, str]] = {}
    for batch in source.read():
        rows = zip(batch.authors, batch.texts, batch.langs, strict=True)
        for author, text, lang in rows:
            said.setdefault(author or text, (text, primary(lang)))
    _warn(source)
    reader = load_reader()
    read = reader.read([text for text, _ in said.values()], [lang for _, lang in said.values()])
    usual = moods.nothing(reader).shares(reader)
    return moods.mood(reader, read, hash_strings(list(said)), usual)


def _rules(slice_: str, top: int) -> Rules:
    return settings.rules(settings.of(slice=settings.seconds(str(slice_)), top=top))


def _warn(source: MemorySource) -> None:
    """Says once what was skipped, to whoever called the library."""
    if source.rejected:
        warnings.warn(
            f"skipped {source.rejected:,} of {source.taken:,} posts; {source.first}",
            stacklevel=3,
        )


COLUMNS = (
    "board", "at", "rank", "id", "title", "terms", "started_at", "status", "posts", "authors",
    "expected", "excess", "lift", "z", "flags",
)  # fmt: skip
"""Columns of `to_frame`, in their order."""


def to_frame(boards: Iterable[Board] | Board) -> Any:
    """Boards as a frame, one row a story and board: polars' where it is installed, else pandas'.

    Columns are board, at, rank, id, title, terms, started_at, status, posts, authors, expected,
    excess, lift, z and flags; times are UTC, terms and flags are lists of text. Boards without a
    story have no row.

    Raises:
        UsageError: neither package is installed.
    """
    given = [boards] if isinstance(boards, Board) else boards
    rows = [_row(board, story) for board in given for story in board.stories]
    columns = {name: [row[i] for row in rows] for i, name in enumerate(COLUMNS)}
    polars = _package("polars")
    if polars is not None:
        return _polars(polars, columns)
    pandas = _package("pandas")
    if pandas is not None:
        return _pandas(pandas, columns)
    raise UsageError(
        "expected polars or pandas to make a frame, found neither", hint="pip install polars"
    )


def _row(board: Board, story: Story) -> tuple[Any, ...]:
    return (
        board.board, board.at, story.rank, story.id, story.title, list(story.terms),
        story.started_at, story.status, story.posts, story.authors, story.expected,
        story.excess, story.lift, story.z, list(story.flags),
    )  # fmt: skip


def _package(name: str) -> Any:
    """A package that may not be there; the library needs none of them by itself."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _polars(polars: Any, columns: dict[str, list[Any]]) -> Any:
    time, texts = polars.Datetime("us", "UTC"), polars.List(polars.String)
    kinds = {
        "board": polars.String, "at": time, "rank": polars.Int64, "id": polars.String,
        "title": polars.String, "terms": texts, "started_at": time, "status": polars.String,
        "posts": polars.Int64, "authors": polars.Int64, "expected": polars.Float64,
        "excess": polars.Float64, "lift": polars.Float64, "z": polars.Float64, "flags": texts,
    }  # fmt: skip
    return polars.DataFrame(columns, schema=kinds)


def _pandas(pandas: Any, columns: dict[str, list[Any]]) -> Any:
    frame = pandas.DataFrame(columns)
    for name in ("at", "started_at"):
        frame[name] = pandas.to_datetime(frame[name], unit="us", utc=True)
    return frame
