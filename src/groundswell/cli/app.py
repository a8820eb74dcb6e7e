"""`groundswell`: the commands and how they end.

Exit 0 done; 1 failed, with one line on stderr; 2 wrong usage. No traceback without --debug.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from groundswell import __version__
from groundswell.cli import alert, archive, review, streams, tools, users
from groundswell.cli.bench import bench
from groundswell.cli.doctor import doctor
from groundswell.cli.evaluate import evaluate
from groundswell.cli.explaining import explain
from groundswell.cli.forgetting import forget
from groundswell.cli.press import press
from groundswell.cli.pump import pump
from groundswell.cli.top import top
from groundswell.errors import GroundswellError

WATCH = "Watch"
MAKE = "Make and keep"
CHECK = "Check"

app = typer.Typer(
    name="groundswell",
    help=(
        "A self-hosted live trend desk: what people started to talk about, since when, "
        "and why to believe it."
    ),
    epilog=(
        "Examples:  groundswell demo  ·  groundswell live  ·  "
        "groundswell replay night.ndjson.gz --slice 60s  ·  "
        "groundswell simulate night.ndjson.zst --truth events.json"
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command(rich_help_panel=WATCH)(streams.demo)
app.command(rich_help_panel=WATCH)(streams.live)
app.command(rich_help_panel=WATCH)(streams.replay)
app.command(rich_help_panel=WATCH)(top)
app.add_typer(alert.app, rich_help_panel=WATCH)
app.command(rich_help_panel=MAKE)(tools.record)
app.command(rich_help_panel=MAKE)(pump)
app.command(rich_help_panel=MAKE)(tools.simulate)
app.command(rich_help_panel=MAKE)(archive.export)
app.command(rich_help_panel=MAKE)(archive.backup)
app.command(rich_help_panel=MAKE)(archive.restore)
app.command(rich_help_panel=MAKE)(forget)
app.add_typer(review.app, name="review", rich_help_panel=MAKE)
app.add_typer(users.app, name="user", rich_help_panel=MAKE)
app.command(rich_help_panel=CHECK)(explain)
app.command(rich_help_panel=CHECK)(press)
app.command(rich_help_panel=CHECK)(evaluate)
app.command(rich_help_panel=CHECK)(bench)
app.command(rich_help_panel=CHECK)(doctor)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"groundswell {__version__}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Options of every command."""


def main() -> None:
    """Runs the command line, and ends it as CONTRACT says."""
    try:
        app()
    except GroundswellError as error:
        _fail(f"groundswell: {error}", error.exit_code, error)
    except BrokenPipeError:
        # who read our output has seen enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        problem = f"groundswell: unexpected {type(error).__name__}: {error}"
        _fail(problem.splitlines()[0] + "; run it with --debug and tell us", 1, error)


def _fail(message: str, code: int, error: Exception) -> None:
    if "--debug" in sys.argv:
        raise error
    print(message, file=sys.stderr)
    sys.exit(code)
