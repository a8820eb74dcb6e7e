"""What has been: boards, stories and series in SQLite, and the desk's memory beside them.

This room owns the data folder: one SQLite file, snapshots of the kernel's state, and a journal of
what sources that cannot rewind have sent. It refuses to count, to judge, and to know what a kernel
is: a snapshot is a tree of plain values and arrays to it. Rows of a slice and the place in the
stream that they stand for are committed in one transaction, so there is no moment at which one is
there without the other.
"""

from groundswell.archive.database import Hook
from groundswell.archive.journal import Journal
from groundswell.archive.store import Archive, Position, Retention, Stream

__all__ = ["Archive", "Hook", "Journal", "Position", "Retention", "Stream"]
