"""`export`, `backup` and `restore`: what was kept, for others and for later."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from groundswell import settings
from groundswell.times import MICROSECONDS

Since = Annotated[str, typer.Option(help="Only from this time on, as 2026-03-17T20:00:00Z.")]
Until = Annotated[str, typer.Option(help="Only before this time.")]


def export(
    what: Annotated[
        str, typer.Argument(help="stories, boards, series, hours, events, gaps or press.")
    ],
    out: Annotated[Path, typer.Option("--out", help="File: .ndjson, .csv or .parquet.")],
    board: Annotated[str, typer.Option(help="Only of this board; all by default.")] = "",
    since: Since = "",
    until: Until = "",
    all_: Annotated[
        bool, typer.Option("--all", help="Also what editors took off, as it was told.")
    ] = False,
) -> None:
    """Write what the archive has as NDJSON, CSV or Parquet, also while a desk runs.

    `series` has a row for each minute and term of a listed story, `hours` the commonest words,
    `press` a row for each sentence that newsrooms print of a story. What editors decided holds
    here too, as on the pages; with --all it does not.

    Examples:  groundswell export boards --out boards.ndjson
    groundswell export series --out series.parquet --board all --since 2026-03-17T20:00:00Z
    """
    from groundswell.archive import export as exports
    from groundswell.archive.reading import Span
    from groundswell.review.ledger import Ledger
    from groundswell.review.reading import Shown
    from groundswell.review.rulings import Rulings

    exports.check(what, out)
    span = Span(
        board,
        settings.event_time(since) if since else 0,
        settings.event_time(until) if until else Span().until,
    )
    progress, current = _Rows(), settings.load().settings
    ledger = Ledger(_folder(), before_publish=current.review_before_publish)
    rulings = Rulings() if all_ else ledger.rulings()
    with Shown(_folder(), rulings, hushed=True) as reader:
        if what == exports.PRESS:
            from groundswell.press.clippings import Clippings
            from groundswell.serve.desk import press_rows
            from groundswell.times import DAY_US

            keep_us = current.keep_press * DAY_US
            held = Clippings(_folder(), write=False, keep_us=keep_us)
            rows = exports.written(press_rows.rows(reader, held, span), out, progress.say)
        else:
            rows = exports.export(reader, what, out, span=span, advance=progress.say)
    progress.end(f"{rows:,} {what} in {out}")


def backup(
    out: Annotated[Path, typer.Argument(help="File to write.")],
) -> None:
    """Copy the archive and the articles of newsrooms into one file, also while a desk writes it.

    Example:  groundswell backup desk-2026-03-17.tar
    """
    from groundswell.archive import backup as backups

    progress = _Rows()
    size = backups.backup(
        _folder(), out, advance=lambda done, whole: progress.say(done, whole, unit="pages")
    )
    progress.end(f"{size / 1e6:,.1f} MB in {out}")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `backup` wrote.")],
    opt_outs: Annotated[
        Path | None,
        typer.Option("--opt-outs", help="Another data folder whose list holds as well."),
    ] = None,
) -> None:
    """Make the archive of a backup, in a data folder that has none.

    Who was forgotten since the backup stays so: by the list of this folder, or of `--opt-outs`.

    Examples:  GROUNDSWELL_DATA_DIR=new groundswell restore desk-2026-03-17.tar
    GROUNDSWELL_DATA_DIR=new groundswell restore desk.tar --opt-outs groundswell-data
    """
    from groundswell.archive import backup as backups
    from groundswell.archive import optouts
    from groundswell.engines import forgetting
    from groundswell.engines.heeding import Heed

    folder = _folder()
    backups.restore(file, folder)
    if opt_outs is not None:
        optouts.merge(folder, opt_outs)
    heed = Heed(folder)
    if heed.changed():
        ranked_us = settings.load().settings.rank_window * MICROSECONDS
        forgetting.purge(folder, heed, ranked_us)
    print(f"restored into {folder}", file=sys.stderr)


def _folder() -> Path:
    return Path(settings.load().settings.data_dir)


class _Rows:
    """Says on a terminal how far it is, a few times a second."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()
        self._began = self._said = time.monotonic()

    def say(self, done: int, whole: int = 0, *, unit: str = "rows") -> None:
        now = time.monotonic()
        if self._shows and now - self._said > 0.2:
            self._said = now
            rate = done / max(now - self._began, 0.001)
            left = f", {(whole - done) / max(rate, 1):.0f} s left" if whole > done else ""
            of = f" of {whole:,}" if whole else ""
            print(f"\r{done:,}{of} {unit}, {rate:,.0f}/s{left}  ", end="", file=sys.stderr)

    def end(self, text: str) -> None:
        print(f"\r{text}" + " " * 20 if self._shows else text, file=sys.stderr)
