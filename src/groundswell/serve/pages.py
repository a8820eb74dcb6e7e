"""HTML of the desk: templates, and what they need to say numbers in words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from jinja2 import Environment, PackageLoader, select_autoescape

from groundswell.explanation import length
from groundswell.kernel.names.alike import spelled
from groundswell.model import MICROSECONDS, Board, Story, iso
from groundswell.press.article import in_words
from groundswell.serve.desk.state import Context
from groundswell.serve.drawing import sparks
from groundswell.serve.drawing.curves import clock
from groundswell.serve.visitors.visiting import csrf, root, visit
from groundswell.times import day

MEANING: Final = {
    "few-authors": "few accounts wrote many of its posts",
    "copied-text": "many of its posts are one text, copied",
    "one-domain": "most of its posts link to one domain",
    "one-instance": "most of its people are of one server",
    "reply-campaign": "most of its posts answer one account or post",
    "habit": "as many people are usual at this time",
    "deleted-after": "many of its posts were deleted again",
}
"""What each flag means, where the story's own reason is no longer kept."""

EDITED: Final = {
    "renamed": "title by the desk’s editors",
    "merged": "several stories in one",
    "pinned": "pinned by the desk’s editors",
}
"""What each of a story's `edited` means."""

FEW: Final = 5
"""Terms of a story on a board; its page has all."""
_OUTSIDE: Final = re.compile(r"https?://[^\s/?#\\][^\s\x00-\x1f\x7f]{0,4000}", re.IGNORECASE)

_environment = Environment(
    loader=PackageLoader("groundswell.serve"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    trim_blocks=True,
    lstrip_blocks=True,
)


def _when(time_us: int) -> datetime:
    return datetime.fromtimestamp(time_us // MICROSECONDS, UTC)


def seconds(time_us: int) -> str:
    """Hours, minutes and seconds, UTC.

    >>> seconds(1_466_381_165_000_000)
    '00:06:05'
    """
    return _when(time_us).strftime("%H:%M:%S")


def date(time_us: int) -> str:
    """A date as addresses and forms have it.

    >>> date(1_466_381_160_000_000)
    '2016-06-20'
    """
    return _when(time_us).strftime("%Y-%m-%d")


def since(time_us: int, now_us: int) -> str:
    """A time as it is said at another one: with its day where that is another.

    >>> since(1_466_381_160_000_000, 1_466_381_460_000_000)
    '00:06'
    >>> since(1_466_381_160_000_000, 1_466_467_860_000_000)
    '20 June, 00:06'
    """
    when, now = _when(time_us), _when(now_us)
    if when.date() == now.date():
        return clock(time_us)
    year = "" if when.year == now.year else f" {when.year}"
    return f"{when.day} {when:%B}{year}, {clock(time_us)}"


def times(lift: float) -> str:
    """How many times usual, as a person would say it.

    >>> times(38.24), times(4.26)
    ('38×', '4.3×')
    """
    return f"{lift:.0f}×" if lift >= 10 else f"{lift:.1f}×"


def number(value: float) -> str:
    """A count with its thousands set apart; a small fraction keeps a digit.

    >>> number(4120), number(83.67), number(1.5), number(2.0)
    ('4,120', '84', '1.5', '2')
    """
    whole = abs(value) >= 10 or float(value).is_integer()
    return f"{value:,.0f}" if whole else f"{value:,.1f}"


def percent(share: float) -> str:
    """A share as people say it.

    >>> percent(0.314), percent(0.004), percent(0)
    ('31 %', '0.4 %', '0 %')
    """
    value = 100 * share
    return f"{value:.1f} %" if 0 < value < 1 else f"{value:.0f} %"


def many(value: float, one: str, more: str = "") -> str:
    """A count and its noun.

    >>> many(1, "post"), many(2_100, "post"), many(2, "person", "people")
    ('1 post', '2,100 posts', '2 people')
    """
    return f"{number(value)} {one if value == 1 else more or one + 's'}"


def pace(slice_us: int) -> str:
    """What a count of one slice is said with.

    >>> pace(60_000_000), pace(3_600_000_000), pace(10_000_000)
    ('a minute', 'an hour', 'in 10 s')
    """
    known = {60: "a minute", 3_600: "an hour"}
    return known.get(slice_us // MICROSECONDS, f"in {length(slice_us)}")


def carrying(story: Story) -> list[str]:
    """Terms that say more than its title, FEW at most.

    A part of another one is left out, and what only puts the words of those before it in another
    order; of a running story also what its moments say, which stand below it.

    >>> told = Story("a", 1, "Ida Wilt", ("Ida Wilt", "empty chair", "the empty chair", "host"), 0,
    ...              "rising", 9, 9, 1.0, 8.0, 3.0, 9.0, 900_000_000)
    >>> carrying(told)
    ['the empty chair', 'host']
    >>> from dataclasses import replace
    >>> carrying(replace(told, title="vote Wilt", terms=("Wilt now vote", "now vote Wilt")))
    ['Wilt now vote']
    >>> from groundswell.model import Moment
    >>> carrying(replace(told, subject=True, moments=(Moment("host", ("host",), 0, 0, 3),)))
    ['the empty chair']
    """
    words = [f" {term.casefold()} " for term in (story.title, *story.terms)]
    below = {term for moment in story.moments for term in (moment.title, *moment.terms)}
    found = [
        term
        for term, own in zip(story.terms, words[1:], strict=True)
        if not any(own in other and own != other for other in words) and own != words[0]
        if not (story.subject and term in below)
    ]
    said, kept = set(story.title.casefold().split()), []
    for term in found:
        new = set(term.casefold().split()) - said
        if new:
            kept.append(term)
            said |= new
    return kept[:FEW]


def learned(board: Board, slice_us: int) -> str:
    """How much of what is usual has been seen: '12 of 60 minutes'."""
    done, wanted = (n * slice_us // (60 * MICROSECONDS) for n in board.learned)
    return f"{done} of {wanted} minutes"


def known(board: Board) -> int:
    """How many values of a spark were heard: while the desk learns, no more than it has learned."""
    return board.learned[0] if board.learning else 1 << 30


def outside(url: str) -> str:
    """An address of somebody else's as a link may have it: http or https, or else empty.

    >>> outside("https://news.example/a?b"), outside("JavaScript:alert(1)"), outside("//x.example")
    ('https://news.example/a?b', '', '')
    """
    return url if _OUTSIDE.fullmatch(url) else ""


_environment.globals.update(
    root=root, csrf=csrf,
    clock=clock, seconds=seconds, day=day, date=date, since=since, iso=iso, times=times,
    many=many, percent=percent, pace=pace, carrying=carrying, spelled=spelled,
    learned=learned, known=known, length=length, meaning=MEANING, edited=EDITED,
    spark_path=sparks.spark_path, spark_onset=sparks.spark_onset, spark_usual=sparks.spark_usual,
    spark_width=sparks.SPARK_WIDTH, spark_height=sparks.SPARK_HEIGHT,
)  # fmt: skip
_environment.filters["number"] = number
_environment.filters["in_words"] = in_words
_environment.filters["outside"] = outside


def page(name: str, context: Context, board: Board | None, **values: object) -> str:
    """A whole page or a fragment, by its template's name, for the visit that is answered now."""
    shown = {"context": context, "board": board, "visit": visit()} | values
    return _environment.get_template(name).render(shown)
