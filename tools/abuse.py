"""Tries the doubts on campaigns of one text, each beside an organic trend: `make abuse`.

Every case is made by a seed and played through the library as any program would. Constants were
chosen on seeds 1 to 3; what is reported is of others.
"""

from __future__ import annotations

import argparse
import sys

import groundswell as gs
from groundswell.evaluate import abuse
from groundswell.simulate.abuse import cases

CASES, SEED = 200, 41


def main() -> None:
    """Prints what became of the campaigns, and of the people beside them."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=CASES, help="how many streams")
    options.add_argument("--seed", type=int, default=SEED, help="1 to 3 are for tuning")
    options.add_argument("--format", choices=["markdown", "json"], default="markdown")
    given = options.parse_args()
    found = measure(given.cases, seed=given.seed)
    sys.stdout.write((abuse.figures if given.format == "json" else abuse.markdown)(found))


def measure(number: int, *, seed: int) -> abuse.Abuse:
    """The figures of so many cases."""
    found = abuse.Abuse(seed)
    for case in cases(number, seed=seed):
        found.add(
            gs.trends(case.posts, top=20),
            campaign=(case.campaign, case.pasted), organic=(case.organic, case.said),
            everyday=case.everyday,
        )  # fmt: skip
        if sys.stderr.isatty():
            print(f"\r{case.number + 1} of {number}", end="", file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    main()
