"""Terms in regions: each has the terms whose hash begins alike, and all that they need.

A region grows and forgets by its own terms alone, so who holds only some regions holds of their
terms what one who holds all would. All stand in one stretch of memory that is reserved at the
beginning and taken from the system as it is used; a region grows within its part of it.

When a region has too many terms, some are forgotten, weakest and oldest first. That happens only
where the stream's tokens fill a block (`Regions.settle`), never where a batch ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.pages import zeros
from groundswell.kernel.terms import doors, sweep, table
from groundswell.kernel.terms.counting import TRACKS

BITS: Final = 6
"""Leading bits of a hash that name its region."""
SHIFT: Final = np.uint64(64 - BITS)
LOAD: Final = 0.7
"""Share of a region's records that hold terms, at most: with more, looking takes longer."""
CRAMMED: Final = 0.95
"""The same in the middle of a block, where a region cannot grow any more."""
FULL: Final = 0.66
"""Share of the most records from which on terms are forgotten."""
KEPT: Final = 0.55
"""Share of those that then stay."""
GROWTH: Final = 4
"""Times its records that a region gets when it has too few."""
_SMALLEST: Final = 256
_ROUNDED: Final = 0.999
"""Sums that decay are rounded at every step: so much less is surely less."""


@dataclass(slots=True)
class Region:
    """Some terms."""

    records: NDArray[Any]
    rows: NDArray[np.float32] = field(default_factory=lambda: np.zeros((8, TRACKS - 1), np.float32))
    """History, but for the long run: people of earlier slices, decayed; row 0 is nobody's."""


