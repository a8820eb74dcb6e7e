"""What tests of reliability measured: printed always, and kept for docs/reliability.md when asked.

A test says with `@pytest.mark.figure("name")` which row of tools/reliability.toml it measures, and
with the fixture `figure` what came of it, before it asserts anything: a row that fails has its
figure too.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

FOLDER = "GROUNDSWELL_FIGURES"
"""Environment: the folder that rows are written to; without it they are only printed."""
SEED = "GROUNDSWELL_SEED"
"""Environment: the seed of a run that is to be made again."""
REPORT = pytest.StashKey[pytest.TestReport]()


class Part(msgspec.Struct):
    """What one test had to say about its row."""

    test: str
    came: str = ""
    trials: int = 0
    seed: int | None = None
    seconds: float = 0.0
    failed: str = ""
    """The first line of why; empty for a test that passed."""


class Figure:
    """Takes what came of a test; the last word counts."""

    def __init__(self, test: str) -> None:
        self.part = Part(test)
        self._began = time.monotonic()

    def __call__(self, came: str, *, trials: int, seed: int | None = None) -> None:
        """Says what came of so many trials, drawn by a seed where chance had a part."""
        self.part.came, self.part.trials, self.part.seed = came, trials, seed
        self.part.seconds = time.monotonic() - self._began
        drawn = "" if seed is None else f", seed {seed}"
        print(f"{came} ({trials:,} trials{drawn}, {self.part.seconds:.1f} s)")


def drawn_seed() -> int:
    """The seed of the environment, or a fresh one; printed, so that a failure can be made again."""
    seed = int(os.environ.get(SEED, "0")) or random.SystemRandom().randrange(1 << 32)
    print(f"{SEED}={seed}")
    return seed


def keep(name: str, figure: Figure, report: pytest.TestReport | None) -> None:
    """Adds a part to its row's file; a test that was interrupted has no report and adds nothing."""
    folder = os.environ.get(FOLDER)
    if not folder or report is None or report.skipped:
        return
    figure.part.failed = _reason(report) if report.failed else ""
    path = Path(folder) / f"{name}.json"
    parts = msgspec.json.decode(path.read_bytes(), type=list[Part]) if path.is_file() else []
    parts.append(figure.part)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".part").write_bytes(msgspec.json.format(msgspec.json.encode(parts)))
    path.with_suffix(".part").replace(path)


def _reason(report: pytest.TestReport) -> str:
    crash: Any = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longrepr).splitlines()[0][:200]


def sized(fast: Any, full: Any, *, minutes: float) -> pytest.MarkDecorator:
    """Runs a test with `size` small among all tests, and large by `make soak`."""
    marks = [pytest.mark.soak, pytest.mark.timeout(minutes * 60)]
    return pytest.mark.parametrize(
        "size", [pytest.param(fast, id="fast"), pytest.param(full, id="full", marks=marks)]
    )
