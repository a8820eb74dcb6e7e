"""Numba made ready to load compiled loops, without what none of them uses.

Before its first loop is loaded numba looks for scipy's linear algebra, and imports all of it where
it is installed: 16 MB and half a second, for products of matrices that no loop of this package has.
"""

from __future__ import annotations

import sys
from typing import Final

from numba.core.registry import cpu_target

_UNUSED: Final = "scipy.linalg"


def wake() -> None:
    """Has numba load what it needs of its own; called before the first loop runs.

    Who imports scipy afterwards, or did before, has all of it.
    """
    if _UNUSED in sys.modules:
        return
    sys.modules[_UNUSED] = None  # type: ignore[assignment]  # importing it fails
    try:
        cpu_target.target_context.refresh()
    finally:
        del sys.modules[_UNUSED]
