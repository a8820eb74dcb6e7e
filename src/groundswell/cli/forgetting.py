"""`forget`: an author or a post leaves the desk, its archive, and what it will read from now on."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundswell import settings
from groundswell.errors import ArchiveError, SourceError
from groundswell.times import MICROSECONDS

if TYPE_CHECKING:
    from groundswell.engines.forgetting import Removed

PATIENCE: float = 30.0
"""Seconds that a running desk is given; it looks every second."""
ELSEWHERE = (
    "not reached: exports, backups and recordings that were taken elsewhere (clean the last two "
    "with --clean FILE), and words that at least three others said as well"
)


def forget(
    who: Annotated[
        list[str],
        typer.Argument(
            metavar="AUTHOR|POST...",
            help="A did, handle, address (ann@example.social) or URL; or a post's id or URL.",
        ),
    ],
    undo: Annotated[
        bool, typer.Option("--undo", help="Let them in again from now on; nothing comes back.")
    ] = False,
    clean: Annotated[
        list[Path] | None,
        typer.Option(help="A recording or a backup to clean as well; may be repeated."),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not ask the network whom a handle names.")
    ] = False,
) -> None:
    """Erase authors or posts everywhere, and leave them out from now on.

    They go from counts, stories and pages, from the archive's rows, snapshot, journal, free pages
    and log: at once, also while a desk runs. A list that names nobody keeps them out: of `live`,
    of `replay --keep`, of `record`, and of backups that are restored.

    Examples:  groundswell forget did:plc:ewvi7nxzyoun6zhxrhs64oiz
    groundswell forget ann@example.social https://example.social/@bob
    groundswell forget ann.bsky.social --clean night.ndjson.zst --clean desk.tar
    groundswell forget at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3kabc
    groundswell forget ann@example.social --undo
    """
    current = settings.load().settings
    folder, ranked_us = Path(current.data_dir), current.rank_window * MICROSECONDS

    from groundswell.archive import optouts
    from groundswell.archive.lock import is_kept
    from groundswell.engines import forgetting
    from groundswell.engines.heeding import Heed
    from groundswell.kernel.basis.hashing import hash_strings

    names = sorted({name for one in who for name in _names(one, offline=offline)})
    hashes = hash_strings(names).tolist()
    if undo:
        removed = optouts.remove(folder, hashes)
        _say("let in again from now on" if removed else "nobody of that name was left out")
        return
    optouts.add(folder, hashes)
    done = (
        _told_to_desk(folder, ranked_us)
        if is_kept(folder)
        else forgetting.purge(folder, Heed(folder), ranked_us)
    )
    _say(f"{done.posts:,} posts removed, {done.rows:,} rows of the archive changed or removed")
    for file in clean or []:
        found = forgetting.clean(file, Heed(folder))
        _say(f"{file}: {found.posts:,} posts removed, {found.rows:,} rows changed or removed")
    _say(f"left out from now on; {ELSEWHERE}")


def _names(who: str, *, offline: bool) -> set[str]:
    """All that streams may call somebody; a handle also by what the network says it stands for."""
    from groundswell.sources.names import resolved, spellings

    found = spellings(who)
    if not offline:
        try:
            found |= {name for one in resolved(who) for name in spellings(one)}
        except SourceError as error:
            _say(f"{error.problem}; {error.hint}")
    return found


def _told_to_desk(folder: Path, ranked_us: int) -> Removed:
    """Waits until the run that keeps the archive has done it.

    Raises:
        ArchiveError: it did not in time.
    """
    from groundswell.archive import optouts
    from groundswell.archive.lock import is_kept
    from groundswell.engines import forgetting
    from groundswell.engines.heeding import Heed

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if (said := optouts.taken(folder)) is not None:
            return forgetting.Removed(int(said.get("posts", 0)), int(said.get("rows", 0)))
        if not is_kept(folder):  # it ended before it looked
            return forgetting.purge(folder, Heed(folder), ranked_us)
        time.sleep(0.1)
    raise ArchiveError(
        f"expected the run that keeps {folder} to forget within {PATIENCE:g} s, it has not said so",
        hint="they are on the list; end the run and say it again",
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr)
