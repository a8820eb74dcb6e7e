"""The figures of one run, from what was found and what was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from groundswell.model import MICROSECONDS, iso

RANKS = (2, 5, 10, 20)
NEVER = 1 << 30
"""The rank of what was not found."""
_MINUTE = 60 * MICROSECONDS
_DAY = 86_400 * MICROSECONDS


@dataclass(slots=True)
class Found:
    """How one event was found; times in µs."""

    name: str
    start: int
    scale: str = ""
    """As `Event` has it."""
    rank: int = NEVER
    """The best place that a matching story ever had, from 1."""
    strict_rank: int = NEVER
    """The same, by title and terms alone."""
    title: str = ""
    """Of the story with that place."""
    coverage: float = 0.0
    strict_coverage: float = 0.0
    to_the_point: float = 0.0
    """Of the same story: share of all that it says that hits a group."""
    strict_to_the_point: float = 0.0
    """The same of its title and terms, moments left out."""
    best: float = 0.0
    """Largest share of groups that one story of the first twenty hit."""
    at: int | None = None
    """The first board that found it among its first ten."""
    onset_error: int | None = None
    end_error: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """A row of `--format json`'s `events`; times in minutes."""
        return {
            "name": self.name,
            "start": iso(self.start),
            "scale": self.scale,
            "rank": None if self.rank == NEVER else self.rank,
            "strict_rank": None if self.strict_rank == NEVER else self.strict_rank,
            "title": self.title,
            "coverage": round(self.coverage, 3),
            "found_at": None if self.at is None else iso(self.at),
            "latency": None if self.at is None else _minutes(self.at - self.start),
            "onset_error": None if self.onset_error is None else _minutes(self.onset_error),
            "end_error": None if self.end_error is None else _minutes(self.end_error),
        }


@dataclass(frozen=True, slots=True)
class Started:
    """A story that was told as new."""

    title: str
    at: int
    matches: bool
    """It matched an event while that went on."""
    touches: bool
    """It hit at least one group of such an event."""
    decoys: tuple[tuple[str, bool], ...] = ()
    """Kinds of decoys that it matched, each with whether the board named a doubt (on half of the
    boards at least on which it matched)."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures of one run. Times are minutes; None where there is nothing to take them from."""

    method: str
    events: int
    found: int
    """Events found among the first ten."""
    recall: dict[int, float]
    """Topic-recall by rank: share of the events that one story up to that rank matched."""
    coverage: float
    """Mean over events: the best share of groups that one of the first five stories hit."""
    strict_recall: dict[int, float]
    """By title and terms alone, moments left out."""
    strict_coverage: float
    keyword_precision: float | None
    """Mean over found events: share of terms that belong to it, of the story that matched it in the
    best place (the first one there, not the best of all)."""
    strict_keyword_precision: float | None
    """By title and terms alone, moments left out."""
    keyword_recall: float
    """Mean over events: share of groups hit by the best-matching story of the first twenty."""
    started: int
    """Stories told as new."""
    announced: float
    """Share of the events of which a story told as new matched while they went on: what would have
    reached somebody who follows alerts and not the board."""
    started_per_hour: float
    unmatched_per_hour: float
    """Stories told as new that matched no event: nothing, where nothing else happened."""
    story_precision: float | None
    """Share of them that matched an event; only where the truth is complete."""
    story_precision_any: float | None
    """The same for those that hit one group at least."""
    f1: float | None
    """Of story precision and recall@10."""
    duplicates: float | None
    """Further stories on a board that matches an event, mean."""
    latency: float | None
    """Median from an event's start to the first board with it among the first ten."""
    latency_p90: float | None
    latency_by_scale: dict[str, float]
    """The median by the scale that the truth gives events; only scales of which one was found."""
    onset_error: float | None
    """Median; of found events."""
    onset_error_p90: float | None
    end_error: float | None
    """Median; of found events whose story ended."""
    end_error_p90: float | None
    false_alarms_per_day: dict[str, float]
    """By kind of decoy: unflagged new stories that match one while it goes on."""
    named_per_day: dict[str, float]
    """The same, flagged."""
    decoys: dict[str, int]
    """Decoys of each kind in the truth."""
    hours: float
    boards: int
    posts: int
    posts_per_second: int
    details: tuple[Found, ...]
    nothing: tuple[Started, ...]
    """New stories that matched no event."""

    def to_dict(self) -> dict[str, Any]:
        """What `--format json` prints."""
        plain = asdict(self)
        for name in ("details", "nothing"):
            del plain[name]
        figures = {key: _rounded(value) for key, value in plain.items()}
        rows = [found.to_dict() for found in self.details]
        titles = [{"at": iso(story.at), "title": story.title} for story in self.nothing]
        return figures | {"details": rows, "nothing": titles}


