"""`pump`: any source into a broker's stream."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundswell import settings
from groundswell.cli.stopping import stop_on_signals

if TYPE_CHECKING:
    from groundswell.engines.pumping import Pump
    from groundswell.model import Batch


def pump(
    source: Annotated[str, typer.Argument(help="Where to read: what `live` or `replay` reads.")],
    target: Annotated[str, typer.Argument(help="Where to write: redis://…, nats://… or kafka://…")],
    limit: Annotated[int, typer.Option(help="Stop after so many messages.", min=0)] = 0,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Begin anew, whatever was written before.")
    ] = False,
    keep: Annotated[
        int | None,
        typer.Option(help="How many messages the stream holds (about); 0: no bound.", min=0),
    ] = None,
    rejects: Annotated[
        str,
        typer.Option("--rejects", metavar="NAME", help="Keep bad input in NAME.rejected.ndjson."),
    ] = "",
) -> None:
    """Move any source into Redis Streams, NATS JetStream or Kafka, a post a message.

    It notes in the target how far it is; stopped or killed, it goes on there and loses nothing.
    A stream holds about a million messages unless --keep says otherwise (Kafka: as its topic says).

    Examples:  groundswell pump jetstream 'redis://127.0.0.1:6379/0?stream=posts'
    groundswell pump night.ndjson.gz 'nats://127.0.0.1:4222?stream=POSTS' --limit 10000
    groundswell pump 'redis://127.0.0.1?stream=posts&group=bridge' 'kafka://127.0.0.1:9092/posts'
    """
    from groundswell.engines.heeding import Heed
    from groundswell.engines.pumping import Pump, key_of
    from groundswell.sources import open_source
    from groundswell.sources.brokers.writing import open_target
    from groundswell.sources.rejects import RejectWriter
    from groundswell.terminal.plain import clean
    from groundswell.terminal.progress import Progress

    into = open_target(target, keep)
    opened = open_source(source)
    stop = stop_on_signals()
    bridge = Pump(
        opened, into, key_of(source, opened), stop, limit=limit, anew=from_start,
        heed=Heed(Path(settings.load().settings.data_dir)),
        on_trouble=lambda why: print(f"{clean(into.name)} does not take it: {clean(why)}",
                                     file=sys.stderr),
    )  # fmt: skip
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(opened))
        writer = stack.enter_context(RejectWriter(rejects)) if rejects else None

        def advance(batch: Batch) -> None:
            progress.advance(batch)
            if writer:
                writer.write(batch.rejected)

        bridge.on_batch = advance
        try:
            bridge.run()
        finally:
            into.close()
    typer.echo(_said(bridge, into.name), err=True)


def _said(bridge: Pump, name: str) -> str:
    """What came of it, in a line."""
    went_on = ", going on where it was" if bridge.resumed else ""
    bad = f"; {bridge.rejected:,} could not be read" if bridge.rejected else ""
    return f"{bridge.written:,} messages in {name}{went_on}{bad}"
