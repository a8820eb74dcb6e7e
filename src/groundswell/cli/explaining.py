"""`explain`: why a term is on the board, or why not."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from groundswell import settings
from groundswell.cli.stopping import stop_on_signals
from groundswell.cli.streams import recording
from groundswell.engines import local
from groundswell.errors import UsageError
from groundswell.model import MICROSECONDS
from groundswell.terminal.progress import Progress


def explain(
    term: Annotated[str, typer.Argument(help="A word, phrase, hashtag, emoji or link.")],
    files: Annotated[list[str], typer.Argument(help="Recordings, merged by time; - is stdin.")],
    at: Annotated[
        str, typer.Option(help="When, as 2013-04-15T19:00:00Z. Default: at its height.")
    ] = "",
    slice_: Annotated[str, typer.Option("--slice", help="Length of a slice: 60s, 15m.")] = "",
    format_: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Why a term is on the board, or why not: the numbers that made the board.

    Examples:  groundswell explain boston night.ndjson.gz --at 2013-04-15T19:00:00Z --slice 15m
    groundswell explain "good morning" night.ndjson.gz --format json
    """
    if format_ not in {"text", "json"}:
        raise UsageError(f"expected --format text or json, got {format_!r}")
    loaded = settings.load({"slice": settings.seconds(slice_) if slice_ else None})
    when = _time(at) if at else None
    source = recording(files)
    with Progress(source):
        found = local.explained(
            source, settings.rules(loaded.settings), term, at_us=when, stop=stop_on_signals()
        )
    text = json.dumps(found.to_dict(), ensure_ascii=False) if format_ == "json" else str(found)
    sys.stdout.write(text + "\n")


def _time(text: str) -> int:
    """Event time, µs, of an RFC 3339 time; without a zone it is UTC."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"expected a time as 2013-04-15T19:00:00Z, got {text!r}") from None
    return round(when.replace(tzinfo=when.tzinfo or UTC).timestamp() * MICROSECONDS)
