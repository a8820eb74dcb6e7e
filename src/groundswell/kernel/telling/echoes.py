"""What only says again what a story has told: it is no news until it is large again.

A story may share no post with what is said of it hours later: by then people call it by one of its
names, or by what they say of it. Its words are remembered, so that those alone do not make it a
second time.
"""

from __future__ import annotations

from collections.abc import Iterable

from groundswell.kernel.memory.stories import Burst, Living, Past

REVIVED = 0.5
"""A told story whose leading term is back at this share of its peak is a new one."""


def named(members: Iterable[Burst]) -> frozenset[int]:
    """Hashes of the words of the bursts that are not all well known: what names a story."""
    return frozenset(part for burst in members if not burst.familiar for part in burst.parts)


def people_needed(past: Iterable[Past], members: Iterable[Burst]) -> float:
    """People who must say something again for it to be a story again; 0 where it is a new thing."""
    words = named(members)
    if not words:
        return 0.0
    return max((REVIVED * one.peak for one in past if words <= one.words), default=0.0)


def homes(
    groups: list[list[Burst]], goes_on: dict[int, int], living: list[Living]
) -> dict[int, int]:
    """Groups that only say what a living story has told: {group: story}.

    A group that goes on with a story is left as it is; so is one that is half as large as the
    story ever was.
    """
    found = {}
    for g, members in enumerate(groups):
        words = named(members)
        if g in goes_on or not words:
            continue
        people = max(burst.authors for burst in members)
        told = [s for s, one in enumerate(living) if one.announced and words <= one.words]
        told = [s for s in told if people < REVIVED * living[s].peak]
        if told:
            found[g] = max(told, key=lambda s: (living[s].peak, -s))
    return found
