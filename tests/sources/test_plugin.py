"""The example plug-in passes the contract, and its package names its entry point."""

from __future__ import annotations

import importlib.util
import json
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest

from groundswell.sources.door import GROUP
from tests.sources.contract import Open, SourceContract

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/source_plugin"


@pytest.fixture(scope="module")
def plugin() -> Iterator[ModuleType]:
    """The example's module, imported from its path."""
    path = EXAMPLE / "src/groundswell_wikimedia/__init__.py"
    spec = importlib.util.spec_from_file_location("groundswell_wikimedia", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def edit(number: int) -> str:
    event = {
        "type": "edit",
        "meta": {"id": f"m{number}", "uri": "https://en.wikipedia.org/wiki/Oscars"},
        "title": "Oscars",
        "comment": "winners",
        "timestamp": 1_742_000_000 + number,
        "user": f"u{number}",
        "wiki": "enwiki",
    }
    return json.dumps(event)


class TestPlugin(SourceContract):
    """The contract, over the example."""

    @pytest.fixture
    def open_good(self, plugin: ModuleType, tmp_path: Path) -> Open:
        path = tmp_path / "edits.ndjson"
        path.write_text("".join(f"{edit(number)}\n" for number in range(1_200)))
        return lambda: plugin.open_uri(f"wikimedia-lines:{path}")

    @pytest.fixture
    def open_bad(self, plugin: ModuleType, tmp_path: Path) -> Open:
        path = tmp_path / "edits.ndjson"
        bad = ['{"type":', "[]", '"\\ud800"', "[" * 200_000, edit(2).replace("1742000002", "-5")]
        bad.append(edit(3).replace("winners", "\\ud800"))
        path.write_text("\n".join([edit(1), *bad]))
        return lambda: plugin.open_uri(f"wikimedia-lines:{path}")

    def test_all_bad_lines_are_counted(self, open_bad: Open) -> None:
        """Six bad lines are six rejects."""
        assert sum(len(batch.rejected) for batch in open_bad().read()) == 6


def test_the_package_names_its_entry_point(plugin: ModuleType) -> None:
    """`pyproject.toml` puts a function that exists into the group of sources."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    module, function = project["entry-points"][GROUP]["wikimedia-lines"].split(":")
    assert module == plugin.__name__
    assert callable(getattr(plugin, function))


def test_what_is_built_in_is_named_in_the_package() -> None:
    """Every scheme of `pyproject.toml` leads to something that opens a source."""
    root = Path(__file__).resolve().parents[2]
    named = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    schemes = named["project"]["entry-points"][GROUP]
    assert {"jetstream", "mastodon", "file", "stdin"} <= schemes.keys()
    for name, value in schemes.items():
        assert callable(EntryPoint(name, value, GROUP).load())
