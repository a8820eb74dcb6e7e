"""Imported by the server that test processes are forked from: a run makes it load everything."""

from __future__ import annotations

import tempfile
from pathlib import Path

import groundswell.cli.watching  # noqa: F401 -- with what commands load when they run
from groundswell.sources.scanned import Scanner
from tests.archive.running import Job, keep
from tests.nights import recorded

with tempfile.TemporaryDirectory() as place:
    recording = recorded(Path(place) / "warm.ndjson", 3_000, first=8_500)
    keep(Job(recording, Path(place) / "kept", snapshot_s=60))
Scanner().read(memoryview(b"{}\n"), 1)
