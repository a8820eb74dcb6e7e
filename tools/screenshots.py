"""Makes the pictures of the README from the simulated night: the page in Chromium, the terminal.

Usage: python tools/screenshots.py   (needs Chromium; playwright is a dev dependency)
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console

from groundswell import settings
from groundswell.engines import local
from groundswell.model import MICROSECONDS, Board
from groundswell.serve.app import serve
from groundswell.serve.state import Context, DeskState
from groundswell.simulate import SimulatedNight, load_scenario
from groundswell.terminal import Heading, render

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
MINUTE = 118
"""The board of 20:58, between the upset win and the stairs."""
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip


def main() -> None:
    """Plays the night up to MINUTE and takes the pictures."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        sys.exit("expected chromium on the PATH; try: apt-get install chromium")
    night = SimulatedNight(load_scenario("awards-night"))
    boards: list[Board] = []
    run = local.Run(on_board=boards.append)
    run.on_batch = lambda _: run.stop.set() if len(boards) > MINUTE else None
    local.replay(night, settings.rules(settings.Settings()), run)
    board = boards[MINUTE]
    PICTURES.mkdir(parents=True, exist_ok=True)
    console = Console(record=True, width=96, file=Path("/dev/null").open("w"))  # noqa: SIM115
    console.print(render(board, Heading("simulated", (night.name,), 60 * MICROSECONDS), width=96))
    console.save_svg(str(PICTURES / "terminal.svg"), title="groundswell live")
    state = DeskState(Context("simulated", (night.name,), 60 * MICROSECONDS))
    state.publish(board)
    with serve(state, "127.0.0.1", 0) as desk, sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=FLAGS)
        for name, scheme, width in (
            ("board", "light", 1280), ("board-dark", "dark", 1280), ("board-phone", "light", 360),
        ):  # fmt: skip
            page = chromium.new_page(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,  # type: ignore[arg-type]  # one of the two above
            )
            page.goto(desk.url)
            page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
            if name == "board":
                page.goto(f"{desk.url}/story/{board.stories[0].id}")
                page.screenshot(path=PICTURES / "story.png", full_page=True)
        chromium.close()


if __name__ == "__main__":
    main()
