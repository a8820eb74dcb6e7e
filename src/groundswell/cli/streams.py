"""`demo`, `live` and `replay`: a stream through the kernel to a board."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from groundswell import settings
from groundswell.cli.show import Show
from groundswell.cli.stopping import stop_on_signals
from groundswell.engines import local
from groundswell.errors import SourceError, UsageError
from groundswell.model import Reject
from groundswell.settings import Loaded
from groundswell.simulate import SimulatedNight, load_scenario
from groundswell.sources import Source, open_source
from groundswell.sources.recordings import RejectWriter, merge

DEMO_SPEED = "60x"

Port = Annotated[int | None, typer.Option(help="Port of the desk.")]
Host = Annotated[str | None, typer.Option(help="Address of the desk.")]
NoServe = Annotated[bool, typer.Option("--no-serve", help="Only the terminal, no page.")]
Slice = Annotated[str, typer.Option("--slice", help="Length of a slice: 60s, 15m, 1h.")]
Top = Annotated[int | None, typer.Option(help="Stories on a board.")]
Speed = Annotated[str, typer.Option(help="max, or times real time: 1x, 60x.")]


def demo(
    once: Annotated[bool, typer.Option("--once", help="At full speed; print the last board.")] = (
        False
    ),
    speed: Speed = DEMO_SPEED,
    port: Port = None,
    host: Host = None,
    seed: Annotated[int, typer.Option(help="Another seed, another night.")] = 1,
) -> None:
    """Play the simulated awards night on a board in the browser.

    Examples:  groundswell demo
    groundswell demo --once
    """
    night = SimulatedNight(load_scenario("awards-night"), seed=seed)
    loaded = settings.load({"port": port, "host": host})
    if once:
        _replay([night], loaded, speed="max", mode=Show.table(loaded, night))
    else:
        _replay([night], loaded, speed=speed, mode=Show.desk(loaded, [night], keep_open=True))


def live(
    source: Annotated[
        list[str] | None, typer.Option(help="jetstream, jetstream+ws://HOST:PORT/subscribe, …")
    ] = None,
    port: Port = None,
    host: Host = None,
    no_serve: NoServe = False,
    slice_: Slice = "",
    top: Top = None,
) -> None:
    """Follow streams as they are written, and serve the desk. Default: Bluesky's Jetstream.

    Examples:  groundswell live
    groundswell live --source jetstream+ws://127.0.0.1:6008/subscribe --no-serve
    """
    loaded = settings.load({"port": port, "host": host, "slice": _slice(slice_), "top": top})
    sources = [_stream(uri) for uri in source or ["jetstream"]]
    if not all(s.live for s in sources):
        raise UsageError("expected live sources", hint="a recording is played by `replay`")
    show = Show.terminal(loaded, sources) if no_serve else Show.desk(loaded, sources)
    run = local.Run(on_board=show.board, on_batch=show.batch, stop=stop_on_signals())
    with show:
        local.live(sources, settings.rules(loaded.settings), run)


def replay(  # noqa: PLR0913 -- one option each
    files: Annotated[list[str], typer.Argument(help="Recordings, merged by time; - is stdin.")],
    speed: Speed = "max",
    slice_: Slice = "",
    format_: Annotated[str, typer.Option("--format", help="table or ndjson.")] = "table",
    top: Top = None,
    rejects: Annotated[
        bool, typer.Option("--rejects", help="Keep bad lines in FILE.rejected.ndjson.")
    ] = False,
    no_summary: Annotated[bool, typer.Option("--no-summary", help="No wall-clock figures.")] = (
        False
    ),
    serve: Annotated[bool, typer.Option("--serve", help="Serve the desk as well.")] = False,
    port: Port = None,
    host: Host = None,
) -> None:
    """Play a recording through the same engine as a live stream.

    Examples:  groundswell replay night.ndjson.gz
    groundswell replay monday.csv tuesday.csv --slice 15m --format ndjson
    zcat night.ndjson.gz | groundswell replay - --speed 60x --serve
    """
    if format_ not in {"table", "ndjson"}:
        raise UsageError(f"expected --format table or ndjson, got {format_!r}")
    loaded = settings.load({"port": port, "host": host, "slice": _slice(slice_), "top": top})
    source = recording(files)
    if serve:
        show = Show.desk(loaded, [source], keep_open=True)
    elif format_ == "ndjson":
        show = Show.ndjson(source, summary=not no_summary)
    else:
        show = Show.table(loaded, source, summary=not no_summary)
    kept = [Path("stdin" if name == "-" else name) for name in files] if rejects else []
    _replay([source], loaded, speed=speed, mode=show, rejects=kept)


def _replay(
    sources: list[Source],
    loaded: Loaded,
    *,
    speed: str,
    mode: Show,
    rejects: Sequence[Path] = (),
) -> None:
    """Runs one recording and shows it; rejects are kept beside the file that they stood in."""
    with ExitStack() as stack:
        writers = [stack.enter_context(RejectWriter(path)) for path in rejects]

        def keep(reject: Reject) -> None:
            if writers:
                writers[reject.recording].write([reject])

        run = local.Run(
            on_board=mode.board, on_batch=mode.batch, on_reject=keep, stop=stop_on_signals()
        )
        stack.enter_context(mode)
        summary = local.replay(
            sources[0], settings.rules(loaded.settings), run, speed=settings.speed(speed)
        )
        mode.end(summary, run.stop)


def recording(files: list[str]) -> Source:
    """Recordings by their names, merged by time; a live source is refused."""
    opened = [open_source(name) for name in files]
    if any(source.live for source in opened):
        raise UsageError("expected recordings", hint="a live stream is followed by `live`")
    return opened[0] if len(opened) == 1 else merge(opened)


def _stream(uri: str) -> Source:
    try:
        return open_source(uri)
    except SourceError as error:
        if ":" in uri:
            raise
        # a bare word is taken for a file's name, which nobody meant here
        raise UsageError(
            f"expected a stream such as jetstream or jetstream+ws://HOST:PORT/subscribe, "
            f"got {uri!r}",
            hint="a recording is played by `replay`",
        ) from error


def _slice(text: str) -> int | None:
    return settings.seconds(text) if text else None
