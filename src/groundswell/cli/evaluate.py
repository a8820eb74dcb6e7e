"""`evaluate`: boards of each method held against what really happened."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from groundswell import settings
from groundswell.cli.methods import METHODS, OURS
from groundswell.cli.stopping import stop_on_signals
from groundswell.errors import UsageError


def evaluate(  # noqa: PLR0913 -- one option each
    file: Annotated[str, typer.Argument(help="A recording.")],
    events: Annotated[str, typer.Argument(help="What happened, as JSON: see docs/evaluation.md.")],
    slice_: Annotated[str, typer.Option("--slice", help="Length of a slice: 60s, 15m, 1h.")] = "",
    method: Annotated[
        list[str] | None, typer.Option(help=f"{', '.join(METHODS)}, or all; may be repeated.")
    ] = None,
    format_: Annotated[str, typer.Option("--format", help="table, json or markdown.")] = "table",
    folder: Annotated[
        str, typer.Option("--report", help="Folder for figures.json, report.md and its pictures.")
    ] = "",
    stop_words_: Annotated[
        str, typer.Option("--stop-words", help="For peers: none, frequent, or a file of words.")
    ] = "none",
    retweets: Annotated[
        str, typer.Option(help="keep, drop, or once: only the first of each.")
    ] = "keep",
    count: Annotated[str, typer.Option(help="What peers count: authors or posts.")] = "authors",
    complete: Annotated[
        bool,
        typer.Option(
            "--complete", help="EVENTS holds all that happened: what else starts is false."
        ),
    ] = False,
) -> None:
    """Score boards against what really happened, beside other methods on the same posts.

    Examples:  groundswell evaluate match.ndjson.gz events.json --slice 5m --method all
    groundswell evaluate night.ndjson.zst truth.json --format json
    """
    if format_ not in {"table", "json", "markdown"}:
        raise UsageError(f"expected --format table, json or markdown, got {format_!r}")
    if count not in {"authors", "posts"}:
        raise UsageError(f"expected --count authors or posts, got {count!r}")
    methods = _methods(method or [OURS])
    length = settings.seconds(slice_) if slice_ else None

    from groundswell.cli.scoring import Trial, run_all
    from groundswell.evaluate import read_events, report
    from groundswell.evaluate.posts import checked_retweets
    from groundswell.evaluate.scores import RANKS

    trial = Trial(
        file=file,
        events=read_events(events),
        settings=settings.load({"slice": length, "top": RANKS[-1]}).settings,
        retweets=checked_retweets(retweets),
        stop_words=stop_words_,
        counting="authors" if count == "authors" else "posts",
        complete=complete,
    )
    runs = run_all(trial, methods, stop_on_signals())
    if folder:
        report.write(Path(folder), runs, title=f"{Path(file).name}, slices of {slice_ or '60s'}")
    sys.stdout.write(report.said(runs, format_))


def _methods(names: list[str]) -> list[str]:
    wanted = list(METHODS) if "all" in names else list(dict.fromkeys(names))
    for name in wanted:
        if name not in METHODS:
            raise UsageError(
                f"expected --method {', '.join(METHODS)} or all, got {name!r}",
                hint="methods may be named several times: --method groundswell --method bngram",
            )
    return wanted
