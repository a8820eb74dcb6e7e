"""One night and its archive, kept without a fault: what every other run must equal."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.archive.running import TABLES, Job, contents, finished
from tests.nights import recorded

collect_ignore = ["warm.py"]
"""Importing it plays a part of the night: every worker would, in its search for doctests."""

RARE = ("source", "gap", "decision")
"""Tables that a recording leaves empty."""


@dataclass(frozen=True)
class Whole:
    recording: Path
    folder: Path
    """Its archive: to be read or copied, for all tests share it."""
    rows: dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """A quarter of an hour with all that rows are made of, and those of a run left undisturbed."""
    place = tmp_path_factory.mktemp("whole")
    recording = recorded(place / "night.ndjson.gz", 4_500, first=7_500)
    assert finished(Job(recording, place / "kept")) == 0
    rows = contents(place / "kept")
    assert all(rows[name] for name in TABLES if name not in RARE)
    return Whole(recording, place / "kept", rows)
