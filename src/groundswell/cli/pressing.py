"""The press of a run: newsrooms that the settings name, or the simulated one of the demo."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

from groundswell import settings
from groundswell.archive import Archive
from groundswell.engines import local
from groundswell.engines.keeping import Keeper
from groundswell.engines.run import Run
from groundswell.errors import GroundswellError
from groundswell.fetching import Fetcher
from groundswell.model import MICROSECONDS, Story
from groundswell.press.checking import Checker
from groundswell.press.clippings import Clippings
from groundswell.press.newsrooms import Newsroom, newsrooms
from groundswell.press.reporters import Reporters
from groundswell.press.services import SERVICES, services
from groundswell.serve.desk.pressroom import PressRoom
from groundswell.serve.desk.state import EVERY, DeskState
from groundswell.settings import Settings, event_time
from groundswell.simulate import SimulatedNight, load_scenario
from groundswell.simulate.newsroom import NewsroomServer, printed
from groundswell.times import DAY_US

SIMULATED_EVERY: Final = 3.0
"""Seconds between two requests for a feed of the simulated newsroom."""
NIGHT: Final = "awards-night"
MONTH_BEFORE: Final = "awards-nominations"


@dataclass(slots=True)
class Press:
    """The desk's press room, and what runs as long as the desk is open."""

    room: PressRoom
    parts: list[AbstractContextManager[Any]] = field(default_factory=list)
    desk: DeskState | None = None
    """Whose stories it follows; its event time is the simulated newsroom's."""

    def follow(self, desk: DeskState) -> None:
        """Takes the stories, and the time, of a desk."""
        self.desk = desk

        def stories() -> Iterator[Story]:
            return chain.from_iterable(one.stories for one in desk.newest_of_each(EVERY))

        self.room.stories = stories


def followed(current: Settings, archive: Path | None) -> Press | None:
    """The press of a live run; None where the settings name no newsrooms.

    Raises:
        UsageError: the list of newsrooms cannot be read, or open data is not known.
    """
    wanted = newsrooms(current.newsrooms)
    if not wanted:
        return None
    room = PressRoom(Clippings(archive, keep_us=current.keep_press * DAY_US))
    reporters = Reporters(wanted, room.held, wanted=room.wanted)
    room.feeds = reporters.health
    return Press(room, [*_checking(current, room), reporters])


def _checking(current: Settings, room: PressRoom) -> list[AbstractContextManager[Any]]:
    """What asks open data about articles, where the settings name any."""
    names = services(current.knowledge)
    if not names:
        return []
    fetcher, stop = Fetcher(contact=current.contact), threading.Event()
    checker = Checker([SERVICES[name](fetcher, sleep=stop.wait) for name in names], stop)
    room.otherwise = checker.otherwise
    return [fetcher, checker]


def simulated(current: Settings, folder: Path) -> Press:
    """The press of the simulated night: its invented newsroom, and an earlier month that never was.

    `folder` is where the archive of that month is made.
    """
    night = load_scenario(NIGHT)
    begin = event_time(night.start)
    press = Press(PressRoom(Clippings()))

    def now_us() -> int:
        newest = press.desk.newest if press.desk else None
        return newest.at if newest else begin

    server = NewsroomServer(printed(night), now_us)
    feeds = [Newsroom(name, server.feed(name), "en") for name in server.outlets]
    reporters = Reporters(
        feeds, press.room.held, wanted=press.room.wanted, every=SIMULATED_EVERY, gap=0.1,
        loopback=True, simulated=True, now_us=now_us,
    )  # fmt: skip
    press.room.feeds = reporters.health
    month = _Earlier(current, folder / "earlier", press.room)
    press.parts = [server, reporters, month]
    return press


class _Earlier:
    """Plays the earlier month at full speed into an archive of its own, beside the night."""

    def __init__(self, current: Settings, folder: Path, room: PressRoom) -> None:
        self._current, self._folder, self._room = current, folder, room
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._play, name="earlier month", daemon=True)

    def __enter__(self) -> _Earlier:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=30)

    def _play(self) -> None:
        try:
            play_earlier(self._current, self._folder, self._stop)
        except GroundswellError as error:
            print(f"groundswell: no earlier month: {error}", file=sys.stderr)
            return
        if not self._stop.is_set():
            self._room.earlier = self._folder


def play_earlier(current: Settings, folder: Path, stop: threading.Event) -> None:
    """Makes the archive of the month before the simulated night."""
    night = SimulatedNight(load_scenario(MONTH_BEFORE), seed=1)
    with Archive(folder) as archive:
        archive.begin("replay", {"simulated": MONTH_BEFORE})
        keeper = Keeper(archive, every_us=current.snapshot * MICROSECONDS)
        run = Run(on_board=lambda _: None, stop=stop, keeper=keeper)
        local.replay(night, settings.rules(current), run)
