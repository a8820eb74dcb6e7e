"""HTML of the desk: templates, and what they need to say numbers in words."""

from __future__ import annotations

from datetime import UTC, datetime

from jinja2 import Environment, PackageLoader, select_autoescape

from groundswell.model import MICROSECONDS, Board, Story
from groundswell.serve.state import Context

SPARK_WIDTH = 176
SPARK_HEIGHT = 40

_environment = Environment(
    loader=PackageLoader("groundswell.serve"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    trim_blocks=True,
    lstrip_blocks=True,
)


def clock(time_us: int) -> str:
    """Hours and minutes, UTC.

    >>> clock(1_466_381_160_000_000)
    '00:06'
    """
    return datetime.fromtimestamp(time_us // MICROSECONDS, UTC).strftime("%H:%M")


def times(lift: float) -> str:
    """How many times usual, as a person would say it.

    >>> times(38.24), times(4.26)
    ('38×', '4.3×')
    """
    return f"{lift:.0f}×" if lift >= 10 else f"{lift:.1f}×"


def spark_path(values: tuple[int, ...]) -> str:
    """The curve of people a slice as an SVG path, in a box of SPARK_WIDTH by SPARK_HEIGHT."""
    if len(values) < 2:
        return ""
    top = max(values) or 1
    step = SPARK_WIDTH / (len(values) - 1)
    points = [
        f"{i * step:.1f} {SPARK_HEIGHT - 2 - (SPARK_HEIGHT - 6) * value / top:.1f}"
        for i, value in enumerate(values)
    ]
    return "M" + "L".join(points)


def onset_x(story: Story, board: Board, slice_us: int) -> float | None:
    """Where the onset stands on the curve, or None when it is older than the curve."""
    ago = (board.at - story.started_at) / slice_us
    if not 0 <= ago <= len(story.spark):
        return None
    return round(SPARK_WIDTH * (1 - ago / max(1, len(story.spark) - 1)), 1)


def learned(board: Board, slice_us: int) -> str:
    """How much of what is usual has been seen: '12 of 60 minutes'."""
    done, wanted = (n * slice_us // (60 * MICROSECONDS) for n in board.learned)
    return f"{done} of {wanted} minutes"


_environment.globals.update(
    clock=clock, times=times, spark_path=spark_path, onset_x=onset_x, learned=learned,
    spark_width=SPARK_WIDTH, spark_height=SPARK_HEIGHT,
)  # fmt: skip


def page(name: str, context: Context, board: Board | None, **values: object) -> str:
    """A whole page or a fragment, by its template's name."""
    return _environment.get_template(name).render(context=context, board=board, **values)
