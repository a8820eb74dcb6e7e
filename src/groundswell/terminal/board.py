"""A board as text: 80 columns or more, with colour or without, in Unicode or ASCII.

Titles are other people's words: they pass `plain.clean` before anything is printed, and rich's own
markup is shown as the plain text that it is.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from groundswell.model import MICROSECONDS, Board, Story
from groundswell.terminal.plain import cells, clean, fit, to_ascii, within

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII_BLOCKS = ".:-=+*#@"
SIGNAL = "bold dark_orange3"
QUIET = "bright_black"
RATE = len("9,999,999 posts/min")
"""Room that is held for the rate, so that the heading does not jump with it."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above every board."""

    mode: str
    """live, replay or simulated."""
    sources: tuple[str, ...]
    slice_us: int
    whole: bool = False
    """The board looks back on a whole recording, each story as it stood at its peak."""
    first_at: int | None = None
    """End of the run's first slice, µs: boards of later days show their date."""


@dataclass(frozen=True, slots=True)
class _Page:
    """How much room each part of a board has."""

    width: int
    ascii_only: bool
    dated: bool
    """Some story is of another day than the board."""

    @property
    def since(self) -> int:
        return 11 if self.dated else 6

    @property
    def spark(self) -> int:
        return min(16, max(9, self.width - 64))

    @property
    def title(self) -> int:
        """From 80 columns on there is room for dates at any time, so that nothing moves."""
        taken = 58 if self.width >= 80 else 29 + self.since + self.spark
        return max(8, self.width - taken)

    def say(self, text: str) -> str:
        return to_ascii(text) if self.ascii_only else text


