"""`top`: the live board of a desk that runs somewhere, read from its event stream."""

from __future__ import annotations

import http.client
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal, TypeVar
from urllib.parse import SplitResult, quote, urlsplit

import msgspec

from groundswell.errors import SourceError, UsageError
from groundswell.model import MICROSECONDS, Board, Doubt, Status, Story
from groundswell.terminal.board import Heading
from groundswell.terminal.live import LiveBoard
from groundswell.terminal.plain import clean

TIMEOUT = 30.0
"""Seconds without a byte after which the desk is taken for gone; it sends one every 15."""
LONGEST_LINE = 1 << 20
TOKEN = "GROUNDSWELL_DESK_TOKEN"  # noqa: S105 -- the variable's name
"""Environment: a token of the desk that is asked, where its reading is closed."""
HINT = "start one with `groundswell demo`, or name it with --url"

Count = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]
When = Annotated[datetime, msgspec.Meta(tz=True)]
Sent = TypeVar("Sent")


class _Kind(msgspec.Struct):
    type: str = ""


class _StorySent(msgspec.Struct):
    """A story as far as the terminal shows it."""

    id: str
    rank: Count
    title: str
    terms: tuple[str, ...]
    started_at: When
    status: Status
    posts: Count
    authors: Count
    expected: float
    excess: float
    lift: float
    z: float
    window: Count
    flags: tuple[str, ...]
    spark: tuple[Count, ...]


class BoardSent(msgspec.Struct):
    """A `board` event as far as the terminal shows it."""

    mode: Literal["live", "replay", "simulated"]
    slice: Annotated[int, msgspec.Meta(gt=0, lt=1 << 32)]
    board: str
    at: When
    learning: bool
    learned: tuple[Count, Count]
    posts: Count
    authors: Count
    stories: tuple[_StorySent, ...]
    note: str = ""


class _TroubleSent(msgspec.Struct):
    name: str
    said: str


class _SourceSent(msgspec.Struct):
    """A `source` event: with which sources something is wrong."""

    troubles: tuple[_TroubleSent, ...]


def run_top(url: str, board: str = "all") -> None:
    """Shows a board of the desk at `url` until Ctrl-C; a lost connection is taken up again.

    Raises:
        SourceError: there is no desk at the first attempt, or it has no such board.
        UsageError: `url` is none.
    """
    address = address_of(url)
    shown: LiveBoard | None = None
    troubles: tuple[str, ...] = ()
    try:
        while True:
            try:
                for event in _events(address, board):
                    if isinstance(event, _SourceSent):
                        troubles = tuple(f"{one.name}: {one.said}" for one in event.troubles)
                        if shown is not None:
                            shown.heading = replace(shown.heading, sources=(url, *troubles))
                        continue
                    if shown is None:
                        heading = Heading(event.mode, (url, *troubles), event.slice * MICROSECONDS)
                        shown = LiveBoard(heading).__enter__()
                    shown.show(board_from(event))
                if shown is None:
                    raise ValueError("a stream that ended before its first board")
            except (OSError, http.client.HTTPException, ValueError) as error:
                if shown is None:
                    came = clean(str(error)) or type(error).__name__
                    raise SourceError(
                        f"expected a desk at {clean(url)}, got {came[:200]}", hint=HINT
                    ) from error
            time.sleep(1.0)
    except KeyboardInterrupt:
        return
    finally:
        if shown is not None:
            shown.__exit__(None, None, None)


def address_of(url: str) -> SplitResult:
    """The address of a desk, with or without its scheme.

    Raises:
        UsageError: it is none.
    """
    try:
        address = urlsplit(url if "://" in url else f"http://{url}")
        known = address.scheme in {"http", "https"} and address.port != 0
    except ValueError:
        known = False
    if not known or not url.isprintable():
        raise UsageError(
            f"expected the address of a desk, got {clean(url)!r}",
            hint="it looks like http://127.0.0.1:8765",
        )
    return address


def known_by(address: SplitResult) -> dict[str, str]:
    """The header with the token for a desk whose reading is closed, where there is one.

    Raises:
        UsageError: it would go over the network unencrypted.
    """
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        return {}
    if address.scheme != "https" and address.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise UsageError(
            f"expected https for a token to be sent to {clean(address.hostname or '')}",
            hint=f"name the desk as https://…, or unset {TOKEN}",
        )
    return {"Authorization": f"Bearer {token}"}


def connection_to(address: SplitResult) -> http.client.HTTPConnection:
    """A connection to a desk, not yet opened."""
    secure = address.scheme == "https"
    connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    return connect(address.hostname or "127.0.0.1", address.port, timeout=TIMEOUT)


def _events(address: SplitResult, board: str) -> Iterator[BoardSent | _SourceSent]:
    """`board` and `source` events of the desk's stream."""
    connection = connection_to(address)
    try:
        asked = "" if board == "all" else f"?board={quote(board, safe='')}"
        path = f"{address.path.rstrip('/')}/api/v1/stream{asked}"
        connection.request("GET", path, headers={"Accept": "text/event-stream"} | known_by(address))
        with connection.getresponse() as response:
            if response.status == 404 and board != "all":
                raise ValueError(f"no board {board!r}")
            if response.status in (401, 403):
                raise ValueError(f"that it is closed: put a token of its into {TOKEN}")
            if response.status != 200:
                raise ValueError(f"HTTP {response.status}")
            given = response.headers.get_content_type()
            if given != "text/event-stream":
                raise ValueError(f"{given}, not a stream of events")
            while line := response.readline(LONGEST_LINE):
                kind = _decoded(line, _Kind).type if line.startswith(b"data: {") else ""
                if kind == "board":
                    yield _decoded(line, BoardSent)
                elif kind == "source":
                    yield _decoded(line, _SourceSent)
    finally:
        connection.close()


def _decoded(line: bytes, kind: type[Sent]) -> Sent:
    try:
        return msgspec.json.decode(line[6:], type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"an event that is no board: {error}") from error


def board_from(event: BoardSent) -> Board:
    """A board from what was sent; of doubts the desk sends the names only."""
    stories = tuple(
        Story(
            id=story.id, rank=story.rank, title=story.title, terms=story.terms,
            started_at=_micros(story.started_at), status=story.status, posts=story.posts,
            authors=story.authors, expected=story.expected, excess=story.excess,
            lift=story.lift, z=story.z, window_us=story.window * MICROSECONDS,
            doubts=tuple(Doubt(flag, 0.0, flag.replace("-", " ")) for flag in story.flags),
            spark=story.spark,
        )
        for story in event.stories
    )  # fmt: skip
    return Board(
        board=event.board, at=_micros(event.at), learning=event.learning,
        learned=event.learned, posts=event.posts, authors=event.authors, stories=stories,
        note=event.note,
    )  # fmt: skip


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * MICROSECONDS)
