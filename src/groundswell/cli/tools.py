"""`record` and `simulate`: commands that make recordings."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from groundswell import settings
from groundswell.cli.stopping import stop_on_signals
from groundswell.errors import UsageError


def record(
    out: Annotated[str, typer.Argument(help="File to write; .gz and .zst are packed.")],
    source: Annotated[
        list[str] | None,
        typer.Option(help="Where to read: jetstream, jetstream+ws://…, mastodon://HOST, FILE."),
    ] = None,
    for_: Annotated[str, typer.Option("--for", help="How long, as 90s, 30m or 1h.")] = "",
) -> None:
    """Keep a stream, or several as one, as NDJSON, to replay it later.

    What stands at OUT stays until the recording is whole; until then it grows in OUT.part.

    Examples:  groundswell record night.ndjson.zst --for 3h
    groundswell record both.ndjson.gz --source jetstream --source mastodon://example.social
    """
    seconds = settings.seconds(for_) if for_ else 0.0

    from groundswell.engines import recorder
    from groundswell.engines.heeding import Heed
    from groundswell.sources import open_source
    from groundswell.sources.packing import opened

    stop = stop_on_signals()
    streams = [open_source(uri) for uri in source or ["jetstream"]]
    if len(streams) > 1 and not all(stream.live for stream in streams):
        raise UsageError("expected live sources", hint="replay merges recordings by itself")
    with opened(out) as file:
        heed = Heed(Path(settings.load().settings.data_dir))
        result = recorder.record(streams, file, stop, seconds=seconds, heed=heed)
        if result.error and not result.posts:
            raise result.error
    typer.echo(f"{result.posts} posts in {out}", err=True)
    if result.error:
        raise result.error


def simulate(  # noqa: PLR0913 -- one option each
    out: Annotated[str, typer.Argument(help="File to write (.gz, .zst), or - for stdout.")] = "-",
    scenario: Annotated[str, typer.Option(help="A scenario's name or a TOML file.")] = (
        "awards-night"
    ),
    seed: Annotated[int, typer.Option(help="The same seed makes the same posts.")] = 1,
    truth_file: Annotated[
        str, typer.Option("--truth", help="File for what happens: events and decoys, as JSON.")
    ] = "",
    rate: Annotated[float, typer.Option(help="Times the scenario's own volume.", min=0.001)] = 1.0,
    posts: Annotated[int | None, typer.Option(help="Stop after so many posts.", min=1)] = None,
    days: Annotated[float | None, typer.Option(help="Stop after so many days.", min=0)] = None,
    format_: Annotated[str, typer.Option("--format", help="ndjson or jetstream.")] = "ndjson",
    serve: Annotated[
        int | None,
        typer.Option(help="Serve it as a Jetstream server on this port of 127.0.0.1 instead."),
    ] = None,
    speed: Annotated[str, typer.Option(help="With --serve: max, or times real time.")] = "60x",
) -> None:
    """Make a night or a fortnight that never was, with its truth; it says that it is simulated.

    Examples:  groundswell simulate night.ndjson.gz --truth events.json
    groundswell simulate fortnight.ndjson.zst --scenario fortnight --seed 7 --truth events.json
    groundswell simulate --serve 6008 --speed 10x
    """
    from groundswell.simulate import generate, load_scenario, truth, write
    from groundswell.sources.packing import write_text

    script = load_scenario(scenario)
    if truth_file:
        events = truth(script, seed=seed, rate=rate, days=days)
        write_text(truth_file, json.dumps(events, indent=1))
    made = generate(script, seed=seed, rate=rate, posts=posts, days=days)
    if serve is not None:
        from groundswell.simulate import frames
        from groundswell.simulate.server import JetstreamServer

        stop = stop_on_signals()
        with JetstreamServer(frames(made), port=serve, speed=settings.speed(speed)) as server:
            typer.echo(f"simulated Jetstream at {server.url}; Ctrl-C ends it", err=True)
            stop.wait()
        return
    written = write(out, made, form=format_, scenario=scenario, seed=seed)
    if out != "-":
        print(f"{written} simulated posts in {out}", file=sys.stderr)
