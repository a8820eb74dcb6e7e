"""Boards by hand, and a desk that serves them on a free port of this machine."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from groundswell.model import Board, Doubt, Moment, Story
from groundswell.serve.app import serve
from groundswell.serve.desk.state import Context, DeskState

MINUTE = 60_000_000
START = 1_773_774_000_000_000 // MINUTE * MINUTE

ORDINARY = ("Harbour Light", "copper cape", "this is for Marguerite", "album of the year")
HOSTILE = (
    "<script>window.hit = 1</script>",
    '"><img src=x onerror="window.hit=2">',
    "javascript:alert(1)",
    "\u202egnp.exe\u200b",
    "' onmouseover='window.hit=3",
    "{{ 7 * 7 }}</script><style>*{display:none}</style>",
    "W" * 5_000,
    "Z̸̧͓" * 400,
)


def story(title: str, rank: int, **values: object) -> Story:
    """A story whose every text is its title."""
    told = Story(
        id=f"s{zlib.crc32(title.encode())}", rank=rank, title=title, terms=(title, title + "!"),
        started_at=START, status="rising", posts=120 - rank, authors=100 - rank, expected=1.5,
        excess=90.0 - rank, lift=38.2, z=12.0, window_us=15 * MINUTE,
        doubts=(Doubt("copied-text", 0.8, f"copied text: {title}"),) if rank % 2 == 0 else (),
        why=(f"“{title}”: 98 people",),
        moments=(Moment(title, (title,), START, START + MINUTE, 40),),
        spark=tuple(range(15)),
    )  # fmt: skip
    return replace(told, **values)  # type: ignore[arg-type]


def board(titles: tuple[str, ...], minute: int = 1, name: str = "all") -> Board:
    """The board of a name at the end of a minute, with these stories from first to last."""
    told = [story(title, i + 1) for i, title in enumerate(titles)]
    if name != "all":
        told = [replace(one, id=f"{name}-{one.id}") for one in told]
    return Board(
        board=name, at=START + minute * MINUTE, learning=minute < 2, learned=(minute, 60),
        posts=900, authors=800, stories=tuple(told),
        newest=START + minute * MINUTE - 1_000_000,
    )  # fmt: skip


@contextmanager
def served(titles: tuple[str, ...] = ORDINARY) -> Iterator[tuple[DeskState, str]]:
    """A desk with one board, and its address."""
    desk = DeskState(Context("simulated", ("<b>a source</b>",), MINUTE))
    desk.publish(board(titles))
    with serve(desk, "127.0.0.1", 0) as server:
        yield desk, server.url
