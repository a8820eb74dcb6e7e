"""Measures every row of docs/reliability.md and writes the page: `make soak`.

Rows stand in tools/reliability.toml, the page's words in tools/reliability.template.md, what was
measured last in docs/reliability.json. Each row is a run of its tests that hands on its figures
(tests/figures.py). After each row the page is written, so that nothing is lost when this is
stopped; started again it goes on with the rows that this commit has no good figure for.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

ROOT: Final = Path(__file__).resolve().parents[1]
ROWS: Final = ROOT / "tools" / "reliability.toml"
TEMPLATE: Final = ROOT / "tools" / "reliability.template.md"
KEPT: Final = ROOT / "docs" / "reliability.json"
PAGE: Final = ROOT / "docs" / "reliability.md"
FIGURES: Final = ROOT / "build" / "soak"


class Row(msgspec.Struct, frozen=True):
    """A row as it is asked for."""

    name: str
    table: str
    stimulus: str
    holds: str
    """What must hold, as QUALITY says it."""
    tests: list[str]
    minutes: float = 10.0
    """After so long it is ended, and has failed."""


class Measured(msgspec.Struct):
    """A row as it was measured last."""

    came: str
    trials: int
    seeds: list[int]
    seconds: float
    failed: str
    date: str
    commit: str


def main() -> int:
    """Measures rows and writes the page; 1 when one of them failed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--only", action="append", metavar="NAME", help="this row; may be repeated"
    )
    options.add_argument(
        "--again", action="store_true", help="rows with a figure of this commit too"
    )
    options.add_argument("--take", action="store_true", help="measure nothing: take build/soak")
    options.add_argument("--page", action="store_true", help="measure nothing: write the page")
    given = options.parse_args()
    rows, kept = read_rows(), read_kept()
    wanted = [row for row in rows if not given.only or row.name in given.only]
    if given.only and len(wanted) < len(set(given.only)):
        options.error(f"expected names of {', '.join(row.name for row in rows)}")
    failed = False
    with contextlib.suppress(KeyboardInterrupt):
        for row in [] if given.page else wanted:
            if not (given.take or given.again or given.only) and is_fresh(kept.get(row.name)):
                continue
            found = taken(row, "") if given.take else measure(row)
            if found is not None:
                kept[row.name] = found
                failed |= bool(found.failed)
                write(rows, kept)
    write(rows, kept)
    return int(failed)


def read_rows() -> list[Row]:
    """All rows, in the order of the page."""
    return msgspec.convert(tomllib.loads(ROWS.read_text("utf-8"))["row"], list[Row])


def read_kept() -> dict[str, Measured]:
    """What was measured last, by row."""
    data = KEPT.read_bytes() if KEPT.is_file() else b"{}"
    return msgspec.json.decode(data, type=dict[str, Measured])


def is_fresh(kept: Measured | None) -> bool:
    """Whether a row has a good figure of this very commit."""
    return kept is not None and not kept.failed and kept.commit == commit()


def commit() -> str:
    """The commit that stands here; with a + where other files than the page differ from it."""
    mine = [f":!{path.relative_to(ROOT)}" for path in (KEPT, PAGE)]
    head = _git("rev-parse", "--short", "HEAD")
    return head + ("+" if _git("status", "--porcelain", "--", ".", *mine) else "")


def _git(*asked: str) -> str:
    found = subprocess.run(  # noqa: S603 -- our own words
        ["git", *asked],  # noqa: S607 -- whichever git there is
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return found.stdout.strip()


def measure(row: Row) -> Measured | None:
    """Runs a row's tests; None where they were skipped."""
    print(f"{row.name}: at most {row.minutes:g} min", file=sys.stderr, flush=True)
    FIGURES.mkdir(parents=True, exist_ok=True)
    (FIGURES / f"{row.name}.json").unlink(missing_ok=True)
    asked = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:xdist", *row.tests]
    environment = os.environ | {"GROUNDSWELL_FIGURES": str(FIGURES)}
    process = subprocess.Popen(asked, cwd=ROOT, env=environment)  # noqa: S603 -- our own words
    try:
        code = process.wait(row.minutes * 60)
    except subprocess.TimeoutExpired:
        code = -1
    finally:
        process.kill()
        process.wait()
    said = f"not done within {row.minutes:g} min" if code < 0 else f"pytest ended with {code}"
    return taken(row, said if code else "")


def taken(row: Row, failed: str) -> Measured | None:
    """A row of what its tests handed on; None where there is nothing of it."""
    path = FIGURES / f"{row.name}.json"
    parts: list[dict[str, Any]] = msgspec.json.decode(path.read_bytes()) if path.is_file() else []
    if not parts and not failed:
        return None
    failures = [part["failed"] for part in parts if part["failed"]] or [failed]
    return Measured(
        came="; ".join(dict.fromkeys(part["came"] for part in parts if part["came"])),
        trials=sum(part["trials"] for part in parts),
        seeds=[part["seed"] for part in parts if part["seed"] is not None],
        seconds=round(sum(part["seconds"] for part in parts), 1),
        failed=failures[0],
        date=datetime.now(UTC).date().isoformat(),
        commit=commit(),
    )


def write(rows: list[Row], kept: dict[str, Measured]) -> None:
    """Writes what was measured, and the page made of it."""
    known = {row.name: kept[row.name] for row in rows if row.name in kept}
    _put(KEPT, msgspec.json.format(msgspec.json.encode(known)) + b"\n")
    _put(PAGE, page(rows, kept).encode())


def _put(path: Path, data: bytes) -> None:
    path.with_name(f"{path.name}.part").write_bytes(data)
    path.with_name(f"{path.name}.part").replace(path)


def page(rows: list[Row], kept: dict[str, Measured]) -> str:
    """The page: the template with its tables.

    Raises:
        KeyError: a row is of a table that the template does not have.
    """
    text = TEMPLATE.read_text("utf-8")
    for table in dict.fromkeys(row.table for row in rows):
        mark = f"<!-- {table} -->\n"
        if mark not in text:
            raise KeyError(table)
        lines = [line(row, kept.get(row.name)) for row in rows if row.table == table]
        head = "| stimulus | must hold | came of it | trials | measured | test |\n"
        text = text.replace(mark, head + "|---" * 6 + "|\n" + "".join(lines))
    return text


def line(row: Row, found: Measured | None) -> str:
    """A row of a table."""
    files = dict.fromkeys(test.partition("::")[0] for test in row.tests)
    tests = ", ".join(f"`{name}`" for name in files)
    if found is None:
        return f"| {row.stimulus} | {row.holds} | – | – | not yet | {tests} |\n"
    came = (
        f"**failed** ({found.failed.replace('|', '/')}): {found.came}"
        if found.failed
        else found.came
    )
    seeds = f" (seed {', '.join(map(str, found.seeds[:3]))})" if found.seeds else ""
    when = f"{found.date}, `{found.commit}`, {_length(found.seconds)}"
    return (
        f"| {row.stimulus} | {row.holds} | {came} | {found.trials:,}{seeds} | {when} | {tests} |\n"
    )


def _length(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
