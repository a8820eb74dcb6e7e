"""How sure a share is that was seen in few cases."""

from __future__ import annotations

from math import copysign, log, sqrt


def wilson(hits: int, trials: int, deviations: float) -> tuple[float, float]:
    """The ends of Wilson's score interval of a share ("Probable inference", 1927).

    Args:
        hits: how often it was so, 0 to `trials`.
        trials: how often it was looked; for none the share may be anything.
        deviations: of the normal: 1.96 for 95 % between both ends, 2.33 for 99 % above the lower.

    >>> [round(end, 3) for end in wilson(95, 100, 1.96)], wilson(0, 0, 1.96)
    ([0.888, 0.978], (0.0, 1.0))
    """
    if trials == 0:
        return 0.0, 1.0
    part, square = hits / trials, deviations * deviations
    centre = (part + square / (2 * trials)) / (1 + square / trials)
    spread = part * (1 - part) / trials + square / (4 * trials * trials)
    reach = deviations * spread**0.5 / (1 + square / trials)
    return max(0.0, centre - reach), min(1.0, centre + reach)


def unusual(share: float, usual: float, trials: int) -> float:
    """How far a share is from a usual one: the signed root of its log-likelihood ratio.

    About a normal's deviations; of Dunning, "Accurate methods for the statistics of surprise and
    coincidence" (1993), for one share against a known one. `usual` may not be 0 or 1.

    >>> round(unusual(0.2, 0.1, 100), 1), unusual(0.1, 0.1, 100)
    (3.0, 0.0)
    """
    rest = (1 - share) * log((1 - share) / (1 - usual)) if share < 1 else 0.0
    own = share * log(share / usual) if share > 0 else 0.0
    return copysign(sqrt(max(0.0, 2 * trials * (own + rest))), share - usual)
