"""The simulated awards night, made once a process: all tests that play it take their part of it."""

from __future__ import annotations

from functools import cache
from itertools import islice
from pathlib import Path

from groundswell.simulate import Post, generate, load_scenario, write

SCENARIO = "awards-night"


@cache
def _longest() -> tuple[Post, ...]:
    return tuple(generate(load_scenario(SCENARIO), seed=1, posts=24_000))


def awards_night(posts: int, *, first: int = 0) -> list[Post]:
    """So many lines of the night, from one of the first 24,000 on: 300 are about a minute."""
    assert first + posts <= 24_000
    return list(islice(_longest(), first, first + posts))


def recorded(path: Path, posts: int, *, first: int = 0) -> Path:
    """A recording of a part of the night."""
    write(str(path), awards_night(posts, first=first), scenario=SCENARIO, seed=1)
    return path
