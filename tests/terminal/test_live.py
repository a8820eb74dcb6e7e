"""The live board: calm on a terminal, a line for each board elsewhere."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from rich.control import Control

from groundswell.terminal import Heading, LiveBoard, text_board
from groundswell.terminal.board import ASCII_BLOCKS, BLOCKS
from tests.terminal.boards import (
    AT,
    DAY,
    HOSTILE,
    LIVE,
    MINUTE,
    WIDE,
    board,
    controls,
    filled_with,
    story,
    too_wide,
)

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
PART = re.compile(r"\x1b\[([\d;?]*)([A-Za-z])|\r|\n|[^\x1b\r\n]+")


class Screen:
    """As much of a terminal as a live board uses: lines, the cursor's row, erasing, hiding."""

    def __init__(self) -> None:
        self.lines = [""]
        self.row = 0
        self.lowest: list[int] = []
        """The row below which nothing was drawn, after each write."""
        self.cursor_seen = True

    def feed(self, written: str) -> None:
        """Does what was written; what is not known here fails the test."""
        assert "".join(part[0] for part in PART.finditer(written)) == written
        for part in PART.finditer(written):
            self._do(part[0], part[1] or "", part[2] or "")
        self.lowest.append(self.row)

    def _do(self, text: str, number: str, command: str) -> None:
        if text == "\n":
            self.row += 1
            self.lines += [""] * (self.row + 1 - len(self.lines))
        elif command == "A":
            self.row -= int(number or 1)
            assert self.row >= 0, "the cursor left the top"
        elif command == "K":
            self.lines[self.row] = ""
        elif command in {"h", "l"}:
            assert number == "?25", text
            self.cursor_seen = command == "h"
        elif not command and text != "\r":
            self.lines[self.row] += text
        else:
            assert command in {"", "m"}, text

    @property
    def shown(self) -> str:
        """What can be read, without the empty lines at its end."""
        return "\n".join(line.rstrip() for line in self.lines).rstrip()


class Terminal:
    """A console on a screen of our own; `redraw` draws at once instead of twice a second."""

    def __init__(self, *, height: int = 50, encoding: str = "utf-8") -> None:
        self._raw = io.BytesIO()
        self._file = io.TextIOWrapper(self._raw, encoding=encoding, newline="")
        self.console = Console(file=self._file, force_terminal=True, width=80, height=height)
        self.screen = Screen()
        self._encoding = encoding
        self._fed = 0

    @property
    def written(self) -> str:
        """All that came out."""
        self._file.flush()
        return self._raw.getvalue().decode(self._encoding)

    def redraw(self) -> None:
        """Draws the board, and lets the screen see it."""
        self.console.print(Control())
        self.look()

    def look(self) -> None:
        """Lets the screen see what came out since."""
        written = self.written
        self.screen.feed(written[self._fed :])
        self._fed = len(written)


def stories(n: int) -> list[int]:
    return list(range(1, n + 1))


@pytest.fixture(autouse=True)
def _a_usual_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_what_stands_below_does_not_jump() -> None:
    """Once drawn, rows are kept: fewer stories leave them empty, and nothing moves up again."""
    terminal = Terminal()
    with LiveBoard(LIVE, terminal.console) as live:
        for n in (3, 1, 5, 0, 2, 5, 0):
            live.show(board(*map(story, stories(n))))
            terminal.redraw()
        rows = terminal.screen.lowest
    assert rows == sorted(rows)
    assert len(set(rows)) == 2


def test_a_redraw_replaces_the_board_before() -> None:
    """After every redraw the screen holds this board, once, and nothing of an older one."""
    terminal = Terminal()
    with LiveBoard(LIVE, terminal.console) as live:
        for n in (4, 2, 0, 6):
            shown = board(*(story(i, f"story {i} of {n}") for i in stories(n)))
            live.show(shown)
            terminal.redraw()
            expected = text_board(shown, LIVE, width=80)
            assert (
                terminal.screen.shown
                == "\n".join(line.rstrip() for line in expected.split("\n")).rstrip()
            )


def test_the_last_board_stays_printed_and_the_cursor_comes_back() -> None:
    """At the end the last board stands once, the prompt right below it, the cursor visible."""
    terminal = Terminal()
    with LiveBoard(LIVE, terminal.console) as live:
        live.show(board(*map(story, stories(6))))
        terminal.redraw()
        assert not terminal.screen.cursor_seen
        last = board(story(1, "the last"))
        live.show(last)
    terminal.look()
    assert terminal.screen.cursor_seen
    assert terminal.screen.shown.count("the last") == 1
    assert terminal.screen.shown.count("Groundswell") == 1
    assert terminal.screen.row <= terminal.screen.shown.count("\n") + 2


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_the_cursor_comes_back_when_interrupted(error: type[BaseException]) -> None:
    """Ctrl-C or an error amid the run: it goes on up, and the cursor is visible again."""
    terminal = Terminal()

    def interrupted() -> None:
        with LiveBoard(LIVE, terminal.console) as live:
            live.show(board(story()))
            terminal.redraw()
            raise error

    with pytest.raises(error):
        interrupted()
    assert terminal.written.count(HIDE) == terminal.written.count(SHOW) == 1
    assert terminal.written.rindex(SHOW) > terminal.written.rindex("Night Ferries")


