"""The kernel's rules as the settings say: lengths in slices, memory in powers of two."""

from __future__ import annotations

from dataclasses import replace

from groundswell.kernel.rules import Rules
from groundswell.model import MICROSECONDS
from groundswell.settings.tree import Settings


def rules(settings: Settings) -> Rules:
    """The kernel's rules, in slices.

    Windows are 1, 5, 15 and 60 minutes; where slices are longer than a minute, the shortest is one
    slice and the longest four hours, so that there are short, middling and long ones still.
    """
    wanted = (60, 300, 900, 3_600) if settings.slice < 300 else (1, 3_600, 14_400)
    windows = tuple(sorted({max(1, length // settings.slice) for length in wanted}))
    return Rules(
        slice_us=settings.slice * MICROSECONDS,
        windows=windows,
        rank_window=max(1, settings.rank_window // settings.slice),
        depth=max(windows[-1], 60),
        gate=settings.gate,
        min_authors=settings.min_authors,
        min_lift=settings.min_lift,
        half_life=max(1.0, settings.half_life / settings.slice),
        learning=max(4, settings.learning // settings.slice),
        end_after=max(2, 600 // settings.slice),
        top=settings.top,
        ring_posts=_power_of_two(settings.ring_posts),
        ring_tokens=16 * _power_of_two(settings.ring_posts),
        terms=_power_of_two(settings.terms),
        read_posts=settings.read_posts,
    )


def board_rules(settings: Settings) -> Rules:
    """The rules of a board besides `all`: the same, in a part of the memory."""
    whole, part = rules(settings), settings.board_part
    posts = max(1 << 10, _power_of_two(max(1, whole.ring_posts // part)))
    return replace(
        whole,
        terms=max(1 << 14, _power_of_two(max(1, whole.terms // part))),
        ring_posts=posts,
        ring_tokens=16 * posts,
        season_terms=max(1 << 9, whole.season_terms // part),
    )


def _power_of_two(number: int) -> int:
    """The largest one that is no more than `number`."""
    return 1 << (number.bit_length() - 1)
