"""Who reads and counts for a run, as its settings say."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from groundswell.settings import Settings

if TYPE_CHECKING:
    from groundswell.engines.hands import Hands


def hands(stack: ExitStack, current: Settings) -> Hands | None:
    """The hands of a cluster, until the stack is left; None where this process does it all.

    Raises:
        UsageError: Ray is not installed, or there is no such cluster.
    """
    if current.engine == "local":
        return None
    from groundswell.engines.ray.cluster import Cluster, Wanted

    wanted = Wanted(current.workers, current.ray_address, current.ray_memory)
    return stack.enter_context(Cluster(wanted))
