"""A board as text: 80 columns or more, with colour or without, in Unicode or ASCII.

Titles are other people's words: control characters, direction marks and rich's own markup are taken
out or shown as plain text before anything is printed.
"""

from __future__ import annotations

import io
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from groundswell.model import MICROSECONDS, Board, Story

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII_BLOCKS = ".:-=+*#@"
SIGNAL = "bold dark_orange3"
QUIET = "bright_black"


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above every board."""

    mode: str
    """live, replay or simulated."""
    sources: tuple[str, ...]
    slice_us: int
    whole: bool = False
    """The board looks back on a whole recording, each story as it stood at its peak."""


def clean(text: str) -> str:
    r"""Text that cannot move the cursor, turn the line around or ring the bell.

    >>> clean("a\x1b[31mb\u202ec\nd")
    'a[31mbc d'
    """
    line = " ".join(text.split())
    return "".join(c for c in line if unicodedata.category(c)[0] != "C" or c == "\u200d")


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
    """The whole board as styled text of `width` columns."""
    out = _head(board, heading, width)
    if not board.stories:
        return out.append_text(_empty(board))
    title = max(20, width - 58)
    out.append(
        f" #  {set_cell_size('story', title)}  {'last hour':<16} {'posts':>6} {'people':>6}"
        f" {'usual':>7} {'since':>6}\n",
        style=QUIET,
    )
    for story in board.stories:
        out.append_text(_row(story, title, width, ascii_only=ascii_only))
    return out


def _head(board: Board, heading: Heading, width: int) -> Text:
    line = Text()
    line.append("Groundswell", style="bold")
    line.append(f"  {_clock(board.at, seconds=True)} UTC", style="bold")
    mode = {"simulated": "simulated: every post is made up"}.get(heading.mode, heading.mode)
    line.append(f"  {mode}", style="yellow" if heading.mode == "simulated" else SIGNAL)
    per_minute = board.posts * 60 * MICROSECONDS // heading.slice_us
    said = (
        "the whole recording, each story at its peak"
        if heading.whole
        else (f"{per_minute:,} posts/min")
    )
    line.append(f"  {said}", style=QUIET)
    line.append("\n")
    names = ", ".join(clean(name) for name in heading.sources)
    learning = (
        f"learning what is usual: {_learned(board, heading.slice_us)}  ·  "
        if board.learning
        else ""
    )
    line.append(set_cell_size(f"{learning}{names}: not “the public”", width).rstrip(), style=QUIET)
    return line.append("\n\n")


def _learned(board: Board, slice_us: int) -> str:
    minutes = [n * slice_us // (60 * MICROSECONDS) for n in board.learned]
    return f"{minutes[0]} of {minutes[1]} minutes"


def _empty(board: Board) -> Text:
    said = f"{board.posts:,} posts by {board.authors:,} people in this slice"
    what = "Nothing is above usual yet" if board.learning else "Nothing is above usual"
    return Text(f"{what}: {said}.\n")


def _row(story: Story, title: int, width: int, *, ascii_only: bool) -> Text:
    doubted = bool(story.doubts)
    rising = story.status == "rising" and not doubted
    row = Text()
    row.append(f"{story.rank:>2}  ", style=SIGNAL if rising else QUIET)
    name = clean(story.title)
    shown = name if cell_len(name) <= title else set_cell_size(name, title - 1) + "…"
    row.append(set_cell_size(shown, title), style=QUIET if doubted else "bold")
    spark = sparkline(story.spark, 16, ascii_only=ascii_only)
    row.append(f"  {spark}", style=SIGNAL if rising else QUIET)
    times = "x" if ascii_only else "×"
    lift = f"{story.lift:.0f}{times}" if story.lift >= 10 else f"{story.lift:.1f}{times}"
    figures = f" {story.posts:>6,} {story.authors:>6,} {lift:>7} {_clock(story.started_at):>6}"
    row.append(figures + "\n", style=QUIET if doubted else "")
    row.append(set_cell_size(f"    {story.status}: {_members(story)}", width).rstrip(), style=QUIET)
    row.append("\n")
    for doubt in story.doubts:
        row.append(set_cell_size(f"    {clean(doubt.reason)}", width).rstrip(), style="yellow")
        row.append("\n")
    return row


def _members(story: Story) -> str:
    return ", ".join(clean(term) for term in story.terms)


def _clock(time_us: int, *, seconds: bool = False) -> str:
    moment = datetime.fromtimestamp(time_us // MICROSECONDS, UTC)
    return moment.strftime("%H:%M:%S" if seconds else "%H:%M")


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
    text = out.getvalue()
    return text.encode("ascii", "replace").decode() if ascii_only else text
