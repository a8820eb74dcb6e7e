"""`groundswell evaluate` as a user meets it, and once on real posts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from groundswell.cli.methods import METHODS, OURS
from groundswell.errors import UsageError
from groundswell.evaluate import pictures
from groundswell.evaluate.peers import PEERS
from groundswell.evaluate.posts import Sifted, checked_retweets
from groundswell.model import Batch
from groundswell.simulate import load_scenario, truth
from tests.cli import typed
from tests.conftest import batch_of
from tests.nights import SCENARIO, recorded

POSTS = 13_500


def run(*args: str) -> subprocess.CompletedProcess[str]:
    return typed.run("evaluate", *args)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The awards night from shortly before its first moment to its second, and its truth."""
    folder = tmp_path_factory.mktemp("night")
    recording, events = folder / "night.ndjson.gz", folder / "events.json"
    recorded(recording, POSTS, first=8_000)
    events.write_text(json.dumps(truth(load_scenario(SCENARIO))[:2]))
    return str(recording), str(events)


def test_all_methods_are_scored_on_one_recording(night: tuple[str, str], tmp_path: Path) -> None:
    """Eight methods with the same events; a report with figures, table and pictures that parse."""
    said = run(*night, "--method", "all", "--format", "json", "--report", str(tmp_path / "report"))
    assert said.returncode == 0, said.stderr
    methods = json.loads(said.stdout)["methods"]
    assert list(methods) == [
        "groundswell", "mastodon", "signitrend", "bngram", "gnip", "mabed", "kleinberg", "counts",
    ]  # fmt: skip
    assert {figures["events"] for figures in methods.values()} == {2}
    assert {figures["posts"] for figures in methods.values()} == {POSTS}
    assert methods["groundswell"]["recall"]["5"] == 1.0
    assert methods["groundswell"]["story_precision"] is not None  # simulated: the truth is complete
    assert json.loads((tmp_path / "report" / "figures.json").read_text()) == json.loads(said.stdout)
    drawn = sorted(path.name for path in (tmp_path / "report").glob("*.svg"))
    assert drawn == ["latency.svg", "onset.svg", "recall.svg"]  # no decoy in these events
    for name in drawn:
        page = ElementTree.fromstring((tmp_path / "report" / name).read_text())  # noqa: S314 -- ours
        assert page.find("{http://www.w3.org/2000/svg}desc").text  # type: ignore[union-attr]
        assert f"({name})" in (tmp_path / "report" / "report.md").read_text()


def test_a_table_is_printed_with_the_number_of_events(night: tuple[str, str]) -> None:
    """The first row says how many events there are; progress goes to stderr."""
    said = run(*night, "--method", "counts", "--retweets", "once", "--stop-words", "frequent")
    heads, events, *_ = said.stdout.splitlines()
    assert (heads.split(), events.split()) == (["counts"], ["events", "2"])
    assert "counts" in said.stderr


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--method", "bngrams"], "bngram"),
        (["--format", "xml"], "table, json or markdown"),
        (["--retweets", "some"], "keep, drop or once"),
        (["--count", "words"], "authors or posts"),
        (["--stop-words", "absent.txt", "--method", "counts"], "absent.txt"),
    ],
)
def test_mistakes_are_named(args: list[str], words: str, night: tuple[str, str]) -> None:
    """Exit 2, one line, what would be right; nothing on stdout."""
    said = run(*night, *args)
    assert (said.returncode, said.stdout) == (2, "")
    assert words in said.stderr
    assert "Traceback" not in said.stderr


def test_the_command_names_every_method() -> None:
    """It names them without loading them."""
    assert (OURS, *PEERS) == METHODS


def sift(word: str, *texts: str) -> list[str]:
    class Held:
        name, live, simulated = "held", False, False

        def read(self, after: str = "") -> list[Batch]:
            return [batch_of(*((float(i), f"a{i}", text) for i, text in enumerate(texts)))]

        def close(self) -> None: ...

    source = Sifted(Held(), checked_retweets(word))  # type: ignore[arg-type]
    return [text for batch in source.read() for text in batch.texts]


def test_retweets_are_kept_dropped_or_taken_once() -> None:
    """A retweet of what was seen is said again; one of what was not is its first."""
    texts = ["tea", "RT @a: tea", "RT @b: rain", "RT @c: rain", "tea"]
    assert sift("keep", *texts) == texts
    assert sift("drop", *texts) == ["tea", "tea"]
    assert sift("once", *texts) == ["tea", "RT @b: rain", "tea"]
    with pytest.raises(UsageError, match="once"):
        checked_retweets("twice")


def test_no_runs_make_no_pictures() -> None:
    """Nothing to draw is nothing drawn."""
    assert pictures.draw([]) == []


def test_real_goals_are_found(data: Path) -> None:
    """Chelsea–Arsenal 2015: the engine finds at least four of five events among its first five."""
    folder = data / "epl-chelsea-arsenal-2015-09-19"
    said = run(str(folder / "posts.ndjson.gz"), str(folder / "events.json"), "--slice", "5m",
               "--format", "json")  # fmt: skip
    assert json.loads(said.stdout)["methods"]["groundswell"]["recall"]["5"] >= 0.8
