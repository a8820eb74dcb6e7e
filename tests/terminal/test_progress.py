"""Progress: on stderr only, and only where somebody looks."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator

import pytest

from groundswell.model import Batch
from groundswell.terminal.progress import Progress
from tests.conftest import batch_of
from tests.terminal.boards import HOSTILE, controls

BATCH = batch_of((0, "a", "one"), (1, "b", "two"))
COLOURS = {"\x1b", "\r"}


class Recording:
    """A source of which two fifths are read."""

    live = False
    simulated = False
    bytes_total: int | None = 100
    bytes_done = 40

    def __init__(self, name: str = "night.ndjson.gz") -> None:
        self.name = name

    def read(self, after: str = "") -> Iterator[Batch]:
        """What it is advanced by."""
        yield BATCH

    def close(self) -> None:
        """Nothing is open."""


class Seen(io.StringIO):
    """A stderr that is a terminal."""

    def isatty(self) -> bool:
        return True


def run(source: Recording) -> None:
    with Progress(source) as progress:
        progress.advance(BATCH)
        progress.advance(BATCH)


@pytest.fixture(autouse=True)
def _a_usual_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")


def test_nothing_is_printed_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    """Stderr is a file: not one character, on either stream."""
    run(Recording())
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_and_stdout_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Stderr is a terminal: name, bar and posts there; stdout stays empty for data."""
    seen = Seen()
    monkeypatch.setattr(sys, "stderr", seen)
    run(Recording())
    assert "night.ndjson.gz" in seen.getvalue()
    assert "━" in seen.getvalue()
    assert "4 posts" in seen.getvalue()
    assert capsys.readouterr().out == ""


def test_the_bar_goes_and_the_cursor_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the end, also by Ctrl-C, the bar is erased and the cursor visible."""
    seen = Seen()
    monkeypatch.setattr(sys, "stderr", seen)

    def interrupted() -> None:
        with Progress(Recording()) as progress:
            progress.advance(BATCH)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert seen.getvalue().rindex("\x1b[?25h") > seen.getvalue().rindex("\x1b[?25l")
    assert seen.getvalue().rindex("\x1b[2K") > seen.getvalue().rindex("posts")


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_name_of_a_recording_is_harmless(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """A file's name may hold anything: what leaves is what a harmless name brings about."""
    monkeypatch.setenv("NO_COLOR", "1")
    seen = Seen()
    monkeypatch.setattr(sys, "stderr", seen)
    run(Recording(words))
    assert controls(seen.getvalue()) <= COLOURS
    for sequence in seen.getvalue().split("\x1b")[1:]:
        assert sequence.startswith(("[?25", "[2K", "[1A", "[0m", "[1m", "[2m")), sequence


def test_a_source_of_unknown_size_has_a_bar_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is piped in has no size: the posts are counted all the same."""
    seen = Seen()
    monkeypatch.setattr(sys, "stderr", seen)
    source = Recording("stdin")
    source.bytes_total = None
    run(source)
    assert "4 posts" in seen.getvalue()


def test_what_is_printed_meanwhile_goes_where_it_was_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """While a bar stands on a terminal, data on stdout stays on stdout."""
    seen = Seen()
    monkeypatch.setattr(sys, "stderr", seen)
    out = sys.stdout
    with Progress(Recording()) as progress:
        progress.advance(BATCH)
        assert sys.stdout is out
        print("data")
    assert capsys.readouterr().out == "data\n"
    assert "data" not in seen.getvalue()


def test_the_bar_tells_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Posts a second stand beside the posts."""
    seen = Seen()
    monkeypatch.setattr(sys, "stderr", seen)
    run(Recording())
    assert re.search(r"4 posts [\d,]+/s", re.sub(r"\x1b\[[0-9;]*m", "", seen.getvalue()))
