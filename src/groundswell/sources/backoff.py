"""How long to wait before trying again: full jitter, so that desks do not all come back at once.

Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015: uniform between zero
and a bound that doubles.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """Waits in seconds; `reset` after a connection that held.

    >>> b = Backoff(rng=random.Random(1))
    >>> waits = [b.next() for _ in range(9)]
    >>> all(0 <= w <= min(30.0, 0.5 * 2**i) for i, w in enumerate(waits))
    True
    """

    first: float = 0.5
    most: float = 30.0
    rng: random.Random = field(default_factory=random.Random)
    attempts: int = 0

    def next(self) -> float:
        """The wait before the next attempt."""
        bound = min(self.most, self.first * 2.0 ** min(self.attempts, 16))
        self.attempts += 1
        return self.rng.uniform(0, bound)

    def reset(self) -> None:
        """Forgets the failures."""
        self.attempts = 0
