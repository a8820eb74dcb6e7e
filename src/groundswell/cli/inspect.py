"""`top`, `bench` and `doctor`: commands that look."""

from __future__ import annotations

import importlib.util
import json
import shutil
import signal
import socket
import sys
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from groundswell import __version__, settings
from groundswell.settings import Settings
from groundswell.sources.packing import check_writable, write_text
from groundswell.terminal import run_top


def top(
    url: Annotated[str, typer.Option(help="A running desk.")] = "http://127.0.0.1:8765",
) -> None:
    """A live board in the terminal, of a desk that runs here or elsewhere.

    Example:  groundswell top --url http://desk.example:8765
    """
    # SIGTERM ends it as Ctrl-C does: killed outright, it would leave the cursor hidden
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    run_top(url)


def bench(
    json_file: Annotated[str, typer.Option("--json", help="File for the figures.")] = "",
    posts: Annotated[int, typer.Option(help="Posts of a round.", min=20_000)] = 300_000,
    rounds: Annotated[int, typer.Option(help="Rounds; medians are shown.", min=1)] = 3,
) -> None:
    """Measure what a post costs, next to bare decoding and to others, in one run.

    Example:  groundswell bench --json figures.json
    """
    from groundswell import bench as benchmarks  # noqa: PLC0415 -- compiles; only when asked for

    if json_file:
        check_writable(json_file)  # minutes of measuring must not end in a file that cannot be
    figures = benchmarks.run(posts, rounds, note=lambda text: print(text, file=sys.stderr))
    result = figures.to_dict()
    if json_file:
        write_text(json_file, json.dumps(result, indent=1) + "\n")
    _print_figures(result)


def _print_figures(result: dict[str, Any]) -> None:
    full = result["full"]
    table = Table(title=f"{result['posts']:,} posts, {result['tokens_per_post']} tokens each")
    table.add_column("what")
    table.add_column("posts a CPU-second", justify="right")
    table.add_column("µs a post", justify="right")
    table.add_column("times the full way", justify="right")
    decode = result["decode"]["us_per_post"]
    table.add_row(
        "msgspec, bare decode", f"{1e6 / decode:,.0f}", f"{decode:.2f}",
        f"{decode / full['us_per_post']:.2f}",
    )  # fmt: skip
    table.add_row(
        "[bold]Groundswell, bytes to board[/bold]", f"{full['posts_per_cpu_second']:,}",
        f"{full['us_per_post']:.2f}", "1.00",
    )  # fmt: skip
    for name, peer in result["peers"].items():
        cost = 1e6 / peer["posts_per_cpu_second"]
        times = peer["full_way_is_times_faster"]
        rate = f"{peer['posts_per_cpu_second']:,}"
        table.add_row(f"{name}, tokens given", rate, f"{cost:.1f}", f"{times:.2f}")
    console = Console(width=100)
    console.print(table)
    for name, cost in result["stages_us_per_post"].items():
        console.print(f"  {name}: {cost:.2f}" + ("" if "each" in name else " µs a post"))
    ratio = full["ratio_to_msgspec_decode"]
    console.print(
        f"full way: {ratio} times msgspec's bare decode of the same bytes; "
        f"{full['peak_rss_mb']} MB with {full['peak_rss_terms']:,} terms; "
        f"board after its last post: p50 {result['live']['p50_ms']} ms, "
        f"p99 {result['live']['p99_ms']} ms ({result['live']['boards']} boards)"
    )


def doctor(
    show_settings: Annotated[
        bool, typer.Option("--settings", help="Every setting, and where its value comes from.")
    ] = False,
) -> None:
    """What is installed, reachable, wrong, and how to mend it.

    Example:  groundswell doctor --settings
    """
    loaded = settings.load()
    if show_settings:
        _print_settings(loaded)
        return
    for ok, what, mend in _checks(loaded.settings):
        print(f"{'ok    ' if ok else 'look  '} {what}" + ("" if ok else f"; {mend}"))


def _checks(current: Settings) -> list[tuple[bool, str, str]]:
    python = sys.version.split()[0]
    free = shutil.disk_usage(Path.cwd()).free // 1_000_000_000
    return [
        (sys.version_info >= (3, 11), f"groundswell {__version__} on Python {python}", "use 3.11"),
        _has("pyarrow", "Parquet recordings", "pip install 'groundswell[parquet]'"),
        _port_free(current),
        _reaches("jetstream2.us-east.bsky.network", 443),
        (sys.stdout.encoding.lower() == "utf-8", "UTF-8 terminal", "set PYTHONIOENCODING=utf-8"),
        (free >= 1, f"{free} GB free here", "make room"),
    ]


def _has(module: str, what: str, mend: str) -> tuple[bool, str, str]:
    found = importlib.util.find_spec(module) is not None
    return found, f"{what}: {module} is {'' if found else 'not '}installed", mend


def _port_free(current: Settings) -> tuple[bool, str, str]:
    where = f"port {current.port} of {current.host}"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((current.host, current.port))
        except OSError as error:
            return False, f"{where} cannot be had ({error.strerror})", "name another with --port"
    return True, f"{where} is free", ""


def _reaches(host: str, port: int) -> tuple[bool, str, str]:
    try:
        socket.create_connection((host, port), timeout=3).close()
    except OSError as error:
        reason = f"{host} does not answer ({error.__class__.__name__})"
        return False, reason, "is there a network? `groundswell demo` needs none"
    return True, f"{host} answers", ""


def _print_settings(loaded: settings.Loaded) -> None:
    table = Table("setting", "value", "from", "unit", "range", "meaning")
    for entry in fields(Settings):
        about = entry.metadata
        span = "" if isinstance(entry.default, str) else f"{about['low']:g} to {about['high']:g}"
        table.add_row(
            entry.name, str(getattr(loaded.settings, entry.name)), loaded.origins[entry.name],
            about["unit"], span, about["meaning"],
        )  # fmt: skip
    Console(width=None if sys.stdout.isatty() else 140).print(table)
