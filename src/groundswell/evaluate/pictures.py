"""Pictures of a comparison as small SVG: no library, readable in light and dark, and aloud.

Each picture says in words what it shows (`title`, `desc`), carries every figure as text, and tells
series apart by mark and label, never by colour alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from groundswell.evaluate.scores import RANKS, Scores

WIDTH, LEFT, ROW = 640, 150, 26
OURS = "groundswell"
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1b1f24}.soft{fill:#57606a}.bar{fill:#8c959f}"
    ".own{fill:#0a6b62}.line{fill:none;stroke:#8c959f;stroke-width:1.5}"
    ".line.own{fill:none;stroke:#0a6b62;stroke-width:3}.axis{stroke:#d0d7de;stroke-width:1}"
    ".late{fill:none;stroke:#8c959f;stroke-width:1.5}.small{font-size:11px}.heat{fill:#c2571a}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9da7b1}"
    ".bar{fill:#6e7781}.own{fill:#4fd1c0}.line{stroke:#6e7781}.line.own{stroke:#4fd1c0}"
    ".axis{stroke:#3d444d}.late{stroke:#9da7b1}}"
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing, its file's name without ending, and what it shows in a sentence."""

    name: str
    alt: str
    svg: str


def draw(runs: list[Scores]) -> list[Picture]:
    """Recall by rank, latency, onset error, false alarms; those that have nothing are left out."""
    events = max((run.events for run in runs), default=0)
    drawn = [
        recall(runs, events),
        _bars("latency", f"Median minutes from an event's start to the board; {events} events",
              runs, lambda run: run.latency, lambda run: run.latency_p90),
        _bars("onset", f"Median minutes between onset as told and as it was; {events} events",
              runs, lambda run: run.onset_error, lambda _: None),
    ]  # fmt: skip
    drawn.append(alarms(runs))
    return [picture for picture in drawn if picture is not None]


def recall(runs: list[Scores], events: int) -> Picture | None:
    """Recall against rank, a line a method; the label stands at its end, moved apart to be read."""
    if not runs or not events:
        return None
    height, right, top = 260, 470, 44
    heading = f"Topic-recall against rank; {events} events"

    def place(k: int, value: float) -> tuple[float, float]:
        return 60 + (right - 60) * RANKS.index(k) / (len(RANKS) - 1), top + 170 * (1 - value)

    body = []
    for value in (0.0, 0.5, 1.0):
        _, y = place(2, value)
        body.append(f'<path class="axis" d="M60 {y:.0f}H{right}"/>')
        body.append(text(50, y + 4, f"{value:g}", "soft", "end"))
    for k in RANKS:
        body.append(text(place(k, 0)[0], top + 192, f"@{k}", "soft", "middle"))
    ends = sorted(runs, key=lambda run: (-run.recall[RANKS[-1]], run.method))
    y = 0.0
    for run in ends:
        points = [place(k, run.recall[k]) for k in RANKS]
        own = " own" if run.method == OURS else ""
        body.append(
            f'<path class="line{own}" d="M{" L".join(f"{a:.0f} {b:.1f}" for a, b in points)}"/>'
        )
        y = max(points[-1][1] + 4, y + 16)
        label = f"{run.method} {run.recall[RANKS[-1]]:.2f}"
        body.append(text(right + 10, y, label, "own" if own else "", "start"))
    words = "; ".join(
        f"{run.method}: " + ", ".join(f"{run.recall[k]:.2f} at {k}" for k in RANKS) for run in runs
    )
    return Picture("recall", heading, svg(max(height, round(y) + 16), heading, words, body))


def _bars(
    name: str,
    heading: str,
    runs: list[Scores],
    value: Callable[[Scores], float | None],
    further: Callable[[Scores], float | None],
) -> Picture | None:
    """A bar a method with its figure; `further` is a second, outlined end of it, the p90."""
    rows = [(run.method, value(run), further(run)) for run in runs]
    most = max((x for _, a, b in rows for x in (a, b) if x is not None), default=None)
    if most is None:
        return None
    scale = (WIDTH - LEFT - 130) / (most or 1.0)
    body, words = [], []
    for i, (method, first, second) in enumerate(rows):
        y = 40 + i * ROW
        own = "own" if method == OURS else "bar"
        body.append(text(LEFT - 10, y + 15, method, "", "end"))
        if second is not None:
            body.append(f'<rect class="late" x="{LEFT}" y="{y + 2}" height="18" '
                        f'width="{second * scale:.1f}"/>')  # fmt: skip
        if first is not None:
            body.append(f'<rect class="{own}" x="{LEFT}" y="{y + 2}" height="18" '
                        f'width="{first * scale:.1f}"/>')  # fmt: skip
        label = "none" if first is None else f"{first:.1f}"
        label += "" if second is None else f", p90 {second:.1f}"
        end = LEFT + max(first or 0.0, second or 0.0) * scale
        body.append(text(end + 8, y + 15, label, "soft", "start"))
        words.append(f"{method}: {label}")
    drawing = svg(48 + len(rows) * ROW, heading, "; ".join(words), body)
    return Picture(name, heading, drawing)


def alarms(runs: list[Scores]) -> Picture | None:
    """False alarms a day: a row a kind of decoy, a column a method, the darker the more."""
    kinds = sorted({kind for run in runs for kind in run.decoys})
    rows = [[run.false_alarms_per_day.get(kind, 0.0) for run in runs] for kind in kinds]
    if not rows:
        return None
    most = max(max(row) for row in rows) or 1.0
    wide = (WIDTH - LEFT - 10) / len(runs)
    heading = "False alarms a day by kind of decoy"
    body, words = [], []
    for j, run in enumerate(runs):
        style = "own" if run.method == OURS else "soft"
        body.append(text(LEFT + (j + 0.5) * wide, 52, run.method, f"{style} small", "middle"))
    for i, (kind, row) in enumerate(zip(kinds, rows, strict=True)):
        y = 60 + i * ROW
        number = max(run.decoys.get(kind, 0) for run in runs)
        body.append(text(LEFT - 10, y + 17, f"{kind} ({number})", "", "end"))
        for j, value in enumerate(row):
            shade = 0.75 * (value / most) ** 0.5
            x = LEFT + j * wide
            body.append(f'<rect class="heat" x="{x:.1f}" y="{y}" width="{wide - 2:.1f}" '
                        f'height="{ROW - 2}" fill-opacity="{shade:.2f}"/>')  # fmt: skip
            body.append(text(x + wide / 2 - 1, y + 17, f"{value:.1f}", "", "middle"))
        said = ", ".join(f"{run.method} {x:.1f}" for run, x in zip(runs, row, strict=True))
        words.append(f"{kind}: {said}")
    return Picture("alarms", heading, svg(72 + len(kinds) * ROW, heading, "; ".join(words), body))


def text(x: float, y: float, said: str, style: str, anchor: str) -> str:
    """A text element; `style` is a class, `anchor` SVG's text-anchor."""
    named = f' class="{style}"' if style else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{named}>{escape(said)}</text>'


def svg(height: int, heading: str, words: str, body: list[str]) -> str:
    """A picture of WIDTH, with its heading and what it shows in words."""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="t d"><title id="t">{escape(heading)}</title>'
        f'<desc id="d">{escape(words)}</desc><style>{_STYLE}</style>'
    )
    return "\n".join([head, text(16, 22, heading, "", "start"), *body, "</svg>", ""])