def test_before_the_first_board_it_says_what_it_waits_for() -> None:
    """No slice has closed yet: the terminal says so."""
    terminal = Terminal()
    with LiveBoard(LIVE, terminal.console):
        terminal.redraw()
        assert terminal.screen.shown == "waiting for the first slice to close …"


def test_a_small_window_is_not_scrolled() -> None:
    """A board taller than the window is cut below while live, so that redraws stay in place."""
    terminal = Terminal(height=10)
    with LiveBoard(LIVE, terminal.console) as live:
        for n in (20, 3, 20):
            live.show(board(*map(story, stories(n))))
            terminal.redraw()
            assert terminal.screen.row <= 9
            assert terminal.screen.shown.startswith("Groundswell")


@pytest.mark.parametrize("words", [*WIDE.values(), *HOSTILE.values()], ids=[*WIDE, *HOSTILE])
def test_words_do_not_disturb_a_redraw(words: str) -> None:
    """Wide and hostile words: no row wraps, and the only sequences are the live board's own."""
    terminal = Terminal()
    with LiveBoard(Heading("live", (words,), MINUTE), terminal.console) as live:
        for _ in range(3):
            live.show(filled_with(words))
            terminal.redraw()
        assert too_wide("\n".join(terminal.screen.lines), 80) == []
        assert controls("\n".join(terminal.screen.lines)) == set()
        assert terminal.screen.shown.count("Groundswell") == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_ascii_terminals_get_ascii(encoding: str) -> None:
    """On a terminal without Unicode nothing raises, and bars and words fall back."""
    terminal = Terminal(encoding=encoding)
    with LiveBoard(LIVE, terminal.console) as live:
        terminal.redraw()
        live.show(board(story(1, "Café 東京 👩‍🚒"), learning=True))
        terminal.redraw()
    assert terminal.written.isascii()
    assert "Cafe ?? ??" in terminal.written
    assert set(ASCII_BLOCKS) <= set(terminal.written)


def test_no_color_means_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR on a terminal: the cursor still moves, but no colour is set."""
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal()
    with LiveBoard(LIVE, terminal.console) as live:
        live.show(board(story()))
        terminal.redraw()
    for numbers in re.findall(r"\x1b\[([\d;]*)m", terminal.written):
        assert not [n for n in numbers.split(";") if n and int(n) >= 30], numbers
    assert set(BLOCKS) <= set(terminal.written)


def printed(live_on: Heading, *shown: object, encoding: str = "utf-8") -> str:
    """What a live board writes to a file."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, newline="")
    with LiveBoard(live_on, Console(file=file)) as live:
        for one in shown:
            live.show(one)  # type: ignore[arg-type]
    file.flush()
    return raw.getvalue().decode(encoding)


def test_a_file_gets_a_line_for_each_board() -> None:
    """Not a terminal: one line a board with time, mode and the first story, and no escapes."""
    made_up = Heading("simulated", ("The Lantern Awards",), MINUTE)
    lines = printed(
        made_up, board(learning=True), board(story(1, "w" * 300), story(2), at=AT + MINUTE)
    ).splitlines()
    assert lines == [
        "2026-07-03T20:59:00Z simulated, learning: 0 stories, 599 posts",
        f"2026-07-03T21:00:00Z simulated: 2 stories, 599 posts: {'w' * 300}",
    ]


@pytest.mark.parametrize("words", [*HOSTILE.values(), "[red]x[/red]", ":fire:"])
def test_hostile_words_do_not_reach_a_log(words: str) -> None:
    """Not a terminal: a title is one line of harmless words, as written."""
    said = printed(Heading(words, (words,), MINUTE), filled_with(words))
    assert controls(said) == set()
    assert said.count("\n") == 1
    if words.isascii() and words.isprintable():
        assert said.endswith(f": {words}\n")


def test_an_ascii_log_raises_nothing() -> None:
    """Not a terminal, not Unicode: letters fall back."""
    assert printed(LIVE, board(story(1, "Café 東京")), encoding="ascii").endswith(": Cafe ??\n")


def test_a_dumb_terminal_is_written_to_as_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """TERM=dumb cannot redraw: it gets the lines of a file, without one escape."""
    monkeypatch.setenv("TERM", "dumb")
    terminal = Terminal()
    with LiveBoard(LIVE, terminal.console) as live:
        live.show(board(story()))
        live.show(board(story(), at=AT + MINUTE))
    assert terminal.written.count("\n") == 2
    assert "\x1b" not in terminal.written


def test_the_date_appears_when_the_run_goes_past_midnight() -> None:
    """The run's first board has the hour only; one of the next day has its date."""
    terminal = Terminal()
    with LiveBoard(LIVE, terminal.console) as live:
        live.show(board(story()))
        terminal.redraw()
        assert terminal.screen.shown.startswith("Groundswell  20:59:00 UTC")
        live.heading = Heading("live", ("another",), MINUTE)
        live.show(board(story(), at=AT + DAY))
        terminal.redraw()
        assert terminal.screen.shown.startswith("Groundswell  2026-07-04 20:59:00 UTC")
