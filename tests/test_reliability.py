"""The page of reliability figures is what was measured, and each of its rows has its tests."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

MARKED = re.compile(r'mark\.figure\("(\w+)"\)\n(?:[@ )][^\n]*\n)*def (\w+)')
"""A test's marker, whatever decorators follow, and its name."""
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def tool() -> Any:
    spec = importlib.util.spec_from_file_location("reliability", ROOT / "tools/reliability.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["reliability"] = module
    spec.loader.exec_module(module)
    return module


def test_the_page_is_made_of_what_was_measured(tool: Any) -> None:
    """docs/reliability.md equals what the tool makes of its rows and docs/reliability.json."""
    assert tool.PAGE.read_text("utf-8") == tool.page(tool.read_rows(), tool.read_kept())


def test_every_row_has_its_tests_and_every_test_its_row(tool: Any) -> None:
    """Each named test is there and says that it measures this row; no marker names another."""
    rows = tool.read_rows()
    for row in rows:
        for test in row.tests:
            file, _, name = test.partition("::")
            source = (ROOT / file).read_text("utf-8")
            name = name.partition("[")[0]
            told = re.findall(
                r'mark\.figure\("(\w+)"\)\n(?:@[^\n]*\n|[ )][^\n]*\n)*def (\w+)', source
            )
            assert row.name in {figure for figure, test in told if name in {"", test}}, test
    files = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    marked = set(re.findall(r'mark\.figure\("(\w+)"\)', files))
    assert marked == {row.name for row in rows}


def test_rows_say_when_they_failed_or_were_never_measured(tool: Any) -> None:
    """A failure stands in the row with its first line, beside what was measured all the same."""
    row = tool.Row("it", "lost", "a fault", "nothing", ["tests/a.py::test_b[full]"])
    found = tool.Measured("3 lost", 9, [7], 61.0, "assert 3 == 0", "2026-01-02", "abc1234")
    assert tool.line(row, found) == (
        "| a fault | nothing | **failed** (assert 3 == 0): 3 lost | 9 (seed 7) | "
        "2026-01-02, `abc1234`, 61 s | `tests/a.py` |\n"
    )
    assert "| not yet |" in tool.line(row, None)


def test_parts_of_a_row_are_added_up(tool: Any, tmp_path: Path, monkeypatch: Any) -> None:
    """Trials and seconds are summed, equal words said once; the first failure is told."""
    monkeypatch.setattr(tool, "FIGURES", tmp_path)
    row = tool.Row("it", "lost", "a fault", "nothing", [])
    parts = [{"test": "a", "came": "equal", "trials": 2, "seed": 5, "seconds": 1.0, "failed": ""},
             {"test": "b", "came": "equal", "trials": 3, "seed": None, "seconds": 2.0,
              "failed": "why"}]  # fmt: skip
    (tmp_path / "it.json").write_text(json.dumps(parts))
    found = tool.taken(row, "pytest ended with 1")
    assert (found.came, found.trials, found.seeds, found.seconds) == ("equal", 5, [5], 3.0)
    assert found.failed == "why"
    (tmp_path / "it.json").unlink()
    assert tool.taken(row, "") is None
    assert tool.taken(row, "not done within 1 min").failed == "not done within 1 min"
