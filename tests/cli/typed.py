"""The command as a user types it, with a data folder of its own.

Each is a process of its own, with its exit code, its signals and its streams. It is forked from one
that has loaded everything already (`tests.archive.warm`), since starting costs more than most of
what is typed here; `command` is for those that are to be started from nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from groundswell.cli import main
from tests.archive.running import start


def groundswell(folder: Path, *given: str) -> subprocess.CompletedProcess[str]:
    return run(*given, env=environment(folder))


def run(
    *given: str, env: Mapping[str, str] | None = None, cwd: Path | None = None,
    stdin: Path | None = None, terminal: Path | None = None,
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """The command's end and what it said; with a `terminal`, what goes to stderr is drawn there."""
    with tempfile.TemporaryDirectory() as place:
        out, err = (Path(place) / name for name in ("out", "err"))
        streams = (stdin or Path(os.devnull), out, terminal or err)
        process = start(typed, given, dict(env or os.environ), cwd or Path.cwd(), streams)
        process.join(240)
        code = process.exitcode
        assert code is not None, "the command did not end in time"
        said = "" if terminal else err.read_text()
        return subprocess.CompletedProcess(given, code, out.read_text(), said)


def typed(
    given: tuple[str, ...], env: dict[str, str], cwd: Path, streams: tuple[Path, Path, Path]
) -> None:
    """Runs the command line in this process, its streams in files."""
    for number, path in enumerate(streams):
        how = os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY
        file = os.open(path, how | os.O_NOCTTY)
        os.dup2(file, number)
        os.close(file)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)  # a fork begins with none
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = ["groundswell", *given]
    main()


def command(*given: str) -> list[str]:
    return [sys.executable, "-m", "groundswell", *given]


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "GROUNDSWELL_DATA_DIR": str(folder)}
