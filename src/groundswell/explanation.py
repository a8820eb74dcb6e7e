"""Why a term is on a board, or why not: the numbers that made the board, and their words.

The first sentence answers; what follows says by which numbers, so that anyone can check them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from groundswell.model import MICROSECONDS, Story, iso

Decides = Literal["people", "times", "z"]

THREE = "its last words that make one phrase, three at most"
WORTH_SAYING = 0.05
"""Share of general word use in what is usual from which on it is named."""
WORTH_A_WORD = 1.1
"""Times busier that a term's language must be for it to be said."""


def moment(time_us: int) -> str:
    """A time as people read it, with seconds only where there are some.

    >>> moment(1_466_381_160_000_000), moment(1_466_381_165_000_000)
    ('2016-06-20 00:06 UTC', '2016-06-20 00:06:05 UTC')
    """
    when = datetime.fromtimestamp(time_us // MICROSECONDS, UTC)
    return when.strftime("%Y-%m-%d %H:%M:%S UTC" if when.second else "%Y-%m-%d %H:%M UTC")


def people_in_words(number: float) -> str:
    """So many people, in words.

    >>> people_in_words(0), people_in_words(1), people_in_words(1981.0)
    ('nobody', '1 person', '1,981 people')
    """
    whole = round(number)
    return "nobody" if whole == 0 else "1 person" if whole == 1 else f"{whole:,} people"


def length(time_us: int) -> str:
    """A window's length in words.

    >>> length(60_000_000), length(900_000_000), length(10_000_000), length(14_400_000_000)
    ('1 min', '15 min', '10 s', '4 h')
    """
    seconds = time_us / MICROSECONDS
    if seconds < 60:
        return f"{seconds:g} s"
    return f"{seconds / 60:g} min" if seconds <= 3_600 else f"{seconds / 3_600:g} h"


@dataclass(frozen=True, slots=True)
class WindowSum:
    """How a term stands in one window: people, what is usual, and what would open the gate."""

    window_us: int
    board: float
    """The board's people in it."""
    people: float
    expected: float
    """The larger of `past` and `season`, and what is `allowed` to chance."""
    past: float
    season: float
    rhythm: float
    """Times that others of its language are busier than on the average, at least 1; in `past`."""
    allowed: float
    general: float
    """How much of `past` rests on general word use, 0–1; the rest on the board's own past."""
    dispersion: float
    """φ ≥ 1, how restless the term is: z² is divided by it."""
    z: float
    z_needed: float
    lift_needed: float
    """Times expected that are needed."""
    people_needed: int
    """The fewest people that open the gate: enough of them, times enough, and sure enough."""
    decides: Decides
    """Which of the three makes it so many."""
    known: bool
    """Whether the past outside the window is long enough to judge by it."""

    @property
    def usual(self) -> float:
        """People usual for it: by its past, or by this time on earlier days."""
        return max(self.past, self.season)

    @property
    def opens(self) -> bool:
        """Whether so many people open the gate."""
        return self.people >= self.people_needed

    @property
    def because(self) -> str:
        """Why so many are needed, in words."""
        return {
            "people": "the least that count",
            "times": f"{self.lift_needed:g} × expected",
            "z": f"for z {self.z_needed:.1f}",
        }[self.decides]

    @property
    def verdict(self) -> str:
        """What comes of it, in words."""
        if not self.known:
            return "too little past to judge by"
        return "opens the gate" if self.opens else ""

    def to_dict(self) -> dict[str, Any]:
        """A row of an explanation's `windows`; lengths in seconds."""
        return {
            "window": self.window_us // MICROSECONDS,
            "board": round(self.board),
            "people": round(self.people),
            "expected": round(self.expected, 2),
            "past": round(self.past, 2),
            "season": round(self.season, 2),
            "rhythm": round(self.rhythm, 2),
            "allowed": round(self.allowed, 2),
            "general": round(self.general, 3),
            "dispersion": round(self.dispersion, 2),
            "z": round(self.z, 2),
            "z_needed": round(self.z_needed, 2),
            "lift_needed": self.lift_needed,
            "people_needed": self.people_needed,
            "decides": self.decides,
            "opens": self.opens,
            "known": self.known,
        }

    def __str__(self) -> str:
        people = f"{self.people:,.0f} of {self.board:,.0f}"
        cells = (
            length(self.window_us), people, f"{self.usual:,.1f}", f"{self.allowed:,.1f}",
            f"{self.expected:,.1f}", f"{self.z:.1f}", f"{self.people_needed:,}",
        )  # fmt: skip
        after = f"  {self.because:<20}  {self.verdict}"
        return (_cells(cells) + after).rstrip()


WIDTHS = (7, 15, 8, 6, 9, 5, 7)
HEADING = ("window", "people", "usual", "chance", "expected", "z", "needed")


def _cells(cells: tuple[str, ...]) -> str:
    return "  ".join(cell.rjust(width) for cell, width in zip(cells, WIDTHS, strict=True))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a term is on a board, or why not: the numbers that made the board."""

    term: str
    counted: str
    """What of it is counted: the last three words of a longer phrase."""
    at: int
    """End of the slice, µs."""
    windows: tuple[WindowSum, ...]
    story: Story | None
    """The story that tells it; on the board when it ranks among the `top`."""
    bar: float
    """The strength that starts a story there."""
    reasons: tuple[str, ...]
    """What decides, in words, the first of them first."""
    top: int = 10
    """Stories that the board shows."""
    open: bool = False
    """Whether the slice is still open: then all is as if the board closed now."""
    listed_at: int | None = None
    """End of the slice whose board first lists it: of the boards up to this one without a break, or
    the first within an hour after; None where it is not, or where nobody read on."""

    def to_dict(self) -> dict[str, Any]:
        """As `explain --format json` prints it."""
        return {
            "term": self.term,
            "counted": self.counted,
            "at": iso(self.at),
            "open": self.open,
            "on_board": self.on_board,
            "listed_at": None if self.listed_at is None else iso(self.listed_at),
            "summary": self.summary,
            "reasons": list(self.reasons),
            "bar": round(self.bar, 2),
            "windows": [window.to_dict() for window in self.windows],
            "story": self.story.to_dict() if self.story else None,
        }

    @property
    def on_board(self) -> bool:
        """Whether the board shows the story that tells it."""
        return self.story is not None and self.story.rank <= self.top

    @property
    def summary(self) -> str:
        """The answer in a sentence, without the term's name."""
        where = f"the board of {moment(self.at)}"
        if self.open:
            verdict = "would be" if self.on_board else "would not be"
            where = f"the board if it closed now (its slice ends at {moment(self.at)})"
        else:
            verdict = "is" if self.on_board else "is not"
        return f"{verdict} on {where}: {self.reasons[0] if self.reasons else 'nobody said it'}"

    @property
    def timing(self) -> str:
        """Since when it is on the board, or when it came to be; empty when that is not known."""
        if self.listed_at is None:
            return ""
        if self.listed_at > self.at:
            return f"It came onto the board later, at {moment(self.listed_at)}."
        if self.listed_at == self.at:
            return "This is the first board that lists it."
        return f"It has been on the board since {moment(self.listed_at)}."

    @property
    def sentences(self) -> tuple[str, ...]:
        """What else is to be said than `summary` and `timing`, a sentence each."""
        return tuple(f"{reason[:1].upper()}{reason[1:]}." for reason in self.reasons[1:])

    @property
    def notes(self) -> tuple[tuple[str, str], ...]:
        """What the columns of the table mean here: (column, its meaning)."""
        if not self.windows:
            return ()
        last = next((w for w in reversed(self.windows) if w.known), self.windows[-1])
        usual = "how many people usually say it in such a window, by what was said here before"
        if last.general >= WORTH_SAYING:
            usual += f" ({1 - last.general:.0%}) and by general word use ({last.general:.0%})"
        if any(w.season > w.past for w in self.windows):
            usual += ", or by this time on earlier days where that is more"
        busier = max(w.rhythm for w in self.windows)
        if busier >= WORTH_A_WORD:
            usual += (
                f"; up to {busier:.1f} times that, for so much busier are others of its language"
            )
        notes = [
            ("usual", usual),
            ("chance", "people whom chance alone may add; usual and chance make the expected"),
            ("z", "how sure it is that the people are more than expected, in standard deviations"),
            ("needed", "the fewest people that would open the gate, and what asks for so many"),
        ]
        if last.dispersion > 1.05:
            restless = f"its numbers jump by themselves, which lowers z ({last.dispersion:.1f})"
            notes.append(("dispersion", restless))
        return tuple(notes)

    def __str__(self) -> str:
        lines = [f"“{self.term}” {self.summary}."]
        lines += [self.timing] if self.timing else []
        if self.counted.lower() != self.term.lower():
            lines.append(f"Of it “{self.counted}” is counted: {THREE}.")
        lines += self.sentences
        if self.windows:
            lines += ["", _cells(HEADING), *(str(window) for window in self.windows), ""]
            lines += [f"{name.rjust(10)}: {meaning}" for name, meaning in self.notes]
        if self.story:
            lines += ["", f"The story “{self.story.title}”:"]
            lines += [f"  {line}" for line in self.story.why]
        return "\n".join(lines)
