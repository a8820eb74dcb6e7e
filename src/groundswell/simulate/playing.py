"""A scenario of any kind played out, and its truth: the one place that knows the kinds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, takewhile

from groundswell.simulate import fortnight, night
from groundswell.simulate.scenario import Night, Post, Scenario


def generate(
    scenario: Scenario, *, seed: int = 1, rate: float = 1.0,
    posts: int | None = None, days: float | None = None,
) -> Iterator[Post]:  # fmt: skip
    """Posts, and deletions, in event time; the same seed gives the same bytes.

    `rate` multiplies the number of posts and of people; `posts` and `days` end it early, and
    change nothing of what comes before.
    """
    if isinstance(scenario, Night):
        lines = night.posts(scenario, seed=seed, rate=rate)
    else:
        lines = fortnight.posts(scenario, seed=seed, rate=rate)
    if days is not None:
        end = _end(scenario, days)
        lines = takewhile(lambda line: (line.get("created_at") or line["deleted_at"]) < end, lines)
    return islice(lines, posts)


def truth(
    scenario: Scenario, *, seed: int = 1, rate: float = 1.0, days: float | None = None
) -> list[dict[str, object]]:
    """What happens, as `evaluate` reads it; decoys have `"kind": "decoy"`.

    Without what begins after `days`; `rate` changes how many people a fortnight's entries have.
    """
    if isinstance(scenario, Night):
        entries = night.truth(scenario, seed=seed)
    else:
        entries = fortnight.truth(scenario, seed=seed, rate=rate)
    if days is None:
        return entries
    end = _end(scenario, days)
    return [entry for entry in entries if str(entry["start"]) < end]


def _end(scenario: Scenario, days: float) -> str:
    """The first moment that is left out, in the form of the posts' times."""
    end = datetime.fromisoformat(scenario.start) + timedelta(days=days)
    return end.strftime("%Y-%m-%dT%H:%M:%S")
