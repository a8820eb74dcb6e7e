"""Finding one board's explanation of a term among those of all boards, as they close."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from groundswell.errors import NothingToReadError, UsageError
from groundswell.explanation import Explanation
from groundswell.model import MICROSECONDS, iso

LATER_US = 3_600 * MICROSECONDS
"""How long after a board that does not list a term its coming is waited for."""


@dataclass(slots=True)
class Search:
    """Looks for the slice that holds `at_us`; without one, for the term's height.

    That is the board that lists it with most people above usual; where none lists it, any.
    """

    at_us: int | None
    slice_us: int
    found: Explanation | None = None
    begin: int = 0
    """Event time, µs, of the beginning of the first slice."""
    end: int = 0
    """End of the last one seen."""
    _since: int | None = None
    """The board from which on it was listed without a break."""

    def see(self, told: Iterable[Explanation]) -> None:
        """Takes what boards said, in the order of time."""
        for one in told:
            self.begin = self.begin or one.at - self.slice_us
            self.end = one.at
            if not one.on_board:
                self._since = None
            elif self._since is None:
                self._since = one.at
            if self._is_it(one):
                self.found = replace(one, listed_at=self._since)
            elif self.found is not None and self._comes_later(self.found, one):
                self.found = replace(self.found, listed_at=one.at)

    @property
    def over(self) -> bool:
        """Whether nothing that comes can change the result."""
        if self.at_us is None or self.end <= self.at_us:
            return False
        return (
            self.found is None
            or self.found.listed_at is not None
            or self.end >= self.found.at + LATER_US
        )

    def result(self, name: str) -> Explanation:
        """What was looked for.

        Raises:
            NothingToReadError: no board closed.
            UsageError: none of them holds the time.
        """
        if self.found is not None:
            return self._with_later(self.found)
        if not self.end or self.at_us is None:
            raise NothingToReadError(f"expected posts in {name}, found none")
        # what lies before the beginning is known at once, and the end is not read then
        span = f"from {iso(self.begin)}" + (
            f" to {iso(self.end)}" if self.at_us >= self.begin else " on"
        )
        raise UsageError(f"expected a time {span}, as {name} has, got {iso(self.at_us)}")

    def _with_later(self, found: Explanation) -> Explanation:
        """Says as well that it did not come, where it was waited for."""
        if self.at_us is None and not found.windows:
            return replace(found, reasons=("nobody said it in the whole recording",))
        if found.listed_at is not None:
            return found
        if self.at_us is None:
            return replace(found, reasons=(*found.reasons, "it never came onto the board"))
        if self.end <= found.at:
            return found
        whole = self.end >= found.at + LATER_US
        span = "within an hour" if whole else "before the recording ended"
        return replace(found, reasons=(*found.reasons, f"it did not come onto the board {span}"))

    def _is_it(self, one: Explanation) -> bool:
        if self.at_us is not None:
            return one.at - self.slice_us <= self.at_us < one.at
        return self.found is None or _height(one) > _height(self.found)

    @staticmethod
    def _comes_later(found: Explanation, one: Explanation) -> bool:
        return found.listed_at is None and one.on_board and found.at < one.at <= found.at + LATER_US


def _height(told: Explanation) -> tuple[bool, float]:
    """What the most telling board has most of: first that it lists the term, then people."""
    excess = max((w.people - w.expected for w in told.windows), default=-1.0)
    return told.on_board, excess
