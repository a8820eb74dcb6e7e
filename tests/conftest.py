"""What all tests share: tables, posts made by hand, and where the measuring data stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from groundswell.engines.loading import load_tables
from groundswell.kernel.text.tokens import Tables
from groundswell.machine.loops import check_arguments
from groundswell.model import Batch
from tests.figures import REPORT, Figure, keep

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
"""Speed is measured by benchmarks, never by a test."""
check_arguments()

DEAREST = (
    "sources/brokers/test_kafka.py", "simulate/test_fortnight.py", "archive/test_crashes.py",
    "soak/test_days.py", "engines/test_sharded.py", "engines/test_boards.py",
    "evaluate/test_abuse.py", "engines/test_ray.py", "evaluate/test_evaluate.py",
    "archive/test_memory.py", "cli/test_cli.py", "test_library.py", "serve/test_openapi.py",
    "archive/test_faults.py", "archive/test_journal.py", "cli/test_keep.py", "cli/test_secrets.py",
    "alerts/test_killed.py", "serve/test_desk_browser.py", "serve/test_accessible.py",
    "cli/test_explain.py", "cli/test_pump.py", "soak/test_frames.py", "kernel/test_pipeline.py",
    "kernel/test_running.py", "kernel/test_gone_machine.py", "engines/test_barring.py",
    "sources/brokers/test_nats.py", "cli/test_forget.py", "sources/test_scan.py",
)  # fmt: skip
"""Files that take long, by themselves or by processes that they wait for, from the longest on."""

DATA = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The dearest files come first: begun last, one would keep a single worker busy at the end."""
    place = {f"tests/{name}": n for n, name in enumerate(DEAREST)}
    items.sort(key=lambda item: place.get(item.nodeid.split("::")[0], len(place)))


@pytest.fixture(autouse=True)
def _data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test keeps an archive outside its own folder."""
    monkeypatch.setenv("GROUNDSWELL_DATA_DIR", str(tmp_path / "kept"))


@pytest.fixture(scope="session")
def tables() -> Tables:
    """The tokeniser's tables, once."""
    return load_tables()


@pytest.fixture(scope="session")
def data() -> Path:
    """Real recordings, which are not part of the project."""
    if not DATA.is_dir():
        pytest.skip("needs the measuring data in ../shared/data, which is not distributed")
    return DATA


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Lets fixtures know how their test ended."""
    report: Any = yield
    if report.when == "call":
        item.stash[REPORT] = report
    return report


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Iterator[Figure]:
    """Takes what a test measured, for the row of docs/reliability.md that its marker names."""
    marker = request.node.get_closest_marker("figure")
    assert marker is not None, "the marker `figure` says which row this is"
    measured = Figure(request.node.nodeid)
    yield measured
    keep(marker.args[0], measured, request.node.stash.get(REPORT, None))


def batch_of(*posts: tuple[float, str, str], first: int = 0) -> Batch:
    """Posts as (second, author, text); ids are numbered from `first`."""
    n = len(posts)
    return Batch(
        ids=[f"p{first + i}" for i in range(n)],
        texts=[text for _, _, text in posts],
        times=[int(second * 1_000_000) for second, _, _ in posts],
        authors=[author for _, author, _ in posts],
        langs=[""] * n,
        replies=[""] * n,
        urls=[""] * n,
        links=[()] * n,
    )
