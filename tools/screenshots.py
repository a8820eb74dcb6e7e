"""Makes the pictures of the README from the simulated night: the pages in Chromium, the terminal.

Usage: python tools/screenshots.py   (needs Chromium; playwright is a dev dependency)
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console

from groundswell import settings
from groundswell.archive import Archive
from groundswell.engines import local
from groundswell.engines.keeping import Keeper
from groundswell.engines.questions import Questions
from groundswell.engines.run import Run
from groundswell.model import MICROSECONDS, Board
from groundswell.serve.app import serve
from groundswell.serve.desk.state import Context, DeskState
from groundswell.simulate import SimulatedNight, load_scenario
from groundswell.terminal import Heading, render

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
RISING = 104
"""The board of 20:45, four minutes after the dedication."""
LATER = 175
"""The board of 21:56, when the dedication has had its hour."""
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
]  # fmt: skip
LOOKS = {
    "": ("light", 1280), "-dark": ("dark", 1280), "-phone": ("light", 360),
}  # fmt: skip


@dataclass(frozen=True)
class Played:
    """A night up to a board: what the desk was told, and what answers it."""

    name: str
    boards: list[Board]
    questions: Questions
    folder: Path

    def desk(self) -> DeskState:
        """The desk as it stands then."""
        context = Context("simulated", (self.name,), 60 * MICROSECONDS)
        state = DeskState(context, self.questions.ask, archive=self.folder)
        for board in self.boards:
            state.publish(board)
        return state


def main() -> None:
    """Plays the night to two of its boards, and takes the pictures."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        sys.exit("expected chromium on the PATH; try: apt-get install chromium")
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=FLAGS)
        rising = _played(RISING, Path(folder) / "rising")
        leading = rising.boards[-1].stories[0]
        _terminal(rising)
        _pictures(chromium, rising, {"board": "/", "why": f"/why?term={leading.title}"})
        later = _played(LATER, Path(folder) / "later")
        _pictures(chromium, later, {"story": f"/story/{leading.id}", "past": "/past"})
        chromium.close()


def _played(last: int, folder: Path) -> Played:
    """The night up to a board, kept."""
    night = SimulatedNight(load_scenario("awards-night"))
    boards: list[Board] = []
    questions = Questions()
    with Archive(folder) as archive:
        archive.begin("replay", {})
        run = Run(
            on_board=boards.append, questions=questions,
            keeper=Keeper(archive, every_us=3_600 * MICROSECONDS),
        )  # fmt: skip
        run.on_batch = lambda _: run.stop.set() if len(boards) > last else None
        local.replay(night, settings.rules(settings.Settings()), run)
    return Played(night.name, boards[: last + 1], questions, folder)


def _terminal(played: Played) -> None:
    heading = Heading("simulated", (played.name,), 60 * MICROSECONDS)
    with Path("/dev/null").open("w") as nowhere:
        console = Console(record=True, width=96, file=nowhere)
        console.print(render(played.boards[-1], heading, width=96))
        console.save_svg(str(PICTURES / "terminal.svg"), title="groundswell live")


def _pictures(chromium: Browser, played: Played, pages: dict[str, str]) -> None:
    """Each page in both themes, wide and on a phone."""
    with serve(played.desk(), "127.0.0.1", 0) as desk:
        for name, path in pages.items():
            for look, (scheme, width) in LOOKS.items():
                page = chromium.new_page(
                    viewport={"width": width, "height": 800},
                    color_scheme=scheme,  # type: ignore[arg-type]  # one of the two above
                )
                page.goto(desk.url + path)
                page.screenshot(path=PICTURES / f"{name}{look}.png", full_page=True)
                page.close()


if __name__ == "__main__":
    main()