def sparkline(values: tuple[int, ...], width: int, *, ascii_only: bool = False) -> str:
    """People a slice as bars, newest right; several slices a bar where there are more than bars.

    >>> sparkline((0, 1, 2, 8), 4)
    '▁▁▂█'
    """
    blocks = ASCII_BLOCKS if ascii_only else BLOCKS
    step = max(1, -(-len(values) // width))
    padded = (0,) * (-len(values) % step) + values
    bars = [max(padded[i : i + step]) for i in range(0, len(padded), step)][-width:]
    top = max(bars, default=0) or 1
    line = "".join(blocks[min(7, value * 8 // (top + 1) if value < top else 7)] for value in bars)
    return line.rjust(width)


def render(board: Board, heading: Heading, *, width: int = 80, ascii_only: bool = False) -> Text:
    """The whole board as styled text; no line is wider than `width` cells."""
    dated = any(_day(story.started_at) != _day(board.at) for story in board.stories)
    page = _Page(width, ascii_only, dated)
    out = _head(board, heading, page)
    if board.stories:
        out.append(
            f" #  {'story':<{page.title}}  {'last hour':<{page.spark}} {'posts':>6} {'people':>6}"
            f" {'usual':>7} {'since':>{page.since}}\n",
            style=QUIET,
        )
        for story in board.stories:
            out.append_text(_row(story, board, page))
    else:
        out.append_text(_empty(board, heading, page))
    lines = out.split("\n", allow_blank=True)
    return Text("\n").join(line[: within(line.plain, width)] for line in lines)


def _head(board: Board, heading: Heading, page: _Page) -> Text:
    first = board.at if heading.first_at is None else heading.first_at
    dated = heading.mode == "replay" or _day(first) != _day(board.at)
    stamp = _when(board.at, "%Y-%m-%d %H:%M:%S" if dated else "%H:%M:%S")
    simulated = heading.mode == "simulated"
    mode = "simulated: every post is made up" if simulated else clean(heading.mode)
    per_minute = board.posts * 60 * MICROSECONDS // heading.slice_us
    whole = "the whole recording, each story at its peak"
    out = _flow(
        [
            ("Groundswell", "bold", 0),
            *([] if board.board == "all" else [(page.say(clean(board.board)), SIGNAL, 0)]),
            (f"{stamp} UTC", "bold", 0),
            (page.say(mode), "yellow" if simulated else SIGNAL, 0),
            (whole if heading.whole else f"{per_minute:,} posts/min", QUIET, RATE),
        ],
        page.width,
    )
    names = ", ".join(clean(name) for name in heading.sources)
    learning = (
        f"learning what is usual: {_learned(board, heading.slice_us)}  ·  "
        if board.learning
        else ""
    )
    return out.append(f"\n{page.say(f'{learning}{names}: not “the public”')}\n\n", style=QUIET)


def _flow(parts: list[tuple[str, str, int]], width: int) -> Text:
    """Texts with their style and least room, side by side; what has no room begins a line."""
    out = Text()
    used = 0
    for text, style, least in parts:
        room = max(cells(text), least)
        if used and used + 2 + room > width:
            out.append("\n")
            used = 0
        elif used:
            out.append("  ")
            used += 2
        out.append(text, style=style)
        used += room
    return out


def _learned(board: Board, slice_us: int) -> str:
    minutes = [n * slice_us // (60 * MICROSECONDS) for n in board.learned]
    return f"{minutes[0]} of {minutes[1]} minutes"


def _empty(board: Board, heading: Heading, page: _Page) -> Text:
    if board.note:
        return Text(page.say(f"Nothing can stand here: {clean(board.note)}.\n"))
    what = "Nothing is above usual yet" if board.learning else "Nothing is above usual"
    when = "the last slice" if heading.whole else "this slice"
    return Text(f"{what}.\n{board.posts:,} posts by {board.authors:,} people in {when}.\n")


def _row(story: Story, board: Board, page: _Page) -> Text:
    doubted = bool(story.doubts)
    rising = story.status == "rising" and not doubted
    row = Text()
    row.append(f"{story.rank:>2}  ", style=SIGNAL if rising else QUIET)
    name = fit(page.say(clean(story.title)), page.title, more=page.say("…"))
    row.append(name, style=QUIET if doubted else "bold")
    spark = sparkline(story.spark, page.spark, ascii_only=page.ascii_only)
    row.append(f"  {spark}", style=SIGNAL if rising else QUIET)
    today = _day(story.started_at) == _day(board.at)
    since = _when(story.started_at, "%H:%M" if today else "%m-%d %H:%M")
    figures = (
        f" {_count(story.posts):>6} {_count(story.authors):>6}"
        f" {page.say(_times(story.lift)):>7} {since:>{page.since}}"
    )
    row.append(figures + "\n", style=QUIET if doubted else "")
    row.append(f"{_terms(story, page)}\n", style=QUIET)
    for doubt in story.doubts:
        row.append(page.say(f"    {clean(doubt.reason)}\n"), style="yellow")
    return row


def _terms(story: Story, page: _Page) -> str:
    """Status and terms on one line: what has no room is left out whole, never torn."""
    line = page.say(f"    {clean(story.status)}: ")
    for i, term in enumerate(story.terms):
        said = page.say(("" if i == 0 else ", ") + clean(term))
        if cells(line + said) <= page.width:
            line += said
        elif i == 0:
            return fit(line + said, page.width, more=page.say("…")).rstrip()
    return line


def _count(value: int) -> str:
    """In six cells: exact below a million."""
    if value < 100_000:
        return f"{value:,}"
    if value < 1_000_000:
        return str(value)
    return f"{value / 1e6:.1f}M" if value < 999_000_000 else f"{value:.0e}"


def _times(lift: float) -> str:
    """In seven cells; a story that is no longer above usual has none."""
    if lift <= 0:
        return "-"
    if lift < 10:
        return f"{lift:.1f}×"
    return f"{lift:.0f}×" if lift < 999_999 else f"{lift:.0e}×"


def _day(time_us: int) -> int:
    return time_us // (86_400 * MICROSECONDS)


def _when(time_us: int, form: str) -> str:
    return datetime.fromtimestamp(time_us // MICROSECONDS, UTC).strftime(form)


def text_board(
    board: Board,
    heading: Heading,
    *,
    width: int = 80,
    color: bool = False,
    ascii_only: bool = False,
) -> str:
    """The board as a string, for stdout."""
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=color, no_color=not color,
        color_system="256" if color else None, legacy_windows=False,
    )  # fmt: skip
    console.print(
        render(board, heading, width=width, ascii_only=ascii_only), end="", soft_wrap=True
    )
    return out.getvalue()
