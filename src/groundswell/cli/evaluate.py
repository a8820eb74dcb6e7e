"""`evaluate`: boards of each method held against what really happened."""

from __future__ import annotations

import sys
import threading
from typing import Annotated

import msgspec
import typer

from groundswell import settings
from groundswell.cli.stopping import stop_on_signals
from groundswell.engines import local
from groundswell.errors import UsageError
from groundswell.evaluate import Event, Scorer, Scores, read_events, report
from groundswell.evaluate.posts import Retweets, Sifted, checked_retweets
from groundswell.evaluate.scores import RANKS
from groundswell.model import MICROSECONDS
from groundswell.sources import open_source
from groundswell.terminal.progress import Progress

OURS = "groundswell"


def evaluate(
    file: Annotated[str, typer.Argument(help="A recording.")],
    events: Annotated[str, typer.Argument(help="What happened, as JSON: see the README.")],
    slice_: Annotated[str, typer.Option("--slice", help="Length of a slice: 60s, 15m, 1h.")] = "",
    format_: Annotated[str, typer.Option("--format", help="table, json or markdown.")] = "table",
    retweets: Annotated[
        str, typer.Option(help="keep, drop, or once: only the first of each.")
    ] = "keep",
    complete: Annotated[
        bool,
        typer.Option(
            "--complete", help="All that happened is in EVENTS: what else starts is false."
        ),
    ] = False,
) -> None:
    """Score boards against what really happened.

    Examples:  groundswell evaluate match.ndjson.gz events.json --slice 5m
    groundswell evaluate night.ndjson.zst truth.json --complete --format json
    """
    if format_ not in {"table", "json", "markdown"}:
        raise UsageError(f"expected --format table, json or markdown, got {format_!r}")
    sifted = checked_retweets(retweets)
    happened = read_events(events)
    loaded = settings.load(
        {"slice": settings.seconds(slice_) if slice_ else None, "top": RANKS[-1]}
    )
    stop = stop_on_signals()
    result = run_ours(file, happened, loaded.settings, sifted, complete=complete, stop=stop)
    sys.stdout.write(_said([result], format_))


def _said(runs: list[Scores], form: str) -> str:
    if form == "json":
        raw = msgspec.json.encode({"methods": {run.method: run.to_dict() for run in runs}})
        return msgspec.json.format(raw, indent=1).decode() + "\n"
    return report.markdown(runs) if form == "markdown" else report.plain(runs)


def run_ours(
    file: str,
    events: list[Event],
    wanted: settings.Settings,
    retweets: Retweets,
    *,
    complete: bool,
    stop: threading.Event,
) -> Scores:
    """The kernel's own boards, through the engine that `replay` uses."""
    source = Sifted(open_source(file), retweets)
    scorer = Scorer(events, wanted.slice * MICROSECONDS, complete=complete or source.simulated)
    with Progress(source) as progress:
        run = local.Run(on_board=scorer.add, on_batch=progress.advance, stop=stop)
        summary = local.replay(source, settings.rules(wanted), run)
    return scorer.result(method=OURS, posts=summary.read, seconds=summary.seconds)
