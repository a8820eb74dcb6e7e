"""`groundswell bench`: what a post costs, next to others."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer


def bench(
    json_file: Annotated[str, typer.Option("--json", help="File for the figures.")] = "",
    posts: Annotated[int, typer.Option(help="Posts of a round.", min=20_000)] = 300_000,
    rounds: Annotated[int, typer.Option(help="Rounds; medians are shown.", min=1)] = 3,
    long: Annotated[
        int, typer.Option(help="Posts of a long run; from 5,000,000 on a simulated day.", min=0)
    ] = 1_000_000,
) -> None:
    """Measure what a post costs, next to bare decoding and to others, in one run.

    Example:  groundswell bench --json figures.json
    """
    from groundswell.sources.packing import check_writable, write_text

    if json_file:
        check_writable(json_file)  # minutes of measuring must not end in a file that cannot be

    from groundswell import bench as benchmarks

    def note(text: str) -> None:
        print(text, file=sys.stderr)

    figures = benchmarks.run(posts, rounds, long_posts=long, note=note)
    result = figures.to_dict()
    if json_file:
        write_text(json_file, json.dumps(result, indent=1) + "\n")
    _print_figures(result)


def _print_figures(result: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

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
        f"p99 {result['live']['p99_ms']} ms ({result['live']['boards']} boards); "
        f"by the clock {result['posts_per_second']['one_thread']:,} posts/s in one thread, "
        f"{result['posts_per_second']['two_threads']:,} in two"
    )
    if result["long"]:
        _print_long(console, result["long"])


def _print_long(console: Any, marks: list[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table(title="as a stream goes on")
    for name in ("posts", "terms", "µs a post", "slowest batch, ms", "MB", "most MB"):
        table.add_column(name, justify="right")
    for mark in marks:
        table.add_row(
            f"{mark['posts']:,}", f"{mark['terms']:,}", f"{mark['us_per_post']:.1f}",
            f"{mark['close_ms']:.0f}", f"{mark['rss_mb']:,}", f"{mark['peak_mb']:,}",
        )  # fmt: skip
    console.print(table)