def scores(  # noqa: PLR0913 -- what one run left
    *,
    method: str,
    found: list[Found],
    started: list[Started],
    announced: int,
    repeats: list[int],
    decoys: list[str],
    span_us: int,
    boards: int,
    complete: bool,
    posts: int,
    seconds: float,
) -> Scores:
    """Sums up a run; `repeats` counts further matching stories, one entry a board and event."""
    recall = {k: _mean([one.rank <= k for one in found]) or 0.0 for k in RANKS}
    seen = [one for one in found if one.rank <= RANKS[-1]]
    nothing = tuple(story for story in started if not story.matches)
    hours = span_us / (60 * _MINUTE)
    days = span_us / _DAY
    precision = _mean([story.matches for story in started]) if complete else None
    late = [one.at - one.start for one in found if one.at is not None]
    onsets = [one.onset_error for one in found if one.onset_error is not None]
    ends = [one.end_error for one in found if one.end_error is not None]
    alarms = [row for story in nothing for row in story.decoys]
    return Scores(
        method=method,
        events=len(found),
        found=len(late),
        recall=recall,
        coverage=_mean([one.coverage for one in found]) or 0.0,
        strict_recall={k: _mean([one.strict_rank <= k for one in found]) or 0.0 for k in RANKS},
        strict_coverage=_mean([one.strict_coverage for one in found]) or 0.0,
        keyword_precision=_mean([one.to_the_point for one in seen]),
        strict_keyword_precision=_mean([one.strict_to_the_point for one in seen]),
        keyword_recall=_mean([one.best for one in found]) or 0.0,
        started=len(started),
        announced=announced / len(found) if found else 0.0,
        started_per_hour=len(started) / hours if hours else 0.0,
        unmatched_per_hour=len(nothing) / hours if hours else 0.0,
        story_precision=precision,
        story_precision_any=_mean([story.touches for story in started]) if complete else None,
        f1=_f1(precision, recall[10]),
        duplicates=_mean(repeats),
        latency=_quantile(late, 0.5),
        latency_p90=_quantile(late, 0.9),
        latency_by_scale=_by_scale(found),
        onset_error=_quantile(onsets, 0.5),
        onset_error_p90=_quantile(onsets, 0.9),
        end_error=_quantile(ends, 0.5),
        end_error_p90=_quantile(ends, 0.9),
        false_alarms_per_day=_rates(decoys, [kind for kind, named in alarms if not named], days),
        named_per_day=_rates(decoys, [kind for kind, named in alarms if named], days),
        decoys=dict(sorted(Counter(decoys).items())),
        hours=hours,
        boards=boards,
        posts=posts,
        posts_per_second=round(posts / seconds) if seconds > 0 else 0,
        details=tuple(found),
        nothing=nothing,
    )


def _by_scale(found: list[Found]) -> dict[str, float]:
    """Median latency in minutes of found events, by their scale."""
    late: dict[str, list[int]] = {}
    for one in found:
        if one.at is not None and one.scale:
            late.setdefault(one.scale, []).append(one.at - one.start)
    return {scale: float(np.median(times)) / _MINUTE for scale, times in sorted(late.items())}


def _rates(kinds: list[str], seen: list[str], days: float) -> dict[str, float]:
    counted = Counter(seen)
    return {kind: counted[kind] / days if days else 0.0 for kind in sorted(set(kinds))}


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _quantile(times_us: list[int], q: float) -> float | None:
    return float(np.quantile(times_us, q)) / _MINUTE if times_us else None


def _f1(precision: float | None, recall: float) -> float | None:
    if precision is None:
        return None
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _minutes(span_us: int) -> float:
    return round(span_us / _MINUTE, 2)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {str(key): _rounded(entry) for key, entry in value.items()}
    return value
