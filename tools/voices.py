"""How well voices cover what stories say, beside random posts and those nearest to the middle.

    python tools/voices.py RECORDING...

Every choice that a replay makes is measured in words, on the same candidates: coverage (how like
the nearest voice a candidate is, on average), redundancy (how like two voices are), and pairs of
voices that are near-duplicates.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from groundswell import settings
from groundswell.engines.local import replay
from groundswell.engines.run import Run
from groundswell.kernel.voices import quoting, voices
from groundswell.kernel.voices.voices import Candidates
from groundswell.sources.recordings import open_uri

WAYS = ("facility location", "nearest to the middle", "random")


def measured(files: list[str]) -> Iterator[tuple[Candidates, list[int]]]:
    """Candidates and what was chosen of them, at every close of every story."""
    seen: list[tuple[Candidates, list[int]]] = []
    own = voices.choose

    def watched(candidates: Candidates) -> list[int]:
        chosen = own(candidates)
        seen.append((candidates, chosen))
        return chosen

    quoting.voices.choose = watched
    for name in files:
        replay(open_uri(name), settings.rules(settings.of()), Run(on_board=lambda _: None))
        yield from seen
        seen.clear()


def main() -> None:
    """Prints the table."""
    rows: dict[str, list[tuple[float, float, int]]] = {way: [] for way in WAYS}
    rng = np.random.default_rng(7)
    for candidates, chosen in measured(sys.argv[1:]):
        if not chosen:
            continue
        n, k = candidates.times.size, len(chosen)
        middle = np.argsort(-voices.middle(candidates), kind="stable")[:k].tolist()
        ways = (chosen, middle, rng.choice(n, k, replace=False).tolist())
        for way, picked in zip(WAYS, ways, strict=True):
            rows[way].append(
                (
                    voices.coverage(candidates, picked),
                    voices.redundancy(candidates, picked),
                    voices.duplicates(candidates, picked),
                )
            )
    print("| choice | coverage | redundancy | pairs of near-duplicates |\n|---|---|---|---|")
    for way in WAYS:
        found = np.array(rows[way])
        cover, alike, pairs = found.mean(0)[0], found.mean(0)[1], int(found[:, 2].sum())
        print(f"| {way} | {cover:.3f} | {alike:.3f} | {pairs:,} |")
    print(f"\n{len(rows[WAYS[0]]):,} choices")


if __name__ == "__main__":
    main()
