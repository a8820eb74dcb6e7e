"""Who is fooled: campaigns that no doubt was raised about, and people who were taken for one.

A story belongs to the campaign or to the organic trend of its case when most posts that hold its
title are of that. What counts is a part's *main* story, the one with most people above usual, and
every story of it that was announced; a side row of a few stray words does not. The rule is strict
both ways: a campaign is flagged when all that counts is, an organic trend when anything is. A story
is flagged when most of the boards that list it say so; rows of which fewer than TREND people are
above usual are no trend to anybody, nor is the running story, which is never announced.

A main story of far more posts or people than its part has is *mixed*: the desk told it in one with
something else, and no doubt about it is simply right or wrong. Those, with how many of them were
flagged, and parts that no board listed, are counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import msgspec

from groundswell.evaluate.matching import fold
from groundswell.kernel.basis.shares import wilson
from groundswell.model import Board, Story

TREND = 10
"""People above usual."""
LEAST = 5
"""Posts of a part of a case that must hold a title that is about it."""
MIXED = 1.25
"""Size of a main story, in posts of its part, from which on it holds something else too."""
DEVIATIONS = 1.96
"""Standard deviations of the intervals: 95 %."""


CAMPAIGN, ORGANIC, EVERYDAY = range(3)


@dataclass(slots=True)
class _Shown:
    """One story, while the boards of a case go by."""

    part: int
    """CAMPAIGN, ORGANIC or EVERYDAY."""
    listed: int = 0
    flagged: int = 0
    excess: float = 0.0
    """At its height."""
    posts: int = 0
    announced: bool = False
    flags: Counter[str] = field(default_factory=Counter)

    @property
    def size(self) -> float:
        """Posts or people, whichever are more: posts that join late are not counted again."""
        return max(self.posts, self.excess)

    @property
    def doubted(self) -> bool:
        """Whether most of the boards that list it say a doubt."""
        return 2 * self.flagged >= self.listed


class Tally(msgspec.Struct):
    """What became of the campaigns, or of the organic trends, of one kind."""

    kind: str
    cases: int = 0
    mixed: int = 0
    """Told in one with something else."""
    mixed_flagged: int = 0
    """Of those mixed."""
    seen: int = 0
    """Listed, and not mixed."""
    flagged: int = 0
    """Of those seen."""
    announced: int = 0
    """Of those seen: told as begun, which only undoubted stories are."""
    aside: int = 0
    """Of those seen: with a doubt about a side story."""
    flags: dict[str, int] = {}
    """Of those seen, by doubt."""


class Abuse(msgspec.Struct):
    """The figures of all cases: tallies by kind, in the order in which kinds first came."""

    seed: int
    campaigns: dict[str, Tally] = {}
    organic: dict[str, Tally] = {}

    def add(
        self,
        boards: Iterable[Board],
        *,
        campaign: tuple[str, Sequence[str]],
        organic: tuple[str, Sequence[str]],
        everyday: Sequence[str],
    ) -> None:
        """Takes the boards of a case; the two parts of it as (kind, texts), and all other texts."""
        shown: dict[str, _Shown] = {}
        owner = _owner(campaign[1], organic[1], everyday)
        for board in boards:
            for story in board.stories:
                if story.excess >= TREND and not story.subject:
                    _note(shown, story, owner)
            for event in board.events:
                if event.type == "story.started" and event.story.id in shown:
                    shown[event.story.id].announced = True
        for part, tallies, (kind, texts) in (
            (CAMPAIGN, self.campaigns, campaign),
            (ORGANIC, self.organic, organic),
        ):
            tally = tallies.setdefault(kind, Tally(kind))
            own = [one for one in shown.values() if one.part == part]
            _count(tally, own, len(texts), every=part == CAMPAIGN)


def _owner(*parts: Sequence[str]) -> Callable[[str], int | None]:
    """Of which part most posts that hold a title are; None where they are too few, or nobody's."""
    texts = [Counter(fold(text).solid for text in part) for part in parts]

    @lru_cache(maxsize=1024)
    def of(title: str) -> int | None:
        solid = fold(title).solid
        held = [sum(n for text, n in part.items() if solid in text) for part in texts]
        most = max(range(len(held)), key=held.__getitem__)
        return most if held[most] >= LEAST and 2 * held[most] > sum(held) else None

    return of


def _note(shown: dict[str, _Shown], story: Story, owner: Callable[[str], int | None]) -> None:
    if story.id not in shown:
        part = owner(story.title)
        if part is None:
            return
        shown[story.id] = _Shown(part)
    one = shown[story.id]
    one.listed += 1
    one.flagged += bool(story.doubts)
    one.excess = max(one.excess, story.excess)
    one.posts = max(one.posts, story.posts)
    one.flags.update(story.flags)


def _count(tally: Tally, shown: list[_Shown], posts: int, *, every: bool) -> None:
    """Adds one case: the stories of a part that has so many posts."""
    tally.cases += 1
    if not shown:
        return
    main = max(shown, key=lambda one: one.excess)
    if main.size > MIXED * posts:
        tally.mixed += 1
        tally.mixed_flagged += main.doubted
        return
    counted = [one for one in shown
               if one is main or (one.announced and one.size <= MIXED * posts)]  # fmt: skip
    doubted = [one.doubted for one in counted]
    tally.seen += 1
    tally.flagged += all(doubted) if every else any(doubted)
    tally.announced += any(one.announced for one in counted)
    tally.aside += any(one.doubted for one in shown if one not in counted)
    named = {f for one in counted for f, n in one.flags.items() if 2 * n >= one.listed}
    for flag in sorted(named):
        tally.flags[flag] = tally.flags.get(flag, 0) + 1


COUNTS = ("cases", "mixed", "mixed_flagged", "seen", "flagged", "announced", "aside")


def total(tallies: Iterable[Tally]) -> Tally:
    """All kinds in one."""
    whole = Tally("all")
    for one in tallies:
        for count in COUNTS:
            setattr(whole, count, getattr(whole, count) + getattr(one, count))
        for flag, n in one.flags.items():
            whole.flags[flag] = whole.flags.get(flag, 0) + n
    return whole


HEADS = ("cases", "mixed (flagged)", "seen", "flagged", "95 %", "announced", "aside", "by")


def rows(tallies: dict[str, Tally]) -> list[tuple[str, ...]]:
    """A row a kind, all of them first: the kind, then cells as HEADS."""
    return [_row(one) for one in (total(tallies.values()), *tallies.values())]


def _row(one: Tally) -> tuple[str, ...]:
    low, high = wilson(one.flagged, one.seen, DEVIATIONS)
    flagged = f"{one.flagged / one.seen:.1%}" if one.seen else "–"
    by = ", ".join(f"{flag} {n}" for flag, n in sorted(one.flags.items(), key=lambda f: -f[1]))
    return (
        one.kind, str(one.cases), f"{one.mixed} ({one.mixed_flagged})", str(one.seen), flagged,
        f"{low:.1%}–{high:.1%}", str(one.announced), str(one.aside), by,
    )  # fmt: skip


def markdown(found: Abuse) -> str:
    """Two tables: campaigns, which should be flagged, and organic trends, which should not."""
    parts = []
    for name, tallies in (("campaign", found.campaigns), ("organic trend", found.organic)):
        lines = [f"| {name} | " + " | ".join(HEADS) + " |", "|---|" + "---:|" * 7 + "---|"]
        lines += ["| " + " | ".join(row) + " |" for row in rows(tallies)]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def figures(found: Abuse) -> str:
    """All of it as JSON."""
    return msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n"
