"""The terms of some regions as a message: of a table, split, joined, and in a table again."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.distinct import distinct
from groundswell.kernel.basis.pages import zeros
from groundswell.kernel.terms import authors, table
from groundswell.kernel.terms.counting import TRACKS
from groundswell.kernel.terms.counts import Counts
from groundswell.kernel.terms.regions import BITS, SHIFT

REGIONS: Final = 1 << BITS


class Part(NamedTuple):
    """The terms of some regions, close together: what is sent, and kept."""

    records: NDArray[Any]
    """The row of history in `words` is its place in `rows`, from 1 on."""
    rows: NDArray[np.float32]
    sizes: NDArray[np.int64]
    """Records that each region has room for, shape (REGIONS,)."""
    pairs: NDArray[np.uint64]
    """Of the open slice."""
    doors: NDArray[np.uint8]
    """Of all regions, those of others too: see `doors`."""
    decays: NDArray[np.float32]
    limit: int
    """Most records of all regions together."""
    block: int
    """Of tokens: see `Regions.settle`."""
    slice: int
    evicted: int
    """Terms that were forgotten since it was loaded first."""


def empty(limit: int = 1 << 14) -> Part:
    """A part without a term."""
    return packed(Counts(limit, np.zeros(TRACKS, np.float32)))


def packed(counts: Counts) -> Part:
    """All terms of one table."""
    regions = counts.regions
    # in large pages: to take tens of megabytes in small ones costs more than to fill them
    terms, rows = zeros(regions.terms, table.RECORD), int((regions.used[:, 1] - 1).sum())
    history = zeros((1 + rows) * (TRACKS - 1), np.float32).reshape(-1, TRACKS - 1)
    at = (0, 1)  # as in a region, row 0 is nobody's
    for region in regions.regions:
        at = table.pack(region.records, region.rows, terms, history, at)
    sizes = np.array([region.records.size for region in regions.regions])
    return Part(
        terms, history[1:], sizes, counts.pairs[counts.pairs != 0], regions.doors, counts.decays,
        counts.limit, regions.block, counts.slice, counts.evicted,
    )  # fmt: skip


def parted(counts: Counts, owner: NDArray[np.int64]) -> list[Part]:
    """The terms of one table for each shard; `owner` says which has a region.

    The pairs of the open slice cannot be told apart: each shard gets all, and asks for its own.
    """
    whole = packed(counts)
    whose = owner[(whole.records["key"] >> SHIFT).astype(np.int64)]
    parts = []
    for shard in range(int(owner.max()) + 1):
        records, rows = _of(whole.records[whose == shard], whole.rows)
        parts.append(whole._replace(records=records, rows=rows, evicted=0))
    return parts


def together(parts: list[Part], owner: NDArray[np.int64]) -> Counts:
    """The terms of all shards in one table."""
    before, records = 0, []
    for part in parts:
        moved = part.records.copy()
        has = moved["words"] >> table.ROW != 0
        moved["words"][has] += np.uint32(before << int(table.ROW))
        records.append(moved)
        before += part.rows.shape[0]
    return housed(
        parts[0]._replace(
            records=np.concatenate(records),
            rows=np.concatenate([part.rows for part in parts]),
            sizes=np.array([parts[shard].sizes[i] for i, shard in enumerate(owner.tolist())]),
            pairs=distinct(np.concatenate([part.pairs for part in parts])),
            doors=_doors(parts, owner),
            block=max(part.block for part in parts),
        )
    )


def housed(part: Part) -> Counts:
    """A table of a part's terms."""
    found = Counts(part.limit, part.decays.copy(), slice=part.slice, evicted=part.evicted)
    found.regions.block = part.block
    found.regions.doors[:] = part.doors
    numbers = (part.records["key"] >> SHIFT).astype(np.int64)
    order = np.argsort(numbers, kind="stable")
    bounds = np.searchsorted(numbers[order], np.arange(REGIONS + 1)).tolist()
    for number, region in enumerate(found.regions.regions):
        mine = part.records[order[bounds[number] : bounds[number + 1]]]
        records, rows = _of(mine, part.rows)
        region.records = np.zeros(int(part.sizes[number]), table.RECORD)
        table.fill(region.records, records)
        region.rows = np.zeros((max(8, rows.shape[0] + 1), TRACKS - 1), np.float32)
        region.rows[1 : rows.shape[0] + 1] = rows
        found.regions.used[number] = records.size, rows.shape[0] + 1
    found.totals[0] = part.pairs.size
    found.pairs = np.zeros(1 << max(12, (2 * part.pairs.size).bit_length()), np.uint64)
    authors.refill(part.pairs, found.pairs)
    return found


def _doors(parts: list[Part], owner: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The doors of each region from who has it."""
    shape = parts[0].doors.shape[0], REGIONS, -1
    whole = parts[0].doors.copy().reshape(shape)
    for region, shard in enumerate(owner.tolist()):
        whole[:, region] = parts[shard].doors.reshape(shape)[:, region]
    return whole.reshape(shape[0], -1)


def _of(
    records: NDArray[Any], rows: NDArray[np.float32]
) -> tuple[NDArray[Any], NDArray[np.float32]]:
    """Some records and their rows of history, numbered anew."""
    records = records.copy()
    has = np.flatnonzero(records["words"] >> table.ROW)
    mine = rows[(records["words"][has] >> table.ROW) - 1]
    words = records["words"] & table.WORDS
    words[has] |= (np.arange(1, has.size + 1) << int(table.ROW)).astype(np.uint32)
    records["words"] = words
    return records, mine
