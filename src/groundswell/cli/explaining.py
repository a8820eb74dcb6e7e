"""`explain`: why a term is on the board, or why not."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Literal

import typer

from groundswell import settings
from groundswell.cli.playing import recording
from groundswell.cli.stopping import stop_on_signals
from groundswell.errors import UsageError


def explain(
    term: Annotated[str, typer.Argument(help="A word, phrase, hashtag, emoji or link.")],
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Recordings, merged by time; - is stdin. Without: the running desk."),
    ] = None,
    at: Annotated[
        str, typer.Option(help="When, as 2013-04-15T19:00:00Z. Default: at its height; now.")
    ] = "",
    slice_: Annotated[str, typer.Option("--slice", help="Length of a slice: 60s, 15m.")] = "",
    format_: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    url: Annotated[
        str, typer.Option(help="The desk that is asked without a recording.")
    ] = "http://127.0.0.1:8765",
) -> None:
    """Why a term is on the board, or why not: the numbers that made the board.

    Examples:  groundswell explain boston night.ndjson.gz --at 2013-04-15T19:00:00Z --slice 15m
    groundswell explain "good morning" night.ndjson.gz --format json
    groundswell explain "good morning"
    """
    if format_ not in {"text", "json"}:
        raise UsageError(f"expected --format text or json, got {format_!r}")
    if not files:
        from groundswell.terminal.asking import ask_desk

        form: Literal["text", "json"] = "json" if format_ == "json" else "text"
        sys.stdout.write(ask_desk(url, term, at, form) + "\n")
        return
    loaded = settings.load({"slice": settings.seconds(slice_) if slice_ else None})
    when = settings.event_time(at) if at else None
    source = recording(files)

    from groundswell.engines import local
    from groundswell.terminal.progress import Progress

    with Progress(source):
        found = local.explained(
            source, settings.rules(loaded.settings), term, at_us=when, stop=stop_on_signals()
        )
    text = json.dumps(found.to_dict(), ensure_ascii=False) if format_ == "json" else str(found)
    sys.stdout.write(text + "\n")
