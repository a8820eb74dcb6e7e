"""What is known of a run while it runs: where each source stands, and what was lost.

Owns the words in which a source's state is told. Sources write it, everybody else reads it; no
author, no text and no secret is ever part of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from groundswell.model import MICROSECONDS, Batch, Board, iso

SourceState = Literal["starting", "connected", "silent", "reconnecting", "ended"]

LOG = logging.getLogger("groundswell")
LOOK_SECONDS = 1.0
STALLED_SECONDS = 120.0
"""Silence of every source after which the desk is stalled."""
SILENT_SECONDS = 20.0
"""A stream that says nothing for so long is told to be silent: Mastodon's sends a sign of life
every 15 s, Bluesky's a frame every few milliseconds."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Event times, µs, between which posts may be missing, and why."""

    begin: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """Where a source stands; times are of `time.monotonic`, in seconds."""

    name: str
    state: SourceState
    heard: float
    """When something came last, or when it was begun."""
    reason: str = ""
    """Why it is not connected."""
    reconnects: int = 0
    gaps: tuple[Gap, ...] = ()
    left_out: int = 0
    """Posts passed over because their authors or servers ask for it."""

    def quiet(self, now: float) -> float:
        """Seconds since something came."""
        return max(0.0, now - self.heard)

    def now(self, now: float) -> SourceState:
        """The state, silence included."""
        if self.state == "connected" and self.quiet(now) >= SILENT_SECONDS:
            return "silent"
        return self.state

    def said(self, now: float) -> str:
        """In words: empty where nothing is wrong.

        >>> SourceHealth("example.social", "reconnecting", 100.0, "HTTP 503").said(142.0)
        'silent for 40 s, reconnecting (HTTP 503)'
        """
        state, quiet = self.now(now), int(self.quiet(now))
        # tens of seconds are enough to know, and do not flicker
        silent = f"silent for {quiet // 10 * 10} s" if quiet >= 10 else ""
        if state == "silent":
            return silent
        if state == "reconnecting":
            reason = f" ({self.reason})" if self.reason else ""
            return f"{silent}, reconnecting{reason}" if silent else f"reconnecting{reason}"
        return {"starting": "connecting", "ended": "ended"}.get(state, "")


def clock() -> float:
    """Seconds of `time.monotonic`: what `SourceHealth` counts in."""
    return time.monotonic()


@dataclass(slots=True)
class Figures:
    """Counts since the start, and the last close."""

    posts: int = 0
    rejected: int = 0
    repeated: int = 0
    """Posts left out because they had come before."""
    late: int = 0
    deletions: int = 0
    accounts: int = 0
    evicted: int = 0
    """Terms that were forgotten to make room."""
    slices: int = 0
    close_seconds: float = 0.0
    last_close_seconds: float = 0.0
    lag: float = 0.0
    """Seconds from the end of the last slice to its board, by this machine's clock."""
    newest_us: int = 0
    learning: bool = True


class Watch:
    """The figures of a run. The engine's thread writes them, any thread may read them.

    Args:
        sources: where each source stands now.
        live: whether posts come as they are written; else nothing is ever late or stalled.
        slice_us: length of a slice, µs.
        monotonic: seconds, and `wall` seconds since 1970, for tests to give.
    """

    def __init__(
        self,
        sources: Callable[[], list[SourceHealth]] = list,
        *,
        live: bool = False,
        slice_us: int = 60 * MICROSECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.sources = sources
        self.live = live
        self.monotonic = monotonic
        self.figures = Figures()
        self._wall = wall
        self._patience = 2 * slice_us / MICROSECONDS + STALLED_SECONDS
        self._moved = monotonic()
        self._looked = -LOOK_SECONDS
        self._states: dict[str, SourceState] = {}
        self._gaps: dict[str, Gap] = {}

    def took(self, batch: Batch) -> None:
        """Counts what a batch brought."""
        figures = self.figures
        figures.posts += len(batch)
        figures.rejected += len(batch.rejected)
        figures.deletions += len(batch.deleted)
        figures.accounts += len(batch.accounts)
        if batch.times:
            figures.newest_us = max(figures.newest_us, *batch.times)

    def closed(self, board: Board, *, late: int, seconds: float) -> None:
        """Notes the board of everything at the close of a slice, and what closing took."""
        figures, self._moved = self.figures, self.monotonic()
        figures.slices += 1
        figures.late = late
        figures.evicted += board.evicted
        figures.close_seconds += seconds
        figures.last_close_seconds = seconds
        figures.learning = board.learning
        figures.lag = self._wall() - board.at / MICROSECONDS if self.live else 0.0
        LOG.info(
            "slice", extra={"data": {
                "at": iso(board.at), "posts": board.posts, "authors": board.authors,
                "stories": len(board.stories), "close_ms": round(seconds * 1_000, 1),
                "lag_s": round(figures.lag, 1), "late": late, "evicted": board.evicted,
            }},
        )  # fmt: skip

    def look(self) -> None:
        """Logs what has become of the sources, at most once a second."""
        now = self.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        for one in self.sources():
            state = one.now(now)
            if self._states.get(one.name) != state:
                self._states[one.name] = state
                said = {"source": one.name, "state": state, "reason": one.reason}
                calm = state in {"connected", "starting", "ended"}
                LOG.log(logging.INFO if calm else logging.WARNING, "source", extra={"data": said})
            if one.gaps and self._gaps.get(one.name) != one.gaps[-1]:
                gap = self._gaps[one.name] = one.gaps[-1]
                said = {"source": one.name, "begin": iso(gap.begin), "end": iso(gap.end)}
                LOG.warning("gap", extra={"data": said | {"reason": gap.reason}})

    @property
    def newest_age(self) -> float | None:
        """Seconds since the newest post by this machine's clock; None before the first."""
        if not self.live or not self.figures.newest_us:
            return None
        return max(0.0, self._wall() - self.figures.newest_us / MICROSECONDS)

    @property
    def stalled(self) -> str:
        """Why the desk does not do its work; empty where it does."""
        if not self.live:
            return ""
        now = self.monotonic()
        if self.figures.newest_us and now - self._moved > self._patience:
            return f"no slice has closed for {now - self._moved:.0f} s"
        sources = self.sources()
        if sources and all(one.quiet(now) > STALLED_SECONDS for one in sources):
            return f"nothing has come for {min(one.quiet(now) for one in sources):.0f} s"
        return ""
