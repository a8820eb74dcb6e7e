"""`demo`, `live` and `replay`: a stream through the kernel to a board."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from groundswell import settings
from groundswell.cli.logs import set_up
from groundswell.cli.playing import kept_of, ledger_of, log, play, recording, under
from groundswell.cli.stopping import stop_on_signals
from groundswell.errors import SourceError, UsageError
from groundswell.scopes import ALL

if TYPE_CHECKING:
    from groundswell.engines.boards import Plan
    from groundswell.sources import Source

DEMO_SPEED = "60x"

Port = Annotated[int | None, typer.Option(help="Port of the desk.")]
Host = Annotated[str | None, typer.Option(help="Address of the desk.")]
NoServe = Annotated[bool, typer.Option("--no-serve", help="Only the terminal, no page.")]
Slice = Annotated[str, typer.Option("--slice", help="Length of a slice: 60s, 15m, 1h.")]
Top = Annotated[int | None, typer.Option(help="Stories on a board.")]
Boards = Annotated[
    list[str] | None,
    typer.Option(
        "--board",
        help="A board besides `all`, as NAME=SCOPE; may be repeated. A scope is lang:cy (or lang:* "
        "for each that is spoken enough), host:mastodon.social, authors:FILE or match:REGEX (RE2).",
    ),
]
Keep = Annotated[
    bool | None,
    typer.Option("--keep/--no-keep", help="Keep an archive in the folder of `data_dir`, or none."),
]
Engine = Annotated[
    str | None,
    typer.Option(help="local (this process) or ray (several, on one machine or a cluster)."),
]
Workers = Annotated[
    int | None, typer.Option(min=1, max=64, help="Processes that count, with --engine ray.")
]
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

    Its first hour, in which the desk learns what is usual, passes at once.

    Examples:  groundswell demo
    groundswell demo --once
    """
    from groundswell.cli.show import Show
    from groundswell.simulate import SimulatedNight, load_scenario

    night = SimulatedNight(load_scenario("awards-night"), seed=seed)
    loaded = settings.load({"port": port, "host": host})
    if once:
        play([night], loaded, speed="max", mode=Show.table(loaded, night))
    else:
        from groundswell.cli import pressing, watching

        rules = settings.rules(loaded.settings)
        with TemporaryDirectory(prefix="groundswell-demo-") as folder:
            press = pressing.simulated(loaded.settings, Path(folder))
            ledger = ledger_of(loaded.settings, None)
            show = watching.desk(loaded, [night], keep_open=True, press=press, ledger=ledger)
            play(
                [night], loaded, speed=speed, quick_us=rules.learning * rules.slice_us, mode=show,
                alerts=True,
            )  # fmt: skip


