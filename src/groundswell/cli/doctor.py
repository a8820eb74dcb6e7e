"""`groundswell doctor`: what is installed, reachable, wrong, and how to mend it."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer

from groundswell import __version__, settings
from groundswell.errors import ArchiveError, NothingToReadError, UsageError
from groundswell.model import iso
from groundswell.settings import PRESS_FILE, Settings

STREAMS = "pip install 'groundswell[streams]'"
ABOUT = {
    "lang": "posts in a language; * is a board for each that is spoken enough",
    "host": "posts of the accounts of a server, and of those below it",
    "authors": "posts of the authors that a file lists",
    "match": "posts with a match of an RE2 pattern",
}


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
        _loops_check(),
        _has("pyarrow", "Parquet recordings", "pip install 'groundswell[parquet]'"),
        _has("ray", "an engine of many processes", "pip install 'groundswell[ray]'"),
        _has("feedparser", "the press's RSS and Atom", "pip install 'groundswell[press]'"),
        _has("trafilatura", "articles of pages", "pip install 'groundswell[press]'"),
        _has("redis", "Redis Streams", STREAMS),
        _has("nats", "NATS JetStream", STREAMS),
        _has("confluent_kafka", "Kafka", STREAMS),
        *(_newsroom_check(current) if current.newsrooms else ()),
        _port_free(current),
        _reaches("jetstream2.us-east.bsky.network", 443),
        (sys.stdout.encoding.lower() == "utf-8", "UTF-8 terminal", "set PYTHONIOENCODING=utf-8"),
        (free >= 1, f"{free} GB free here", "make room"),
        *_archive_check(Path(current.data_dir)),
        *_press_check(Path(current.data_dir)),
        *(_board_check(current) if current.boards else ()),
        *_alerts_check(current),
    ]


def _loops_check() -> tuple[bool, str, str]:
    """Whether what counts posts is compiled, and stays so."""
    from groundswell.machine import building, store

    waiting = len(building.missing())
    if not waiting:
        return True, "loops are compiled", ""
    if store.folder() not in store.lasting():
        mend = "set XDG_CACHE_HOME to a folder of yours"
        return False, f"{waiting} loops are compiled at each start, for they cannot be kept", mend
    return True, f"{waiting} loops are compiled by the next command, in half a minute", ""


def _archive_check(folder: Path) -> Iterator[tuple[bool, str, str]]:
    """Whether the archive and its snapshot are whole."""
    import apsw

    from groundswell.archive.database import check_version
    from groundswell.archive.reading import Reader

    try:
        check_version(apsw.sqlite_lib_version())
        with Reader(folder) as reader:
            problems = reader.problems()
    except NothingToReadError:
        yield True, f"no archive in {folder} yet", ""
    except ArchiveError as error:
        yield False, error.problem, error.hint
    else:
        if not problems:
            yield True, f"the archive in {folder} and its snapshot are whole", ""
        for problem in problems:
            yield False, f"the archive in {folder}: {problem}", "groundswell restore FILE"


def _press_check(folder: Path) -> Iterator[tuple[bool, str, str]]:
    """Whether the articles that are kept can be read; nothing where none are."""
    from groundswell.press.clippings import kept

    try:
        found = kept(folder)
    except ArchiveError as error:
        yield False, error.problem, error.hint
        return
    if found is None:
        return
    span = f", {iso(found.oldest_us)[:10]} to {iso(found.newest_us)[:10]}" if found.articles else ""
    what = f"articles of newsrooms in {folder / PRESS_FILE}: {found.articles:,}{span}"
    if found.broken > 1:  # a crash cuts one
        mend = "the rest is whole, and the next run leaves them out"
        yield False, f"{what}; {found.broken:,} lines cannot be read", mend
    else:
        yield True, what, ""


def _board_check(current: Settings) -> Iterator[tuple[bool, str, str]]:
    """Whether patterns compile and lists can be read."""
    from groundswell.engines import boards

    names = ", ".join(scope.name for scope in current.boards)
    try:
        boards.plan(current)
    except UsageError as error:
        yield False, error.problem, error.hint
    else:
        yield True, f"boards besides all: {names}", ""


def _alerts_check(current: Settings) -> Iterator[tuple[bool, str, str]]:
    """Whether the settings of alerts are right, and each channel's secrets are where they say."""
    from groundswell.cli import alerting

    try:
        yield from alerting.checks(current)
    except UsageError as error:
        yield False, error.problem, error.hint


def _newsroom_check(current: Settings) -> Iterator[tuple[bool, str, str]]:
    """Whether the list of newsrooms can be read, and open data is known."""
    from groundswell.press.newsrooms import newsrooms
    from groundswell.press.services import services

    try:
        found = newsrooms(current.newsrooms)
        asked = services(current.knowledge)
    except UsageError as error:
        yield False, error.problem, error.hint
    else:
        data = f"; open data of {' and '.join(asked)}" if asked else ""
        yield True, f"{len(found)} newsrooms of {current.newsrooms}{data}", ""


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


def _value(name: str, value: object) -> str:
    """A setting's value in one line; boards stand in lines of their own."""
    if not isinstance(value, tuple):
        return str(value)
    return str(len(value)) if name == "boards" else ", ".join(map(str, value))


def _print_settings(loaded: settings.Loaded) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("setting", "value", "from", "unit", "range", "meaning")
    for entry in fields(Settings):
        about = entry.metadata
        value = getattr(loaded.settings, entry.name)
        span = (
            ""
            if isinstance(entry.default, str | tuple)
            else f"{about['low']:g} to {about['high']:g}"
        )
        table.add_row(
            entry.name, _value(entry.name, value),
            loaded.origins[entry.name], about["unit"], span, about["meaning"],
        )  # fmt: skip
    for scope in loaded.settings.boards:
        name = f"boards.{scope.name}"
        table.add_row(name, Text(str(scope)), loaded.origins[name], "scope", "", ABOUT[scope.kind])
    Console(width=None if sys.stdout.isatty() else 140).print(table)
