"""`top`: the live board of a desk that runs somewhere, read from its event stream."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from groundswell.errors import SourceError
from groundswell.model import MICROSECONDS, Board, Doubt, Story
from groundswell.terminal.board import Heading
from groundswell.terminal.live import LiveBoard

TIMEOUT = 30.0
"""Seconds without a byte after which the desk is taken for gone; it sends one every 15."""
LONGEST_LINE = 1 << 20


def run_top(url: str) -> None:
    """Shows the desk at `url` until Ctrl-C; a lost connection is taken up again.

    Raises:
        SourceError: there is no desk at the first attempt.
    """
    address = urlsplit(url if "://" in url else f"http://{url}")
    shown: LiveBoard | None = None
    try:
        while True:
            try:
                for event in _events(address.hostname or "127.0.0.1", address.port or 80):
                    if shown is None:
                        heading = Heading(event["mode"], (url,), event["slice"] * MICROSECONDS)
                        shown = LiveBoard(heading).__enter__()
                    shown.show(board_from(event))
            except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                if shown is None:
                    raise SourceError(
                        f"expected a desk at {url}, got {error or type(error).__name__}",
                        hint="start one with `groundswell demo`, or name it with --url",
                    ) from error
            time.sleep(1.0)
    except KeyboardInterrupt:
        return
    finally:
        if shown is not None:
            shown.__exit__(None, None, None)


def _events(host: str, port: int) -> Iterator[dict[str, Any]]:
    """`board` events of the desk's stream."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        connection.request("GET", "/api/v1/stream", headers={"Accept": "text/event-stream"})
        response = connection.getresponse()
        if response.status != 200:
            raise ValueError(f"HTTP {response.status}")
        while line := response.readline(LONGEST_LINE):
            if line.startswith(b"data: {"):
                event = json.loads(line[6:])
                if event.get("type") == "board":
                    yield event
    finally:
        connection.close()


def board_from(event: dict[str, Any]) -> Board:
    """A board from its JSON, as far as the terminal shows it."""

    def micros(stamp: str) -> int:
        return round(datetime.fromisoformat(stamp).timestamp() * MICROSECONDS)

    stories = tuple(
        Story(
            id=story["id"], rank=story["rank"], title=story["title"], terms=tuple(story["terms"]),
            started_at=micros(story["started_at"]), status=story["status"], posts=story["posts"],
            authors=story["authors"], expected=story["expected"], excess=story["excess"],
            lift=story["lift"], z=story["z"], window_us=story["window"] * MICROSECONDS,
            doubts=tuple(Doubt(flag, 0.0, flag.replace("-", " ")) for flag in story["flags"]),
            spark=tuple(story["spark"]),
        )
        for story in event["stories"]
    )  # fmt: skip
    return Board(
        board=event["board"], at=micros(event["at"]), learning=event["learning"],
        learned=(event["learned"][0], event["learned"][1]), posts=event["posts"],
        authors=event["authors"], stories=stories,
    )  # fmt: skip
