"""How people feel about something, and in whose words: what a story says besides its numbers.

A mood is what posts say, as labels that annotators would give them; it is no claim about what
anybody feels. A voice is one post, verbatim.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groundswell.times import iso, microseconds

NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Feeling:
    """One label of a mood; all are shares of the posts that were read, 0–1.

    Posts may have several labels, so shares need not sum to 1.
    """

    label: str
    share: float
    low: float
    """The ends of the interval that holds the share in nine of ten cases."""
    high: float
    usual: float
    """Its share in what the whole stream said lately."""


@dataclass(frozen=True, slots=True)
class Phase:
    """From when on one feeling led the mood; an empty label is "none did"."""

    since: int
    """End of the slice, µs."""
    label: str


@dataclass(frozen=True, slots=True)
class Mood:
    """The mix of feelings in posts, one a person and a text; see docs/model-card.md."""

    feelings: tuple[Feeling, ...]
    """Every label that could be read, in the model's order; none where there is no reading."""
    n: int
    """Posts that were read, each of another person."""
    abstained: int
    """Posts that were looked at and not read: another language, or no word that the model knows."""
    dominant: tuple[str, ...] = ()
    """Labels that are surely more frequent than the stream has them, the surest first."""
    note: str = ""
    """Why there is no reading, or at which level it is."""
    phases: tuple[Phase, ...] = ()
    """What led it so far, oldest first."""

    @property
    def ranked(self) -> tuple[Feeling, ...]:
        """Those that lead, in their order, then the others by how far they are above usual."""
        by_label = {one.label: one for one in self.feelings}
        leads = [by_label[label] for label in self.dominant if label in by_label]
        rest = sorted(
            (one for one in self.feelings if one not in leads and one.label != NEUTRAL),
            key=lambda one: (one.usual - one.share, one.label),
        )
        return (*leads, *rest)

    @property
    def shares(self) -> dict[str, float]:
        """Share of the posts by label."""
        return {one.label: one.share for one in self.feelings}

    @property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """The ends of each share's 90 % interval."""
        return {one.label: (one.low, one.high) for one in self.feelings}

    def to_dict(self) -> dict[str, Any]:
        """As in a story's `mood`."""
        return {
            "n": self.n,
            "abstained": self.abstained,
            "dominant": list(self.dominant),
            "note": self.note,
            "shares": {one.label: round(one.share, 4) for one in self.feelings},
            "intervals": {
                one.label: [round(one.low, 4), round(one.high, 4)] for one in self.feelings
            },
            "usual": {one.label: round(one.usual, 4) for one in self.feelings},
            "phases": [{"since": iso(one.since), "label": one.label} for one in self.phases],
        }


def mood_of(told: Mapping[str, Any] | None) -> Mood | None:
    """A mood from its `to_dict`, as exact as that is; None for none.

    >>> some = Mood((Feeling("joy", 0.5, 0.4, 0.6, 0.125),), 100, 3, ("joy",))
    >>> mood_of(some.to_dict()) == some
    True
    """
    if told is None:
        return None
    return Mood(
        tuple(
            Feeling(
                label,
                share,
                told["intervals"][label][0],
                told["intervals"][label][1],
                told["usual"][label],
            )
            for label, share in told["shares"].items()
        ),
        told["n"],
        told["abstained"],
        tuple(told["dominant"]),
        told["note"],
        tuple(Phase(microseconds(one["since"]), one["label"]) for one in told["phases"]),
    )


@dataclass(frozen=True, slots=True)
class Weighed:
    """How surely one post reads as one feeling, and by which of its words."""

    chance: float
    """Probability, 0–1."""
    words: tuple[tuple[int, int, float], ...]
    """Where a word begins and ends in the text, in characters, and the log-odds that are lost
    without it; the heaviest first, none where no word alone matters."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A post that speaks for a story, as it was written."""

    text: str
    at: int
    """When, µs."""
    url: str
    """Its permalink; empty where the stream gives none."""
    network: str
    """Whose it is: Bluesky, or the host of the permalink; empty where it is not known."""
    lang: str
    """Its language, BCP 47; empty where it is not known."""
    feeling: str
    """The label that leads it, where one does; of an example, what it is one of."""
    post: int
    """Hash of the post's id: what a deletion is matched by. In no output."""
    author: int
    """Hash of its author, likewise."""
    handle: str = ""
    """Whose words these are, as the network names them to readers: `@ann.example`; empty where that
    is not known."""

    def to_dict(self) -> dict[str, Any]:
        """As in a story's `voices`."""
        return {
            "text": self.text,
            "at": iso(self.at),
            "url": self.url,
            "network": self.network,
            "handle": self.handle,
            "lang": self.lang,
            "feeling": self.feeling,
        }
