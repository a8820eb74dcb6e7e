"""The invented newsrooms: what they print comes with the night, and says that it is simulated."""

from __future__ import annotations

import threading
from pathlib import Path

from groundswell import settings
from groundswell.archive.backstory import before
from groundswell.archive.reading import Reader
from groundswell.cli.pressing import MONTH_BEFORE, play_earlier
from groundswell.fetching import Fetcher
from groundswell.press.clippings import Clippings
from groundswell.press.newsrooms import Newsroom
from groundswell.press.reporters import Reporters
from groundswell.settings import event_time
from groundswell.simulate import load_scenario
from groundswell.simulate.newsroom import NewsroomServer, printed

NIGHT = load_scenario("awards-night")
BEGIN = event_time(NIGHT.start)


def test_feeds_grow_with_the_night() -> None:
    """What is printed later is not there yet; in the end all is, whole, from every kind of feed."""
    articles = printed(NIGHT)
    now = [BEGIN]
    with NewsroomServer(articles, lambda: now[0]) as room:
        held = Clippings()
        feeds = [Newsroom(name, room.feed(name)) for name in room.outlets]
        reporters = Reporters(
            feeds, held, wanted=lambda _: True, gap=0.0, loopback=True, simulated=True,
            now_us=lambda: now[0],
        )  # fmt: skip
        reporters._robots.delay = lambda _: 0.0  # type: ignore[method-assign]
        for minute in (0, 110, 400):
            now[0] = BEGIN + minute * 60_000_000
            for feed in reporters.feeds:
                reporters.ask(feed)
                assert not feed.said
            due = [one for one in articles if one.published_us <= now[0]]
            assert len(held) == len(due)
        found = held.between(0, 1 << 62)
        assert all(one.simulated and one.text for one in found)
        assert {one.publisher for one in found} == set(room.outlets)
        with Fetcher(loopback=True) as fetcher:
            page = fetcher.get(found[0].url).body.decode()
            assert "Simulated" in page
            assert fetcher.get(room.url + "/nowhere").status == 404


def test_the_month_before_knows_the_night_s_names(tmp_path: Path) -> None:
    """Played through the engine into an archive, whose stories are earlier ones of the night's."""
    assert event_time(load_scenario(MONTH_BEFORE).start) < BEGIN
    play_earlier(settings.Settings(), tmp_path, threading.Event())
    with Reader(tmp_path) as reader:
        for name in ("Ansel Rook", "Ida Veld", "Tova Marsh"):
            found = before(reader, "all", "now", (name,), BEGIN)
            assert found is not None
            assert found.said(1_000.0)[0] == "First time on this board since 3 February 2026."
