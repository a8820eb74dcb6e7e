"""Who wants to be left out of a run: their posts are not counted, and not kept for one moment.

The list may change while a run goes on. It is looked at every second, so the next posts of who is
new on it are left out within that time, and what is held of them can be let go of.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from groundswell.archive import optouts
from groundswell.kernel.basis.hashing import hash_strings
from groundswell.kernel.posts.accounts import answered
from groundswell.kernel.posts.ring import DELETED, Ring
from groundswell.model import Batch

LOOK: Final = 1.0
"""Seconds between looks at the list."""


class Heed:
    """The list of a data folder, for one run."""

    def __init__(self, folder: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._monotonic = monotonic
        self._list = optouts.OptOuts(folder)
        self._looked = monotonic()
        self._new = bool(self._list)
        self.left_out = 0
        """Posts that were passed over."""

    def changed(self) -> bool:
        """Whether the list is another one than when this was last asked.

        Raises:
            ArchiveError: it is damaged, or may not be read.
        """
        now = self._monotonic()
        if now - self._looked >= LOOK:
            self._looked = now
            self._new |= self._list.reload()
        new, self._new = self._new, False
        return new

    def leave_out(self, batch: Batch) -> int:
        """Drops from a batch what is on the list or of who is; returns how many posts.

        News of such accounts goes too, and whom others answer is no longer said.
        """
        if not self._list:
            return 0
        if batch.accounts:
            gone = self._names([one.author for one in batch.accounts])
            batch.accounts = [
                one for one, left in zip(batch.accounts, gone, strict=True) if not left
            ]
        if batch.deleted:
            gone = self._names([answered(post_id) for post_id, _ in batch.deleted])
            batch.deleted = [one for one, left in zip(batch.deleted, gone, strict=True) if not left]
        if not batch.ids:
            return 0
        gone = self._names(batch.authors) | self._names(batch.ids)
        if any(batch.replies):
            to = self._names([answered(reply) for reply in batch.replies])
            to |= self._names(batch.replies)
            batch.replies = ["" if one else r for one, r in zip(to, batch.replies, strict=True)]
        if gone.any():
            batch.unquoted.difference_update(batch.ids[i] for i in np.flatnonzero(gone).tolist())
            batch.keep(np.flatnonzero(~gone).tolist())
        self.left_out += int(gone.sum())
        return int(gone.sum())

    def chosen(self, held: Ring) -> NDArray[np.int64]:
        """Places of the posts in a ring that are on the list or of who is."""
        size = min(held.n_posts, held.posts)
        gone = self._list.hold(held.authors[:size]) | self._list.hold(held.ids[:size])
        return np.flatnonzero(gone & ((held.flags[:size] & DELETED) == 0))

    def taken(self, posts: int, rows: int) -> None:
        """Says that the run that keeps this archive has done what the list asks for.

        Raises:
            ArchiveError: it cannot be written.
        """
        optouts.say_taken(self._folder, posts=posts, rows=rows)

    def _names(self, names: list[str]) -> NDArray[np.bool_]:
        return self._list.hold(hash_strings(names))