@dataclass
class Regions:
    """All regions. `most` is the limit of records, over all of them, a power of two."""

    most: int
    regions: list[Region] = field(init=False)
    used: NDArray[np.int64] = field(
        default_factory=lambda: np.tile(np.array([0, 1], np.int64), (1 << BITS, 1))
    )
    """Terms and rows of each region, shape (regions, 2)."""
    doors: NDArray[np.uint8] = field(init=False)
    """Phrases that were heard once: see `doors`."""
    block: int = 0
    """Number of the block of tokens that was counted last."""
    _held: ClassVar[tuple[NDArray[Any], NDArray[Any]] | None] = None
    """All memory, and where each region is: never kept, for it is of this process."""

    def __post_init__(self) -> None:
        size = min(_SMALLEST, self._each)
        self.regions = [Region(np.zeros(size, table.RECORD)) for _ in range(1 << BITS)]
        self.doors = doors.doors(max(self.most, 1 << BITS))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_held"}

    @property
    def places(self) -> NDArray[Any]:
        """The regions' addresses, as `sweep` takes them; good until one of them grows."""
        if self._held is None:
            records, each = zeros(max(self.most, 1), table.RECORD), self._each
            for number, region in enumerate(self.regions):
                part = records[number * each : number * each + region.records.size]
                part[:] = region.records
                region.records = part
            rows = [self._place(region) for region in self.regions]
            vars(self)["_held"] = records, np.array(rows, sweep.PLACE)
        held: tuple[NDArray[Any], NDArray[Any]] = vars(self)["_held"]
        return held[1]

    def doors_of(self, length: int) -> NDArray[np.uint8]:
        """Doors of the phrases of so many words; single words have none: shape (doors,)."""
        found: NDArray[np.uint8] = self.doors[max(0, length - 2)]
        return found

    @property
    def terms(self) -> int:
        """How many terms are known."""
        return int(self.used[:, 0].sum())

    @property
    def block_tokens(self) -> int:
        """Tokens between two times that terms may be forgotten, a power of two.

        Shards that each have some regions wait for one another there, so it is not often; and a
        block brings no more than a region has room for beyond `FULL`.
        """
        return max(1, self.most >> 3)

    @property
    def _each(self) -> int:
        return self.most >> BITS

    def lookup(self, keys: NDArray[np.uint64]) -> NDArray[Any]:
        """Records of terms; of one that is not known an empty one. Shape (keys,)."""
        out = np.zeros(keys.size, table.RECORD)
        sweep.lookup(self.places, SHIFT, keys, out)
        return out

    def words(self, current: int, least: float) -> NDArray[Any]:
        """Records of the single words that as many people said in the open slice."""

        def look(region: Region, out: NDArray[Any]) -> int:
            found: int = table.said(region.records, np.uint32(current), least, out)
            return found

        return self._gather(look)

    def candidates(
        self, current: int, volumes: NDArray[np.float32], asked: list[np.float32], *, slow: bool
    ) -> NDArray[Any]:
        """Records that a first look finds above usual.

        `asked` are the people a term must have, the log-likelihood ratio, the share of the board's
        people that chance is allowed, and what the past is worth besides. `slow` says that the long
        run forgets slowest: then no window holds more people of a term than slice and long run do.
        """
        least, bar, share, prior = asked
        windows = np.zeros(volumes.size, table.WINDOW)
        windows = windows[: table.windows(volumes, least, bar, share, prior, windows)]
        few = windows["few"].min(initial=np.float32(np.inf)) * (_ROUNDED if slow else 0)

        def look(region: Region, out: NDArray[Any]) -> int:
            found: int = table.candidates(
                region.records, region.rows, np.uint32(current), windows, np.float32(few), bar, out
            )
            return found

        return self._gather(look)

    def records(self) -> NDArray[Any]:
        """All records that are in use, in no order, with the row of history above `words`."""
        found = np.concatenate([region.records for region in self.regions])
        used: NDArray[Any] = found[found["key"] != 0]
        return used

    def _gather(self, look: Callable[[Region, NDArray[Any]], int]) -> NDArray[Any]:
        """What a look finds in each region, in a row."""
        room = np.empty(int(self.used[:, 0].sum()), table.RECORD)  # little of it is ever touched
        n = 0
        for one in self.regions:
            n += look(one, room[n:])
        return room[:n].copy()

    def make_room(self, number: int, current: int, position: int) -> int:
        """Gives a full region room for more terms; returns how many it forgot for it.

        It grows. Where it cannot, it is crammed until the block ends; and where a single block
        brings more than that, it forgets at once.
        """
        region, place = self.regions[number], self.places[number : number + 1]
        size = region.records.size
        if size < self._each:
            grown = min(size * GROWTH, self._each)
            plain = region.records.view(np.uint64)  # numpy is slow with records
            old = plain.copy().view(table.RECORD)
            plain[:] = 0
            records = vars(self)["_held"][0][number * self._each :][:grown]
            table.fill(records, old)
            region.records = records
            place[:] = self._place(region)
            return 0
        if int(place["most"][0]) < int(size * CRAMMED):
            place["most"] = int(size * CRAMMED)
            return 0
        return self._forget(number, current, position)

    def more_rows(self, number: int) -> None:
        """Gives a region room for the history of more terms."""
        region = self.regions[number]
        rows = np.zeros((region.rows.shape[0] * 2, TRACKS - 1), np.float32)
        rows[: region.rows.shape[0]] = region.rows
        region.rows = rows
        self.places[number] = self._place(region)

    def settle(self, position: int, current: int) -> int:
        """Before the token at a position is counted: forgets where it is due, returns how many.

        Regions that have too many terms lose their weakest when a new block of tokens begins.
        """
        block = position // self.block_tokens
        if block == self.block:
            return 0
        self.block = block
        full = np.flatnonzero(self.used[:, 0] > FULL * self._each).tolist()
        return sum(self._forget(number, current, position) for number in full)

    def _forget(self, number: int, current: int, position: int) -> int:
        region, before = self.regions[number], int(self.used[number, 0])
        most = int(KEPT * FULL * self._each)
        cut = table.lightest(region.records, np.uint32(current), position, most / before)
        rows = np.zeros_like(region.rows)
        self.used[number] = table.forget(
            region.records, region.rows, rows, cut, np.uint32(current), position
        )
        region.rows = rows
        self.places[number] = self._place(region)
        return before - int(self.used[number, 0])

    def _place(self, region: Region) -> tuple[int, int, int, int, int]:
        records, rows = region.records, region.rows
        most = int(records.size * LOAD)
        return records.ctypes.data, rows.ctypes.data, records.size, most, rows.shape[0]
