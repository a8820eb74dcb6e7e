"""Bursts that share posts are told together.

Grouping is by a seed: the largest burst that is left takes those whose posts overlap with *its*
posts (Jaccard or containment), not with the growing union, so that a story does not lump its
neighbours together.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct
from groundswell.kernel.memory.stories import Burst
from groundswell.kernel.names import alike
from groundswell.kernel.text.kinds import DOMAIN, EMOJI, MENTION
from groundswell.machine.arrays import Int64Grid, Int64s
from groundswell.machine.loops import loop

Ints = NDArray[np.int64]

ABSORBED: Final = 0.7
"""A part of a phrase adds nothing when this share of its posts has the whole phrase."""
FRAGMENT: Final = 0.4
"""A phrase adds nothing when it has less than this share of the posts of a part of it."""
MOMENT: Final = 2
"""Bursts that begin within so many slices are tied by the moment: half the containment is enough,
for the words of one moment often do not meet in one short post."""
HELD: Final = 0.5
"""What was told as one story a slice ago stays so down to this part of what makes it one: without
it a story on the edge would be split and merged every minute."""


def group(
    bursts: list[Burst], *, jaccard: float, containment: float, most: int, held: int
) -> list[list[int]]:
    """Groups of indexes into `bursts`, each with its seed first; parts that add nothing left out.

    Bursts come strongest first. A mention never begins a story: a person who is talked to is no
    public subject by that alone. Nor does an emoji, which says how, not what, nor a domain, which
    says where. A burst that is neither open nor told (an everyday word) only joins, and so does a
    function word in any case: what keeps saying "was" is no story that goes on.
    """
    gone = _redundant(bursts, together([burst.posts for burst in bursts]))
    shared = together(_cores(bursts))
    free = [i not in gone for i in range(len(bursts))]
    groups = []
    for seed, burst in enumerate(bursts):
        if (
            not free[seed]
            or not (burst.open or (burst.told and not burst.plain))
            or burst.kind in {EMOJI, MENTION, DOMAIN}
        ):
            continue
        members = [seed]
        free[seed] = False
        for other in range(len(bursts)):
            moment = abs(bursts[other].started - burst.started) <= MOMENT
            ease = HELD if burst.home and burst.home == bursts[other].home else 1.0
            near = (0.5 * containment if moment else containment) * ease
            if free[other] and _belongs(shared, seed, other, jaccard * ease, near, held):
                free[other] = False  # it is told with this story, or it would tell it again
                if len(members) < most:
                    members.append(other)
        groups.append(members)
    return groups


def tie(
    bursts: list[Burst], groups: list[list[int]], *, within: int, times: float
) -> list[list[int]]:
    """Groups of one moment in one: for a board with one subject only.

    A group joins the first that is `times` as large and began `within` slices of it: "get in" and
    "assist" are about the goal that the scorer's name tells, though they rarely meet it in a post.
    """
    tied: list[list[int]] = []
    for group in groups:
        seed = bursts[group[0]]
        home = next(
            (
                other
                for other in tied
                if bursts[other[0]].open
                and abs(bursts[other[0]].started - seed.started) <= within
                and bursts[other[0]].excess >= times * seed.excess
            ),
            None,
        )
        if home is None:
            tied.append(list(group))
        else:
            home += group
    return tied


def unite(bursts: list[Burst], groups: list[list[int]]) -> list[list[int]]:
    """Groups in which one name stands in two spellings, in one: #SOTU and "State of the Union".

    So are those with two names in common: #MEXvsCMR and "Cameroon, Mexico" are one match. Bursts
    must have their labels.
    """
    united: list[list[int]] = []
    home: dict[str, list[int]] = {}
    for group in groups:
        names = {name for i in group for name in alike.names(bursts[i].label)}
        own = alike.names(bursts[group[0]].label)
        found = next((home[name] for name in sorted(own) if name in home), None)
        found = found or _cut_otherwise(bursts, united, bursts[group[0]].label)
        found = found or _of_two_names(bursts, united, group)
        if found is None:
            found = list(group)
            united.append(found)
        else:
            found += group
        for name in sorted(names):
            home.setdefault(name, found)
    return united


def _cut_otherwise(bursts: list[Burst], united: list[list[int]], name: str) -> list[int] | None:
    """The first group whose own name is this one, cut in another way."""
    return next((group for group in united if alike.pieces(bursts[group[0]].label, name)), None)


def _of_two_names(
    bursts: list[Burst], united: list[list[int]], group: list[int]
) -> list[int] | None:
    """The first group that has two names in common with this one."""
    labels = [bursts[i].label for i in group]
    return next(
        (other for other in united if alike.share_two(labels, [bursts[i].label for i in other])),
        None,
    )


def _cores(bursts: list[Burst]) -> list[Ints]:
    """The posts of each burst and, of a phrase, those of its words that burst too.

    People call a story by its whole name or by a part of it; either is about it.
    """
    words = [frozenset(burst.parts) for burst in bursts]
    return [
        distinct(np.concatenate([b.posts for b, w in zip(bursts, words, strict=True) if w <= own]))
        if len(own) > 1
        else burst.posts
        for burst, own in zip(bursts, words, strict=True)
    ]


def _belongs(shared: Ints, a: int, b: int, jaccard: float, containment: float, held: int) -> bool:
    """Whether two terms share posts enough, beyond what chance gives to common ones."""
    one, two = int(shared[a, a]), int(shared[b, b])
    both, smaller = int(shared[a, b]), min(one, two)
    if both >= jaccard * (one + two - both):
        return True
    chance = one * two / held if held else 0.0
    return both - chance >= containment * max(smaller - chance, 1.0)


def _redundant(bursts: list[Burst], shared: Ints) -> set[int]:
    """Parts of phrases that the phrase says too, and phrases that are fragments of a part's use."""
    gone: set[int] = set()
    at = {burst.parts: i for i, burst in enumerate(bursts)}
    phrases = sorted((i for i, b in enumerate(bursts) if len(b.parts) > 1),
                     key=lambda i: len(bursts[i].parts))  # fmt: skip
    parts = {i: [at[p] for p in _parts(bursts[i].parts) if p in at] for i in phrases}
    for whole in phrases:
        if any(shared[part, whole] < FRAGMENT * shared[part, part] for part in parts[whole]):
            gone.add(whole)
    for whole in phrases:
        if whole not in gone:
            gone |= {
                part
                for part in parts[whole]
                if shared[part, whole] >= ABSORBED * shared[part, part]
            }
    return gone


def _parts(whole: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All shorter runs of its words."""
    n = len(whole)
    return [whole[i : i + k] for k in range(1, n) for i in range(n - k + 1)]


def together(posts: list[Ints]) -> Ints:
    """How many posts each two terms share, shape (terms, terms); a term's own on the diagonal.

    >>> together([np.array([1, 2, 3]), np.array([3, 4])]).tolist()
    [[3, 1], [1, 2]]
    """
    n = len(posts)
    out = np.zeros((n, n), np.int64)
    if n:
        positions = np.concatenate(posts)
        terms = np.repeat(np.arange(n), [p.size for p in posts])
        order = np.argsort(positions, kind="stable")
        _together(positions[order], terms[order], out)
    return out


@loop
def _together(positions: Int64s, terms: Int64s, out: Int64Grid) -> None:
    start = 0
    for end in range(1, positions.size + 1):
        if end == positions.size or positions[end] != positions[start]:
            for i in range(start, end):
                for j in range(start, end):
                    out[terms[i], terms[j]] += 1
            start = end
