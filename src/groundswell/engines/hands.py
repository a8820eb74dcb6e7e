"""Who reads posts and who counts their terms: this process alone, or others for it.

The engine is the same in both cases. It says which batches come next as early as it knows, so that
others may read them meanwhile, and counts by whatever `counting` gives.
"""

from __future__ import annotations

from typing import Protocol

from groundswell.kernel.posts import columns
from groundswell.kernel.posts.columns import Columns
from groundswell.kernel.terms.counting import Counting
from groundswell.kernel.text.tokens import Tables
from groundswell.model import Batch


class Hands(Protocol):
    """Reads batches and counts terms.

    Call order: `counting` with what is remembered, as often as that changes; for each batch
    `ahead`, where the engine knows it early, then `read`. All from the engine's thread.
    """

    @property
    def most(self) -> int:
        """Posts that are worth giving to `ahead` before they are read; 0 where nobody does so."""

    def ahead(self, batch: Batch) -> bool:
        """Says that this batch will be read; False where there is no room for it yet."""

    def read(self, batch: Batch, tables: Tables) -> Columns:
        """What is counted of a batch, as `columns.read` has it."""

    def counting(self, counts: Counting) -> Counting:
        """Who goes on counting with what `counts` knows."""


class Alone:
    """Nobody but the process of the engine reads and counts."""

    @property
    def most(self) -> int:
        """See `Hands`."""
        return 0

    def ahead(self, batch: Batch) -> bool:  # noqa: ARG002 -- nobody reads ahead
        """See `Hands`."""
        return False

    def read(self, batch: Batch, tables: Tables) -> Columns:
        """See `Hands`."""
        return columns.read(batch, tables)

    def counting(self, counts: Counting) -> Counting:
        """See `Hands`."""
        return counts
