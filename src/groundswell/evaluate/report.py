"""Figures as people read them: one row a figure, one column a method, as text or Markdown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from groundswell.errors import UsageError
from groundswell.evaluate import pictures
from groundswell.evaluate.scores import RANKS, Scores

Row = tuple[str, Callable[[Scores], str]]


def table(runs: list[Scores]) -> tuple[list[str], list[list[str]]]:
    """Heads and rows; a row that has nothing in any run is left out."""
    rows = [[label, *(figure(run) for run in runs)] for label, figure in _rows(runs)]
    kept = [row for row in rows if any(cell != "–" for cell in row[1:])]
    return ["", *(run.method for run in runs)], kept


def plain(runs: list[Scores]) -> str:
    """The table in columns, for a terminal."""
    heads, rows = table(runs)
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    lines = []
    for row in [heads, *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def markdown(runs: list[Scores]) -> str:
    """The table in Markdown."""
    heads, rows = table(runs)
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * len(runs)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def figures(runs: list[Scores]) -> str:
    """All figures as JSON, with each event's own."""
    raw = msgspec.json.encode({"methods": {run.method: run.to_dict() for run in runs}})
    return msgspec.json.format(raw, indent=1).decode() + "\n"


def said(runs: list[Scores], form: str) -> str:
    """What the command prints: `table`, `json` or `markdown`."""
    return {"json": figures, "markdown": markdown}.get(form, plain)(runs)


def write(folder: Path, runs: list[Scores], *, title: str) -> None:
    """A report in a folder, which is made: figures.json, report.md, and its pictures beside them.

    Raises:
        UsageError: the folder cannot be written.
    """
    drawn = pictures.draw(runs)
    page = [f"# {title}\n", markdown(runs)]
    page += [f"![{picture.alt}]({picture.name}.svg)\n" for picture in drawn]
    files = {f"{picture.name}.svg": picture.svg for picture in drawn}
    files |= {"report.md": "\n".join(page), "figures.json": figures(runs)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(
            f"expected a folder to write to, got {folder}: {error.strerror}"
        ) from error


def share(value: float | None) -> str:
    """A share as .93, 1 or 0.

    >>> share(0.9333), share(1.0), share(0.0), share(None)
    ('.93', '1', '0', '–')
    """
    if value is None:
        return "–"
    if value in {0.0, 1.0}:
        return str(int(value))
    return f"{value:.2f}".removeprefix("0")


def amount(value: float | None) -> str:
    """A number with as many digits as mean something.

    >>> amount(0.1234), amount(3.456), amount(1234.5), amount(None)
    ('0.12', '3.5', '1,234', '–')
    """
    if value is None:
        return "–"
    digits = 0 if value >= 100 else 1 if value >= 1 else 2
    return f"{value:,.{digits}f}"


def _rows(runs: list[Scores]) -> list[Row]:
    rows: list[Row] = [("events", lambda run: str(run.events))]
    rows += [(f"topic-recall@{k}", _at(k)) for k in RANKS]
    rows += [
        ("coverage, first 5", lambda run: share(run.coverage)),
        *((f"title and terms only: recall@{k}", _strictly_at(k)) for k in RANKS),
        ("title and terms only: coverage", lambda run: share(run.strict_coverage)),
        ("keyword precision", lambda run: share(run.keyword_precision)),
        (
            "title and terms only: keyword precision",
            lambda run: share(run.strict_keyword_precision),
        ),
        ("keyword recall, first 20", lambda run: share(run.keyword_recall)),
        ("stories started", lambda run: f"{run.started:,}"),
        ("events that one of them matched", lambda run: share(run.announced)),
        ("started an hour", lambda run: amount(run.started_per_hour)),
        ("started that match nothing, an hour", lambda run: amount(run.unmatched_per_hour)),
        ("story precision", lambda run: share(run.story_precision)),
        ("story precision, one group hit", lambda run: share(run.story_precision_any)),
        ("F1 (story precision, recall@10)", lambda run: share(run.f1)),
        ("duplicates a board", lambda run: amount(run.duplicates)),
        ("latency, median min", lambda run: amount(run.latency)),
        ("latency, p90 min", lambda run: amount(run.latency_p90)),
        *((f"latency, median min: {scale}-scale (found)", _late(scale)) for scale in _scales(runs)),
        ("onset error, median min", lambda run: amount(run.onset_error)),
        ("onset error, p90 min", lambda run: amount(run.onset_error_p90)),
        ("end error, median min", lambda run: amount(run.end_error)),
        ("end error, p90 min", lambda run: amount(run.end_error_p90)),
    ]
    for kind in sorted({kind for run in runs for kind in run.decoys}):
        number = max(run.decoys.get(kind, 0) for run in runs)
        rows.append((f"false alarms a day: {kind} ({number})", _alarms(kind)))
    rows += [
        ("hours", lambda run: amount(run.hours)),
        ("boards", lambda run: f"{run.boards:,}"),
        ("posts", lambda run: f"{run.posts:,}"),
        ("posts a second", lambda run: f"{run.posts_per_second:,}"),
    ]
    return rows


def _at(k: int) -> Callable[[Scores], str]:
    return lambda run: share(run.recall[k])


def _scales(runs: list[Scores]) -> list[str]:
    """Scales of the events that any method found."""
    return sorted({scale for run in runs for scale in run.latency_by_scale})


def _late(scale: str) -> Callable[[Scores], str]:
    """The latency, and of how many events it is."""

    def figure(run: Scores) -> str:
        found = sum(one.scale == scale and one.at is not None for one in run.details)
        return f"{amount(run.latency_by_scale.get(scale))} ({found})"

    return figure


def _strictly_at(k: int) -> Callable[[Scores], str]:
    return lambda run: share(run.strict_recall[k])


def _alarms(kind: str) -> Callable[[Scores], str]:
    """Unflagged ones, and how many were named as doubtful beside them."""

    def figure(run: Scores) -> str:
        wrong, named = run.false_alarms_per_day.get(kind), run.named_per_day.get(kind)
        if wrong is None:
            return "–"
        return amount(wrong) + (f" (+{amount(named)} named)" if named else "")

    return figure
