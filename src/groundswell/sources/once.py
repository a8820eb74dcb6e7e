"""The same post counted once, however often it comes: over again, or from several servers.

Owns what is remembered of ids, within bounds. It tells a repetition from a post that is new under
an old id: that one comes after a deletion. What goes by the name of an address (ActivityPub) is
never written anew, only edited: an edit is a deletion and a post a microsecond later.
"""

from __future__ import annotations

from collections import OrderedDict

from groundswell.model import Batch

REMEMBERED = 100_000
"""Ids of posts, and ids that were deleted."""


class Once:
    """Leaves repetitions out of batches; not thread-safe.

    Args:
        remembered: ids that are kept of each kind, about 300 B a post; the oldest are forgotten.
    """

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._most = remembered
        self._seen: OrderedDict[str, int] = OrderedDict()
        self._gone: OrderedDict[str, int] = OrderedDict()
        self.repeated = 0
        """Posts that were left out."""

    def keep(self, batch: Batch) -> Batch:
        """The batch itself, without the posts that came before; deletions are always passed on."""
        edits: set[tuple[str, int]] = set()
        if batch.deleted:
            posts = zip(batch.ids, batch.times, strict=True)
            edits = {(post_id, time - 1) for post_id, time in posts}.intersection(batch.deleted)
        gone = sorted((time, post_id) for post_id, time in batch.deleted)
        gone = [(time, post_id) for time, post_id in gone if (post_id, time) not in edits]
        new, noted = [], 0
        for i, (post_id, time) in enumerate(zip(batch.ids, batch.times, strict=True)):
            while noted < len(gone) and gone[noted][0] < time:
                self._note(self._gone, gone[noted][1], gone[noted][0])
                noted += 1
            if self._is_new(post_id, time, edit=(post_id, time - 1) in edits):
                new.append(i)
        for gone_time, gone_id in gone[noted:]:
            self._note(self._gone, gone_id, gone_time)
        if len(new) < len(batch):
            self.repeated += len(batch) - len(new)
            batch.keep(new)
        return batch

    def _is_new(self, post_id: str, time: int, *, edit: bool) -> bool:
        seen, gone = self._seen.get(post_id), self._gone.get(post_id)
        if gone is not None and (not post_id.startswith("at://") or time <= gone):
            return False
        if seen is not None and not (edit and time > seen) and (gone is None or gone < seen):
            return False
        self._note(self._seen, post_id, time)
        return True

    def _note(self, held: OrderedDict[str, int], post_id: str, time: int) -> None:
        held[post_id] = max(time, held.get(post_id, time))
        held.move_to_end(post_id)
        if len(held) > self._most:
            held.popitem(last=False)