def live(  # noqa: PLR0913 -- one option each
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="jetstream, jetstream+ws://HOST:PORT/subscribe, mastodon://HOST, redis://…, "
            "nats://…, kafka://…"
        ),
    ] = None,
    port: Port = None,
    host: Host = None,
    no_serve: NoServe = False,
    slice_: Slice = "",
    top: Top = None,
    board: Boards = None,
    show_board: Annotated[
        str, typer.Option("--show", metavar="NAME", help="The board in the terminal.")
    ] = ALL,
    log_format: Annotated[
        str,
        typer.Option(help="auto (text, where stderr is no terminal), text, json or off."),
    ] = "auto",
    keep: Keep = None,
    engine: Engine = None,
    workers: Workers = None,
) -> None:
    """Follow streams as they are written, and serve the desk. Default: Bluesky's Jetstream.

    What it finds is kept; started again it goes on where it stopped, however it stopped.

    With `--engine ray` other processes read and count, on this machine or a cluster.

    Examples:  groundswell live
    groundswell live --source jetstream+ws://127.0.0.1:6008/subscribe --no-serve
    groundswell live --source jetstream --source mastodon://example.social/public/local
    groundswell live --board lang:cy --board 'label=match:(?i)feist' --show label
    """
    quiet = set_up(log_format)
    loaded = settings.load(
        {"port": port, "host": host, "slice": _slice(slice_), "top": top, "boards": board or None,
         "keep": keep, "engine": engine, "workers": workers}
    )  # fmt: skip

    from groundswell.cli import alerting, clustering, keeping, pressing, watching
    from groundswell.engines import following, identity
    from groundswell.engines.barring import Barring
    from groundswell.engines.boards import plan
    from groundswell.engines.heeding import Heed
    from groundswell.engines.run import Run

    boards = plan(loaded.settings)
    sources = [_stream(uri) for uri in source or ["jetstream"]]
    if not all(s.live for s in sources):
        raise UsageError("expected live sources", hint="a recording is played by `replay`")
    names = _shown(boards, show_board)
    rules = settings.rules(loaded.settings)
    stop = stop_on_signals()
    with ExitStack() as stack:
        hands = clustering.hands(stack, loaded.settings)
        keeper, past, archive = None, [], None
        if loaded.settings.keep:
            known = identity.of_live(source or ["jetstream"], rules, boards)
            keeper = keeping.followed(stack, loaded.settings, known)
            past = keeping.past(loaded.settings)
            archive = Path(loaded.settings.data_dir)
        ledger = ledger_of(loaded.settings, archive)
        if no_serve:
            show = watching.terminal(loaded, sources, shown=show_board, quiet=quiet, ledger=ledger)
        else:
            show = watching.desk(
                loaded, sources, names=names, shown=show_board, quiet=quiet, past=past,
                archive=archive, press=pressing.followed(loaded.settings, archive), ledger=ledger,
            )  # fmt: skip
        alerts = alerting.opened(
            stack, loaded.settings, keeper, lambda: any(one.simulated for one in sources),
            judge=show.judge,
        )  # fmt: skip
        show.alerts(alerts)
        run = Run(
            on_board=show.board, on_batch=show.batch, stop=stop,
            questions=show.questions, watch=show.watch, keeper=keeper, on_revision=show.revise,
            heed=Heed(Path(loaded.settings.data_dir)), alerts=alerts.unkept,
            barring=Barring(ledger),
        )  # fmt: skip
        stack.enter_context(show)
        stack.enter_context(alerts.couriers)
        following.live(sources, rules, run, plan=boards, hands=hands)


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
    board: Boards = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep an archive in the folder of `data_dir`.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where a kept replay of the same file stopped.")
    ] = False,
    alerts: Annotated[bool, typer.Option("--alerts", help="Send alerts, as `live` does.")] = False,
    review: Annotated[
        Path | None,
        typer.Option("--review", help="Decisions (`review export decisions`) that hold here too."),
    ] = None,
    engine: Engine = None,
    workers: Workers = None,
) -> None:
    """Play a recording through the same engine as a live stream.

    Examples:  groundswell replay night.ndjson.gz
    GROUNDSWELL_DATA_DIR=night groundswell replay night.ndjson.gz --keep --resume
    groundswell replay monday.csv tuesday.csv --slice 15m --format ndjson
    groundswell replay night.ndjson.gz --board 'lang:*'
    zcat night.ndjson.gz | groundswell replay - --speed 60x --serve
    """
    if format_ not in {"table", "ndjson"}:
        raise UsageError(f"expected --format table or ndjson, got {format_!r}")
    loaded = settings.load(
        {"port": port, "host": host, "slice": _slice(slice_), "top": top, "boards": board or None,
         "engine": engine, "workers": workers}
    )  # fmt: skip
    source = recording(files)

    from groundswell.cli.show import Show
    from groundswell.engines.boards import plan

    boards = plan(loaded.settings)
    kept = kept_of(files, rejects=rejects) if keep or resume else []
    ledger = log(review) if review else None
    if serve:
        archive = Path(loaded.settings.data_dir) if kept else None
        from groundswell.cli import watching

        show = watching.desk(
            loaded, [source], keep_open=True, names=boards.names, archive=archive,
            ledger=ledger or ledger_of(loaded.settings, archive),
        )  # fmt: skip
    elif format_ == "ndjson":
        show = Show.ndjson(source, summary=not no_summary)
    else:
        show = Show.table(loaded, source, summary=not no_summary)
    if ledger and not serve:  # a desk does so by itself
        show.board = under(ledger, show.board)
    beside = [Path("stdin" if name == "-" else name) for name in files] if rejects else []
    play(
        [source], loaded, speed=speed, mode=show, rejects=beside, boards=boards, kept=kept,
        resume=resume, alerts=alerts, ledger=ledger,
    )  # fmt: skip


def _stream(uri: str) -> Source:
    from groundswell.sources import open_source

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


def _shown(boards: Plan, name: str) -> tuple[str, ...]:
    """The boards that are known by name; refuses to show one that there will not be."""
    known = (ALL, *boards.names)
    if name not in known and boards.each is None:
        raise UsageError(f"expected --show with one of {', '.join(known)}, got {name!r}")
    return boards.names


def _slice(text: str) -> int | None:
    return settings.seconds(text) if text else None
