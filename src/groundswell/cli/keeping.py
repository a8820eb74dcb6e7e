"""Opening the archive of a run: whether it is the same one, and whether it may go on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from itertools import takewhile
from pathlib import Path
from typing import Any

from groundswell.archive import Archive, Retention
from groundswell.archive.reading import Reader
from groundswell.engines.identity import difference, same_rules
from groundswell.engines.keeping import Keeper
from groundswell.errors import UsageError
from groundswell.model import MICROSECONDS, Board, iso
from groundswell.serve.desk.state import HELD
from groundswell.settings import Settings

ELSEWHERE = "name another folder: GROUNDSWELL_DATA_DIR=…"


def replayed(
    stack: ExitStack, current: Settings, identity: Mapping[str, Any], *, resume: bool
) -> Keeper | None:
    """What keeps a replay; None when all of it is kept already.

    Raises:
        UsageError: the folder holds something else, or the same and `resume` was not given.
        ArchiveError: it cannot be written.
    """
    archive = stack.enter_context(_open(current))
    held = archive.stream
    if held is None:
        archive.begin("replay", identity)
        return _keeper(archive, current)
    if held.kind != "replay":
        raise UsageError(f"expected a replay in {archive.folder}, found a live desk's archive",
                         hint=ELSEWHERE)  # fmt: skip
    other = difference(held.identity, identity)
    if other:
        raise UsageError(
            f"expected the recording and settings that {archive.folder} was made with; {other}",
            hint=f"use the same, or {ELSEWHERE}",
        )
    if not resume:
        raise UsageError(
            f"expected an empty archive in {archive.folder}, found this replay, kept "
            f"{'whole' if held.done else f'up to {_time(held.committed)}'}",
            hint=f"add --resume to go on with it, or {ELSEWHERE}",
        )
    if held.done:
        print(f"{archive.folder} has the whole replay already", file=sys.stderr)
        return None
    if held.committed:
        print(f"going on after {_time(held.committed)}", file=sys.stderr)
    return _keeper(archive, current)


def followed(stack: ExitStack, current: Settings, identity: Mapping[str, Any]) -> Keeper:
    """What keeps a live run, which goes on where it stopped.

    With other rules or boards than before, the archive goes on and the desk learns anew.

    Raises:
        UsageError: the folder holds a replay.
        ArchiveError: it cannot be written.
    """
    archive = stack.enter_context(_open(current))
    held = archive.stream
    if held is not None and held.kind != "live":
        raise UsageError(
            f"expected a live desk's archive in {archive.folder}, found a kept replay",
            hint=f"{ELSEWHERE}, or keep nothing: --no-keep",
        )
    if held is not None and not same_rules(held.identity, identity):
        what = difference(held.identity, identity)
        print(f"learning anew, for the settings changed: {what}", file=sys.stderr)
        archive.forget_snapshot()
    archive.begin("live", identity)
    return _keeper(archive, current)


def past(current: Settings) -> list[Board]:
    """The boards that a desk shows at once when it comes back, oldest first."""
    if not (Path(current.data_dir) / "archive.sqlite").is_file():
        return []
    with Reader(Path(current.data_dir)) as reader:
        return reader.newest_boards(HELD)


def retold(current: Settings, show: Callable[[Board], None], stop: threading.Event) -> None:
    """Shows all boards that are kept, oldest first, until `stop` is set."""
    with Reader(Path(current.data_dir)) as reader:
        for board in takewhile(lambda _: not stop.is_set(), reader.boards()):
            show(board)


def _open(current: Settings) -> Archive:
    kept = Retention(
        boards=current.keep_boards, series=current.keep_series, hours=current.keep_hours,
        stories=current.keep_stories,
    )  # fmt: skip
    return Archive(Path(current.data_dir), retention=kept)


def _keeper(archive: Archive, current: Settings) -> Keeper:
    return Keeper(archive, every_us=current.snapshot * MICROSECONDS)


def _time(at: int) -> str:
    return iso(at) if at else "nothing yet"
