"""Log lines: one an event, as text or JSON, with nothing in them that must not outlive a post."""

from __future__ import annotations

import json
import logging

import pytest

from groundswell.cli.logs import set_up
from groundswell.engines.following import live
from groundswell.engines.run import Run
from groundswell.errors import UsageError
from groundswell.kernel.pipeline import Rules
from groundswell.watch import LOG, SourceHealth, Watch
from tests.conftest import batch_of
from tests.engines.test_local import SECOND, Script


def test_a_run_logs_json_without_texts_and_authors(capsys: pytest.CaptureFixture[str]) -> None:
    """Each line is one object with time, level and event; neither words nor names are in it."""
    assert set_up("json")
    boards: list[object] = []
    source = Script([batch_of((1_000_000.1, "secretauthor", "secretword"))], live=True)
    watch = Watch(lambda: [SourceHealth("script", "connected", 0.0)], live=True)
    run = Run(on_board=lambda board: (boards.append(board), run.stop.set()), watch=watch)
    live([source], Rules(slice_us=SECOND), run)
    said = capsys.readouterr().err
    told = [json.loads(line) for line in said.splitlines()]
    assert {"slice", "source"} <= {line["event"] for line in told}
    assert all({"time", "level", "event"} <= line.keys() for line in told)
    assert "secret" not in said


def test_text_is_one_line_whatever_a_reason_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """What a server said may hold line ends and control characters: they become spaces."""
    set_up("text")
    data = {"source": "a", "reason": "x\ny\x1b[31m"}
    LOG.warning("source", extra={"data": data})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("warning source source=a reason=x y [31m")


def test_off_says_nothing_and_an_unknown_form_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Not even a warning comes through; a form that is none is wrong usage."""
    assert not set_up("off")
    LOG.warning("source")
    assert capsys.readouterr().err == ""
    with pytest.raises(UsageError, match="--log-format"):
        set_up("xml")
    assert isinstance(LOG.handlers[0], logging.NullHandler)
