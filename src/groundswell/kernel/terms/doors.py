"""Where a phrase knocks before it gets a record: most are said once, and would fill the table.

A door remembers of the phrase that came last to it eight bits of its hash. Who finds them there is
let in, and was said before: or, once in 255 times that another phrase came last, was not. What is
not heard again for as many phrases as there are doors is forgotten, without anybody's looking. The
idea is the doorkeeper's of Einziger, Friedman and Manes ("TinyLFU", ACM Transactions on Storage,
2017); theirs is emptied from time to time, ours forgets as it goes.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from groundswell.kernel.basis.pages import zeros
from groundswell.machine.loops import inlined

LENGTHS: Final = 2
"""Pairs and triples have doors of their own: then no order between them matters."""
_BITS: Final = np.uint64(0xFF)


def doors(most: int) -> NDArray[np.uint8]:
    """Doors for a table of `most` terms, a power of two: shape (LENGTHS, doors).

    A phrase's door goes by the leading bits of its hash, so those of a region stand together.
    """
    found: NDArray[np.uint8] = zeros(LENGTHS * 2 * most, np.uint8).reshape(LENGTHS, -1)
    return found


@inlined
def leading(doors: Any) -> Any:
    """By how many bits a hash is shifted to give its door."""
    bits, size = np.uint64(64), doors.size
    while size > 1:
        size >>= 1
        bits -= np.uint64(1)
    return bits


@inlined
def knock(doors: Any, shift: Any, key: Any) -> Any:
    """Whether a phrase was at its door before; from now on it was."""
    mark = np.uint8(max(key & _BITS, np.uint64(1)))  # 0 is an empty door's
    if doors[key >> shift] == mark:
        return True
    doors[key >> shift] = mark
    return False
